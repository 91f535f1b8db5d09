"""A moment in words of a language, for messages and letters: they are made outside any page."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime, get_datetime_format

from cri.adapters.date_patterns import day_pattern, weekday_pattern

TIME = "HH:mm"


def spoken_moment(at: datetime, time_zone: str, language: str) -> str:
    """Day of the week, date and time on the local clock, digits 0-9: "Friday 27 November 2026, 17:00"."""
    local = at.astimezone(ZoneInfo(time_zone))
    day, time = (
        format_datetime(local, pattern, tzinfo=local.tzinfo, locale=language)
        for pattern in (weekday_pattern(language), TIME)
    )
    joined = str(get_datetime_format("medium", locale=language))  # each language has its own comma
    return joined.replace("{1}", day).replace("{0}", time)


def spoken_day(day: date, language: str) -> str:
    """A day on the calendar: "27 November 2026"."""
    return format_date(day, day_pattern(language), locale=language)
