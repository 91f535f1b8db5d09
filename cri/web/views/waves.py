"""Waves: set one up, see where it is and what is next, open it. Never any answer."""

import uuid
from datetime import time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from cri.db.models import Wave
from cri.db.queries.organisation import people_count, present_units
from cri.domain.access import Permission
from cri.domain.relationships import usual_noun
from cri.services import waves
from cri.services.agencies import this_agency
from cri.services.answer_imports import collected_elsewhere
from cri.services.context import Context
from cri.services.instruments import COMPANIONS, OFFERED, offered_languages, texts_nearest
from cri.services.packs import load_pack
from cri.services.wave_setup import change_companion
from cri.services.waves import WaveNotReadyError
from cri.web.access import requires
from cri.web.cautions import cautions_of_agency
from cri.web.closing_times import on_the_wall, read_closing
from cri.web.forms.waves import WaveForm
from cri.web.language import current_language, language_name, spoken_languages
from cri.web.texts import moment, number, short_moment
from cri.web.wave_rates import rates_view
from cri.web.wave_views import (
    closing_steps,
    draft_steps,
    log_rows,
    report_ready,
    state_tag,
    waiting_steps,
    wave_facts,
)

views = Blueprint("waves", __name__, url_prefix="/waves")

USUAL_DAYS = 21
USUAL_HOUR = time(17, 0)
REFRESH_SECONDS = 5
WAITING_SECONDS = 60
CHOSEN_WHEN = {
    "cri": _l("No, or hardly: we are the only ones who offer it"),
    "mri": _l("Yes: we compete for the people we serve"),
}
"""Code of an instrument -> whom it suits."""


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("")
@requires(Permission.RUN_WAVES)
def overview(ctx: Context) -> ResponseReturnValue:
    """All waves of the agency."""
    zone = this_agency(ctx).time_zone
    rows = [
        {
            "label": wave.label,
            "href": url_for(".show", wave_id=wave.id),
            "state": state_tag(wave.state),
            "practice": wave.practice,
            "opened": short_moment(wave.opened_at, zone) if wave.opened_at else "",
            "closes": _closing(wave, zone),
        }
        for wave in waves.list_waves(ctx)
    ]
    return render_template("views/waves/overview.html", rows=rows)


def _closing(wave: Wave, zone: str) -> str:
    at = wave.closed_at or wave.closes_at
    return short_moment(at, zone) if at else ""


@views.get("/new")
@requires(Permission.RUN_WAVES)
def new(ctx: Context) -> ResponseReturnValue:
    """An empty form with what is usual filled in; the word for the people served follows the map."""
    agency = this_agency(ctx)
    day = (ctx.now.astimezone(ZoneInfo(agency.time_zone)) + timedelta(days=USUAL_DAYS)).date()
    form = _form()
    nouns = texts_nearest(*OFFERED[0], current_language()).nouns
    mapped = bool(agency.service_lines)
    form.process(
        instrument=OFFERED[0][0],
        languages=_languages(),
        noun=usual_noun(agency.relationship_type, nouns, agency.noun) if mapped else agency.noun,
        closes_on=day,
        closes_time=USUAL_HOUR,
    )
    return _form_page(ctx, form, None)


@views.post("/new")
@requires(Permission.RUN_WAVES)
def create(ctx: Context) -> ResponseReturnValue:
    """Make a draft."""
    form = _form()
    asked = _read(ctx, form)
    if asked is None:
        return _form_page(ctx, form, None), 422
    wave_id = waves.create_wave(ctx, **asked, practice=form.practice.data)
    _set_companion(ctx, wave_id, form)
    return redirect(url_for(".show", wave_id=wave_id), 303)


@views.get("/<uuid:wave_id>/edit")
@requires(Permission.RUN_WAVES)
def edit(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """A draft, to be changed."""
    wave = waves.find_draft(ctx, wave_id)
    day, hour = on_the_wall(wave.closes_at or ctx.now, this_agency(ctx).time_zone)
    form = _form()
    form.process(
        label=wave.label,
        instrument=wave.instrument_code,
        companion=wave.companion_code is not None,
        languages=wave.languages,
        noun=wave.noun,
        closes_on=day,
        closes_time=hour,
    )
    return _form_page(ctx, form, wave)


@views.post("/<uuid:wave_id>/edit")
@requires(Permission.RUN_WAVES)
def change(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Change a draft."""
    wave = waves.find_draft(ctx, wave_id)
    form = _form()
    asked = _read(ctx, form)
    if asked is None:
        return _form_page(ctx, form, wave), 422
    waves.change_wave(ctx, wave_id, **asked)
    _set_companion(ctx, wave_id, form)
    return redirect(url_for(".show", wave_id=wave_id), 303)


def _form() -> WaveForm:
    form = WaveForm()
    texts = {release: texts_nearest(*release, current_language()) for release in OFFERED}
    form.instrument.choices = [
        (code, f"{CHOSEN_WHEN[code]} ({texts[code, version].title})") for code, version in OFFERED
    ]
    form.noun.choices = [(code, forms["name"]) for code, forms in texts[OFFERED[0]].nouns.items()]
    form.languages.choices = [(code, language_name(code)) for code in _languages()]
    return form


def _languages() -> list[str]:
    """A questionnaire needs both its statements and its buttons in a language."""
    return [code for code in offered_languages() if code in spoken_languages()]


def _read(ctx: Context, form: WaveForm) -> dict[str, Any] | None:
    """What a valid form asks for; None, and the form says why, when something is wrong."""
    closes_at = read_closing(ctx, form) if form.validate_on_submit() else None
    if closes_at is None:
        return None
    return {
        "label": form.label.data,
        "instrument": next(release for release in OFFERED if release[0] == form.instrument.data),
        "languages": form.languages.data,
        "noun": form.noun.data,
        "closes_at": closes_at,
    }


def _set_companion(ctx: Context, wave_id: uuid.UUID, form: WaveForm) -> None:
    change_companion(ctx, wave_id, COMPANIONS[0] if form.companion.data else None)


def _form_page(ctx: Context, form: WaveForm, wave: Wave | None) -> str:
    return render_template(
        "views/waves/form.html", form=form, wave=wave, time_zone=this_agency(ctx).time_zone
    )


@views.get("/<uuid:wave_id>")
@requires(Permission.RUN_WAVES)
def show(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Where a wave is, and the next thing to do about it. While it closes the page looks again by itself."""
    wave, zone = waves.find_wave(ctx, wave_id), this_agency(ctx).time_zone
    common = {
        "wave": wave,
        "facts": wave_facts(wave, zone),
        "tag": state_tag(wave.state),
        "log": log_rows(ctx, wave, zone),
    }
    if wave.state == "draft":
        missing = waves.missing_for_opening(ctx, wave)
        steps = draft_steps(ctx, wave, missing)
        opens = moment(wave.opens_at, zone) if wave.opens_at else None
        cautions = cautions_of_agency(ctx)
        return render_template(
            "views/waves/draft.html",
            steps=steps,
            ready=not missing,
            opens=opens,
            cautions=cautions,
            **common,
        )
    waiting = waiting_steps(wave, ctx.now, zone)
    if wave.state == "open" and waiting is None:
        return render_template("views/waves/open.html", rates=rates_view(ctx, wave), **common)
    done = report_ready(ctx, wave)
    brought = collected_elsewhere(ctx, wave_id)
    page = render_template(
        "views/waves/closing.html",
        steps=waiting or closing_steps(wave, done),
        waiting=waiting is not None,
        done=done,
        results=load_pack(ctx, wave_id) is not None,
        rates=rates_view(ctx, wave),
        collected=number(brought.answers) if brought else None,
        **common,
    )
    response = make_response(page)
    if not done:
        response.headers["Refresh"] = str(WAITING_SECONDS if waiting else REFRESH_SECONDS)
    return response


@views.get("/<uuid:wave_id>/open")
@requires(Permission.RUN_WAVES)
def confirm_open(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """What opening freezes, to be read before doing it."""
    wave = waves.find_draft(ctx, wave_id)
    if waves.missing_for_opening(ctx, wave):
        return redirect(url_for(".show", wave_id=wave_id))
    people = people_count(ctx.session, ctx.agency_id)
    return render_template(
        "views/waves/confirm_open.html",
        wave=wave,
        facts=wave_facts(wave, this_agency(ctx).time_zone),
        people=number(people),
        units=number(len(present_units(ctx.session, ctx.agency_id))),
        too_few=people < wave.minimum,
    )


@views.post("/<uuid:wave_id>/open")
@requires(Permission.RUN_WAVES)
def open_now(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Open it."""
    try:
        waves.open_wave(ctx, wave_id)
    except WaveNotReadyError:
        flash(_("Something is still missing. Nothing was opened."), "warning")
        return redirect(url_for(".show", wave_id=wave_id), 303)
    flash(_("The survey is open. Now give people their links."), "success")
    return redirect(url_for("links.show", wave_id=wave_id), 303)
