"""What is to happen to a wave by itself, and when."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from cri.domain.errors import InputError
from cri.domain.wave_plan import moment_of

LONGEST = timedelta(days=366)
"""A wave that is open for longer asks one staff at its beginning and another at its end."""

USUAL_HOUR = time(9, 0)
USUAL_REMINDERS = (1 / 3, 2 / 3)
"""Of the time between the invitation and the closing."""


class Moment(StrEnum):
    """A moment of the schedule, in the order in which they come."""

    OPENS = "opens_at"
    INVITATION = "invite_at"
    FIRST_REMINDER = "first_reminder_at"
    SECOND_REMINDER = "second_reminder_at"
    CLOSES = "closes_at"


REMINDERS = (Moment.FIRST_REMINDER, Moment.SECOND_REMINDER)


class Wrong(StrEnum):
    """What can be wrong with one of them."""

    PAST = "past"
    NOT_AFTER = "not after the one before"
    NO_FIRST = "no first reminder"
    TOO_LONG = "too long"


@dataclass(frozen=True, slots=True)
class Schedule:
    """Moments (aware); None for what is done by hand or not at all. A wave always closes by itself."""

    opens_at: datetime | None
    invite_at: datetime | None
    first_reminder_at: datetime | None
    second_reminder_at: datetime | None
    closes_at: datetime

    def at(self, moment: Moment) -> datetime | None:
        """One of the moments."""
        found = getattr(self, moment.value)
        assert found is None or isinstance(found, datetime)
        return found


def schedule_problems(schedule: Schedule, now: datetime) -> dict[Moment, Wrong]:
    """What is wrong, by moment; empty when nothing is. Moments that are given must be ahead and in order.

    The invitation may come with the opening; everything else strictly after what comes before it.
    """
    wrong: dict[Moment, Wrong] = {}
    before: datetime | None = None
    for moment in Moment:
        at = schedule.at(moment)
        if at is None:
            continue
        if at <= now:
            wrong[moment] = Wrong.PAST
        elif before is not None and (at < before or (at == before and moment is not Moment.INVITATION)):
            wrong[moment] = Wrong.NOT_AFTER
        else:
            before = at
    if schedule.second_reminder_at and not schedule.first_reminder_at:
        wrong.setdefault(Moment.SECOND_REMINDER, Wrong.NO_FIRST)
    if schedule.closes_at - (schedule.opens_at or now) > LONGEST:
        wrong.setdefault(Moment.CLOSES, Wrong.TOO_LONG)
    return wrong


def usual_reminders(schedule: Schedule, now: datetime, time_zone: str) -> Schedule:
    """The schedule with what is usual where nothing was chosen: two reminders, at nine in the morning there.

    Nothing is put in where it would not fit between the invitation and the closing.
    """
    start = schedule.invite_at or schedule.opens_at or now
    zone = ZoneInfo(time_zone)
    days = [
        (start + (schedule.closes_at - start) * share).astimezone(zone).date() for share in USUAL_REMINDERS
    ]
    first, second = (moment_of(datetime.combine(day, USUAL_HOUR), time_zone) for day in days)
    filled = replace(
        schedule,
        first_reminder_at=schedule.first_reminder_at or first,
        second_reminder_at=schedule.second_reminder_at or second,
    )
    return schedule if schedule_problems(filled, now) else filled


def moved_with_closing(
    at: datetime, now: datetime, was: datetime, closes_at: datetime, time_zone: str
) -> datetime:
    """A planned moment after the closing has moved from `was` to a later `closes_at`.

    As far into the time that is left as before, on the same hour of the local clock. What is past, or lay
    after the closing, stays; so does what would fall on an hour that the clock skips, or after the closing.
    """
    if not now < at < was:
        return at
    share = (at - now) / (was - now)
    zone = ZoneInfo(time_zone)
    day = (now + (closes_at - now) * share).astimezone(zone).date()
    hour = at.astimezone(zone).time().replace(fold=0)
    try:
        moved = moment_of(datetime.combine(day, hour), time_zone)
    except InputError:
        return at
    return moved if at <= moved < closes_at else at


def moved_reminders(
    planned: Mapping[Moment, datetime], now: datetime, was: datetime, closes_at: datetime, time_zone: str
) -> dict[Moment, tuple[datetime, datetime]]:
    """Reminders that move with the closing: moment -> (from, to). The second stays after the first.

    planned: those that have not begun.
    """
    found: dict[Moment, tuple[datetime, datetime]] = {}
    before = closes_at
    for moment in reversed(REMINDERS):
        at = planned.get(moment)
        if at is None:
            continue
        to = moved_with_closing(at, now, was, closes_at, time_zone)
        if to != at and to < before:
            found[moment] = (at, to)
            before = to
        else:
            before = at
    return dict(sorted(found.items()))
