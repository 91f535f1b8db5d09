"""Packs about single units: chosen, made in the background while their progress shows, taken as a ZIP."""

import uuid
from collections.abc import Sequence
from typing import Any, Final

from flask import (
    Blueprint,
    Flask,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext

from cri.db.models import Wave
from cri.domain.access import Permission
from cri.domain.errors import InputError
from cri.domain.pack_rows import unit_rows
from cri.domain.pack_unit import is_released
from cri.services.context import Actor, Context
from cri.services.packs import is_being_made
from cri.services.scoring import load_scorecard
from cri.services.unit_packs import (
    MOST_UNITS,
    Progress,
    find_order,
    order_packs,
    progress_of,
    read_packs,
    stop_packs,
)
from cri.web.access import here, requires
from cri.web.language import language_name
from cri.web.parts import context_for
from cri.web.texts import number
from cri.web.views.results_read import read_pack, scored_wave

views = Blueprint("unit_packs", __name__, url_prefix="/results/<uuid:wave_id>/unit-packs")

LOOK_AGAIN: Final = 5
"""Seconds after which the page asks again how far the packs have come."""
INDENT: Final = "\u2003"
"""A level of the tree in a list of choices, and how many are set in at most."""
DEEPEST: Final = 4


def init(app: Flask) -> None:
    """Add these views, and for the list of documents whether a pack is being made."""
    app.register_blueprint(views)
    app.context_processor(lambda: {"pack_being_made": _being_made})


@views.get("")
@requires(Permission.TAKE_REPORTS)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Choose units, or see how far their packs have come; while they are made the page looks again itself."""
    return _page(ctx, scored_wave(ctx, wave_id))


@views.post("")
@requires(Permission.TAKE_REPORTS)
def ask(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for packs of all units, or of those ticked."""
    read_pack(ctx, wave_id)
    wave = scored_wave(ctx, wave_id)
    form = request.form
    codes = None if form.get("which") == "all" else form.getlist("units")
    problem = _problem(ctx, wave, codes, form.get("locale", ""))
    if problem:
        return _page(ctx, wave, problem), 400
    try:
        order_packs(ctx, wave_id, form.get("locale", ""), codes)
    except InputError:  # somebody was quicker, or the form was not ours
        flash(_("These packs could not be asked for. Look at what is being made."), "error")
    return redirect(url_for(".show", wave_id=wave_id))


@views.post("/stop")
@requires(Permission.TAKE_REPORTS)
def stop(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Stop after the pack in hand."""
    read_pack(ctx, wave_id)
    if stop_packs(ctx, wave_id):
        flash(_("Stopped. What is made is kept, and need not be made again."), "success")
    return redirect(url_for(".show", wave_id=wave_id))


@views.get("/packs.zip")
@requires(Permission.TAKE_REPORTS)
def take(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The packs of the newest order that is made."""
    wave = scored_wave(ctx, wave_id)
    order = find_order(ctx, wave_id)
    if order is None or order.sha256 is None:
        abort(404)
    response = Response(read_packs(ctx, order), content_type="application/zip")
    name = f"cri-units-{wave.id.hex[:8]}-{order.locale}.zip"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(ctx: Context, wave: Wave, problem: str = "") -> Response:
    read_pack(ctx, wave.id)
    scorecard: dict[str, Any] = load_scorecard(ctx, wave.id) or {"units": []}
    units = scorecard["units"]
    order = find_order(ctx, wave.id)
    progress = None if order is None else progress_of(ctx, order)
    making = progress is not None and progress.order.state == "making"
    released = [unit for unit in units if is_released(unit)]
    page = render_template(
        "views/unit_packs/show.html",
        wave=wave,
        problem=problem,
        progress=None if progress is None else _told(progress, units),
        making=making,
        choices=_choices(released),
        ticked=request.form.getlist("units"),
        which=request.form.get("which", "all"),
        hidden=_names(units, [unit["code"] for unit in units if not is_released(unit)]),
        offered=[(code, language_name(code)) for code in wave.languages],
        everything=ngettext(
            "The one unit that may be shown", "All %(num)s units that may be shown", len(released)
        ),
    )
    response = make_response(page)
    response.headers["Cache-Control"] = "private, no-store"
    if making:
        response.headers["Refresh"] = str(LOOK_AGAIN)
    return response


def _told(progress: Progress, units: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """An order as the page tells of it."""
    return {
        "state": progress.order.state,
        "made": number(progress.made),
        "wanted": number(progress.wanted),
        "percent": round(100 * progress.made / progress.wanted) if progress.wanted else 0,
        "value": progress.made,
        "most": progress.wanted,
        "failed": _names(units, progress.failed),
        "left_out": _names(units, progress.left_out),
        "language": language_name(progress.order.locale),
    }


def _names(units: Sequence[dict[str, Any]], codes: Sequence[str]) -> list[str]:
    return [unit["name"] for unit in units if unit["code"] in codes]


def _choices(units: Sequence[dict[str, Any]]) -> list[tuple[str, str]]:
    """Codes and names of released units in the tree's order, set in by their level."""
    if not units:
        return []
    names = {unit["code"]: unit["name"] for unit in units}
    rows, _more = unit_rows(units, next(iter(units[0]["factors"])), len(units))
    return [(row["code"], f"{INDENT * min(row['depth'], DEEPEST)}{names[row['code']]}") for row in rows]


def _problem(ctx: Context, wave: Wave, codes: list[str] | None, locale: str) -> str:
    """What somebody can mend in the form; nothing if it is sound."""
    units = (load_scorecard(ctx, wave.id) or {"units": []})["units"]
    chosen = [unit for unit in units if is_released(unit) and (codes is None or unit["code"] in codes)]
    problem = ""
    if not chosen:
        problem = _("Tick at least one unit, or choose all of them.")
    elif len(chosen) > MOST_UNITS:
        most = number(MOST_UNITS)
        problem = _("These are too many at once: tick at most %(most)s units.", most=most)
    elif locale not in wave.languages:
        problem = _("Choose one of the languages of this survey.")
    return problem


def _being_made(wave: Wave, kind: str) -> bool:
    """Whether a pack of a kind is being made; for those who may take it."""
    found = here()
    if found is None or found.belonging is None:
        return False
    actor = Actor(found.account_id, found.belonging.role)
    return is_being_made(context_for(found.belonging.agency_id, actor), wave.id, kind)
