"""When the clocks of Europe go forward next: on any day that the tests run, it lies ahead."""

from datetime import UTC, date, datetime, timedelta

ROOM = timedelta(days=14)
"""How far ahead at the least: before it something opens, and invites."""


def spring_forward(today: date) -> date:
    """The first last Sunday of a March that is at least ROOM ahead."""
    years = (today.year, today.year + 1)
    ends = (date(year, 3, 31) for year in years)
    sundays = (end - timedelta(days=end.isoweekday() % 7) for end in ends)
    return next(sunday for sunday in sundays if sunday - today >= ROOM)


CHANGE = spring_forward(datetime.now(UTC).date())
"""The Sunday on which half past one does not exist in London."""


def day(after: int) -> str:
    """So many days after the change, as a form has it."""
    return (CHANGE + timedelta(days=after)).isoformat()


def moment(after: int, hour: int) -> datetime:
    """An hour of UTC so many days after the change."""
    return datetime(CHANGE.year, CHANGE.month, CHANGE.day, hour, tzinfo=UTC) + timedelta(days=after)
