"""Dates in each language the reports are written in."""

from datetime import date

import pytest
from babel.dates import format_date

from cri.adapters.date_patterns import day_pattern, month_pattern, weekday_pattern


@pytest.mark.parametrize(
    ("locale", "day", "month", "weekday"),
    [
        ("en", "29 November 2026", "November 2026", "Sunday 29 November 2026"),
        ("fr", "29 novembre 2026", "novembre 2026", "dimanche 29 novembre 2026"),
        ("es", "29 de noviembre de 2026", "noviembre de 2026", "domingo, 29 de noviembre de 2026"),
    ],
)
def test_a_day_a_month_and_a_day_of_the_week(locale: str, day: str, month: str, weekday: str) -> None:
    patterns = (day_pattern(locale), month_pattern(locale), weekday_pattern(locale))
    written = tuple(format_date(date(2026, 11, 29), pattern, locale=locale) for pattern in patterns)
    assert written == (day, month, weekday)
