"""Setting up a draft: what happens by itself, the smallest groups, a try-out of the whole questionnaire."""

import uuid
from datetime import datetime
from typing import Any

import segno
from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from cri.db.models import Wave
from cri.db.queries.organisation import present_units
from cri.domain.access import Permission
from cri.domain.errors import InputError
from cri.domain.tree import in_tree_order
from cri.domain.wave_plan import moment_of
from cri.domain.wave_schedule import Moment, Schedule, Wrong, usual_reminders
from cri.services import practice
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.instruments import released_instrument, texts_nearest
from cri.services.wave_setup import LARGEST_MINIMUM, ScheduleError, change_groups, change_schedule
from cri.services.waves import find_draft
from cri.web.access import requires
from cri.web.closing_times import no_such_hour, on_the_wall
from cri.web.forms.waves import GroupsForm, ScheduleForm
from cri.web.language import current_language
from cri.web.texts import moment, number

views = Blueprint("wave_setup", __name__, url_prefix="/waves/<uuid:wave_id>")

WRONG = {
    Wrong.PAST: _l("This is past. Choose a moment that is still to come."),
    Wrong.NOT_AFTER: _l("This must come after what stands before it."),
    Wrong.NO_FIRST: _l("Choose the first reminder, or none at all."),
    Wrong.TOO_LONG: _l("A survey may be open for a year at most."),
}


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("/schedule")
@requires(Permission.RUN_WAVES)
def schedule(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """What is to happen by itself, with two reminders proposed where nothing was chosen yet."""
    wave, zone = find_draft(ctx, wave_id), this_agency(ctx).time_zone
    if wave.closes_at is None:
        return redirect(url_for("waves.edit", wave_id=wave_id))
    known = Schedule(**{one.value: getattr(wave, one.value) for one in Moment})
    untouched = not any((known.opens_at, known.invite_at, known.first_reminder_at))
    shown = usual_reminders(known, ctx.now, zone) if untouched else known
    form = ScheduleForm()
    filled: dict[str, Any] = {}
    for one in Moment:
        at = shown.at(one)
        if at is not None:
            name = one.value.removesuffix("_at")
            filled[f"{name}_on"], filled[f"{name}_time"] = on_the_wall(at, zone)
    form.process(**filled)
    return _schedule_page(wave, form, zone, proposed=shown != known)


@views.post("/schedule")
@requires(Permission.RUN_WAVES)
def save_schedule(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Keep it."""
    wave, zone = find_draft(ctx, wave_id), this_agency(ctx).time_zone
    form = ScheduleForm()
    read = _read_schedule(form, zone) if form.validate_on_submit() else None
    if read is None:
        return _schedule_page(wave, form, zone), 422
    try:
        change_schedule(ctx, wave_id, read)
    except ScheduleError as error:
        for one, why in error.wrong.items():
            form[f"{one.value.removesuffix('_at')}_on"].errors = [WRONG[why]]
        return _schedule_page(wave, form, zone), 422
    flash(_("Saved."), "success")
    return redirect(url_for("waves.show", wave_id=wave_id), 303)


def _read_schedule(form: ScheduleForm, zone: str) -> Schedule | None:
    """The moments of a form; None, and the form says why, when an hour is missing or the clock skips it."""
    read: dict[str, Any] = {}
    sound = True
    for one in Moment:
        day, hour = form.local(one)
        field = form[f"{one.value.removesuffix('_at')}_time"]
        read[one.value] = None
        if (day is None) != (hour is None):
            field.errors, sound = [_("Choose both the day and the hour, or neither.")], False
        elif day is not None and hour is not None:
            try:
                read[one.value] = moment_of(datetime.combine(day, hour), zone)
            except InputError:
                field.errors, sound = [no_such_hour()], False
    return Schedule(**read) if sound else None


def _schedule_page(wave: Wave, form: ScheduleForm, zone: str, *, proposed: bool = False) -> str:
    return render_template(
        "views/waves/schedule.html", wave=wave, form=form, time_zone=zone, proposed=proposed
    )


@views.get("/groups")
@requires(Permission.RUN_WAVES)
def groups(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The smallest groups, and which questions about the person are asked."""
    wave = find_draft(ctx, wave_id)
    form = _groups_form(wave)
    known = [one.code for one in released_instrument(wave.instrument_code, wave.instrument_version).profile]
    form.process(
        minimum=wave.minimum,
        comments_minimum=wave.comments_minimum,
        breakdowns=known if wave.breakdowns is None else wave.breakdowns,
    )
    return render_template("views/waves/groups.html", wave=wave, form=form)


@views.post("/groups")
@requires(Permission.RUN_WAVES)
def save_groups(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Keep them."""
    wave = find_draft(ctx, wave_id)
    form = _groups_form(wave)
    if not form.validate_on_submit():
        return render_template("views/waves/groups.html", wave=wave, form=form), 422
    try:
        change_groups(
            ctx,
            wave_id,
            minimum=form.minimum.data or 0,
            comments_minimum=form.comments_minimum.data or 0,
            breakdowns=form.breakdowns.data or (),
        )
    except InputError as error:
        for problem in error.problems:
            least = problem.expected.partition(" ")[0]
            form[problem.where].errors = [
                _("Enter a number from %(least)s to %(most)s.", least=least, most=number(LARGEST_MINIMUM))
            ]
        return render_template("views/waves/groups.html", wave=wave, form=form), 422
    flash(_("Saved."), "success")
    return redirect(url_for("waves.show", wave_id=wave_id), 303)


def _groups_form(wave: Wave) -> GroupsForm:
    texts = texts_nearest(wave.instrument_code, wave.instrument_version, current_language())
    form = GroupsForm()
    form.breakdowns.choices = [
        (one.code, texts.profile[one.code].prompt)
        for one in released_instrument(wave.instrument_code, wave.instrument_version).profile
    ]
    return form


@views.get("/try")
@requires(Permission.RUN_WAVES)
def try_out(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """The way into the try-out that stands, or how to begin one."""
    wave = find_draft(ctx, wave_id)
    standing = practice.standing_try_out(ctx, wave_id)
    link = practice.try_out_link(ctx, standing.id) if standing else None
    zone = this_agency(ctx).time_zone
    units = in_tree_order(present_units(ctx.session, ctx.agency_id))
    return render_template(
        "views/waves/try_out.html",
        wave=wave,
        standing=standing,
        made=moment(standing.opened_at, zone) if standing and standing.opened_at else None,
        ends=moment(standing.closes_at, zone) if standing and standing.closes_at else None,
        link=link,
        qr=segno.make(link, error="m").svg_data_uri(scale=5, border=4, dark="#0b0c0c", light="#ffffff")
        if link
        else None,
        units=[
            ("", _("No unit: as through a poster")),
            *((unit.code, unit.name) for unit, _depth in units),
        ],
    )


@views.post("/try")
@requires(Permission.RUN_WAVES)
def begin_try_out(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Begin one from the draft as it is now."""
    practice.try_out(ctx, wave_id, request.form.get("unit") or None)
    return redirect(url_for(".try_out", wave_id=wave_id), 303)


@views.post("/try/end")
@requires(Permission.RUN_WAVES)
def end_try_out(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Throw it away."""
    practice.end_try_out(ctx, wave_id)
    flash(_("The try-out is over. What was answered in it is destroyed."), "success")
    return redirect(url_for("waves.show", wave_id=wave_id), 303)
