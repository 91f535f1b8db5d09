"""Which units will miss the minimum, told while it can still be helped, with how uncertain that is.

The rule, as the page states it. At best the people of a unit go on answering as steadily as so far; at worst
their zeal fades as it does where nobody reminds them, so that half of all that ever come came in the first
tenth of the time (the cumulative chance of answering is a power of the time, its exponent 0.301). A small
unit's own pace says little, so ten people who answer as the whole staff do are counted with it, and half its
standard error is given to either side. Two chances of answering yet follow from that, a slow and a quick one,
and of each the number that chance alone leaves out at one end once in ten: `low` of the slow one, `high` of
the quick one.

It is told only of units whose exact rate is shown anyway, and is made from those rates alone: it tells nobody
anything more about who has answered.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from math import exp, lgamma, log, log10, sqrt
from typing import Final

from cri.domain.rates import Count, UnitRate

FADING: Final = log10(2.0)
"""Exponent of the time at worst: half of all that ever come have come in the first tenth of it."""

LENT: Final = 10.0
"""People with the whole staff's rate who are counted with each unit."""

GIVEN: Final = 0.5
"""Standard errors of a unit's rate that are given to either side of it. With less the range of a unit that
goes on at the full pace holds in fewer than nine of ten (tests/unit/test_forecast.py)."""

TOO_EARLY: Final = 0.1
"""Share of the time that must be over before anything is foretold."""

FEWEST_ANSWERS: Final = 10
"""Answers of the whole staff before anything is foretold."""

TAIL: Final = 0.1
"""Chance of fewer than `low`, and of more than `high`, if the pace is what it is taken to be."""


class Outlook(StrEnum):
    """What is to be expected of a unit."""

    REACHED = "reached"
    WILL_REACH = "will reach"
    MAY_MISS = "may miss"
    WILL_MISS = "will miss"
    CANNOT = "too small"
    UNTOLD = "not told"


@dataclass(frozen=True, slots=True)
class Forecast:
    """A unit's answers at the closing time, `low` to `high`; both None where nothing is foretold."""

    code: str
    outlook: Outlook
    low: int | None = None
    high: int | None = None


def forecasts(units: Sequence[UnitRate], elapsed: float, minimum: int) -> tuple[Forecast, ...]:
    """The outlook of each unit, in the order given. elapsed: share of the wave's time that is over, 0-1."""
    whole = next((unit.count for unit in units if unit.depth == 0 and unit.count is not None), None)
    return tuple(_forecast(unit, whole, elapsed, minimum) for unit in units)


def elapsed_share(opened_at: datetime, closes_at: datetime, now: datetime) -> float:
    """Share of the time between opening and closing that is over, 0 to 1."""
    whole = (closes_at - opened_at).total_seconds()
    return 1.0 if whole <= 0 else min(max((now - opened_at).total_seconds() / whole, 0.0), 1.0)


def _forecast(unit: UnitRate, whole: Count | None, elapsed: float, minimum: int) -> Forecast:
    if unit.invited < minimum:
        return Forecast(unit.code, Outlook.CANNOT)
    if unit.count is None or whole is None:
        return Forecast(unit.code, Outlook.UNTOLD)
    if unit.count.used >= minimum:
        return Forecast(unit.code, Outlook.REACHED)
    if elapsed < TOO_EARLY or whole.used < FEWEST_ANSWERS:
        return Forecast(unit.code, Outlook.UNTOLD)
    low, high = range_at_closing(unit.count, whole.rate, elapsed)
    if high < minimum:
        outlook = Outlook.WILL_MISS
    else:
        outlook = Outlook.WILL_REACH if low >= minimum else Outlook.MAY_MISS
    return Forecast(unit.code, outlook, low, high)


def range_at_closing(count: Count, staff_rate: float, elapsed: float) -> tuple[int, int]:
    """Answers at the closing time, low and high, of a unit. staff_rate: of everybody, 0 to 1."""
    rate = (count.used + LENT * staff_rate) / (count.invited + LENT)
    left = count.invited - count.used
    give = GIVEN * sqrt(rate * (1.0 - rate) / (count.invited + LENT))
    slow = 1.0 - (1.0 - max(rate - give, 0.0)) ** (elapsed**-FADING - 1.0)
    quick = 1.0 - (1.0 - min(rate + give, 1.0)) ** (1.0 / elapsed - 1.0)
    return count.used + _quantile(left, slow, TAIL), count.used + _quantile(left, quick, 1.0 - TAIL)


def _quantile(trials: int, chance: float, share: float) -> int:
    """The smallest number that at least `share` of binomial draws do not exceed."""
    if chance <= 0.0:
        return 0
    if chance >= 1.0:
        return trials
    below = 0.0
    for hits in range(trials):
        ways = lgamma(trials + 1) - lgamma(hits + 1) - lgamma(trials - hits + 1)
        below += exp(ways + hits * log(chance) + (trials - hits) * log(1.0 - chance))
        if below >= share:
            return hits
    return trials
