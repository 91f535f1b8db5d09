"""The figures of the results by their names: what plotly draws, and the numbers behind it as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _

from cri.adapters.report_parts import norm_facts, response_of
from cri.adapters.report_text import ReportText
from cri.domain.pack import section_of
from cri.domain.pack_rows import unit_rows
from cri.domain.released_scorecard import with_whole_points
from cri.web.results_figures import Figure, items_plot, summary_figure, units_plot
from cri.web.results_tables import Table, item_cells, places_cells, unit_cells

Document = Mapping[str, Any]

SUMMARY: Final = "summary"
EVERY_UNIT: Final = 100_000


@dataclass(frozen=True)
class Results:
    """One wave's results in a reader's language. scorecard: with the groups as they are told."""

    pack: Document
    scorecard: Document
    text: ReportText


@dataclass(frozen=True)
class Shown:
    """A figure. title: what it is called beside it. wide: with whole names, for a file."""

    title: str
    plot: Figure
    wide: Figure
    table: Table


def results_of(pack: Document, scorecard: Document, text: ReportText) -> Results:
    """What pages, figures and tables of a wave are made from: units no more exactly than anywhere else."""
    return Results(pack, with_whole_points(scorecard), text)


def rows_of_units(found: Results, factor: str) -> list[dict[str, Any]]:
    """All units of the scorecard, of which the printed report has room for the first few only."""
    rows, _rest = unit_rows(found.scorecard["units"], factor, EVERY_UNIT)
    return rows


def figure_called(found: Results, name: str) -> Shown:
    """The figure of that name: "summary", or of a factor "insight.items", "insight.units".

    Raises KeyError for a name that no figure of these results has.
    """
    if name == SUMMARY:
        return _summary(found)
    factor, _dot, kind = name.partition(".")
    if section_of(found.pack, factor)["key"] != "factor":
        raise KeyError(name)
    return _OF_FACTORS[kind](found, factor)


def source_of(text: ReportText) -> str:
    """Where a figure comes from, for its foot: agency, wave, days, how many answered, norm."""
    pack, wave = text.pack, text.pack["wave"]
    days = ""
    if wave["opened"] and wave["closed"]:
        days = text.word("report.dates", opened=text.day(wave["opened"]), closed=text.day(wave["closed"]))
    answered = f"{text.word('facts.response')}{_(': ')}{response_of(text)}"
    norm = [f"{label}{_(': ')}{value}" for label, value in norm_facts(text)]
    made_up = text.word("synthetic.label") if pack["synthetic"] else ""
    parts = (pack["agency"] or "", wave["label"] or "", days, answered, *norm, made_up)
    return " · ".join(part for part in parts if part)


def _summary(found: Results) -> Shown:
    pack, text = found.pack, found.text
    rows: Sequence[Document] = section_of(pack, SUMMARY)["rows"]
    title = _("The index and its factors")
    if any(row["strip"] for row in rows):
        title = _("The index and its factors, from the lowest to the best of the pool")
    screen, wide = (summary_figure(pack, text, wide=whole) for whole in (False, True))
    return Shown(title, screen, wide, places_cells(text, rows))


def _items(found: Results, factor: str) -> Shown:
    text = found.text
    title = f"{text.factor_name(factor)}{_(': ')}{text.word('factor.answered')}"
    screen, wide = (items_plot(text, factor, wide=whole) for whole in (False, True))
    return Shown(title, screen, wide, item_cells(text, factor))


def _units(found: Results, factor: str) -> Shown:
    text, rows = found.text, rows_of_units(found, factor)
    title = f"{text.factor_name(factor)}{_(': ')}{text.word('factor.units')}"
    screen, wide = (units_plot(found.pack, text, factor, rows, wide=whole) for whole in (False, True))
    return Shown(title, screen, wide, unit_cells(text, rows))


_OF_FACTORS: Final = {"items": _items, "units": _units}
