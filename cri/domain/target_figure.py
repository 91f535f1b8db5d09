"""The figure of targets: the strip with the way from the present score to the target."""

from collections.abc import Mapping, Sequence
from typing import Any

from cri.domain.figures import Canvas, strips_figure
from cri.domain.rounding import round_score

Row = Mapping[str, Any]
Figure = dict[str, Any]


def target_values(rows: Sequence[Row]) -> list[float]:
    """Every number beyond the strip's own that the axis must have room for."""
    found = [row["target"] for row in rows] + [row["found"] for row in rows]
    return [min(100.0, value) for value in found if value is not None]


def targets_figure(
    rows: Sequence[Row], canvas: Canvas, axis: tuple[float, float], palette: Mapping[str, str]
) -> Figure:
    """Draw a strip a row, a line from the score to the target, a diamond at the target.

    A row: that of `strips_figure`, with {target, found (or None each)}: scores on 0-100, `found` being the
    score from which the next wave would likely find the rise, drawn as a tick. All as told, to one decimal.
    """
    figure = strips_figure(rows, canvas, axis, palette, dot=12)
    placed = list(zip(rows, canvas.centres, strict=True))
    aimed = [(row, y) for row, y in placed if row["target"] is not None]
    ways: list[tuple[float | None, float | None]] = []
    for row, y in aimed:
        ways += [(_told(row["score"]), y), (_told(row["target"]), y), (None, None)]
    found = [(row, y) for row, y in aimed if row["found"] is not None and row["found"] <= axis[1]]
    figure["data"] += [
        {
            "type": "scatter",
            "mode": "lines",
            "x": [x for x, _ in ways],
            "y": [y for _, y in ways],
            "line": {"color": palette["target"], "width": 3},
            "hoverinfo": "skip",
        },
        _marks([(_told(row["found"]), y) for row, y in found], "line-ns-open", 16, palette["target"]),
        _marks([(_told(row["target"]), y) for row, y in aimed], "diamond", 13, palette["target"]),
    ]
    return figure


def _told(score: float) -> float:
    return float(round_score(score))


def _marks(points: Sequence[tuple[float, float]], symbol: str, size: float, colour: str) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [x for x, _ in points],
        "y": [y for _, y in points],
        "marker": {"symbol": symbol, "size": size, "color": colour, "line": {"color": colour, "width": 2}},
        "cliponaxis": False,
        "hoverinfo": "skip",
    }
