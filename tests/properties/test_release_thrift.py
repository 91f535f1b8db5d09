"""Safe is easy: hide everything. How much more is hidden than the best possible, found by trying all?"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain.disclosure import MINIMUM
from cri.domain.disclosure_tree import hide_least
from cri.domain.release import FactorRelease, plan_release
from tests.properties.release_attack import Block, World, cells_of, isolated, totals

NEVER_MORE_THAN = 1.25
"""Times the best possible."""


@st.composite
def trees(draw: st.DrawFn) -> tuple[int, list[int], list[int]]:
    """(everybody, people in each unit and below it, parents)."""
    count = draw(st.integers(1, 8))
    parents = [draw(st.integers(-1, place - 1)) for place in range(count)]
    people = st.one_of(st.integers(0, 9), st.integers(0, 30))
    sizes = [draw(people) for _ in range(count)]
    everybody = draw(people) + sum(sizes)
    for unit in reversed(range(count)):
        if parents[unit] >= 0:
            sizes[parents[unit]] += sizes[unit]
    return everybody, sizes, parents


@settings(max_examples=50, deadline=None)
@given(trees())
def test_of_a_tree_as_few_people_as_possible_are_hidden(tree: tuple[int, list[int], list[int]]) -> None:
    everybody, sizes, parents = tree
    hidden = hide_least(everybody, sizes, parents, MINIMUM, [False] * len(sizes))
    large = [unit for unit, size in enumerate(sizes) if size >= MINIMUM]
    assert all(hidden[unit] for unit, size in enumerate(sizes) if size < MINIMUM)
    if everybody < MINIMUM:
        assert all(hidden)
        return
    assert safe(everybody, sizes, parents, [unit for unit in large if not hidden[unit]])
    best = min(
        sum(sizes[unit] for unit in large if unit not in kept)
        for count in range(len(large) + 1)
        for kept in combinations(large, count)
        if safe(everybody, sizes, parents, kept)
    )
    assert sum(sizes[unit] for unit in large if hidden[unit]) == best


def safe(everybody: int, sizes: Sequence[int], parents: Sequence[int], kept: Sequence[int]) -> bool:
    """Whether each remainder of the shown units is nobody or enough; -1 is everybody."""
    left = {unit: sizes[unit] for unit in kept} | {-1: everybody}
    for unit in kept:
        above = parents[unit]
        while above >= 0 and above not in left:
            above = parents[above]
        left[above] -= sizes[unit]
    return not any(0 < rest < MINIMUM for rest in left.values())


def crossed(seed: int) -> World:
    """Up to four units and two questions, with small corners."""
    random = np.random.default_rng(seed)
    parents = [int(random.integers(-1, place)) for place in range(random.integers(1, 4))]
    options = tuple(int(count) for count in random.integers(2, 4, random.integers(1, 3)))
    blocks = tuple(
        Block(
            people=int(random.choice([1, 2, 4, 7, 12, 20])),
            unit=int(random.integers(-1, len(parents))),
            items=(0,),
            options=tuple(int(random.integers(-1, count)) for count in options),
        )
        for _ in range(random.integers(4, 9))
    )
    return World(blocks, tuple(parents), options, sizes=(1,))


def hidden_and_best(world: World) -> tuple[int, int, int]:
    """People in groups that are large enough: in the hidden ones, in those best hidden, in all."""
    plan = plan_release(cells_of(world), np.array(world.parents, dtype=np.int32))
    release = plan.factors[0]
    groups = [("unit", 0, unit) for unit in range(len(world.parents))]
    groups += [("option", q, place) for q, count in enumerate(world.options) for place in range(count)]
    everything = showing(world, release, [True] * len(groups), groups)
    sizes = [size_of(world, everything, place) for place in range(len(groups))]
    shown = [*(why is None for why in release.groups.units)]
    shown += [why is None for part in release.groups.options for why in part]
    large = [place for place, size in enumerate(sizes) if size >= MINIMUM]
    best = sum(sizes[place] for place in large)
    hidden = sum(sizes[place] for place in large if not shown[place])
    total = best
    for choice in product([True, False], repeat=len(large)):
        cost = sum(sizes[place] for place, keep in zip(large, choice, strict=True) if not keep)
        if cost < best:
            kept = [place in large and choice[large.index(place)] for place in range(len(groups))]
            if isolated(world, totals(world, 0, showing(world, release, kept, groups))) is None:
                best = cost
    return hidden, best, total


def showing(
    world: World, release: FactorRelease, kept: Sequence[bool], groups: Sequence[tuple[str, int, int]]
) -> FactorRelease:
    """The release with just these groups shown."""
    units = [
        None if keep else "small" for keep, (kind, _, _) in zip(kept, groups, strict=True) if kind == "unit"
    ]
    options = tuple(
        tuple(
            None if keep else "small"
            for keep, (kind, q, _) in zip(kept, groups, strict=True)
            if kind == "option" and q == question
        )
        for question in range(len(world.options))
    )
    return replace(release, groups=replace(release.groups, units=tuple(units), options=options))


def size_of(world: World, everything: FactorRelease, place: int) -> int:
    rows = totals(world, 0, everything)
    return sum(world.blocks[block].people for block, _ in rows[place + 1])


def test_across_questions_little_more_is_hidden_than_must_be() -> None:
    found = [
        hidden_and_best(world)
        for world in map(crossed, range(40))
        if sum(block.people for block in world.blocks) >= MINIMUM
    ]
    hidden, best, total = map(sum, zip(*found, strict=True))
    assert len(found) > 30
    assert best > 0
    assert all(mine >= least for mine, least, _ in found)
    assert hidden <= NEVER_MORE_THAN * best, f"{hidden / total:.1%} hidden, {best / total:.1%} must be"
