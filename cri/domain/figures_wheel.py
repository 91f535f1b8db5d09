"""The wheel: each factor's percentile with its 80 % interval on a spoke, or its score where there is none.

A spoke shows a place by how far out it lies, never by an area: areas grow with the square and would make a
middling agency look full. Nothing joins the spokes, since their order says nothing.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from cri.domain.claims import Value
from cri.domain.document_blocks import Table
from cri.domain.figures_marks import Canvas, Figure, Palette, Row, bare_figure, line, oval
from cri.domain.position import CANNOT_TELL
from cri.domain.rounding import rounded

HUB: Final = 0.16
"""The empty middle, as a share of the radius: 0 lies on its edge, so that low places stay apart."""
EDGE: Final = 9.0
"""Room in px around the outermost ring, for a dot on it."""
FEWEST_SPOKES: Final = 3
KINDS: Final = {"percentile": "rank", "score": "score"}


def wheel_scale(rows: Iterable[Row], *, pretended: bool = False) -> str:
    """Return "percentile" where any result has one that may be said, else "score". rows: of the pack."""
    return "percentile" if any(_percentile(row) is not None for row in rows) and not pretended else "score"


def wheel_rows(rows: Iterable[Row], *, pretended: bool = False) -> list[dict[str, Any]]:
    """Return {code, at, interval} for each factor: places among others, else scores; [] for under three.

    rows: the pack's results. at: percentile (interval: 80 %) or score (95 %), None where it is not told.
    pretended: a real agency in a pool of made-up ones, whose percentiles are not told.
    """
    factors = [row for row in rows if row["code"] != "index"]
    by_place = wheel_scale(factors, pretended=pretended) == "percentile"
    told = [_spoke(row) if by_place else _score(row) for row in factors]
    seen = sum(row["at"] is not None for row in told)
    return told if len(told) >= FEWEST_SPOKES and seen else []


def wheel_table(figure: Mapping[str, Any], rows: Sequence[Row]) -> Table:
    """Return the wheel's numbers: each factor's place with the ends of its interval."""
    scale = str(figure["scale"])
    kind = KINDS[scale]
    cells = tuple(
        (Value("factor", row["code"]), *(Value(kind, value) for value in (row["at"], *_ends(row))))
        for row in rows
    )
    return Table(f"figures.wheel.{scale}", (scale, "from", "to"), cells)


def wheel_figure(
    rows: Sequence[Row], canvas: Canvas, palette: Palette, *, scale: str, mirrored: bool
) -> Figure:
    """Draw spokes from 0 at the hub to 100 at the rim, clockwise from the top, the other way if `mirrored`.

    An interval is a slab across its spoke, so that a short one is seen behind its dot. The shaded ring is the
    middle half of the pool, 25 to 75, the darker circle its middle.
    """
    centre, rim = canvas.width / 2, canvas.width / 2 - EDGE
    shapes: list[Figure] = []
    ring = "pool" if scale == "percentile" else "wash"  # the pool's middle half, where there is a pool
    for end, role in ((100, "wash"), (75, ring), (25, "wash"), (0, "paper")):
        reach = _reach(end, rim)
        shapes.append(oval(centre - reach, centre + reach, centre - reach, centre + reach, palette[role],
                           palette["rule"]))  # fmt: skip
    middle = _reach(50, rim)
    shapes.append(oval(centre - middle, centre + middle, centre - middle, centre + middle, "rgba(0,0,0,0)",
                       palette["pool_tick" if scale == "percentile" else "rule"]))  # fmt: skip
    ways = wheel_ways(len(rows), mirrored=mirrored)
    for x, y in ways:
        hub = _reach(0, rim)
        shapes.append(line(centre + hub * x, centre + rim * x, centre + hub * y, centre + rim * y,
                           palette["rule"], 0.8))  # fmt: skip
    kind = KINDS[scale]
    bars: dict[str, list[float | None]] = {"x": [], "y": []}
    dots: dict[str, list[Any]] = {"x": [], "y": [], "customdata": []}
    for row, (x, y) in zip(rows, ways, strict=True):
        if row["at"] is None:
            continue
        at = _reach(float(rounded(kind, row["at"])), rim)
        dots["x"].append(round(centre + at * x, 2))
        dots["y"].append(round(centre + at * y, 2))
        dots["customdata"].append(row["code"])
        ends = [_reach(float(rounded(kind, end)), rim) for end in _ends(row) if end is not None]
        bars["x"] += [*(round(centre + end * x, 2) for end in ends), None]
        bars["y"] += [*(round(centre + end * y, 2) for end in ends), None]
    traces = [
        {**bars, "type": "scatter", "mode": "lines", "hoverinfo": "skip",
         "line": {"color": palette["above_2"], "width": 15}, "cliponaxis": False},
        {**dots, "type": "scatter", "mode": "markers", "cliponaxis": False,
         "marker": {"color": palette["agency"], "size": 8, "opacity": 1, "line": {"width": 0}}},
    ]  # fmt: skip
    return bare_figure(traces, shapes, canvas, (0.0, canvas.width))


def wheel_ways(count: int, *, mirrored: bool) -> list[tuple[float, float]]:
    """Return the direction of each spoke as (x, y) of length 1, y down: where the page sets its names."""
    turn = -1 if mirrored else 1
    angles = [turn * 2 * math.pi * number / count for number in range(count)]
    return [(round(math.sin(angle), 6), round(-math.cos(angle), 6)) for angle in angles]


def _reach(value: float, rim: float) -> float:
    """How far from the centre, in px, a value of 0-100 lies."""
    return rim * (HUB + (1 - HUB) * value / 100)


def _percentile(row: Row) -> float | None:
    place = row["place"]
    if not place or place["band"] in {None, CANNOT_TELL} or place["percentile"] is None:
        return None
    return float(place["percentile"])


def _spoke(row: Row) -> dict[str, Any]:
    percentile = _percentile(row)
    interval = None if percentile is None else list(row["place"]["interval80"])
    return {"code": row["code"], "at": percentile, "interval": interval}


def _score(row: Row) -> dict[str, Any]:
    return {"code": row["code"], "at": row["score"], "interval": row["interval"]}


def _ends(row: Row) -> tuple[float | None, float | None]:
    return tuple(row["interval"]) if row["interval"] else (None, None)
