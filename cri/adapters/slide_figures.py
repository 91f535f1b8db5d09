"""A pack's figures as native charts: the same rows as on the page, each number as it is told."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from cri.adapters.report_text import ReportText
from cri.adapters.slide_canvas import Look
from cri.adapters.slide_charts import BarChart, Bars, PointChart, Points, Spans
from cri.domain.figures import ticks_of
from cri.domain.rounding import rounded

Document = Mapping[str, Any]
EDGE: Final = 0.02  # of a row: a line that ends on the frame itself some programmes leave out
PALE: Final = 0.125
DARKER: Final = 0.25
"""How far the pool's band and its middle half cover what is below."""
BANDS: Final = ("favourable", "neutral", "unfavourable")


def told(text: ReportText, kind: str, value: float) -> float:
    """Return a number as told, and record it as shown: a chart shows it to whoever opens it."""
    text.number(kind, value)
    return float(rounded(kind, value))


def strip_chart(
    text: ReportText,
    words: Document,
    rows: Sequence[Document],
    look: Look,
    *,
    head: float = 0.0,
    dot: int = 9,
    grid: bool = True,
    colours: Mapping[str, str] | None = None,
) -> PointChart:
    """Return the strips of results: the pool's band, its middle half, its median, the score's interval."""
    roles = {"veil": "ink", **{role: role for role in ("pool_tick", "agency", "grid", "muted")}}
    paint = {role: look.colour(name) for role, name in {**roles, **(colours or {})}.items()}
    axis = (float(text.pack["axis"][0]), float(text.pack["axis"][1]))
    named = [(number + 0.5, text.factor_name(row["code"]), row) for number, row in enumerate(rows)]
    pool = [(y, name, _pool(text, row["strip"])) for y, name, row in named if row["strip"]]
    thick = dot * 1.6
    series = [
        _bands(
            text.word("key.pool"), paint["veil"], pool, (("low", "lower"), ("upper", "high")), thick, PALE
        ),
        _bands(text.word("key.middle"), paint["veil"], pool, (("lower", "upper"),), thick, DARKER),
        replace(
            _bands(text.word("key.median"), paint["pool_tick"], pool, (("median", "median"),), 1.25),
            reach=0.26,
        ),
        *_scores(text, text.word("key.agency"), paint["agency"], named, dot),
    ]
    return PointChart(
        tuple(one for one in series if one.names),
        rows=len(rows),
        axis=axis,
        step=float(ticks_of(axis)[1] - ticks_of(axis)[0]),
        heads=(text.word("summary.score"), words["row"]),
        grid=paint["grid"] if grid else None,
        ink=paint["muted"],
        head=head,
    )


def units_chart(
    text: ReportText,
    words: Document,
    rows: Sequence[Document],
    look: Look,
    axis: tuple[float, float],
    whole: float | None,
    *,
    head: float,
) -> PointChart:
    """Return units as dots with their intervals, and the agency's score as a line through all rows."""
    named = [(number + 0.5, text.unit_name(row["code"]), row) for number, row in enumerate(rows)]
    series = _scores(text, text.word("key.unit"), look.colour("unit"), named, 7)
    if whole is not None:
        at = told(text, "score", whole)
        name = text.word("key.whole")
        middle = len(rows) / 2
        line = Spans(name, look.colour("agency"), (name,), (at,), (at,), (middle,), 1.25, reach=middle - EDGE)
        series = [*series, line]  # first, some programmes leave out a series of one upright line
    return PointChart(
        tuple(one for one in series if one.names),
        rows=len(rows),
        axis=axis,
        step=float(ticks_of(axis)[1] - ticks_of(axis)[0]),
        heads=(text.word("summary.score"), words["row"]),
        grid=look.colour("grid"),
        ink=look.colour("muted"),
        head=head,
    )


def items_chart(text: ReportText, rows: Sequence[Document], look: Look) -> BarChart:
    """Return the answers of each item as one bar: favourable, neutral, unfavourable, in whole per cent."""
    bars = tuple(
        Bars(
            text.word(f"key.{band}"),
            look.colour(band),
            tuple(None if row[band] is None else told(text, "share", row[band]) for row in rows),
        )
        for band in BANDS
    )
    names = tuple(text.statement(row["code"]) for row in rows)
    return BarChart(names, bars, mirrored=look.rtl, paper=look.colour("paper"))


def _pool(text: ReportText, strip: Document) -> dict[str, float]:
    values = {"low": strip["lowest"]["mean"], "high": strip["best"]["mean"], "median": strip["median"]}
    if strip["quartiles"] is not None:
        values |= {"lower": strip["quartiles"][0], "upper": strip["quartiles"][2]}
    return {name: told(text, "score", value) for name, value in values.items()}


def _bands(
    name: str,
    colour: str,
    pool: Sequence[tuple[float, str, dict[str, float]]],
    parts: Sequence[tuple[str, str]],
    thick: float,
    veil: float = 1.0,
) -> Spans:
    """Bars from end to end; without quarters one bar from the lowest to the best. No bar lies on another."""
    found = []
    for y, row_name, values in pool:
        whole = len(parts) > 1 and "lower" not in values
        for low, high in [("low", "high")] if whole else parts:
            if low in values:
                found.append((row_name, values[low], values[high], y))
    names, lows, highs, rows = zip(*found, strict=True) if found else ((), (), (), ())
    return Spans(name, colour, names, lows, highs, rows, thick, veil=veil)


def _scores(
    text: ReportText, name: str, colour: str, named: Sequence[tuple[float, str, Document]], dot: int
) -> list[Points | Spans]:
    """Intervals and dots of the rows that have a score: a hidden one has no place in the chart."""
    shown = [(row_name, y, row) for y, row_name, row in named if row["score"] is not None]
    sure = [(row_name, y, row["interval"]) for row_name, y, row in shown if row["interval"]]
    intervals = Spans(
        name,
        colour,
        tuple(row_name for row_name, _, _ in sure),
        tuple(told(text, "score", low) for _, _, (low, _) in sure),
        tuple(told(text, "score", high) for _, _, (_, high) in sure),
        tuple(y for _, y, _ in sure),
        dot * 0.42,
    )
    dots = Points(
        text.word("summary.score"),
        colour,
        tuple(row_name for row_name, _, _ in shown),
        tuple(told(text, "score", row["score"]) for _, _, row in shown),
        tuple(y for _, y, _ in shown),
        dot,
    )
    return [intervals, dots]
