"""What a wave needs before it opens, and when its wall clock strikes."""

from datetime import UTC, datetime, timedelta

import pytest

from cri.domain.errors import InputError
from cri.domain.sheet import Unit
from cri.domain.tree import counts_below, in_tree_order
from cri.domain.wave_plan import Missing, Preparation, moment_of, what_is_missing

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


def test_everything_missing_is_named_in_order() -> None:
    assert what_is_missing(Preparation(0, 0, None), NOW) == (
        Missing.TREE,
        Missing.ROSTER,
        Missing.CLOSING_TIME,
    )
    assert what_is_missing(Preparation(1, 1, NOW), NOW) == (Missing.CLOSING_TIME_PAST,)
    assert what_is_missing(Preparation(1, 1, NOW + timedelta(seconds=1)), NOW) == ()


def test_closing_time_is_on_the_agencys_own_clock() -> None:
    assert moment_of(datetime(2026, 7, 1, 17), "Europe/London") == datetime(2026, 7, 1, 16, tzinfo=UTC)
    assert moment_of(datetime(2026, 12, 1, 17), "Europe/London") == datetime(2026, 12, 1, 17, tzinfo=UTC)
    assert moment_of(datetime(2026, 12, 1, 17), "Asia/Dubai") == datetime(2026, 12, 1, 13, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_the_later_and_one_that_does_not_come_is_refused() -> None:
    assert moment_of(datetime(2026, 10, 25, 1, 30), "Europe/London") == datetime(
        2026, 10, 25, 1, 30, tzinfo=UTC
    )
    with pytest.raises(InputError, match="clocks go forward"):
        moment_of(datetime(2026, 3, 29, 1, 30), "Europe/London")


def test_a_tree_is_walked_from_the_top_with_siblings_by_code() -> None:
    units = (Unit("b", "all", "B"), Unit("a2", "a", "A2"), Unit("all", None, "All"), Unit("a", "all", "A"))
    ordered = in_tree_order(units)
    assert [(unit.code, depth) for unit, depth in ordered] == [("all", 0), ("a", 1), ("a2", 2), ("b", 1)]
    below = counts_below([unit for unit, _ in ordered], {"a": 1, "a2": 2, "b": 4, "all": 8})
    assert below == {"all": 15, "a": 3, "a2": 2, "b": 4}
