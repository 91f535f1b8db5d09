"""What an administrator does about the time of an open wave: extend it, close it. Each with a reason."""

import uuid
from collections.abc import Sequence

from flask import Blueprint, Flask, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from cri.domain.access import Permission
from cri.domain.errors import InputError
from cri.domain.wave import GRACE
from cri.services.agencies import this_agency
from cri.services.closing_early import close_early, extend_wave, reminders_to_move
from cri.services.context import Context
from cri.services.waves import find_wave, lock_in
from cri.web.access import requires
from cri.web.closing_times import on_the_wall, read_closing
from cri.web.forms.waves import ExtensionForm, ReasonForm
from cri.web.texts import moment, number
from cri.web.wave_rates import rates_view
from cri.web.wave_views import reminder_step

views = Blueprint("wave_running", __name__, url_prefix="/waves/<uuid:wave_id>")


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)


@views.get("/extend")
@requires(Permission.RUN_WAVES)
def extend(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """A later closing time."""
    wave = find_wave(ctx, wave_id)
    if wave.state != "open":
        return redirect(url_for("waves.show", wave_id=wave_id))
    day, hour = on_the_wall(wave.closes_at or ctx.now, this_agency(ctx).time_zone)
    form = ExtensionForm()
    form.process(closes_on=day, closes_time=hour)
    return _extension_page(ctx, wave_id, form)


@views.post("/extend")
@requires(Permission.RUN_WAVES)
def extend_now(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Keep it open until then; where reminders move with it, not before that was read and confirmed."""
    form = ExtensionForm()
    closes_at = read_closing(ctx, form) if form.validate_on_submit() else None
    if closes_at is None:
        return _extension_page(ctx, wave_id, form), 422
    moved = reminders_to_move(ctx, lock_in(ctx, wave_id, "open"), closes_at)
    told = " ".join(to.isoformat() for to in (closes_at, *(to for _was, to in moved.values())))
    if moved and request.form.get("told") != told:
        zone = this_agency(ctx).time_zone
        lines = [reminder_step(one, *step, zone) for one, step in moved.items()]
        return _extension_page(ctx, wave_id, form, lines, told)
    try:
        extend_wave(ctx, wave_id, closes_at, form.reason.data or "")
    except InputError:
        form.closes_on.errors = [_("Choose a later time than it has now, within a year of the opening.")]
        return _extension_page(ctx, wave_id, form), 422
    closes = moment(closes_at, this_agency(ctx).time_zone)
    flash(_("The survey is open until %(moment)s.", moment=closes), "success")
    return redirect(url_for("waves.show", wave_id=wave_id), 303)


def _extension_page(
    ctx: Context, wave_id: uuid.UUID, form: ExtensionForm, moved: Sequence[str] = (), told: str = ""
) -> str:
    """moved: what happens to reminders, to be confirmed; told: that in short, and it comes back."""
    wave, zone = find_wave(ctx, wave_id), this_agency(ctx).time_zone
    closes = moment(wave.closes_at, zone) if wave.closes_at else ""
    return render_template(
        "views/waves/extend.html",
        wave=wave,
        form=form,
        closes=closes,
        time_zone=zone,
        moved=moved,
        told=told,
    )


@views.get("/close")
@requires(Permission.RUN_WAVES)
def confirm_close(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """What closing means, to be read before doing it."""
    if find_wave(ctx, wave_id).state != "open":
        return redirect(url_for("waves.show", wave_id=wave_id))
    return _close_page(ctx, wave_id, ReasonForm())


@views.post("/close")
@requires(Permission.RUN_WAVES)
def close_now(ctx: Context, wave_id: uuid.UUID) -> ResponseReturnValue:
    """Let nobody begin any more; who has begun keeps the grace, then it is sealed."""
    form = ReasonForm()
    if not form.validate_on_submit():
        return _close_page(ctx, wave_id, form), 422
    close_early(ctx, wave_id, form.reason.data or "")
    return redirect(url_for("waves.show", wave_id=wave_id), 303)


def _close_page(ctx: Context, wave_id: uuid.UUID, form: ReasonForm) -> str:
    wave = find_wave(ctx, wave_id)
    grace = number(int(GRACE.total_seconds() // 60))
    return render_template(
        "views/waves/confirm_close.html", wave=wave, form=form, rates=rates_view(ctx, wave), grace=grace
    )
