"""What happened to units: recorded, so that their history follows them through a reorganisation."""

import uuid
from typing import Any

from babel.dates import format_date
from flask import Blueprint, Flask, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import NotFound

from cri.db.queries.organisation import present_units
from cri.domain.access import Permission
from cri.services import lineage
from cri.services.context import Context
from cri.services.earlier_waves import latest_comparison
from cri.services.lineage import EventError, EventGoneError
from cri.web.access import requires
from cri.web.errors import error_page
from cri.web.forms.organisation import EventForm
from cri.web.language import current_language
from cri.web.roster_view import what_happened
from cri.web.texts import number, per_cent

views = Blueprint("unit_history", __name__, url_prefix="/organisation/history")


TRENDS = {
    None: _l("Shown"),
    "new": _l("None: the unit is new"),
    "reorganised": _l("None: too little in common"),
    "headcounts": _l("None: numbers of people are missing"),
}
"""Why no trend is shown of a unit, by what its scorecard says."""


def init(app: Flask) -> None:
    """Add these views."""
    app.register_blueprint(views)
    app.register_error_handler(EventGoneError, lambda _error: error_page(NotFound()))


@views.get("")
@requires(Permission.RUN_WAVES)
def overview(ctx: Context) -> ResponseReturnValue:
    """All that was recorded, the latest first."""
    rows = [
        {
            "id": event.id,
            "day": format_date(event.day, "long", locale=current_language()),
            "text": what_happened(
                event.kind,
                [unit.name for unit in event.units("before")],
                [unit.name for unit in event.units("after")],
            ),
            "codes": " → ".join(
                ", ".join(unit.code for unit in event.units(side)) for side in ("before", "after")
            ),
        }
        for event in lineage.events(ctx)
    ]
    return render_template("views/organisation/history.html", rows=rows, compared=_compared(ctx))


def _compared(ctx: Context) -> dict[str, Any] | None:
    """How much of each unit the newest results could set beside the wave before."""
    found = latest_comparison(ctx)
    if found is None:
        return None
    label, before, units = found
    rows = [
        {
            "name": unit["name"],
            "before": ", ".join(unit["predecessors"]),
            "share": "" if unit["share"] is None else per_cent(unit["share"]),
            "trend": str(TRENDS[unit["reason"]]),
        }
        for unit in units
    ]
    return {"label": label, "before": before, "rows": rows}


@views.get("/new")
@requires(Permission.RUN_WAVES)
def new(ctx: Context) -> ResponseReturnValue:
    """A form for what happened."""
    form = EventForm(formdata=None)
    form.day.data = lineage.local_day(ctx)
    return _page(ctx, form)


@views.post("/new")
@requires(Permission.RUN_WAVES)
def record(ctx: Context) -> ResponseReturnValue:
    """Record it."""
    form = EventForm()
    if not form.validate_on_submit():
        return _page(ctx, form), 422
    before, after = (_codes(field.data or "") for field in (form.before, form.after))
    try:
        lineage.record_event(ctx, before, after, form.day.data or lineage.local_day(ctx))
    except EventError as error:
        for field, kind, code in error.kinds:
            form[field].errors = [*form[field].errors, _words(kind, code)]
        return _page(ctx, form), 422
    flash(_("Recorded. The next results will follow it."), "success")
    return redirect(url_for(".overview"), 303)


@views.post("/<uuid:event_id>/take-back")
@requires(Permission.RUN_WAVES)
def take_back(ctx: Context, event_id: uuid.UUID) -> ResponseReturnValue:
    """Delete what was recorded by mistake."""
    lineage.take_back(ctx, event_id)
    flash(_("Taken back. Results that exist stay as they are."), "success")
    return redirect(url_for(".overview"), 303)


def _codes(text: str) -> list[str]:
    return [code for line in text.splitlines() if (code := " ".join(line.split()))]


def _words(kind: str, code: str) -> str:
    most = number(lineage.MOST_UNITS)
    words = {
        "unknown": _("No unit has or had the code %(code)s.", code=code),
        "still_there": _("%(code)s still exists: name it among the units after.", code=code),
        "contradiction": _(
            "On that day %(code)s also became another unit. Record one of them on another day.", code=code
        ),
        "same": _("Nothing would have changed."),
        "empty": _("Name at least one unit."),
        "too_many": _("At most %(most)s units.", most=most),
        "future": _("The day has not come yet."),
    }
    return str(words[kind])


def _page(ctx: Context, form: EventForm) -> str:
    units = [{"code": unit.code, "name": unit.name} for unit in present_units(ctx.session, ctx.agency_id)]
    return render_template("views/organisation/event.html", form=form, units=units)
