"""Numbers and times as the reader's language writes them. Digits are 0-9 in every language."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_datetime_format
from babel.numbers import format_decimal, format_percent
from flask_babel import gettext as _

from cri.adapters.date_patterns import weekday_pattern
from cri.domain.rates import Count
from cri.domain.roster_problems import MESSAGES, PARTS, RowProblem
from cri.domain.rounding import round_share
from cri.web.language import current_language

TIME = "HH:mm"
SHORT = "d MMM y, HH:mm"


def number(value: int) -> str:
    """A whole number with the language's separators."""
    return format_decimal(value, locale=current_language(), numbering_system="latn")


def per_cent(share: float) -> str:
    """A share (0-1) in whole per cent."""
    return format_percent(round_share(share) / 100, locale=current_language(), numbering_system="latn")


def moment(at: datetime, time_zone: str) -> str:
    """A moment on the agency's wall clock, with the day of the week and the zone's city."""
    local = at.astimezone(ZoneInfo(time_zone))
    city = time_zone.rpartition("/")[2].replace("_", " ")
    language = current_language()
    day, time = (
        format_datetime(local, part, tzinfo=local.tzinfo, locale=language)
        for part in (weekday_pattern(language), TIME)
    )
    joined = str(get_datetime_format("medium", locale=language))  # each language has its own comma
    return f"{joined.replace('{1}', day).replace('{0}', time)} ({city})"


def time_of_day(at: datetime, time_zone: str) -> str:
    """Hours and minutes on the agency's wall clock."""
    local = at.astimezone(ZoneInfo(time_zone))
    return format_datetime(local, TIME, tzinfo=local.tzinfo, locale=current_language())


def short_moment(at: datetime, time_zone: str) -> str:
    """A moment on the agency's wall clock, for a column of a table."""
    local = at.astimezone(ZoneInfo(time_zone))
    return format_datetime(local, SHORT, tzinfo=local.tzinfo, locale=current_language())


def taken_part(count: Count) -> str:
    """How many of those invited have taken part."""
    values = {
        "used": number(count.used),
        "invited": number(count.invited),
        "share": per_cent(count.rate),
    }
    return str(_("%(used)s of %(invited)s (%(share)s)", **values))


def what_is_wrong(problem: RowProblem) -> dict[str, str]:
    """A problem in the reader's language: {part, row, column, what, expected}."""
    what, expected = MESSAGES[problem.kind]
    return {
        "part": _(PARTS[problem.part]),
        "row": number(problem.row) if problem.row else "",
        "column": problem.column,
        "what": _(what, **problem.values),
        "expected": _(expected, **problem.values),
    }
