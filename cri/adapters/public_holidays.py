"""Public holidays and weekends by country, from the `holidays` package."""

from datetime import date

import holidays

from cri.domain.working_days import WorkingCalendar


def calendar_of(country: str) -> WorkingCalendar:
    """The calendar of a country (two letters of ISO 3166-1): Friday and Saturday are free where they are.

    Monday to Friday without holidays for a country that is not told or not known.
    """
    try:
        known = holidays.country_holidays(country) if country else None
    except NotImplementedError:
        known = None
    if known is None:
        return WorkingCalendar()
    return WorkingCalendar(frozenset(known.weekend), _Dates(known))


class _Dates:
    """A country's holidays; the package works a year out when it is first asked for."""

    def __init__(self, known: holidays.HolidayBase) -> None:
        self._known = known

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in self._known
