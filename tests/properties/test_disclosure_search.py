"""The search for few people, against trying every set of columns."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain import disclosure_search
from cri.domain.disclosure_search import find_isolated
from cri.domain.disclosure_space import PRIME, Space, merged

Structure = tuple[np.ndarray, np.ndarray, np.ndarray]
"""Atom, coordinates and people of each column."""


@st.composite
def structures(draw: st.DrawFn) -> Structure:
    """Up to twelve columns: an atom each, and one option of up to three questions."""
    count = draw(st.integers(1, 12))
    atoms = draw(st.lists(st.integers(0, 2), min_size=count, max_size=count))
    coordinates = []
    for options in draw(st.lists(st.integers(1, 3), max_size=3)):
        chosen = draw(st.lists(st.integers(-1, options - 1), min_size=count, max_size=count))
        coordinates += [[int(choice == option) for choice in chosen] for option in range(options)]
    if draw(st.booleans()):
        coordinates.append(draw(st.lists(st.integers(1, 6), min_size=count, max_size=count)))
    people = draw(st.lists(st.sampled_from([1, 1, 2, 3, 5, 8, 12]), min_size=count, max_size=count))
    _, atom = np.unique(atoms, return_inverse=True)
    x = np.array(coordinates, dtype=np.int64).reshape(len(coordinates), count).T
    return atom.astype(np.int64), x, np.array(people, dtype=np.int64)


def space_of(structure: Structure) -> Space:
    atom, x, people = structure
    return merged(atom, x % PRIME, people, np.arange(len(people)))


def fewest(structure: Structure) -> int:
    """People in the smallest set of columns outside which the rank is lower than altogether."""
    atom, x, people = structure
    table = np.hstack([np.eye(int(atom.max()) + 1)[atom], x])
    rank, best = np.linalg.matrix_rank(table), int(people.sum())
    for size in range(1, len(people)):
        for chosen in combinations(range(len(people)), size):
            total = int(people[list(chosen)].sum())
            if total < best:
                outside = np.delete(table, chosen, axis=0)
                if np.linalg.matrix_rank(outside) < rank:
                    best = total
    return best


@settings(max_examples=50, deadline=None)
@given(structures())
def test_it_finds_few_people_if_and_only_if_there_are_some(structure: Structure) -> None:
    least = fewest(structure)
    space = space_of(structure)
    for minimum in (2, 5, 10, least, least + 1):
        isolated = find_isolated(space, minimum).isolated
        assert (isolated is not None) is (least < minimum)
        if isolated is not None:
            assert isolated.proven
            assert 0 < structure[2][isolated.columns].sum() < minimum


def scattered(seed: int) -> Structure:
    """Forty people, all unlike, in five units, with four answers each: nothing can be merged."""
    random = np.random.default_rng(seed)
    atom = np.repeat(np.arange(5), 8)
    x = np.column_stack([random.integers(0, 3, 40) == option for _ in range(4) for option in range(2)])
    return atom, x.astype(np.int64), np.ones(40, dtype=np.int64)


@pytest.mark.parametrize(("seed", "safe"), [(1, True), (2, False)])
def test_what_it_cannot_clear_it_does_not_pass(
    seed: int, safe: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With no cases allowed the search gives up and says so; with enough of them it knows."""
    monkeypatch.setattr(disclosure_search, "_SCATTER", np.uint64(0))  # else these need no cases
    space = space_of(scattered(seed))
    known = find_isolated(space, 7)
    assert known.cases > 0
    assert (known.isolated is None) is safe
    monkeypatch.setattr(disclosure_search, "MOST_CASES", 0)
    given_up = find_isolated(space, 7).isolated
    assert given_up is not None
    assert not given_up.proven


def test_large_waves_are_settled_from_a_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same answer, whether all columns are looked at together or a few at a time."""
    random = np.random.default_rng(3)
    count = 900
    atom = np.sort(random.integers(0, 6, count))
    x = np.column_stack([random.integers(0, 4, count) == option for _ in range(3) for option in range(3)])
    rare = np.zeros((count, 1), dtype=np.int64)
    for few, safe in ((12, True), (4, False)):
        rare[:] = 0
        rare[:few] = 1
        structure = (atom, np.hstack([x, rare]).astype(np.int64), np.ones(count, dtype=np.int64))
        for sample in (4_000, 300):
            monkeypatch.setattr(disclosure_search, "SAMPLE", sample)
            assert (find_isolated(space_of(structure), 10).isolated is None) is safe


def small_agency() -> Space:
    """200 people sorted by unit, of 20, and six questions of six options: all that is large enough."""
    draws = np.random.default_rng(0)
    unit = np.sort(draws.integers(0, 20, 200))
    said = draws.integers(0, 6, (200, 6))
    large = np.bincount(unit, minlength=20)[unit] >= 10
    _, atom = np.unique(np.where(large, unit, -1), return_inverse=True)
    x = np.hstack([said[:, question, None] == np.arange(5) for question in range(6)])
    return Space(atom.astype(np.int64), x.astype(np.int64), np.ones(200, dtype=np.int64), np.arange(200))


def test_the_audit_of_a_small_agency_needs_no_cases(monkeypatch: pytest.MonkeyPatch) -> None:
    """People taken scattered make whole bases, which settle it; in their order they do not: the control."""
    quick = find_isolated(small_agency(), 10)
    monkeypatch.setattr(disclosure_search, "_SCATTER", np.uint64(0))
    slow = find_isolated(small_agency(), 10)
    assert quick.isolated is slow.isolated is None
    assert quick.cases == 0 < slow.cases
