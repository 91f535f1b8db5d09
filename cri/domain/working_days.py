"""Working days in an agency's own time zone: messages that remind wait for one."""

from collections.abc import Container
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

LONGEST_BREAK = 60
"""Days. A calendar that is free for longer is wrong; better to remind on a holiday than never."""


@dataclass(frozen=True)
class WorkingCalendar:
    """The days on which an agency does not work. weekend: Monday is 0; holidays: dates besides."""

    weekend: frozenset[int] = frozenset({5, 6})
    holidays: Container[date] = field(default_factory=frozenset)

    def is_working(self, day: date) -> bool:
        """Whether people are at work that day."""
        return day.weekday() not in self.weekend and day not in self.holidays


def next_working_moment(at: datetime, time_zone: str, calendar: WorkingCalendar) -> datetime:
    """The first moment from `at` (aware) on that is at the same time of a working day on the local clock.

    `at` itself if its day is a working day. Returned in that time zone.
    """
    local = at.astimezone(ZoneInfo(time_zone))
    for days in range(LONGEST_BREAK):
        moved = local + timedelta(days=days)  # of an aware time this moves the hands, not the elapsed hours
        if calendar.is_working(moved.date()):
            return moved
    return local


def is_working_now(now: datetime, time_zone: str, calendar: WorkingCalendar) -> bool:
    """Whether `now` (aware) is on a working day there."""
    return calendar.is_working(now.astimezone(ZoneInfo(time_zone)).date())


def local_day(at: datetime, time_zone: str) -> date:
    """The day on the calendar there."""
    return at.astimezone(ZoneInfo(time_zone)).date()
