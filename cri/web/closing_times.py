"""Moments that somebody types on the agency's wall clock."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from flask_babel import gettext as _

from cri.domain.errors import InputError
from cri.domain.wave_plan import moment_of
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.web.forms.waves import ClosingFields


def read_closing(ctx: Context, form: ClosingFields) -> datetime | None:
    """The closing time of a form that is valid; None, and the form says why, when it cannot be."""
    try:
        closes_at = moment_of(form.local_closing, this_agency(ctx).time_zone)
    except InputError:
        form.closes_time.errors = [no_such_hour()]
        return None
    if closes_at <= ctx.now.astimezone(UTC):
        form.closes_on.errors = [_("The survey must close in the future.")]
        return None
    return closes_at


def no_such_hour() -> str:
    """What to say of an hour that the clock skips."""
    return str(_("There is no such hour on that day: the clocks go forward. Choose another."))


def on_the_wall(at: datetime, zone: str) -> tuple[date, time]:
    """Day and hour there, as a form shows them."""
    local = at.astimezone(ZoneInfo(zone))
    return local.date(), local.time().replace(microsecond=0, tzinfo=None)
