"""The figures of a pack as plain Plotly dictionaries: pure functions of rows, sizes and a palette.

No figure holds words: names, numbers and units stand beside it as real text, so that they are read aloud,
searched, translated and set in the page's own type. Coordinates down are pixels from the top, so that rows
of a figure meet the rows of the table that they stand in.

The strip, the signature of the whole product: a quiet band from the lowest to the best of the pool with its
middle half and quartile ticks, the agency's interval as a bar, its score as a dot.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil, floor
from typing import Any, Final

from cri.domain.rounding import round_score

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


def values_of(rows: Iterable[Row]) -> list[float]:
    """Return every number that a strip of these rows must have room for."""
    found: list[float] = []
    for row in rows:
        strip = row.get("strip")
        ends = [strip["lowest"]["mean"], strip["best"]["mean"]] if strip else []
        candidates = [row.get("score"), *(row.get("interval") or ()), *ends]
        found += [value for value in candidates if value is not None]
    return found


def strips_figure(
    rows: Sequence[Row],
    canvas: Canvas,
    axis: tuple[float, float],
    palette: Palette,
    *,
    dot: float = 8,
    grid: bool = True,
) -> Figure:
    """Draw one strip a row: the pool's band where `strip` is, the interval and the dot where `score` is.

    A row: {score, interval (low, high) or None, strip as of `cri.domain.strip.strip_of` or None}. dot: its
    diameter in px, to which band and interval keep their proportions. grid: lines at each ten.
    """
    rows = [_as_told(row) for row in rows]
    shapes = (_grid(canvas, axis, palette) if grid else []) + _rules(canvas, palette)
    for row, centre, height in zip(rows, canvas.centres, canvas.heights, strict=True):
        shapes += _band(row.get("strip"), centre, min(height * 0.38, 1.9 * dot), palette)
    return _figure([_dots(rows, canvas, palette["agency"], dot)], shapes, canvas, axis)


def units_figure(
    rows: Sequence[Row],
    canvas: Canvas,
    axis: tuple[float, float],
    palette: Palette,
    agency: float | None,
) -> Figure:
    """Draw a dot with its interval for each unit shown, and the agency's score as a line through all rows."""
    shapes = _grid(canvas, axis, palette) + _rules(canvas, palette)
    rows = [_as_told(row) for row in rows]
    if agency is not None:
        agency = float(round_score(agency))
        shapes.append(_line(agency, agency, 0, canvas.height, palette["agency"], 1.2))
    return _figure([_dots(rows, canvas, palette["unit"], 7)], shapes, canvas, axis)


def items_figure(rows: Sequence[Row], canvas: Canvas, palette: Palette, *, mirrored: bool) -> Figure:
    """Draw the answers of each item as one bar: favourable first, then neutral, then unfavourable.

    Favourable starts at the line and unfavourable ends at the far edge, so that both compare down the page.
    `mirrored` puts the line at the right, where a right-to-left text ends its reading. Shares are 0-1.
    """
    bands = ("favourable", "neutral", "unfavourable")
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [100 * row[band] if row.get(band) is not None else None for row in rows],
            "y": list(canvas.centres),
            "width": [min(height * 0.34, 13.0) for height in canvas.heights],
            "marker": {"color": palette[band], "line": {"color": palette["paper"], "width": 1}},
            "hoverinfo": "skip",
        }
        for band in bands
    ]
    axis = (100.0, 0.0) if mirrored else (0.0, 100.0)
    return _figure(traces, _rules(canvas, palette), canvas, axis)


def _band(strip: Row | None, centre: float, height: float, palette: Palette) -> list[Figure]:
    if strip is None:
        return []
    top, foot = centre - height / 2, centre + height / 2
    shapes = [_box(strip["lowest"]["mean"], strip["best"]["mean"], top, foot, palette["pool"])]
    if strip["quartiles"] is not None:
        lower, _, upper = strip["quartiles"]
        shapes.append(_box(lower, upper, top, foot, palette["pool_middle"]))
        shapes += [_line(at, at, top, foot, palette["pool_tick"], 0.8) for at in (lower, upper)]
    median = strip["median"]
    return [*shapes, _line(median, median, top - 3, foot + 3, palette["pool_tick"], 1.4)]


def _as_told(row: Row) -> Row:
    """A row with the numbers as told: a mark's exact place would give away what rounding keeps back."""
    score, interval = row.get("score"), row.get("interval")
    return {
        **row,
        "score": None if score is None else float(round_score(score)),
        "interval": None if interval is None else [float(round_score(end)) for end in interval],
    }


def _apart(low: float, high: float) -> float:
    return float(round_score(high - low))


def _dots(rows: Sequence[Row], canvas: Canvas, colour: str, size: float) -> Figure:
    seen = [(row, y) for row, y in zip(rows, canvas.centres, strict=True) if row.get("score") is not None]
    intervals = [row.get("interval") or (row["score"], row["score"]) for row, _ in seen]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [row["score"] for row, _ in seen],
        "y": [y for _, y in seen],
        "customdata": [row.get("code") for row, _ in seen],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [
                _apart(row["score"], high) for (row, _), (_, high) in zip(seen, intervals, strict=True)
            ],
            "arrayminus": [
                _apart(low, row["score"]) for (row, _), (low, _) in zip(seen, intervals, strict=True)
            ],
            "color": colour,
            "thickness": size * 0.42,
            "width": 0,
        },
        "marker": {
            "color": colour,
            "size": size,
            "line": {"width": 0},
            "opacity": 1,
        },
        "cliponaxis": False,
    }


def _grid(canvas: Canvas, axis: tuple[float, float], palette: Palette) -> list[Figure]:
    return [_line(at, at, 0, canvas.height, palette["grid"], 0.6) for at in ticks_of(axis)]


def _rules(canvas: Canvas, palette: Palette) -> list[Figure]:
    """Hairlines between rows from edge to edge, which carry on those of the table around the figure."""
    ends = list(accumulate(canvas.heights))[:-1]
    line = {"color": palette["rule"], "width": RULE}
    spread = {"type": "line", "xref": "paper", "x0": 0, "x1": 1, "line": line, "layer": "below"}
    return [{**spread, "y0": end - RULE / 2, "y1": end - RULE / 2} for end in ends]


def _box(x0: float, x1: float, y0: float, y1: float, colour: str) -> Figure:
    line = {"width": 0}
    return {
        "type": "rect",
        "x0": x0,
        "x1": x1,
        "y0": y0,
        "y1": y1,
        "fillcolor": colour,
        "line": line,
        "layer": "below",
    }


def _line(x0: float, x1: float, y0: float, y1: float, colour: str, width: float) -> Figure:
    line = {"color": colour, "width": width}
    return {"type": "line", "x0": x0, "x1": x1, "y0": y0, "y1": y1, "line": line, "layer": "below"}


def _figure(traces: list[Figure], shapes: list[Figure], canvas: Canvas, axis: tuple[float, float]) -> Figure:
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
