"""The numbers behind each figure of the results as a table to take away: as told, and no digit more.

A cell is a number rounded as the page rounds it, or a text. What may not be shown says why, in words: an
empty cell or a nought would be read as something else.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from flask_babel import gettext as _

from cri.adapters.report_text import ReportText
from cri.domain.pack import section_of
from cri.domain.rounding import rounded
from cri.domain.unit_lines import UnitLine, figure_of

Document = Mapping[str, Any]
Cell = str | int | Decimal

WHY: Final = {"small": "factor.unit_few", "complementary": "factor.unit_complementary"}
BANDS: Final = ("favourable", "neutral", "unfavourable")


@dataclass(frozen=True)
class Table:
    """header: what each column holds. rows: as many cells each."""

    header: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def told(kind: str, value: float | None) -> Cell:
    """A number rounded by its kind (`cri.domain.rounding`); an empty cell for None."""
    return "" if value is None else rounded(kind, value)


def ends_of(interval: Sequence[float] | None) -> tuple[Cell, Cell]:
    """Both ends of an interval of scores."""
    low, high = interval or (None, None)
    return told("score", low), told("score", high)


def places_cells(text: ReportText, rows: Sequence[Document]) -> Table:
    """The index and the factors: score, interval, the pool's strip and the place on it."""
    word = text.word
    header = (
        word("summary.factor"),
        word("factor.n"),
        word("summary.score"),
        _("95%% interval from"),
        _("95%% interval to"),
        _("Pool: lowest group"),
        _("Pool: lower quartile"),
        _("Pool: median"),
        _("Pool: upper quartile"),
        _("Pool: best group"),
        word("summary.position"),
    )
    return Table(header, tuple(_place_cells(text, row) for row in rows))


def _place_cells(text: ReportText, row: Document) -> tuple[Cell, ...]:
    name = text.factor_name(row["code"])
    if row["score"] is None:
        return (name, "", text.word("summary.few"), *[""] * 8)
    strip, place = row["strip"], row["place"]
    marks: tuple[float | None, ...] = (None,) * 5
    if strip:
        lower, middle, upper = strip["quartiles"] or (None, strip["median"], None)
        marks = (strip["lowest"]["mean"], lower, middle, upper, strip["best"]["mean"])
    band = text.word(f"bands.{place['band']}") if place else text.word("bands.none")
    cells = (told("people", row["n"]), told("score", row["score"]), *ends_of(row["interval"]))
    return (name, *cells, *(told("score", mark) for mark in marks), band)


def item_cells(text: ReportText, factor: str) -> Table:
    """A factor's statements: how many answered and the shares of their answers, in whole per cent."""
    rows = []
    for row in section_of(text.pack, factor)["items"]:
        enough = row["n"] >= text.pack["minimum"]
        shares: list[Cell] = [told("share", row[band]) for band in BANDS]
        if row["favourable"] is None:
            limit = row["favourable_limit"]
            why = text.limit(limit) if limit else text.word(f"factor.item_{'alike' if enough else 'few'}")
            shares = [why, "", ""]
        counts = [told("people", row[name] if enough else None) for name in ("n", "dont_know")]
        rows.append((text.statement(row["code"]), *counts, *shares))
    header = (
        text.word("factor.item"),
        text.word("factor.n"),
        text.word("factor.dont_know"),
        *(f"{text.word(f'key.{band}')} (%)" for band in BANDS),
    )
    return Table(header, tuple(rows))


def unit_cells(text: ReportText, rows: Sequence[Document]) -> Table:
    """Units of one factor in tree order; rows as of `cri.domain.pack_rows.unit_rows`."""
    header = (
        text.word("factor.unit"),
        _("Level"),
        text.word("factor.n"),
        text.word("factor.unit_score"),
        _("95%% interval from"),
        _("95%% interval to"),
    )
    return Table(header, tuple(_unit_cells(text, row) for row in rows))


def _unit_cells(text: ReportText, row: Document) -> tuple[Cell, ...]:
    first = (text.unit_name(row["code"]), row["depth"] + 1)
    if row["suppressed"]:
        return (*first, "", text.word(WHY[row["suppressed"]]), "", "")
    return (*first, told("group", row["n"]), told("score", row["score"]), *ends_of(row["interval"]))


def grid_cells(text: ReportText, factors: Sequence[str], rows: Sequence[Document]) -> Table:
    """Units by factors; rows as of `cri.domain.figures_heatmap.heatmap_rows`."""
    header = (text.word("factor.unit"), _("Level"), text.word("factor.n"), *map(text.factor_name, factors))
    return Table(header, tuple(_grid_cells(text, row, len(factors)) for row in rows))


def _grid_cells(text: ReportText, row: Document, count: int) -> tuple[Cell, ...]:
    if row["code"] is None:
        agency = (told("score", cell["score"]) or text.word("summary.few") for cell in row["cells"])
        return (text.word("key.whole"), 0, told("people", row["n"]), *agency)
    first = (text.unit_name(row["code"]), row["depth"] + 1)
    if row["cells"] is None:
        return (*first, "", *[text.word(WHY[row["suppressed"]])] * count)
    scores = (
        text.word(WHY[cell["suppressed"]]) if cell["suppressed"] else told("score", cell["score"])
        for cell in row["cells"]
    )
    return (*first, told("group", row["n"]), *scores)


def unit_score_cells(text: ReportText, rows: Sequence[Document], agency: Mapping[str, float]) -> Table:
    """One unit's factors beside the agency's; rows {code, n, score, interval, suppressed}."""
    header = (
        text.word("summary.factor"),
        text.word("factor.n"),
        text.word("factor.unit_score"),
        _("95%% interval from"),
        _("95%% interval to"),
        text.word("key.whole"),
    )
    return Table(header, tuple(_unit_score(text, row, agency.get(row["code"])) for row in rows))


def _unit_score(text: ReportText, row: Document, agency: float | None) -> tuple[Cell, ...]:
    name = text.factor_name(row["code"])
    if row["score"] is None:
        return (name, "", text.word(WHY[row["suppressed"] or "small"]), "", "", told("score", agency))
    scores = (told("score", row["score"]), *ends_of(row["interval"]), told("score", agency))
    return (name, told("group", row["n"]), *scores)


def wave_cells(text: ReportText, rows: Sequence[Document], heads: Sequence[str]) -> Table:
    """The index and each factor in each wave: score and interval, and whether the line goes on to it."""
    header = (
        text.word("summary.factor"),
        _("Survey"),
        text.word("summary.score"),
        _("95%% interval from"),
        _("95%% interval to"),
        _("Comparable with the survey before"),
    )
    cells = []
    for row in rows:
        for point in row["points"]:
            score: Cell = told("score", point["score"]) or text.word("summary.few")
            goes_on = "" if point["wave"] == 0 else _("yes") if point["joined"] else _("no")
            name, head = text.factor_name(row["code"]), heads[point["wave"]]
            cells.append((name, head, score, *ends_of(point["interval"]), goes_on))
    return Table(header, tuple(cells))


def line_cells(
    text: ReportText,
    cards: Sequence[Document],
    line: UnitLine,
    factors: Sequence[str],
    heads: Sequence[str],
) -> Table:
    """A unit's line: a row for each factor, wave and unit that it was made of."""
    header = (
        text.word("summary.factor"),
        _("Survey"),
        text.word("factor.unit"),
        text.word("factor.unit_score"),
        _("95%% interval from"),
        _("95%% interval to"),
    )
    names = [{unit["code"]: unit["name"] for unit in card["units"]} for card in cards]
    cells = []
    for factor in factors:
        for stop in line.stops:
            found = figure_of(cards[stop.wave], stop, factor)
            score: Cell = told("score", found["score"]) if found else text.word("factor.unit_few")
            ends = ends_of(found["interval"] if found else None)
            name = names[stop.wave][stop.code]
            cells.append((text.factor_name(factor), heads[stop.wave], name, score, *ends))
    return Table(header, tuple(cells))
