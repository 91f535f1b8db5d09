"""Who answered: a bar for each group, with the minimum and, while a wave is open, where it is heading.

Counts of groups below the agency are told to the nearest five and drawn so. A group that is held back is
hatched, at one width for all: its length says nothing.
"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Final

from cri.domain.claims import Value
from cri.domain.document_blocks import Table
from cri.domain.figures_marks import Canvas, Figure, Palette, Row, bare_figure, box, hatch, line, row_rules
from cri.domain.forecast import Forecast
from cri.domain.pack_rows import unit_rows
from cri.domain.rates import UnitRate
from cri.domain.rounding import round_group, rounded

Document = Mapping[str, Any]

THICK: Final = 0.46  # of a row's height
HELD_BACK: Final = 44.0  # px of the hatched bar
STEPS: Final = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000, 500000)


def response_rows(card: Document, most: int) -> list[dict[str, Any]]:
    """Return how many answered in each unit: {code, depth, answered, invited, expected, suppressed}.

    card: a scorecard, which knows how many answered, not how many were asked. most: whole levels of the
    tree from the top, as many as have room.
    """
    rows, _ = unit_rows(card["units"], card["factors"][0]["code"], most)
    by_code = {unit["code"]: unit for unit in card["units"]}
    return [
        {
            "code": row["code"],
            "depth": row["depth"],
            "answered": None
            if by_code[row["code"]]["suppressed"]
            else round_group(by_code[row["code"]]["n"]),
            "invited": None,
            "expected": None,
            "suppressed": by_code[row["code"]]["suppressed"],
        }
        for row in rows
    ]


def rate_rows(rates: Sequence[UnitRate], forecasts: Sequence[Forecast]) -> list[dict[str, Any]]:
    """Return the same of a wave while it is open, with those invited and the range expected at closing.

    A unit whose rate is told only in steps has no bar.
    """
    ahead = {one.code: one for one in forecasts}
    return [
        {
            "code": rate.code,
            "depth": rate.depth,
            "answered": None if rate.count is None else round_group(rate.count.used),
            "invited": None if rate.count is None else rate.invited,
            "expected": _range(ahead.get(rate.code)),
            "suppressed": "small" if rate.count is None else None,
        }
        for rate in rates
    ]


def response_table(_figure: Document, rows: Sequence[Row]) -> Table:
    """Return the counts: who answered, of how many, and the range expected, where these are known."""
    invited = any(row["invited"] is not None for row in rows)
    expected = any(row["expected"] for row in rows)
    columns = ("answered", *(("invited",) if invited else ()), *(("from", "to") if expected else ()))
    cells = []
    for row in rows:
        own = [_answered(row)]
        if invited:
            own.append(Value("count", row["invited"]))
        if expected:
            own += [Value("group", end) for end in row["expected"] or (None, None)]
        cells.append((Value("unit", row["code"]), *own))
    return Table("figures.response.table", columns, tuple(cells))


def count_axis(rows: Sequence[Row], minimum: int) -> tuple[float, float]:
    """Return an axis of people from 0 that holds every bar, in about five steps."""
    most = max((row[key] or 0 for row in rows for key in ("answered", "invited")), default=0)
    step = count_step(max(most, 2 * minimum))
    return (0.0, float(step * ceil(max(most, 2 * minimum) / step)))


def count_step(most: float) -> int:
    """Return the step of the marks of an axis up to `most`: round, about five of them."""
    return next((step for step in STEPS if most / step <= 6), STEPS[-1])


def response_figure(
    rows: Sequence[Row],
    canvas: Canvas,
    axis: tuple[float, float],
    palette: Palette,
    minimum: int,
    *,
    mirrored: bool,
) -> Figure:
    """Draw a bar of those who answered on a track of those invited, the range expected, the minimum.

    Bars start where reading starts: at the right if `mirrored`.
    """
    px = (axis[1] - axis[0]) / canvas.width
    shapes = row_rules(canvas, palette)
    step = count_step(axis[1])
    shapes += [
        line(at, at, 0, canvas.height, palette["grid"], 0.6) for at in range(0, int(axis[1]) + 1, step)
    ]
    for row, centre, height in zip(rows, canvas.centres, canvas.heights, strict=True):
        top, foot = centre - height * THICK / 2, centre + height * THICK / 2
        if row["suppressed"]:
            shapes += _stretched(hatch(0, HELD_BACK, top, foot, palette, 6.0), px)
            continue
        if row["invited"] is not None:
            shapes.append(box(0, row["invited"], top, foot, palette["pool"]))
        if row["expected"]:
            low, high = (float(rounded("group", end)) for end in row["expected"])
            shapes.append(box(low, high, centre - 1.6, centre + 1.6, palette["pool_tick"]))
    shapes.append(line(minimum, minimum, 0, canvas.height, palette["ink"], 1))
    bars = {
        "type": "bar",
        "orientation": "h",
        "x": [row["answered"] for row in rows],
        "y": list(canvas.centres),
        "width": [height * THICK for height in canvas.heights],
        "customdata": [row["code"] for row in rows],
        "marker": {"color": palette["unit"], "line": {"width": 0}},
    }
    shown = (axis[1], axis[0]) if mirrored else axis
    return bare_figure([bars], shapes, canvas, shown)


def _stretched(shapes: Sequence[Figure], px: float) -> list[Figure]:
    """Shapes whose x is in px, put on an axis of `px` people a pixel."""
    return [{**shape, "x0": shape["x0"] * px, "x1": shape["x1"] * px} for shape in shapes]


def _range(ahead: Forecast | None) -> list[int] | None:
    return None if ahead is None or ahead.low is None or ahead.high is None else [ahead.low, ahead.high]


def _answered(row: Row) -> Value:
    if row["suppressed"]:
        few = row["suppressed"] == "small"
        return Value("word", "factor.unit_few" if few else "factor.unit_complementary")
    return Value("group", row["answered"])
