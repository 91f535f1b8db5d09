"""Units of a wave's results, one or all, and surveys side by side: only what the release plan shows."""

import uuid
from decimal import Decimal
from typing import Any, Final

from babel.numbers import format_decimal
from flask import Blueprint, Flask, abort, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from cri.domain.access import Permission
from cri.services.context import Context
from cri.web.access import requires
from cri.web.language import current_language
from cri.web.results_shown import (
    MOST_DRAWN,
    Results,
    figure_called,
    heat_rows,
    line_of,
    unit_shown,
)
from cri.web.results_tables import Cell
from cri.web.results_view import said_about
from cri.web.texts import per_cent
from cri.web.views.results_read import downloads_of, read_results, scored_wave

views = Blueprint("results_units", __name__, url_prefix="/results/<uuid:wave_id>")

INDENT: Final = "\u2003"
"""An em space for each level in a list of choices, which has no other way to show a tree."""

ENDED: Final = {
    "instrument": _l("The line goes back no further: the questionnaire was another one."),
    "method": _l("The line goes back no further: the method was another one."),
    "new": _l("The line goes back no further: nothing shown in the survey before went on in it."),
    "reorganised": _l("The line goes back no further: too few of its people belong to what it was."),
    "headcounts": _l("The line goes back no further: numbers of people are missing."),
}
TRENDS: Final = {
    None: _l("Shown"),
    "new": _l("None: the unit is new"),
    "reorganised": _l("None: too little in common"),
    "headcounts": _l("None: numbers of people are missing"),
}


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)
    app.jinja_env.filters["cell_text"] = _cell_text


@views.get("/units")
@requires(Permission.READ_RESULTS)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """All units by factors, or with ?unit= one of those that are shown."""
    found = read_results(ctx, wave_id)
    code = request.args.get("unit")
    page = _one_unit(found, code) if code else _all_units(found)
    return render_template(
        "views/results/units.html",
        wave=scored_wave(ctx, wave_id),
        words=found.text.page_words(),
        downloads=downloads_of(ctx, wave_id),
        choices=_choices(found),
        **page,
    )


@views.get("/waves")
@requires(Permission.READ_RESULTS)
def waves(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The survey beside those before it, and what each unit was."""
    found = read_results(ctx, wave_id)
    text, claims = found.text, found.scorecard["claims"]
    return render_template(
        "views/results/waves.html",
        wave=scored_wave(ctx, wave_id),
        downloads=downloads_of(ctx, wave_id),
        shown=figure_called(found, "waves") if found.earlier else None,
        claims=said_about(text, claims, ["index", *found.factors, "wave"], "change."),
        units=_histories(found),
    )


def _all_units(found: Results) -> dict[str, Any]:
    if not found.scorecard["units"]:
        return {"heat": None}
    drawn = len(heat_rows(found, MOST_DRAWN)) < len(heat_rows(found))
    summary = _("Coloured where a unit is surely 3 points or more from the agency, by steps of 3 points.")
    more = _("The figure has the upper levels of the tree; the table has every unit.")
    return {"heat": figure_called(found, "heatmap"), "summary": f"{summary} {more}" if drawn else summary}


def _one_unit(found: Results, code: str) -> dict[str, Any]:
    """One unit's page. A unit that is kept back is not found, as one that does not exist."""
    try:
        unit, _rows, _own = unit_shown(found, code)
    except KeyError:
        abort(404)
    line = line_of(found, code) if found.earlier else None
    return {
        "chosen": {
            "code": code,
            "name": unit["name"],
            "n": found.text.number("group", unit["n"]),
        },
        "own": figure_called(found, "unit", code),
        "line": figure_called(found, "lineage", code) if line and line.links else None,
        "ended": str(ENDED[line.ended]) if line and line.ended else _no_earlier(found),
    }


def _no_earlier(found: Results) -> str:
    return "" if found.earlier else str(_("There is no earlier survey."))


def _choices(found: Results) -> list[tuple[str, str]]:
    """The units shown, in tree order; of those kept back neither a name nor a place."""
    shown = [row for row in heat_rows(found) if row["code"] is not None and row["cells"] is not None]
    if not shown:
        return []
    named = [(row["code"], INDENT * row["depth"] + found.text.unit_name(row["code"])) for row in shown]
    return [("", str(_("All units"))), *named]


def _histories(found: Results) -> list[dict[str, Any]]:
    change = found.scorecard["change"]
    if not found.earlier or not change or not change["comparable"]:
        return []
    before = {unit["code"]: unit["name"] for unit in found.cards[-2]["units"]}
    return [
        {
            "code": unit["code"],
            "name": found.text.unit_name(unit["code"]),
            "was": [before.get(code, code) for code in unit["lineage"]["predecessors"]],
            "share": "" if unit["lineage"]["share"] is None else per_cent(unit["lineage"]["share"]),
            "trend": str(TRENDS[unit["lineage"]["reason"]]),
        }
        for unit in change["units"]
        if "lineage" in unit
    ]


def _cell_text(cell: Cell) -> str:
    """A cell of a table to take away as a page shows it: with the language's separators and minus sign."""
    if isinstance(cell, str):
        return cell
    pattern = "#,##0.0" if isinstance(cell, Decimal) else "#,##0"
    written = format_decimal(cell, format=pattern, locale=current_language(), numbering_system="latn")
    return str(written).replace("-", "\u2212")
