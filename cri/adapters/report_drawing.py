"""A figure with the sizes that the text around it needs: heights of rows, the axis."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cri.adapters.report_text import ReportText
from cri.adapters.text_lines import lines_of
from cri.domain.figures_marks import RULE, Canvas

Document = Mapping[str, Any]


@dataclass(frozen=True)
class Drawing:
    """A Plotly figure with the row heights (px) and the axis (from, to) that the text around it needs."""

    figure: dict[str, Any]
    canvas: Canvas
    axis: tuple[float, float]


def cell_height(drawing: Drawing, row: int) -> float:
    """Return the height in px of a table's cell beside a figure's row, without the hairline below it."""
    return round(drawing.canvas.heights[row] - RULE, 2)


def row_height(text: ReportText, written: str, size: Document, indent: float = 0.0) -> float:
    """Return the height in px of a row whose name may take several lines. size: of `layout.yaml`."""
    lines = lines_of(written, size["text_width"] - indent, size["text_size"])
    return float(max(size["row"], round(lines * size["line"][text.direction] + size["padding"])))
