"""The figures of a pack as plain Plotly dictionaries: pure functions of rows, sizes and a palette.

No figure holds words: names, numbers and units stand beside it as real text, so that they are read aloud,
searched, translated and set in the page's own type. Coordinates down are pixels from the top, so that rows
of a figure meet the rows of the table that they stand in.

The strip, the signature of the whole product: a quiet band from the lowest to the best of the pool with its
middle half and quartile ticks, the agency's interval as a bar, its score as a dot.
"""

from collections.abc import Iterable, Sequence
from typing import Final

from cri.domain.figures_marks import (
    RULE,
    Canvas,
    Figure,
    Palette,
    Row,
    axis_of,
    bare_figure,
    box,
    grid_lines,
    line,
    row_rules,
    ticks_of,
)
from cri.domain.rounding import round_score, round_share

__all__ = [
    "RULE", "Canvas", "Figure", "Palette", "Row", "axis_of", "items_figure", "strips_figure", "ticks_of",
    "units_figure", "values_of",
]  # fmt: skip

BANDS: Final = ("favourable", "neutral", "unfavourable")


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
    rows = [as_told(row) for row in rows]
    shapes = (grid_lines(canvas, axis, palette) if grid else []) + row_rules(canvas, palette)
    for row, centre, height in zip(rows, canvas.centres, canvas.heights, strict=True):
        shapes += _band(row.get("strip"), centre, min(height * 0.38, 1.9 * dot), palette)
    return bare_figure([score_dots(rows, canvas, palette["agency"], dot)], shapes, canvas, axis)


def units_figure(
    rows: Sequence[Row],
    canvas: Canvas,
    axis: tuple[float, float],
    palette: Palette,
    agency: float | None,
) -> Figure:
    """Draw a dot with its interval for each unit shown, and the agency's score as a line through all rows."""
    shapes = grid_lines(canvas, axis, palette) + row_rules(canvas, palette)
    rows = [as_told(row) for row in rows]
    if agency is not None:
        agency = float(round_score(agency))
        shapes.append(line(agency, agency, 0, canvas.height, palette["agency"], 1.2))
    return bare_figure([score_dots(rows, canvas, palette["unit"], 7)], shapes, canvas, axis)


def items_figure(rows: Sequence[Row], canvas: Canvas, palette: Palette, *, mirrored: bool) -> Figure:
    """Draw the answers of each item as one bar: favourable first, then neutral, then unfavourable.

    Favourable starts at the line and unfavourable ends at the far edge, so that both compare down the page.
    `mirrored` puts the line at the right, where a right-to-left text ends its reading. Shares are 0-1.
    """
    told = [_shares_as_told(row) for row in rows]
    traces = [
        {
            "type": "bar",
            "orientation": "h",
            "x": [row[band] for row in told],
            "y": list(canvas.centres),
            "width": [min(height * 0.34, 13.0) for height in canvas.heights],
            "marker": {"color": palette[band], "line": {"color": palette["paper"], "width": 1}},
            "hoverinfo": "skip",
        }
        for band in BANDS
    ]
    axis = (100.0, 0.0) if mirrored else (0.0, 100.0)
    return bare_figure(traces, row_rules(canvas, palette), canvas, axis)


def _shares_as_told(row: Row) -> dict[str, int | None]:
    """Whole per cent, as in the table: a bar's exact length would be a count of people."""
    told = {band: None if row.get(band) is None else round_share(row[band]) for band in BANDS}
    favourable, neutral, rest = (told[band] for band in BANDS)
    if favourable is not None and neutral is not None and rest is not None:
        told["unfavourable"] = 100 - favourable - neutral  # so that the bar ends at the far edge
    return told


def _band(strip: Row | None, centre: float, height: float, palette: Palette) -> list[Figure]:
    if strip is None:
        return []
    top, foot = centre - height / 2, centre + height / 2
    lowest, best = (float(round_score(strip[end]["mean"])) for end in ("lowest", "best"))
    shapes = [box(lowest, best, top, foot, palette["pool"])]
    if strip["quartiles"] is not None:
        lower, _, upper = (float(round_score(value)) for value in strip["quartiles"])
        shapes.append(box(lower, upper, top, foot, palette["pool_middle"]))
        shapes += [line(at, at, top, foot, palette["pool_tick"], 0.8) for at in (lower, upper)]
    median = float(round_score(strip["median"]))
    return [*shapes, line(median, median, top - 3, foot + 3, palette["pool_tick"], 1.4)]


def as_told(row: Row) -> Row:
    """A row with the numbers as told: a mark's exact place would give away what rounding keeps back."""
    score, interval = row.get("score"), row.get("interval")
    return {
        **row,
        "score": None if score is None else float(round_score(score)),
        "interval": None if interval is None else [float(round_score(end)) for end in interval],
    }


def _apart(low: float, high: float) -> float:
    return float(round_score(high - low))


def score_dots(rows: Sequence[Row], canvas: Canvas, colour: str, size: float) -> Figure:
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
