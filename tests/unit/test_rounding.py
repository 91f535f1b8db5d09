import math
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain.rounding import ROUNDING, round_group, round_score, round_share, rounded


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        ("score", 61.25, Decimal("61.3")),
        ("score", 2.65, Decimal("2.7")),  # the double is below 2.65, but 2.65 is what anybody reads
        ("score", 99.95, Decimal("100.0")),
        ("difference", -0.04, Decimal("0.0")),
        ("share", 0.005, 1),
        ("share", 0.994, 99),
        ("rank", 74.5, 75),
        ("coefficient", 0.695, Decimal("0.70")),
        ("people", 412, 412),
        ("group", 12, 10),
        ("group", 12.5, 15),
        ("group", 13, 15),
    ],
)
def test_each_kind_rounds_as_the_method_says(kind: str, value: float, shown: Decimal | int) -> None:
    assert rounded(kind, value) == shown
    assert str(rounded(kind, value)) == str(shown)


def test_a_kind_without_a_rule_is_refused() -> None:
    with pytest.raises(KeyError):
        rounded("weight", 1.0)


@settings(max_examples=50)
@given(st.floats(0, 100), st.floats(0, 100))
def test_rounding_keeps_order_and_stays_near(first: float, second: float) -> None:
    low, high = sorted((first, second))
    assert all(ROUNDING[kind](low) <= ROUNDING[kind](high) for kind in ROUNDING)
    assert math.isclose(float(round_score(low)), low, abs_tol=0.0500001)
    assert abs(round_share(low / 100) - low) <= 0.5000001


@settings(max_examples=50)
@given(st.integers(10, 10_000))
def test_a_group_that_may_be_shown_is_never_shown_as_fewer_than_ten(people: int) -> None:
    assert round_group(people) >= 10
    assert round_group(people) % 5 == 0
