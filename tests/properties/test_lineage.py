"""Units through reorganisations: what any order, composition and renaming of them must leave true."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain.lineage import COMPARABLE_SHARE, Succession, contradictions, histories, successors
from cri.domain.sheet import Unit

START = date(2026, 1, 1)
CODES = [f"u{number}" for number in range(8)]


def day(number: int) -> date:
    return START + timedelta(days=number)


@st.composite
def trees(draw: st.DrawFn) -> tuple[Unit, ...]:
    """A tree with head-counts: the first unit on top, each other one below an earlier one."""
    codes = draw(st.permutations(CODES))[: draw(st.integers(1, len(CODES)))]
    parents = [None, *(codes[draw(st.integers(0, place))] for place in range(len(codes) - 1))]
    own = [draw(st.integers(0, 60)) for _ in codes]
    heads = dict(zip(codes, own, strict=True))
    for code, parent in reversed(list(zip(codes, parents, strict=True))):
        if parent is not None:
            heads[parent] += heads[code]
    return tuple(Unit(code, parent, code, heads[code]) for code, parent in zip(codes, parents, strict=True))


@st.composite
def reorganisations(draw: st.DrawFn) -> tuple[Succession, ...]:
    """Some days of it, without contradictions."""
    links = st.tuples(st.integers(1, 6), st.sampled_from(CODES), st.sampled_from(CODES))
    steps: list[Succession] = []
    for number, before, after in draw(st.lists(links, max_size=8, unique=True)):
        step = Succession(day(number), before, after)
        if not contradictions([*steps, step]):
            steps.append(step)
    return tuple(steps)


@given(trees())
@settings(max_examples=50)
def test_what_nobody_touched_is_wholly_itself(tree: tuple[Unit, ...]) -> None:
    became = successors([unit.code for unit in tree], (), day(0), day(9))
    for code, history in histories(tree, tree, became).items():
        assert history.predecessors == (code,)
        assert (history.share, history.drawn) == (1.0, True)


@given(reorganisations(), st.integers(0, 6))
@settings(max_examples=50)
def test_two_stretches_of_time_are_one_after_the_other(steps: tuple[Succession, ...], between: int) -> None:
    whole = successors(CODES, steps, day(0), day(9))
    first = successors(CODES, steps, day(0), day(between))
    second = successors(CODES, steps, day(between), day(9))
    assert whole == {
        code: frozenset(late for early in found for late in second[early]) for code, found in first.items()
    }


@given(trees(), trees(), reorganisations(), st.randoms(use_true_random=False))
@settings(max_examples=50)
def test_shares_are_shares_and_no_order_matters(
    before: tuple[Unit, ...], after: tuple[Unit, ...], steps: tuple[Succession, ...], chance: object
) -> None:
    became = successors([unit.code for unit in before], steps, day(0), day(9))
    found = histories(before, after, became)
    for history in found.values():
        assert history.share is None or 0 <= history.share <= 1
        assert history.drawn is (history.share is not None and history.share >= COMPARABLE_SHARE)
        assert set(history.predecessors) <= {unit.code for unit in before}
    shuffled = list(steps)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]  # a Random
    again = successors([unit.code for unit in before], shuffled, day(0), day(9))
    assert histories(before[::-1], after[::-1], again) == found


@given(trees(), st.permutations(CODES))
@settings(max_examples=50)
def test_new_codes_for_all_units_change_no_share(tree: tuple[Unit, ...], names: list[str]) -> None:
    new = {old: f"new-{name}" for old, name in zip(CODES, names, strict=True)}
    after = tuple(
        Unit(new[unit.code], unit.parent and new[unit.parent], unit.name, unit.headcount) for unit in tree
    )
    steps = [Succession(day(3), old, code) for old, code in new.items()]
    found = histories(tree, after, successors([unit.code for unit in tree], steps, day(0), day(9)))
    assert {code: (history.predecessors, history.share) for code, history in found.items()} == {
        new[unit.code]: ((unit.code,), 1.0) for unit in tree
    }


@given(st.integers(1, 500), st.lists(st.integers(1, 500), min_size=2, max_size=5))
@settings(max_examples=50)
def test_the_parts_of_a_divided_unit_share_it_out(whole: int, parts: list[int]) -> None:
    before = (Unit("all", None, "All", whole), Unit("old", "all", "Old", whole))
    new = [Unit(f"part{number}", "all", "Part", heads) for number, heads in enumerate(parts)]
    after = (Unit("all", None, "All", sum(parts)), *new)
    steps = [Succession(day(3), "old", unit.code) for unit in new]
    found = histories(before, after, successors(["all", "old"], steps, day(0), day(9)))
    shares = [found[unit.code].share or 0.0 for unit in new]
    assert sum(shares) == pytest.approx(1)
    assert shares == pytest.approx([heads / sum(parts) for heads in parts])
    assert found["all"].share == 1.0


@given(st.lists(st.integers(1, 500), min_size=2, max_size=5), st.integers(1, 500))
@settings(max_examples=50)
def test_units_that_became_one_are_all_of_it(parts: list[int], whole: int) -> None:
    old = [Unit(f"part{number}", "all", "Part", heads) for number, heads in enumerate(parts)]
    before = (Unit("all", None, "All", sum(parts)), *old)
    after = (Unit("all", None, "All", whole), Unit("new", "all", "New", whole))
    steps = [Succession(day(3), unit.code, "new") for unit in old]
    became = successors([unit.code for unit in before], steps, day(0), day(9))
    found = histories(before, after, became)
    assert found["new"].predecessors == tuple(sorted(unit.code for unit in old))
    assert found["new"].share == 1.0
    # Of the predecessors only the first was shown: the others' people come from nowhere.
    some = histories(before, after, became, shown=["part0", "all"])
    assert some["new"].predecessors == ("part0",)
    assert some["new"].share == pytest.approx(parts[0] / sum(parts))


@given(st.lists(st.sampled_from(CODES), min_size=2, max_size=6, unique=True))
@settings(max_examples=50)
def test_a_circle_within_a_day_is_refused_and_one_over_several_days_is_a_way_back(codes: list[str]) -> None:
    around = list(zip(codes, [*codes[1:], codes[0]], strict=True))
    circle = [Succession(day(3), before, after) for before, after in around]
    assert {code for _day, code in contradictions(circle)} == set(codes)
    with pytest.raises(ValueError, match="became another and was made of another"):
        successors(codes, circle, day(0), day(9))
    there = Succession(day(3), codes[0], codes[1])
    back = Succession(day(4), codes[1], codes[0])
    assert successors([codes[0]], [there, back], day(0), day(9)) == {codes[0]: frozenset((codes[0],))}


def test_a_day_counts_for_the_trees_of_that_day() -> None:
    step = [Succession(day(3), "a", "b")]
    assert successors("a", step, day(2), day(3)) == {"a": frozenset("b")}
    assert successors("a", step, day(3), day(9)) == {"a": frozenset("a")}
    assert successors("a", step, day(0), day(2)) == {"a": frozenset("a")}
    with pytest.raises(ValueError, match="is before"):
        successors("a", step, day(3), day(2))


def test_a_code_used_again_later_is_another_unit() -> None:
    steps = [Succession(day(3), "a", "b")]
    before = (Unit("all", None, "All", 40), Unit("a", "all", "A", 40))
    after = (Unit("all", None, "All", 80), Unit("a", "all", "Another", 40), Unit("b", "all", "B", 40))
    found = histories(before, after, successors(["all", "a"], steps, day(0), day(9)))
    assert found["a"].reason == "new"
    assert found["b"].predecessors == ("a",)


def test_a_part_that_moved_lowers_both_its_old_and_its_new_home() -> None:
    def tree(home: str, ops: int, corp: int) -> tuple[Unit, ...]:
        return (
            Unit("all", None, "All", 149),
            Unit("ops", "all", "Operations", ops),
            Unit("net", "ops", "Network", 105),
            Unit("corp", "all", "Corporate", corp),
            Unit("fin", "corp", "Finance", 35),
            Unit("lab", home, "Laboratory", 9),
        )

    before, after = tree("ops", 114, 35), tree("corp", 105, 44)
    found = histories(before, after, successors([unit.code for unit in before], (), day(0), day(9)))
    assert found["ops"].share == pytest.approx(105 / 114)
    assert found["ops"].drawn
    assert found["corp"].share == pytest.approx(35 / 44)
    assert found["corp"].reason == "reorganised"
    assert (found["lab"].share, found["all"].share, found["net"].share) == (1.0, 1.0, 1.0)


def test_a_unit_made_to_hold_others_is_compared_with_them() -> None:
    before = (Unit("all", None, "All", 90), Unit("x", "all", "X", 40), Unit("y", "all", "Y", 50))
    after = (
        Unit("all", None, "All", 90),
        Unit("xy", "all", "Both", 90),
        Unit("x", "xy", "X", 40),
        Unit("y", "xy", "Y", 50),
    )
    found = histories(before, after, successors(["all", "x", "y"], (), day(0), day(9)))
    assert found["xy"].predecessors == ("x", "y")
    assert found["xy"].share == 1.0


def test_head_counts_are_asked_for_only_where_they_matter() -> None:
    before = (Unit("all", None, "All"), Unit("x", "all", "X"), Unit("y", "all", "Y"))
    after = (Unit("all", None, "All"), Unit("x", "all", "X"), Unit("z", "all", "Z"))
    found = histories(before, after, successors(["all", "x", "y"], (), day(0), day(9)))
    assert found["x"].share == 1.0
    assert (found["z"].reason, found["all"].reason) == ("new", "headcounts")
