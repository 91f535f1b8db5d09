"""Figures of the kinds that stand on pages of blocks, drawn at the sizes of these pages."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from cri.adapters.report_drawing import Drawing, row_height
from cri.adapters.report_text import ReportText
from cri.domain.figures_change import change_axis, change_figure
from cri.domain.figures_forecast import forecast_figure
from cri.domain.figures_heatmap import heatmap_figure
from cri.domain.figures_importance import importance_figure
from cri.domain.figures_marks import Canvas, axis_of
from cri.domain.figures_response import count_axis, response_figure
from cri.domain.figures_roadmap import is_blank, roadmap_figure
from cri.domain.figures_waves import waves_figure
from cri.domain.figures_wheel import wheel_figure

Document = Mapping[str, Any]
Rows = Sequence[Document]
Palette = Mapping[str, str]

INDENT: Final = 11.4  # px for each level of the tree


def draw(text: ReportText, figure: Document, rows: Rows, layout: Document, palette: Palette) -> Drawing:
    """Return the drawing of a figure with rows of its own. KeyError for a kind that has none."""
    return DRAWERS[figure["kind"]](text, figure, rows, layout, palette)


def row_name(text: ReportText, row: Document) -> str:
    """Return what a row of a figure is called: a factor, a unit, the whole agency, an action, a level."""
    if "level" in row:
        return str(row["title"]) if row["title"] is not None else text.word(f"levels.{row['level']}")
    if "depth" in row:
        return text.word("figures.heatmap.whole") if row["code"] is None else text.unit_name(row["code"])
    return text.factor_name(row["code"])


def _canvas(text: ReportText, rows: Rows, size: Document) -> Canvas:
    heights = (
        row_height(text, row_name(text, row), size, INDENT * min(row.get("depth", 0), 3)) for row in rows
    )
    return Canvas(float(size["width"]), tuple(heights))


def _wheel(text: ReportText, figure: Document, rows: Rows, layout: Document, palette: Palette) -> Drawing:
    width = float(layout["wheel"]["width"])
    canvas = Canvas(width, (width,))
    mirrored = text.direction == "rtl"
    drawn = wheel_figure(rows, canvas, palette, scale=figure["scale"], mirrored=mirrored)
    return Drawing(drawn, canvas, (0.0, 100.0))


def _heatmap(text: ReportText, figure: Document, rows: Rows, layout: Document, palette: Palette) -> Drawing:
    canvas = _canvas(text, rows, layout[figure["kind"]])
    mirrored = text.direction == "rtl"
    drawn = heatmap_figure(rows, len(figure["of"]), canvas, palette, mirrored=mirrored, signs=False)
    return Drawing(drawn, canvas, (0.0, canvas.width))


def _glance(text: ReportText, figure: Document, rows: Rows, layout: Document, palette: Palette) -> Drawing:
    size = layout["glance"]
    canvas = Canvas(float(size["width"]), (float(size["row"]),) * len(rows))
    mirrored = text.direction == "rtl"
    drawn = heatmap_figure(rows, len(figure["of"]), canvas, palette, mirrored=mirrored, signs=False)
    return Drawing(drawn, canvas, (0.0, canvas.width))


def _change(text: ReportText, _figure: Document, rows: Rows, layout: Document, palette: Palette) -> Drawing:
    canvas, axis = _canvas(text, rows, layout["change"]), change_axis(rows)
    return Drawing(change_figure(rows, canvas, axis, palette), canvas, axis)


def _waves(text: ReportText, _figure: Document, rows: Rows, layout: Document, palette: Palette) -> Drawing:
    canvas = _canvas(text, rows, layout["waves"])
    points = [point for row in rows for point in row["points"] if point["score"] is not None]
    axis = axis_of(value for point in points for value in (point["score"], *(point["interval"] or ())))
    mirrored = text.direction == "rtl"
    return Drawing(waves_figure(rows, canvas, axis, palette, mirrored=mirrored), canvas, axis)


def _importance(
    _text: ReportText, figure: Document, rows: Rows, layout: Document, palette: Palette
) -> Drawing:
    size = layout["importance"]
    canvas = Canvas(float(size["width"]), (float(size["height"]),))
    scores = [value for row in rows for value in (row["score"], *(row["interval"] or ()))]
    axis = axis_of([*scores, *([] if figure["middle"] is None else [figure["middle"]])])
    drawn = importance_figure(rows, canvas, axis, palette, middle=figure["middle"])
    return Drawing(drawn, canvas, axis)


def _response(text: ReportText, _figure: Document, rows: Rows, layout: Document, palette: Palette) -> Drawing:
    canvas, minimum = _canvas(text, rows, layout["response"]), int(text.pack["minimum"])
    axis, mirrored = count_axis(rows, minimum), text.direction == "rtl"
    return Drawing(response_figure(rows, canvas, axis, palette, minimum, mirrored=mirrored), canvas, axis)


def _forecast(text: ReportText, _figure: Document, rows: Rows, layout: Document, palette: Palette) -> Drawing:
    told = [row for row in rows if row["score"] is not None or row["forecast"] is not None]
    canvas = _canvas(text, rows, layout["forecast_result" if told else "forecast"])
    values = [value for row in told for key in ("middle", "interval") for value in row[key] or ()]
    axis = axis_of(values) if told else (0.0, 100.0)
    return Drawing(forecast_figure(rows, canvas, axis, palette), canvas, axis)


def _roadmap(text: ReportText, figure: Document, rows: Rows, layout: Document, palette: Palette) -> Drawing:
    quarters = len(figure["quarters"])
    canvas = _canvas(text, rows, layout["roadmap" if is_blank(rows) else "roadmap_actions"])
    mirrored = text.direction == "rtl"
    drawn = roadmap_figure(rows, quarters, canvas, palette, mirrored=mirrored)
    return Drawing(drawn, canvas, (0.0, float(quarters)))


DRAWERS: Final[dict[str, Callable[[ReportText, Document, Rows, Document, Palette], Drawing]]] = {
    "wheel": _wheel,
    "heatmap": _heatmap,
    "glance": _glance,
    "change": _change,
    "waves": _waves,
    "unit_change": _heatmap,
    "importance": _importance,
    "response": _response,
    "forecast": _forecast,
    "roadmap": _roadmap,
}
"""Every kind of figure that has rows of its own."""
