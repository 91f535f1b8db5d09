"""What every figure is made of: the area with its rows, the axis, lines, boxes and circles. No words.

Coordinates down are pixels from the top, so that rows of a figure meet the rows of the table that they
stand in.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, floor
from typing import Any, Final

Palette = Mapping[str, str]
Row = Mapping[str, Any]
Figure = dict[str, Any]

RULE: Final = 0.53  # px, 0.4 pt: the hairline between rows of a table
LONG_AXIS: Final = 60.0  # points up to which each ten is marked
LEAST_SPAN: Final = 40.0  # points: a narrower axis would make noise look like news


@dataclass(frozen=True)
class Canvas:
    """The drawing area: width in px and the height of each row in px, top first."""

    width: float
    heights: tuple[float, ...]

    @property
    def height(self) -> float:
        """Whole height in px."""
        return sum(self.heights)

    @property
    def centres(self) -> tuple[float, ...]:
        """Middle of each row, px from the top."""
        return tuple(
            end - height / 2 for end, height in zip(accumulate(self.heights), self.heights, strict=True)
        )


def axis_of(values: Iterable[float]) -> tuple[float, float]:
    """Return an axis (from, to) in tens that holds all values with room: 40 points at least, within 0-100."""
    found = list(values)
    if not found:
        return (0.0, 100.0)
    low, high = 10.0 * floor((min(found) - 2) / 10), 10.0 * ceil((max(found) + 2) / 10)
    while high - low < LEAST_SPAN:
        low, high = (low - 10, high) if (low + high) / 2 > (min(found) + max(found)) / 2 else (low, high + 10)
    if low < 0:
        low, high = 0.0, max(high, LEAST_SPAN)
    if high > 100:
        low, high = min(low, 100 - LEAST_SPAN), 100.0
    return (low, high)


def ticks_of(axis: tuple[float, float]) -> list[int]:
    """Return the marks of an axis: each ten, or each twenty of a long one."""
    step = 10 if axis[1] - axis[0] <= LONG_AXIS else 20
    return list(range(int(axis[0]), int(axis[1]) + 1, step))


def grid_lines(canvas: Canvas, axis: tuple[float, float], palette: Palette) -> list[Figure]:
    """A line down all rows at each mark of the axis."""
    return [line(at, at, 0, canvas.height, palette["grid"], 0.6) for at in ticks_of(axis)]


def row_rules(canvas: Canvas, palette: Palette) -> list[Figure]:
    """Hairlines between rows from edge to edge, which carry on those of the table around the figure."""
    ends = list(accumulate(canvas.heights))[:-1]
    stroke = {"color": palette["rule"], "width": RULE}
    spread = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "line": stroke, "layer": "below"}
    return [{**spread, "y0": end - RULE / 2, "y1": end - RULE / 2} for end in ends]


def box(x0: float, x1: float, y0: float, y1: float, colour: str) -> Figure:
    """A filled rectangle without an edge, below the marks."""
    return {**_from_to(x0, x1, y0, y1), "type": "rect", "fillcolor": colour, "line": {"width": 0}}


def oval(x0: float, x1: float, y0: float, y1: float, colour: str, edge: str | None = None) -> Figure:
    """A filled circle or oval within a box, below the marks; `edge`: the colour of its hairline."""
    stroke = {"width": 0} if edge is None else {"color": edge, "width": 0.8}
    return {**_from_to(x0, x1, y0, y1), "type": "circle", "fillcolor": colour, "line": stroke}


def hatch(x0: float, x1: float, y0: float, y1: float, palette: Palette, step: float) -> list[Figure]:
    """A box of slanting lines: something is there that may not be shown, which is not the same as nothing.

    step: from line to line, in the units of x, which are to be px like those of y.
    """
    lines = [box(x0, x1, y0, y1, palette["wash"])]
    height, start = y1 - y0, x0 - (y1 - y0)
    for number in range(1, int((x1 - start) / step) + 1):
        foot = start + number * step
        left, right = max(foot, x0), min(foot + height, x1)
        if left < right:
            lines.append(line(left, right, y1 - (left - foot), y1 - (right - foot), palette["hatch"], 0.7))
    return lines


def line(x0: float, x1: float, y0: float, y1: float, colour: str, width: float) -> Figure:
    """A straight line below the marks; width in px."""
    stroke = {"color": colour, "width": width}
    return {**_from_to(x0, x1, y0, y1), "type": "line", "line": stroke}


def _from_to(x0: float, x1: float, y0: float, y1: float) -> Figure:
    return {"x0": x0, "x1": x1, "y0": y0, "y1": y1, "layer": "below"}


def bare_figure(
    traces: list[Figure], shapes: list[Figure], canvas: Canvas, axis: tuple[float, float]
) -> Figure:
    """Marks on an area without words: x along the axis, y in px from the top."""
    bare = {"visible": False, "fixedrange": True}
    return {
        "data": traces,
        "layout": {
            "width": canvas.width,
            "height": canvas.height,
            "margin": {"l": 0, "r": 0, "t": 0, "b": 0, "pad": 0},
            "xaxis": {**bare, "range": list(axis)},
            "yaxis": {**bare, "range": [canvas.height, 0]},
            "shapes": shapes,
            "barmode": "stack",
            "showlegend": False,
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
        },
    }
