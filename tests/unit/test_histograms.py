"""Sums from counts, against numpy's own on the same people."""

import math

import numpy as np
import pytest

from cri.domain.histograms import Counting, Group, GroupSums, group_sums, histogram, whole_weights

RANDOM = np.random.default_rng(5)
PEOPLE = 400
GROUPS = RANDOM.integers(0, 3, PEOPLE)
CODES = RANDOM.integers(0, 5, PEOPLE)
VALUES = [-1, 60, 75, 100, 420]  # code 0 is no value
WEIGHTS = RANDOM.uniform(0.3, 3.0, PEOPLE)


def people_of(group: int) -> tuple[np.ndarray, np.ndarray]:
    """(values, weights) of those in a group who have a value."""
    chosen = (group == GROUPS) & (CODES > 0)
    return np.array(VALUES)[CODES[chosen]] / 60, WEIGHTS[chosen]


def sums(weights: np.ndarray | None = None) -> GroupSums:
    whole = None if weights is None else whole_weights(weights)
    counts = Counting(PEOPLE, whole).table(Group(GROUPS, 3), Group(CODES.astype(np.uint8), 5))
    return group_sums(counts, VALUES, 60, whole)


def test_means_and_deviations_are_those_of_the_people() -> None:
    found = sums()
    for group in range(3):
        values, _ = people_of(group)
        assert found.n[group] == found.n_eff()[group] == len(values)
        assert found.mean()[group] == pytest.approx(values.mean(), rel=1e-14)
        assert found.sd()[group] == pytest.approx(values.std(ddof=1), rel=1e-13)
        assert found.moments(group).mean == found.mean()[group]


def test_weighted_ones_count_each_person_by_their_weight() -> None:
    found = sums(WEIGHTS)
    for group in range(3):
        values, weights = people_of(group)
        mean = np.average(values, weights=weights)
        n_eff = weights.sum() ** 2 / (weights**2).sum()
        variance = np.average((values - mean) ** 2, weights=weights) * n_eff / (n_eff - 1)
        assert found.n_eff()[group] == pytest.approx(n_eff, rel=1e-10)
        assert found.mean()[group] == pytest.approx(mean, rel=1e-11)
        assert found.sd()[group] == pytest.approx(math.sqrt(variance), rel=1e-10)
        plain = found.unweighted()
        assert plain.mean()[group] == pytest.approx(values.mean(), rel=1e-14)


def test_equal_weights_change_nothing() -> None:
    plain, weighted = sums(), sums(np.full(PEOPLE, 0.7))
    assert (weighted.n_eff() <= plain.n_eff()).all()
    assert weighted.n_eff() == pytest.approx(plain.n_eff(), rel=1e-10)
    assert weighted.mean() == pytest.approx(plain.mean(), rel=1e-14)
    assert weighted.sd() == pytest.approx(plain.sd(), rel=1e-10)


def test_the_order_of_people_changes_no_bit_with_weights_either() -> None:
    order = RANDOM.permutation(PEOPLE)
    found = []
    for places in (np.arange(PEOPLE), order):
        whole = whole_weights(WEIGHTS[places])
        counts = Counting(PEOPLE, whole).table(Group(GROUPS[places], 3), Group(CODES[places], 5))
        made = group_sums(counts, VALUES, 60, whole)
        found.append([made.mean().tobytes(), made.sd().tobytes(), made.n_eff().tobytes()])
    assert found[0] == found[1]


def test_summing_weights_as_they_are_would_fail_that() -> None:
    order = RANDOM.permutation(PEOPLE)
    naive = [np.bincount(GROUPS[places], WEIGHTS[places]) for places in (np.arange(PEOPLE), order)]
    assert naive[0].tobytes() != naive[1].tobytes()


def test_nobody_and_one_person_have_no_deviation_and_nobody_no_mean() -> None:
    counts = np.array([[[3, 0, 0], [1, 0, 1]]])
    found = group_sums(counts, [-1, 1, 2], 1)
    assert found.n.tolist() == [0, 1]
    assert np.isnan(found.mean()).tolist() == [True, False]
    assert np.isnan(found.sd()).all()


@pytest.mark.parametrize("parts", [1, 232_792_560, 5_342_931_457_063_200])
def test_sums_too_large_for_64_bits_stay_exact(parts: int) -> None:
    people = 3_000_000_000
    counts = np.array([[[people, people]]], dtype=np.int64)
    found = group_sums(counts, [6 * parts, 7 * parts], parts)
    assert found.mean().tolist() == [6.5]
    assert found.sd()[0] == pytest.approx(0.5, rel=1e-9)
    assert int(found.sums[0, 2]) == people * (36 + 49) * parts * parts


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int64])
def test_codes_of_any_width_are_counted(kind: type[np.integer]) -> None:
    group, value = Group(np.array([0, 2, 2], dtype=kind), 3), Group(np.array([1, 0, 0], dtype=kind), 2)
    assert Counting(3, None).table(group, value).tolist() == [[[0, 1], [0, 0], [2, 0]]]
    nobody = Group(np.empty(0, dtype=kind), 2)
    assert Counting(0, None).table(nobody, nobody).tolist() == [[[0, 0], [0, 0]]]


@pytest.mark.parametrize("codes", [[0, 3], [-1, 0]])
def test_a_code_beyond_the_table_is_refused_before_anybody_is_counted(codes: list[int]) -> None:
    with pytest.raises(ValueError, match="none of 3"):
        Group(np.array(codes, dtype=np.int8), 3)


def test_a_histogram_of_weights_has_three_layers() -> None:
    weights = whole_weights(np.array([0.5, 1.5, 1.0]))
    found = histogram(np.array([0, 1, 1]), 3, weights)
    assert found[0].tolist() == [1, 2, 0]
    assert np.ldexp(found[1].astype(float), -weights.shift).tolist() == [0.5, 2.5, 0.0]
    assert np.ldexp(found[2].astype(float), -weights.square_shift).tolist() == [0.25, 3.25, 0.0]
