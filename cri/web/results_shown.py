"""The figures of the results by their names: what plotly draws, and the numbers behind it as a table."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask_babel import gettext as _

from cri.adapters.report_parts import norm_facts, response_of
from cri.adapters.report_text import ReportText
from cri.domain.figures_heatmap import heatmap_rows
from cri.domain.figures_waves import wave_rows, waves_of
from cri.domain.pack import section_of
from cri.domain.pack_rows import unit_rows
from cri.domain.released_scorecard import with_whole_points
from cri.domain.unit_lines import UnitLine, unit_line
from cri.web.results_figures import Figure, items_plot, summary_figure, units_plot
from cri.web.results_grid_figures import heatmap_plot, lineage_plot, unit_plot, waves_plot
from cri.web.results_tables import (
    Table,
    grid_cells,
    item_cells,
    line_cells,
    places_cells,
    unit_cells,
    unit_score_cells,
    wave_cells,
)

Document = Mapping[str, Any]

SUMMARY: Final = "summary"
EVERY_UNIT: Final = 100_000
MOST_DRAWN: Final = 40
"""Units in a picture of them all: the highest levels of the tree that fit; the table has every one."""


@dataclass(frozen=True)
class Results:
    """One wave's results in a reader's language.

    scorecard: with the groups as they are told; earlier: those of the agency's waves before, likewise, the
    oldest first.
    """

    pack: Document
    scorecard: Document
    text: ReportText
    earlier: tuple[Document, ...] = ()

    @property
    def factors(self) -> list[str]:
        """Codes of the factors in their order."""
        return [factor["code"] for factor in self.scorecard["factors"]]

    @property
    def cards(self) -> tuple[Document, ...]:
        """The scorecards that are set side by side, this wave's last."""
        return tuple(waves_of(self.scorecard, self.earlier))


@dataclass(frozen=True)
class Shown:
    """A figure. title: what it is called beside it. wide: with whole names, for a file."""

    title: str
    plot: Figure
    wide: Figure
    table: Table


def results_of(
    pack: Document, scorecard: Document, text: ReportText, earlier: Sequence[Document] = ()
) -> Results:
    """What pages, figures and tables of a wave are made from: units no more exactly than anywhere else."""
    return Results(pack, with_whole_points(scorecard), text, tuple(map(with_whole_points, earlier)))


def rows_of_units(found: Results, factor: str) -> list[dict[str, Any]]:
    """All units of the scorecard, of which the printed report has room for the first few only."""
    rows, _rest = unit_rows(found.scorecard["units"], factor, EVERY_UNIT)
    return rows


def figure_called(found: Results, name: str, unit: str | None = None) -> Shown:
    """The figure of that name: "summary", "heatmap", "waves"; of a factor "insight.items", "insight.units".

    Of a unit, by its code: "unit" and "lineage". Raises KeyError for a name that no figure of these results
    has, and for a unit that they do not show: one that is kept back is as one that does not exist.
    """
    if name in _WHOLE:
        return _WHOLE[name](found)
    if name in _OF_UNITS:
        return _OF_UNITS[name](found, unit or "")
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


def heat_rows(found: Results, most: int | None = None) -> list[dict[str, Any]]:
    """The units by factors. most: whole levels from the top, as many as have room."""
    return (
        heatmap_rows(found.scorecard, most) if any(one["factors"] for one in found.scorecard["units"]) else []
    )


def _heatmap(found: Results) -> Shown:
    text, factors = found.text, found.factors
    if not heat_rows(found):
        raise KeyError("heatmap")
    drawn = heat_rows(found, MOST_DRAWN)
    screen, wide = (heatmap_plot(text, factors, drawn, wide=whole) for whole in (False, True))
    return Shown(_("Units by factors"), screen, wide, grid_cells(text, factors, heat_rows(found)))


def wave_names(found: Results) -> list[str]:
    """What the waves set side by side are called: label and month."""
    return [
        " ".join(
            part
            for part in (
                card["wave"]["label"],
                found.text.month(card["wave"]["closed"]) if card["wave"]["closed"] else "",
            )
            if part
        )
        for card in found.cards
    ]


def _waves(found: Results) -> Shown:
    text, rows = found.text, wave_rows(found.scorecard, found.earlier)
    if not rows:
        raise KeyError("waves")
    heads = wave_names(found)
    screen, wide = (waves_plot(text, rows, heads, wide=whole) for whole in (False, True))
    return Shown(
        _("The index and its factors, survey by survey"), screen, wide, wave_cells(text, rows, heads)
    )


def unit_shown(found: Results, unit: str) -> tuple[Document, list[dict[str, Any]], dict[str, float]]:
    """(the unit, its rows by factor, the agency's scores by factor). KeyError for one that is not shown."""
    shown = {one["code"]: one for one in found.scorecard["units"] if one["factors"]}
    one = shown[unit]
    rows = [
        {
            "code": code,
            "n": figure["n"],
            "score": figure["score"],
            "interval": figure["interval"],
            "suppressed": figure.get("suppressed"),
            "strip": None,
        }
        for code, figure in ((code, one["factors"][code]) for code in found.factors)
    ]
    own = {one["code"]: one["score"] for one in found.scorecard["factors"] if one["score"] is not None}
    return one, rows, own


def _unit(found: Results, unit: str) -> Shown:
    text = found.text
    one, rows, own = unit_shown(found, unit)
    screen, wide = (unit_plot(text, unit, rows, own, wide=whole) for whole in (False, True))
    title = _("%(unit)s, beside the whole agency", unit=one["name"])
    return Shown(title, screen, wide, unit_score_cells(text, rows, own))


def line_of(found: Results, unit: str) -> UnitLine:
    """The unit's line back through the waves. KeyError for a unit that these results do not show."""
    return unit_line(found.cards, unit)


def _lineage(found: Results, unit: str) -> Shown:
    text, factors, heads = found.text, found.factors, wave_names(found)
    one, _rows, _own = unit_shown(found, unit)
    line = line_of(found, unit)
    if not line.links:
        raise KeyError(unit)
    screen, wide = (
        lineage_plot(text, found.cards, line, factors, heads, wide=whole) for whole in (False, True)
    )
    title = _("%(unit)s, survey by survey", unit=one["name"])
    return Shown(title, screen, wide, line_cells(text, found.cards, line, factors, heads))


def _over_time(found: Results, factor: str) -> Shown:
    text = found.text
    rows = [row for row in wave_rows(found.scorecard, found.earlier) if row["code"] == factor]
    if not rows:
        raise KeyError(factor)
    heads = wave_names(found)
    screen, wide = (waves_plot(text, rows, heads, wide=whole) for whole in (False, True))
    title = _("%(factor)s, survey by survey", factor=text.factor_name(factor))
    return Shown(title, screen, wide, wave_cells(text, rows, heads))


_OF_FACTORS: Final = {"items": _items, "units": _units, "waves": _over_time}
_WHOLE: Final = {SUMMARY: _summary, "heatmap": _heatmap, "waves": _waves}
_OF_UNITS: Final = {"unit": _unit, "lineage": _lineage}
