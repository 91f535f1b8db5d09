"""Importance by performance: what goes with the outcome, against how the agency does, both with intervals."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Final

from cri.domain.claims import Value
from cri.domain.document_blocks import Table
from cri.domain.figures_marks import Canvas, Figure, Palette, Row, bare_figure, box, line, ticks_of
from cri.domain.rounding import round_score, round_share

Document = Mapping[str, Any]

LEAST_SHARE: Final = 40.0  # per cent that the upright axis shows at least
DOT: Final = 9.0  # px
LABEL: Final = 15.0
"""Px of the number that the page sets beside each dot, where it covers no other dot or number."""
SIDES: Final = ((1, -1), (-1, -1), (1, 1), (-1, 1), (0, -1.5), (0, 1.5), (2, 0), (-2, 0))


def importance_rows(card: Document) -> list[dict[str, Any]]:
    """Return {code, score, interval, share, share_interval} of each factor, the most important first.

    share (0-1): of what the factors explain of the first outcome item. [] where no drivers are told.
    """
    driver = next(iter(card["drivers"] or ()), None)
    if driver is None:
        return []
    results = {factor["code"]: factor for factor in card["factors"]}
    told = [one for one in driver["weights"] if one["share"] is not None]
    return [
        {
            "code": one["factor"],
            "score": results[one["factor"]]["score"],
            "interval": results[one["factor"]]["interval"],
            "share": one["share"],
            "share_interval": list(one["interval"]) if one["interval"] else None,
        }
        for one in sorted(told, key=lambda one: (-one["share"], one["factor"]))
    ]


def importance_table(_figure: Document, rows: Sequence[Row]) -> Table:
    """Return score and importance of each factor, in the order of the rows."""
    cells = tuple(
        (
            Value("factor", row["code"]),
            Value("score", row["score"]),
            Value("share", row["share"]),
            *(Value("share", end) for end in row["share_interval"] or (None, None)),
        )
        for row in rows
    )
    return Table("figures.importance.table", ("score", "share", "from", "to"), cells)


def share_axis(rows: Sequence[Row]) -> tuple[float, float]:
    """Return the upright axis in per cent: from 0, in tens, 40 at least."""
    ends = [end for row in rows for end in row["share_interval"] or (row["share"],)]
    return (0.0, max(LEAST_SHARE, 10.0 * ceil((100 * max(ends, default=0.0) + 1) / 10)))


def importance_figure(
    rows: Sequence[Row],
    canvas: Canvas,
    axis: tuple[float, float],
    palette: Palette,
    *,
    middle: float | None,
) -> Figure:
    """Draw a dot for each factor: its score to the right, its share upward, both with intervals.

    middle: the agency's index. It and an equal share for every factor part the four fields; important and
    weak, where work pays most, is shaded.
    """
    upright = share_axis(rows)
    equal = _up(round(100 / len(rows)), upright, canvas)
    shapes = [line(at, at, 0, canvas.height, palette["grid"], 0.6) for at in ticks_of(axis)]
    shapes += [
        line(axis[0], axis[1], _up(at, upright, canvas), _up(at, upright, canvas), palette["grid"], 0.6)
        for at in range(0, int(upright[1]) + 1, 10)
    ]
    if middle is not None:
        at = float(round_score(middle))
        shapes.insert(0, box(axis[0], at, 0, equal, palette["wash"]))
        shapes.append(line(at, at, 0, canvas.height, palette["pool_tick"], 1))
    shapes.append(line(axis[0], axis[1], equal, equal, palette["pool_tick"], 1))
    return bare_figure([_points(rows, upright, canvas, palette)], shapes, canvas, axis)


def importance_places(
    rows: Sequence[Row], canvas: Canvas, axis: tuple[float, float]
) -> list[tuple[float, float]]:
    """Return where each dot's number has room: px of its middle from the left and from the top."""
    upright = share_axis(rows)
    dots = [
        (
            canvas.width * (float(round_score(row["score"])) - axis[0]) / (axis[1] - axis[0]),
            _up(round_share(row["share"]), upright, canvas),
        )
        for row in rows
    ]
    placed: list[tuple[float, float]] = []
    for x, y in dots:
        around = [(round(x + 11 * side, 1), round(y + 11 * up, 1)) for side, up in SIDES]
        placed.append(min(around, key=lambda at: _covered(at, [*dots, *placed])))
    return placed


def _covered(at: tuple[float, float], others: Sequence[tuple[float, float]]) -> int:
    """How many dots and numbers a number at this place would cover."""
    return sum(max(abs(at[0] - x), abs(at[1] - y)) < LABEL * 0.72 for x, y in others)


def _points(rows: Sequence[Row], upright: tuple[float, float], canvas: Canvas, palette: Palette) -> Figure:
    scores = [float(round_score(row["score"])) for row in rows]
    across = [[float(round_score(end)) for end in row["interval"] or (row["score"],) * 2] for row in rows]
    heights = [_up(round_share(row["share"]), upright, canvas) for row in rows]
    tall = [
        [_up(round_share(end), upright, canvas) for end in row["share_interval"] or (row["share"],) * 2]
        for row in rows
    ]
    bar = {"type": "data", "symmetric": False, "color": palette["earlier"], "thickness": 1.4, "width": 0}
    return {
        "type": "scatter",
        "mode": "markers",
        "x": scores,
        "y": heights,
        "customdata": [row["code"] for row in rows],
        "error_x": {
            **bar,
            "array": [round(high - at, 1) for at, (_, high) in zip(scores, across, strict=True)],
            "arrayminus": [round(at - low, 1) for at, (low, _) in zip(scores, across, strict=True)],
        },
        "error_y": {
            **bar,
            "array": [round(low - at, 2) for at, (low, _) in zip(heights, tall, strict=True)],
            "arrayminus": [round(at - high, 2) for at, (_, high) in zip(heights, tall, strict=True)],
        },
        "marker": {
            "color": palette["agency"],
            "size": DOT,
            "opacity": 1,
            "line": {"color": palette["paper"], "width": 1.2},
        },
        "cliponaxis": False,
    }


def _up(share: float, upright: tuple[float, float], canvas: Canvas) -> float:
    """Px from the top of a share in per cent."""
    return round(canvas.height * (1 - share / upright[1]), 2)
