"""From all that is released for a wave nobody can add and subtract their way to 1 to 9 people."""

import json
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain.disclosure import MINIMUM
from cri.domain.release import FactorRelease, GroupRelease, ReleasePlan, plan_release
from tests.properties.release_attack import Block, World, cells_of, exposed, isolated, members, sheet_of

ALL = (0, 1, 2)


def planned(world: World, minimum: int = MINIMUM) -> ReleasePlan:
    return plan_release(cells_of(world), np.array(world.parents, dtype=np.int32), minimum)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Up to nine blocks in up to four units, with up to three profile questions."""
    parents = tuple(draw(st.integers(-1, place - 1)) for place in range(draw(st.integers(0, 4))))
    options = tuple(draw(st.lists(st.integers(2, 3), max_size=3)))
    sizes = draw(st.sampled_from([(3,), (3, 2), (1,), (4,)]))
    weighted, timed = draw(st.booleans()), draw(st.booleans())
    items = tuple(range(sum(sizes)))
    some = st.one_of(
        st.just(items), st.sets(st.sampled_from(items), min_size=1).map(lambda x: tuple(sorted(x)))
    )
    blocks = [
        Block(
            people=draw(st.sampled_from([1, 2, 3, 4, 6, 9, 10, 13, 18])),
            unit=draw(st.integers(-1, len(parents) - 1)),
            items=draw(some),
            options=tuple(draw(st.integers(-1, count - 1)) for count in options),
            late=draw(st.booleans()),
            excluded=draw(st.integers(0, 9)) == 0,
            weight=draw(st.sampled_from([Fraction(1, 2), Fraction(1), Fraction(2)]))
            if weighted
            else Fraction(1),
        )
        for _ in range(draw(st.integers(1, 9)))
    ]
    return World(tuple(blocks), parents, options, sizes, weighted, timed)


@settings(max_examples=50, deadline=None)
@given(worlds())
def test_the_attacker_never_isolates_one_to_nine_people(world: World) -> None:
    assert exposed(world, planned(world)) is None


@settings(max_examples=30, deadline=None)
@given(worlds(), st.integers(11, 16))
def test_nor_below_a_raised_minimum_which_never_shows_more(world: World, minimum: int) -> None:
    plan, usual = planned(world, minimum), planned(world)
    assert exposed(world, plan) is None
    assert shown(plan) <= shown(usual)


def shown(plan: ReleasePlan) -> set[tuple[object, ...]]:
    """Everything that a plan shows, by name."""
    found: set[tuple[object, ...]] = {("index",)} if plan.index else set()
    for name, groups in [("people", plan.groups), *((str(n), f.groups) for n, f in enumerate(plan.factors))]:
        found |= {(name, "unit", place) for place, why in enumerate(groups.units) if why is None}
        found |= {
            (name, question, place)
            for question, reasons in enumerate(groups.options)
            for place, why in enumerate(reasons)
            if why is None
        }
        found |= {(name, part) for part in ("whole", "halves") if getattr(groups, part) is None}
    for number, factor in enumerate(plan.factors):
        found |= {(number, "item", place) for place, why in enumerate(factor.items) if why is None}
        parts = ("unweighted", "with_excluded")
        found |= {(number, part) for part in parts if getattr(factor, part) is None}
    return found


@settings(max_examples=40, deadline=None)
@given(worlds())
def test_no_shown_figure_is_under_the_minimum(world: World) -> None:
    plan = planned(world)
    for start, size, factor in zip(world.starts, world.sizes, plan.factors, strict=True):
        everybody = {place for place, block in enumerate(world.blocks) if not block.excluded}
        groups = [*members(world, factor.groups), *([everybody] if factor.groups.whole is None else [])]
        for group in groups:
            blocks = [world.blocks[place] for place in group]
            scored = [
                block.people
                for block in blocks
                if 3 * sum(start <= item < start + size for item in block.items) >= 2 * size
            ]
            assert sum(scored) >= MINIMUM
        for item, reason in enumerate(factor.items):
            answered = sum(world.blocks[p].people for p in everybody if start + item in world.blocks[p].items)
            assert (reason == "small") is (answered < MINIMUM)


@settings(max_examples=25, deadline=None)
@given(worlds())
def test_the_plan_does_not_depend_on_the_order_of_respondents(world: World) -> None:
    turned = replace(world, blocks=world.blocks[::-1])
    assert shown(planned(world)) == shown(planned(turned))


@settings(max_examples=25, deadline=None)
@given(worlds())
def test_the_certificate_says_what_was_audited(world: World) -> None:
    plan = planned(world)
    told = json.loads(json.dumps(plan.certificate, allow_nan=False))
    assert told["result"] == "passed"
    assert told["minimum"] == MINIMUM
    assert [entry["figure"] for entry in told["figures"]] == [
        "usable",
        *(f"f{n}" for n in range(len(world.sizes))),
    ]
    for entry, factor in zip(told["figures"][1:], plan.factors, strict=True):
        assert entry["groups_shown"] == sum(1 for _ in members(world, factor.groups))
        assert entry["items"]["withheld"] == sum(reason is not None for reason in factor.items)
    assert 0 <= told["share_hidden"] <= 1


ROOMY = World(
    tuple(
        Block(25, unit, ALL, (option, other), late)
        for unit, option, other, late in [
            (1, 0, 0, False), (1, 1, 1, True), (2, 0, 1, False), (2, 1, 0, True),
            (1, 1, 0, False), (2, 0, 0, True), (1, 0, 1, True), (2, 1, 1, False),
        ]
    ),
    parents=(-1, 0, 0), options=(2, 2), timed=True,
)  # fmt: skip


def test_nothing_is_hidden_where_everybody_is_in_company() -> None:
    plan = planned(ROOMY)
    assert plan.certificate["share_hidden"] == 0
    assert plan.index
    for factor in plan.factors:
        assert set(factor.items) == {None}
        assert set(factor.groups.units) == {None}
        assert factor.groups.halves is None


# The controls: each naive rule is beaten by the same attacker, on a wave that the plan withstands.


def by_size(world: World) -> ReleasePlan:
    """Shown is whatever ten people answered."""
    plan = planned(world)

    def groups(release: GroupRelease) -> GroupRelease:
        return replace(
            release,
            units=tuple(None if why == "complementary" else why for why in release.units),
            options=tuple(
                tuple(None if why == "complementary" else why for why in part) for part in release.options
            ),
            halves=None if release.halves == "complementary" else release.halves,
        )

    factors = tuple(
        replace(
            factor,
            groups=groups(factor.groups),
            items=tuple(None if why == "complementary" else why for why in factor.items),
        )
        for factor in plan.factors
    )
    return replace(plan, factors=factors)


def beside(plan: ReleasePlan, change: FactorRelease) -> ReleasePlan:
    return replace(plan, factors=(change, *plan.factors[1:]))


def test_ten_people_alone_are_beaten() -> None:
    world = World((Block(40, 0, ALL), Block(7, -1, ALL)), parents=(-1,))
    assert exposed(world, by_size(world)) == (0, {1})
    assert exposed(world, planned(world)) is None


# Units of 30 and 40; an option that all but four of the second unit chose, and nobody else.
ACROSS = World((Block(30, 0, ALL, (0,)), Block(36, 1, ALL, (1,)), Block(4, 1, ALL, (0,))), (-1, -1), (2,))


def test_remainders_of_the_tree_and_of_each_question_alone_are_beaten() -> None:
    """No remainder is small: 30 and 40 of 70 in units, 34 and 36 in options. Yet 40 less 36 is four."""
    plan = planned(ACROSS)
    naive = by_size(ACROSS)
    assert naive.factors[0].groups.units == (None, None)
    assert naive.factors[0].groups.options == ((None, None),)
    assert exposed(ACROSS, naive) == (0, {2})
    assert exposed(ACROSS, plan) is None
    assert "complementary" in (*plan.factors[0].groups.units, *plan.factors[0].groups.options[0])


# Three questions whose options hold 40 or more in any pair and none of which is close to another.
THREE = World(
    (
        Block(5, -1, ALL, (0, 0, 0)),
        Block(40, -1, ALL, (0, 0, 1)),
        Block(40, -1, ALL, (0, 1, 0)),
        Block(40, -1, ALL, (1, 0, 0)),
    ),
    options=(2, 2, 2),
)


def test_pairs_of_groups_alone_are_beaten() -> None:
    """Any two groups have nobody or 40 in common and 40 not; a0 + b0 + c0 - 2 x everybody is five people."""
    groups = [[0, 1, 2], [3], [0, 1, 3], [2], [0, 2, 3], [1]]
    size = [block.people for block in THREE.blocks]
    for one in map(set, groups):
        for other in map(set, groups):
            assert sum(size[place] for place in one & other) not in range(1, 10)
            assert sum(size[place] for place in one - other) not in range(1, 10)
    assert exposed(THREE, by_size(THREE)) == (0, {0})
    assert exposed(THREE, planned(THREE)) is None


# 197 people answered everything; three skipped the third item.
SKIPPED = World((Block(197, -1, ALL), Block(3, -1, (0, 1))))


def test_each_figure_by_itself_is_beaten() -> None:
    """Each total has 197 people or more, but the items' totals less three times the factor's are three."""
    assert exposed(SKIPPED, by_size(SKIPPED)) == (0, {1})


def test_three_who_skipped_an_item_cost_one_mean_and_nothing_else() -> None:
    plan = planned(SKIPPED)
    assert exposed(SKIPPED, plan) is None
    assert plan.factors[0].groups.whole is None
    assert plan.factors[0].items == (None, None, "complementary")
    assert plan.factors[0].favourable
    assert plan.index


def test_the_numbers_themselves_give_the_three_away_to_the_naive_rule() -> None:
    """Not only in theory: from the released means and n the sum of what the three answered."""
    _, sheet, _, _ = sheet_of(SKIPPED, seed=7)
    given = sheet.answers >= 0
    items = [(float(sheet.answers[given[:, item], item].mean()), int(given[:, item].sum())) for item in ALL]
    points = np.where(given, sheet.answers, 0).sum(axis=1) / given.sum(axis=1)
    score = float(points.mean())
    # 3 x total of scores = items' totals + (3/2 - 1) x what the three gave to two items
    left = (3 * score * 200 - sum(mean * n for mean, n in items)) * 2
    assert round(left, 6) == sheet.answers[197:, :2].sum()


def test_a_few_careless_are_not_had_by_scoring_with_and_without_them() -> None:
    world = World((Block(50, -1, ALL), Block(6, -1, ALL, excluded=True)))
    plan = planned(world)
    assert plan.factors[0].with_excluded == "small"
    shown_anyway = beside(plan, replace(plan.factors[0], with_excluded=None))
    assert exposed(world, shown_anyway) == (0, {1})
    assert exposed(world, plan) is None
    many = replace(world, blocks=(world.blocks[0], replace(world.blocks[1], people=12)))
    assert planned(many).factors[0].with_excluded is None


def test_weighted_beside_unweighted_gives_away_the_few_of_another_weight() -> None:
    world = World((Block(60, -1, ALL), Block(5, -1, ALL, weight=Fraction(2))), weighted=True)
    plan = planned(world)
    assert plan.factors[0].unweighted == "complementary"
    shown_anyway = beside(plan, replace(plan.factors[0], unweighted=None))
    assert exposed(world, shown_anyway) == (0, {1})
    assert exposed(world, plan) is None
    even = replace(world, blocks=(world.blocks[0], replace(world.blocks[1], people=20)))
    assert planned(even).factors[0].unweighted is None


def test_weights_that_are_almost_alike_almost_cancel() -> None:
    """Every weight differs, so no sum is exactly of few people; in effect one is of five."""
    near = tuple(Block(10, -1, ALL, weight=Fraction(1000 + place, 1000)) for place in range(6))
    world = World((*near, Block(5, -1, ALL, weight=Fraction(3))), weighted=True)
    plan = planned(world)
    assert plan.factors[0].unweighted == "complementary"
    shown_anyway = beside(plan, replace(plan.factors[0], unweighted=None))
    # The exact attacker finds nothing: this is the rule for what he cannot do exactly.
    assert exposed(world, shown_anyway) is None


def test_an_item_that_all_answered_alike_takes_another_with_it() -> None:
    """Else it is the factor's total less the others', and everybody's answer is known."""
    world = World((Block(30, -1, ALL),))
    alike = np.array([True, False, False])
    plan = plan_release(cells_of(world), np.zeros(0, dtype=np.int32), alike=alike)
    assert plan.factors[0].items == ("alike", None, "complementary")
    assert not plan.factors[0].favourable
    assert not plan.factors[0].spread


def test_the_attacker_finds_what_is_there() -> None:
    """Of 12 and 4 with the total of all and that of the 12, the 4; with the total of all alone, nobody."""
    world = World((Block(12, -1, (0,)), Block(4, -1, (0,))), sizes=(1,))
    everybody = {(0, 0): Fraction(1), (1, 0): Fraction(1)}
    assert isolated(world, [everybody]) is None
    assert isolated(world, [everybody, {(0, 0): Fraction(3)}]) == {1}


@pytest.mark.parametrize("minimum", [9, 0, -1])
def test_a_minimum_is_never_lowered(minimum: int) -> None:
    with pytest.raises(ValueError, match="never below 10"):
        planned(ROOMY, minimum)
