"""Nobody can be had by adding and subtracting what is shown.

The attacker knows the tree, every size and every shown total, and solves: a set of people is exposed if its
total is a linear combination of shown totals. The attack does not know how the gateway decides.
"""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cri.domain.disclosure import MINIMUM, Gateway
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sheet import Unit
from tests.engine_examples import make_instrument, make_sheet

Tree = tuple[int, list[int], list[int]]
"""People in no unit; people directly in each unit; each unit's parent, always before it."""


@st.composite
def trees(draw: st.DrawFn, most: int = 9) -> Tree:
    count = draw(st.integers(1, most))
    parents = [draw(st.integers(-1, place - 1)) for place in range(count)]
    people = st.one_of(st.integers(0, 9), st.integers(0, 30))
    return draw(people), [draw(people) for _ in range(count)], parents


def whole_sizes(own: Sequence[int], parents: Sequence[int]) -> list[int]:
    sizes = list(own)
    for unit in reversed(range(len(own))):
        if parents[unit] >= 0:
            sizes[parents[unit]] += sizes[unit]
    return sizes


def exposed(tree: Tree, shown: Sequence[bool]) -> tuple[int, ...] | None:
    """Some group of 1 to 9 people (as places, 0 for those in no unit) whose total the shown totals give."""
    outside, own, parents = tree
    cells = [place for place, people in enumerate([outside, *own]) if people]
    people = {0: outside} | {unit + 1: size for unit, size in enumerate(own)}
    rows = [[1] * len(cells)] if sum(people.values()) >= MINIMUM else []
    for unit in range(len(own)):
        if shown[unit]:
            inside = {place for place in range(1, len(own) + 1) if _is_within(place - 1, unit, parents)}
            rows.append([int(cell in inside) for cell in cells])
    totals = np.array(rows, dtype=float).reshape(len(rows), len(cells))
    rank = np.linalg.matrix_rank(totals) if rows else 0
    for size in range(1, len(cells) + 1):
        for group in combinations(range(len(cells)), size):
            if 1 <= sum(people[cells[place]] for place in group) < MINIMUM:
                wanted = np.zeros(len(cells))
                wanted[list(group)] = 1
                if np.linalg.matrix_rank(np.vstack([totals, wanted])) == rank:
                    return tuple(cells[place] for place in group)
    return None


def _is_within(unit: int, ancestor: int, parents: Sequence[int]) -> bool:
    while unit >= 0 and unit != ancestor:
        unit = parents[unit]
    return unit == ancestor


def released(tree: Tree) -> list[bool]:
    outside, own, parents = tree
    sizes = whole_sizes(own, parents)
    everybody = outside + sum(own)
    return [status is None for status in Gateway().groups(everybody, sizes, parents)]


@settings(max_examples=50, deadline=None)
@given(trees())
@example((5, [5, 30, 20], [-1, 0, 0]))
@example((0, [0, 60, 0, 20, 17, 3], [-1, 0, 0, 2, 2, 0]))
def test_the_attacker_never_isolates_one_to_nine_people(tree: Tree) -> None:
    assert exposed(tree, released(tree)) is None


@settings(max_examples=50, deadline=None)
@given(trees())
def test_no_shown_group_is_under_the_minimum(tree: Tree) -> None:
    sizes = whole_sizes(tree[1], tree[2])
    assert all(size >= MINIMUM for size, shown in zip(sizes, released(tree), strict=True) if shown)


@settings(max_examples=50, deadline=None)
@given(trees())
def test_nothing_is_hidden_without_need(tree: Tree) -> None:
    """Where every unit, and every remainder, is none or enough, everything big enough is shown."""
    outside, own, parents = tree
    roomy = (outside + MINIMUM, [size + MINIMUM for size in own], parents)
    assert all(released(roomy))


@pytest.mark.parametrize(
    ("tree", "isolated"),
    [
        ((0, [0, 50, 47, 3], [-1, 0, 0, 0]), (4,)),
        ((7, [93], [-1]), (0,)),
        # hiding the sibling of a small unit, but not what lies inside it
        ((0, [0, 60, 0, 20, 17, 3], [-1, 0, 0, 2, 2, 0]), (6,)),
    ],
)
def test_the_same_attacker_beats_the_naive_rule(tree: Tree, isolated: tuple[int, ...]) -> None:
    """The control: showing whatever has ten people gives three, seven and three people away."""
    naive = [size >= MINIMUM for size in whole_sizes(tree[1], tree[2])]
    assert exposed(tree, naive) == isolated
    assert exposed(tree, released(tree)) is None


def test_hiding_the_smallest_sibling_but_showing_its_parts_is_beaten_too() -> None:
    tree: Tree = (0, [0, 60, 0, 20, 17, 3], [-1, 0, 0, 2, 2, 0])
    assert exposed(tree, [True, True, False, True, True, False]) == (6,)


@settings(max_examples=30, deadline=None)
@given(trees(most=6), st.integers(0, 2**32 - 1))
def test_each_factor_of_a_whole_scorecard_withstands_the_attack(tree: Tree, seed: int) -> None:
    """Blanks differ by factor, so each factor has its own sizes, and its own tree of them."""
    outside, own, parents = tree
    random = np.random.default_rng(seed)
    unit = np.repeat(np.arange(-1, len(own)), [outside, *own])
    answers = random.integers(1, 8, (len(unit), 3))
    answers[random.random(answers.shape) < 0.25] = -1
    units = tuple(
        Unit(f"u{place}", f"u{parent}" if parent >= 0 else None, "Unit")
        for place, parent in enumerate(parents)
    )
    instrument = make_instrument(["a"], ["b"], ["c"])
    document = build_scorecard(instrument, make_sheet(answers, unit.tolist(), units), WaveFacts())
    usable = (answers >= 0).any(axis=1)
    assert (
        exposed(_counted(unit[usable], parents), [row["suppressed"] is None for row in document["units"]])
        is None
    )
    for place, factor in enumerate(document["factors"]):
        scored = _counted(unit[answers[:, place] >= 0], parents)
        shown = [
            row["factors"] is not None and row["factors"][factor["code"]]["score"] is not None
            for row in document["units"]
        ]
        assert exposed(scored, shown) is None


def _counted(unit: np.ndarray, parents: list[int]) -> Tree:
    counts = [int(count) for count in np.bincount(unit + 1, minlength=len(parents) + 1)]
    return counts[0], counts[1:], parents
