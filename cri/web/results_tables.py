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
