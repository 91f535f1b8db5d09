"""The forecast of units that will miss the minimum: its rule by hand, and how often it comes true."""

import random

import pytest

from cri.domain.forecast import Forecast, Outlook, elapsed_share, forecasts, range_at_closing
from cri.domain.rates import Count, UnitRate
from tests.services.conftest import NOW

WHOLE = UnitRate("all", "All", 0, 200, Count(200, 80), None)


def unit(invited: int, used: int) -> UnitRate:
    return UnitRate("team", "Team", 1, invited, Count(invited, used), None)


def outlook(one: UnitRate, elapsed: float = 0.5, whole: UnitRate = WHOLE) -> Forecast:
    return forecasts([whole, one], elapsed, 10)[1]


def test_the_range_by_hand() -> None:
    """Half the time is over: at a steady pace each of those left answers with the chance there was so far.

    rate = (4 + 10 x 0.4) / (12 + 10) = 8/22, half its standard error .0513: .3123 to .4149. Of the 8 left
    each answers with .4149, or, fading, with 1 - (1 - .3123)^(2^.301 - 1) = .0832. P(X <= 0 | 8, .0832) =
    .499; P(X <= 4 | 8, .4149) = .807, of 5 .944.
    """
    assert range_at_closing(Count(12, 4), 0.4, 0.5) == (4, 9)


def test_what_is_told() -> None:
    assert outlook(unit(9, 9)).outlook is Outlook.CANNOT
    assert outlook(unit(12, 10)) == Forecast("team", Outlook.REACHED)
    assert outlook(unit(12, 2)).outlook is Outlook.WILL_MISS
    assert outlook(unit(160, 9)).outlook is Outlook.WILL_REACH
    assert outlook(unit(16, 6)).outlook is Outlook.MAY_MISS


@pytest.mark.parametrize(
    ("one", "elapsed", "whole"),
    [
        (unit(30, 3), 0.09, WHOLE),
        (unit(30, 3), 0.5, UnitRate("all", "All", 0, 200, Count(200, 9), None)),
        (UnitRate("team", "Team", 1, 30, None, None), 0.5, WHOLE),
        (unit(30, 3), 0.5, UnitRate("all", "All", 0, 200, None, None)),
    ],
)
def test_too_early_or_too_private_to_tell(one: UnitRate, elapsed: float, whole: UnitRate) -> None:
    assert outlook(one, elapsed, whole) == Forecast("team", Outlook.UNTOLD)


def test_at_the_end_nothing_more_comes() -> None:
    assert outlook(unit(12, 9), 1.0) == Forecast("team", Outlook.WILL_MISS, 9, 9)


def test_share_of_time() -> None:
    later = NOW.replace(hour=19)
    assert elapsed_share(NOW, later, NOW.replace(hour=14)) == 0.5
    assert (elapsed_share(NOW, later, NOW.replace(hour=3)), elapsed_share(NOW, NOW, NOW)) == (0.0, 1.0)


@pytest.mark.parametrize("shape", [0.301, 0.6, 1.0])
@pytest.mark.parametrize("elapsed", [0.15, 0.3, 0.6])
def test_the_range_holds_in_nine_of_ten_where_the_pace_is_what_it_is_taken_to_be(
    shape: float, elapsed: float
) -> None:
    """Made-up units of 12 to 40, each with a rate of its own about the staff's: counted, not assumed."""
    draw = random.Random(7)
    held = told = 0
    for _ in range(4_000):
        invited = draw.randint(12, 40)
        rate = draw.betavariate(12, 28)  # at `elapsed`; 0.3 on average
        used = sum(draw.random() < rate for _ in range(invited))
        if used >= 10:
            continue
        answers_yet = 1 - (1 - rate) ** (elapsed**-shape - 1)
        final = used + sum(draw.random() < answers_yet for _ in range(invited - used))
        low, high = range_at_closing(Count(invited, used), 0.3, elapsed)
        told += 1
        held += low <= final <= high
    assert told > 2_000
    assert held / told >= 0.9
