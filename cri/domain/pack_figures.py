"""The figures of a workshop pack's own pages, with the claims that their alternative texts are made of."""

from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from typing import Any, Final

from cri.domain.figures_change import change_rows, unit_change_rows
from cri.domain.figures_forecast import forecast_rows
from cri.domain.figures_heatmap import heatmap_rows
from cri.domain.figures_importance import importance_rows
from cri.domain.figures_kinds import claims_about, figure_entry
from cri.domain.figures_response import response_rows
from cri.domain.figures_roadmap import quarters_from, roadmap_rows
from cri.domain.figures_waves import wave_heads, wave_rows
from cri.domain.figures_wheel import wheel_rows, wheel_scale
from cri.domain.pack import section_of

Document = Mapping[str, Any]
Figures = dict[str, dict[str, Any]]

MOST_ROWS: Final = 16
"""Units in the table of a page: the highest levels of the tree that fit; all are on pages of their own."""
MOST_BARS: Final = 9
MOST_CHANGED: Final = 12
PANEL: Final = 72  # rows of a column of the page that shows all units


def workshop_figures(pack: Document, card: Document, earlier: Sequence[Document] = ()) -> Figures:
    """Return the figures that there is anything to draw for, by their ids.

    pack: the leader's, with its claims. card: the scorecard, with whole points. earlier: scorecards of the
    agency's waves before.
    """
    codes = [str(factor["code"]) for factor in card["factors"]]
    made: Figures = {
        "forecast": _form(pack, codes),
        **_wheel(pack, codes),
        **_units(pack, card, codes),
        **_changes(pack, card, earlier, codes),
        **_importance(card),
        **_roadmap(card),
    }
    return {key: figure for key, figure in made.items() if figure["rows"]}


def glance_ids(figures: Mapping[str, Any]) -> list[str]:
    """Return the ids of the columns that show all units, in their order."""
    return [key for key in figures if key.startswith("units.glance.")]


def _form(pack: Document, codes: Sequence[str]) -> dict[str, Any]:
    by_code = {row["code"]: row for row in section_of(pack, "summary")["rows"]}
    rows = forecast_rows([by_code[code] for code in (*codes, "index")], {})
    return figure_entry("forecast", rows, (), codes)


def _wheel(pack: Document, codes: Sequence[str]) -> Figures:
    rows = section_of(pack, "summary")["rows"]
    pretended = bool(pack["norm"] and pack["norm"]["pretended"])
    scale = wheel_scale(rows, pretended=pretended)
    claims = claims_about(pack, codes, "position." if scale == "percentile" else "score.")
    return {"wheel": figure_entry("wheel", wheel_rows(rows, pretended=pretended), claims, codes, scale=scale)}


def _units(pack: Document, card: Document, codes: Sequence[str]) -> Figures:
    """Nothing where every unit is held back: a picture of that alone would tell nobody anything."""
    if all(unit["suppressed"] for unit in card["units"]):
        return {}
    claims = claims_about(pack, codes, "units.")
    made = {
        "response": figure_entry(
            "response", response_rows(card, MOST_BARS), claims_about(pack, ["wave"], "response."), []
        ),
        "units.heatmap": figure_entry("heatmap", heatmap_rows(card, MOST_ROWS), claims, codes),
    }
    if len(card["units"]) > MOST_ROWS:
        rows = heatmap_rows(card)
        panels = 2 * ceil(len(rows) / (2 * PANEL))
        size = ceil(len(rows) / panels)
        for number in range(panels):
            part = rows[number * size : (number + 1) * size]
            made[f"units.glance.{number + 1}"] = figure_entry("glance", part, claims, codes)
    return made


def _changes(pack: Document, card: Document, earlier: Sequence[Document], codes: Sequence[str]) -> Figures:
    results = ("index", *codes)
    said = [claim["id"] for claim in card["claims"] if claim["text_key"].startswith("change.")]
    return {
        "waves": figure_entry(
            "waves",
            wave_rows(card, earlier),
            (*claims_about(pack, results, "score."), *said),
            [],
            waves=wave_heads(card, earlier),
        ),
        "change": figure_entry("change", change_rows(card), said, []),
        "units.change": figure_entry("unit_change", unit_change_rows(card, MOST_CHANGED), (), codes),
    }


def _importance(card: Document) -> Figures:
    said = [claim["id"] for claim in card["claims"] if claim["text_key"].startswith("drivers.")]
    rows = importance_rows(card)
    return {"importance": figure_entry("importance", rows, said, [], middle=card["index"]["score"])}


def _roadmap(card: Document) -> Figures:
    """The quarters after the one that the wave closed in, where that is known."""
    closed = card["wave"]["closed"]
    quarters = quarters_from(date.fromisoformat(closed[:10])) if closed else []
    rows = roadmap_rows([], date.fromisoformat(quarters[0]) if quarters else date.min)
    return {"roadmap": figure_entry("roadmap", rows, (), [], quarters=quarters or [""] * 4)}
