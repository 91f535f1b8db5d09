"""Which messages of a wave are due: the invitation and two reminders, each begun once."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cri.domain.working_days import WorkingCalendar, is_working_now, next_working_moment

MOST_TRIES = 8
"""How often a message is tried that the server puts off; the pauses add up to about two days."""

FIRST_PAUSE = timedelta(minutes=15)
QUARTER = 15


class Kind(StrEnum):
    """What a message is for. Nobody gets two of a kind."""

    INVITATION = "invitation"
    FIRST_REMINDER = "first_reminder"
    SECOND_REMINDER = "second_reminder"


REMINDERS = (Kind.FIRST_REMINDER, Kind.SECOND_REMINDER)


@dataclass(frozen=True)
class Schedule:
    """When messages of a wave are meant to begin; a kind without a moment is begun by hand or never."""

    moments: Mapping[Kind, datetime | None]
    closes_at: datetime
    time_zone: str
    calendar: WorkingCalendar

    def begins(self, kind: Kind) -> datetime | None:
        """When a kind begins by itself: reminders on a working day, at the hour that was asked for."""
        at = self.moments.get(kind)
        if at is None or kind is Kind.INVITATION:
            return at
        return next_working_moment(at, self.time_zone, self.calendar)


def due_kinds(schedule: Schedule, begun: Collection[Kind], now: datetime) -> tuple[Kind, ...]:
    """The kinds that begin now. `begun`: those that have. Nothing begins once the wave's time is over.

    A reminder that was missed on its day waits for a working day; of two that are due the later is sent.
    """
    if now >= schedule.closes_at:
        return ()
    due = [
        kind for kind in Kind if kind not in begun and (at := schedule.begins(kind)) is not None and at <= now
    ]
    reminders = [kind for kind in due if kind in REMINDERS]
    if not is_working_now(now, schedule.time_zone, schedule.calendar) or (
        Kind.SECOND_REMINDER in begun  # a first one after the second would be a third
    ):
        reminders = []
    return tuple(kind for kind in due if kind is Kind.INVITATION or kind in reminders[-1:])


def next_try(tries: int, now: datetime) -> datetime | None:
    """When a message that was put off for the `tries`-th time is tried again; None when it is given up.

    Doubling pauses, rounded up to a quarter of an hour: the moment says nothing about a person.
    """
    if tries >= MOST_TRIES:
        return None
    at = now + FIRST_PAUSE * (1 << (tries - 1))
    past = timedelta(minutes=at.minute % QUARTER, seconds=at.second, microseconds=at.microsecond)
    return at - past + (timedelta(minutes=QUARTER) if past else timedelta())
