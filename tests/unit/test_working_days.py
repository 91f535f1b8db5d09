"""Working days in an agency's own time zone, by its country's calendar."""

from datetime import UTC, date, datetime

import pytest

from cri.adapters.public_holidays import calendar_of
from cri.domain.working_days import WorkingCalendar, is_working_now, local_day, next_working_moment

MONDAY_TO_FRIDAY = WorkingCalendar()


def test_a_working_day_stays_where_it_is() -> None:
    at = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
    assert next_working_moment(at, "Europe/London", MONDAY_TO_FRIDAY) == at


def test_a_weekend_waits_for_monday_at_the_same_hour_of_the_clock() -> None:
    """Clocks go back in the night between: nine stays nine."""
    saturday = datetime(2026, 10, 24, 8, tzinfo=UTC)  # 9:00 in London
    moved = next_working_moment(saturday, "Europe/London", MONDAY_TO_FRIDAY)
    assert moved.isoformat() == "2026-10-26T09:00:00+00:00"


@pytest.mark.parametrize(
    ("country", "day", "working"),
    [
        ("SA", date(2026, 11, 27), False),  # a Friday
        ("SA", date(2026, 11, 29), True),  # a Sunday
        ("SE", date(2026, 11, 27), True),
        ("SE", date(2026, 11, 29), False),
        ("SE", date(2026, 1, 6), False),  # Epiphany, a Tuesday
        ("US", date(2026, 11, 26), False),  # Thanksgiving
        ("US", date(2027, 11, 25), False),  # the same a year on: years are worked out as they are asked for
        ("", date(2026, 11, 26), True),
        ("northland", date(2026, 1, 1), True),  # a country that nobody knows has no holidays
    ],
)
def test_each_country_has_its_own_days(country: str, day: date, working: bool) -> None:
    assert calendar_of(country).is_working(day) is working


def test_the_day_is_the_agencys_not_the_servers() -> None:
    friday_night = datetime(2026, 11, 27, 23, tzinfo=UTC)  # Saturday in Auckland
    assert local_day(friday_night, "Pacific/Auckland") == date(2026, 11, 28)
    assert not is_working_now(friday_night, "Pacific/Auckland", MONDAY_TO_FRIDAY)
    assert is_working_now(friday_night, "UTC", MONDAY_TO_FRIDAY)


def test_a_calendar_that_is_always_free_does_not_wait_for_ever() -> None:
    at = datetime(2026, 11, 27, 9, tzinfo=UTC)
    assert next_working_moment(at, "UTC", WorkingCalendar(frozenset(range(7)))) == at
