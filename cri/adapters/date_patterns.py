"""Dates as each language writes them, where a bare pattern would not read right."""

_DAY = {"es": "d 'de' MMMM 'de' y"}
_MONTH = {"es": "MMMM 'de' y"}
_WEEKDAY = {"es": "EEEE, d 'de' MMMM 'de' y"}


def day_pattern(locale: str) -> str:
    """Pattern (Unicode LDML) of a day: 29 November 2026."""
    return _DAY.get(locale, "d MMMM y")


def month_pattern(locale: str) -> str:
    """Pattern of a month: November 2026."""
    return _MONTH.get(locale, "MMMM y")


def weekday_pattern(locale: str) -> str:
    """Pattern of a day with the day of the week."""
    return _WEEKDAY.get(locale, "EEEE d MMMM y")
