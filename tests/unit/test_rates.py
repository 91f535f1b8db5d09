"""Rates of an open wave: exact where that tells of nobody, in steps elsewhere."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain.rates import FEWEST_FOR_A_STEP, Count, Step, step_of, unit_rates
from cri.domain.sheet import Unit

TREE = (
    Unit("all", None, "Agency"),
    Unit("a", "all", "A"),
    Unit("a1", "a", "A1"),
    Unit("a2", "a", "A2"),
    Unit("b", "all", "B"),
)


def told(own: dict[str, Count]) -> dict[str, Count | Step | None]:
    return {rate.code: rate.count or rate.step for rate in unit_rates(TREE, own, 10)}


def test_large_units_are_exact_and_count_everybody_below_them() -> None:
    rates = told({"a1": Count(10, 4), "a2": Count(12, 6), "b": Count(15, 3)})
    assert rates == {
        "all": Count(37, 13),
        "a": Count(22, 10),
        "a1": Count(10, 4),
        "a2": Count(12, 6),
        "b": Count(15, 3),
    }


def test_a_small_unit_is_told_in_a_step_and_hides_what_would_give_it_away() -> None:
    rates = told({"a1": Count(30, 12), "a2": Count(7, 7), "b": Count(15, 3)})
    assert rates["a2"] is Step.MOST
    assert rates["a1"] is Step.SOME  # exact, it would give away the seven
    assert rates["a"] == Count(37, 19)


def test_people_directly_in_a_unit_are_a_group_like_any_other() -> None:
    rates = told({"all": Count(3, 3), "a1": Count(20, 5), "b": Count(30, 6)})
    assert rates["all"] == Count(53, 14)
    assert rates["a"] is Step.FEW  # the smaller of the two, so that the three at the top are not the rest
    assert rates["b"] == Count(30, 6)


def test_below_a_unit_in_steps_nothing_is_exact() -> None:
    rates = told({"a1": Count(20, 5), "b": Count(30, 6), "all": Count(3, 3)})
    assert rates["a1"] is Step.FEW


def test_a_whole_agency_under_the_minimum_is_told_in_steps() -> None:
    assert told({"a1": Count(9, 9)})["all"] is Step.MOST


@pytest.mark.parametrize("invited", range(FEWEST_FOR_A_STEP, 40))
def test_no_step_stands_for_one_number(invited: int) -> None:
    steps = [step_of(Count(invited, used)) for used in range(invited + 1)]
    assert all(steps.count(step) > 1 for step in set(steps))
    assert steps == sorted(steps, key=[Step.FEW, Step.SOME, Step.MOST].index)


def test_of_a_handful_nothing_is_told() -> None:
    assert {step_of(Count(invited, used)) for invited in range(5) for used in range(invited + 1)} == {
        Step.HIDDEN
    }


@st.composite
def trees(draw: st.DrawFn) -> tuple[tuple[Unit, ...], dict[str, Count]]:
    size = draw(st.integers(1, 12))
    units = [Unit("0", None, "0")]
    units += [Unit(str(n), str(draw(st.integers(0, n - 1))), str(n)) for n in range(1, size)]
    own = {}
    for unit in units:
        invited = draw(st.integers(0, 25))
        own[unit.code] = Count(invited, draw(st.integers(0, invited)))
    return tuple(units), own


@settings(max_examples=50, deadline=None)
@given(trees())
def test_no_group_under_ten_can_be_worked_out(tree: tuple[tuple[Unit, ...], dict[str, Count]]) -> None:
    """Exact figures nest: whatever is added and subtracted is a union of these rests, each nobody or ten."""
    units, own = tree
    rates = {rate.code: rate for rate in unit_rates(units, own, 10)}
    exact = {code for code, rate in rates.items() if rate.count is not None}
    for code in exact:
        children = [unit.code for unit in units if unit.parent == code]
        rest = rates[code].invited - sum(rates[child].invited for child in children if child in exact)
        assert rest == 0 or rest >= 10
        assert code == "0" or next(unit.parent for unit in units if unit.code == code) in exact
