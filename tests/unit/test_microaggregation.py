"""Groups of neighbours, against partitions worked out by hand and by trying every one."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from cri.domain.microaggregation import Group, cut, even_ends, microaggregate, within_share


def everybody_their_own(total: int) -> np.ndarray:
    return np.arange(total)


@pytest.mark.parametrize(
    ("agencies", "sizes"),
    [
        (4, [4]),
        (7, [7]),
        (8, [4, 4]),
        (9, [5, 4]),
        (10, [5, 5]),
        (11, [6, 5]),
        (13, [4, 5, 4]),
        (14, [5, 5, 4]),
        (15, [5, 5, 5]),
        (21, [4, 4, 5, 4, 4]),
        (22, [4, 5, 5, 4, 4]),
        (23, [4, 5, 5, 5, 4]),
    ],
)
def test_sizes_differ_by_one_with_larger_ones_in_the_middle(agencies: int, sizes: list[int]) -> None:
    assert np.diff((0, *cut(everybody_their_own(agencies)))).tolist() == sizes


def test_means_by_hand() -> None:
    # Sorted: 40 42 44 46 50 | 51 53 55 60 70; means 44.4 and 57.8.
    scores = np.array([55.0, 40, 70, 42, 51, 44, 60, 46, 53, 50])
    low, high = microaggregate(scores, everybody_their_own(10))
    assert (low.size, high.size) == (5, 5)
    assert low.mean == pytest.approx(44.4, rel=1e-12)
    assert high.mean == pytest.approx(57.8, rel=1e-12)


def test_at_most_two_hundred_groups() -> None:
    sizes = np.diff((0, *cut(everybody_their_own(1000))))
    assert len(sizes) == 200
    assert set(sizes.tolist()) == {5}
    many = np.diff((0, *cut(everybody_their_own(100_001))))
    assert (len(many), many.sum(), many.max() - many.min()) == (200, 100_001, 1)


def test_fewer_than_four_owners_give_no_group() -> None:
    assert microaggregate(np.arange(12.0), np.arange(12) % 3) == ()
    assert cut(np.array([], dtype=np.int64)) == ()


def test_an_owner_counts_once_towards_the_four() -> None:
    # a a a b | c d ... : four agencies of two owners are no group; the first one ends with d.
    owners = np.array([0, 0, 0, 1, 2, 3, 4, 5, 6, 7])
    assert cut(owners) == (6, 10)
    assert microaggregate(np.arange(10.0), owners) == (Group(6, 2.5), Group(4, 7.5))


def test_ends_move_no_further_from_even_than_owners_ask() -> None:
    # Sixteen agencies, nine owners, the first four agencies of one: even ends would be 8 and 16.
    owners = np.array([0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 5, 6, 7, 8, 5, 6])
    assert cut(owners) == (9, 16)


def test_tied_scores_keep_the_callers_order() -> None:
    groups = microaggregate(np.full(9, 50.0), everybody_their_own(9))
    assert groups == (Group(5, 50.0), Group(4, 50.0))


def every_partition_size(owners: np.ndarray) -> int:
    """Most groups of four owners, found by trying every set of ends."""
    total = len(owners)
    for groups in range(total // 4, 0, -1):
        for inner in combinations(range(1, total), groups - 1):
            ends = (0, *inner, total)
            if all(len(set(owners[a:b].tolist())) >= 4 for a, b in pairwise(ends)):
                return groups
    return 0


@pytest.mark.parametrize("seed", range(25))
def test_as_many_groups_as_any_partition_has(seed: int) -> None:
    generator = np.random.default_rng(seed)
    owners = generator.integers(0, generator.integers(3, 12), generator.integers(8, 17))
    ends = cut(owners)
    assert len(ends) == every_partition_size(owners)
    for start, end in pairwise((0, *ends)):
        assert len(set(owners[start:end].tolist())) >= 4


def test_no_owner_keeps_over_forty_per_cent() -> None:
    # Six of ten: with four others two thirds of four may stay, that is two; 2 of 6 is 33 %, 3 of 7 is 43 %.
    owners = [1, 1, 2, 1, 3, 1, 4, 1, 5, 1]
    assert within_share(owners) == (0, 1, 2, 4, 6, 8)


def test_exactly_forty_per_cent_stays() -> None:
    owners = [1, 1, 2, 3, 4]
    assert within_share(owners) == (0, 1, 2, 3, 4)


def test_two_large_owners_are_both_cut() -> None:
    kept = [[1] * 5 + [2] * 5 + [3] * 1][0]
    left = [kept[position] for position in within_share(kept)]
    assert {owner: left.count(owner) for owner in left} == {1: 2, 2: 2, 3: 1}


def test_one_or_two_owners_keep_nothing() -> None:
    assert within_share([1] * 30) == ()
    assert within_share([1] * 30 + [2] * 30) == ()


def test_even_ends_of_one_group() -> None:
    assert even_ends(7, 1) == (7,)
