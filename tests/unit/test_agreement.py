"""Agreement on numbers that others published or that can be worked out by hand."""

import math
import statistics

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain.agreement import (
    ad_cutoff,
    ad_m,
    icc,
    mixed_views,
    rwg,
    rwg_j,
    uniform_variance,
)

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def sums(groups: list[list[int]]) -> tuple[np.ndarray, ...]:
    return (
        np.array([len(group) for group in groups]),
        np.array([sum(group) for group in groups]),
        np.array([sum(x * x for x in group) for group in groups]),
    )


def test_icc_of_the_six_published_rows() -> None:
    found = icc(*sums(SHROUT_FLEISS))
    assert found is not None
    assert found.icc2 is not None
    assert (round(found.icc1, 4), round(found.icc2, 4)) == (0.1657, 0.4428)


def test_icc_of_unequal_groups_uses_k0() -> None:
    groups = [[1, 2, 3], [4, 4, 5, 6, 7], [2, 2]]
    n, total = 10, 36
    between = sum(sum(g) ** 2 / len(g) for g in groups) - total**2 / n
    within = sum(x * x for g in groups for x in g) - sum(sum(g) ** 2 / len(g) for g in groups)
    msb, msw = between / 2, within / 7
    k0 = (10 - (9 + 25 + 4) / 10) / 2
    found = icc(*sums(groups))
    assert found is not None
    assert found.icc1 == pytest.approx((msb - msw) / (msb + (k0 - 1) * msw), rel=1e-14)
    assert found.icc2 == pytest.approx((msb - msw) / msb, rel=1e-14)


@pytest.mark.parametrize("groups", [[], [[1, 2, 3]], [[1], [2], [3]], [[4, 4], [4, 4]], [[], [1, 2]]])
def test_icc_says_nothing_where_there_is_nothing_to_say(groups: list[list[int]]) -> None:
    assert icc(*sums(groups)) is None


def test_icc2_of_units_that_do_not_differ_is_not_minus_infinity() -> None:
    found = icc(*sums([[1, 2, 3], [1, 2, 3]]))
    assert found is not None
    assert found.icc1 == pytest.approx(-0.5)
    assert found.icc2 is None


def test_the_uniform_null_of_seven_points_is_four() -> None:
    assert [uniform_variance(points) for points in (5, 7, 11)] == [2.0, 4.0, 10.0]
    assert rwg(np.array([1.0, 4.0, 6.0]), 4.0).tolist() == [0.75, 0.0, -0.5]


def test_rwg_j_under_three_nulls() -> None:
    found = rwg_j(np.array([[1.0, 2.0], [4.0, 4.8], [0.0, 0.0], [math.nan, 1.0]]), 2, 7)

    def by_hand(mean: float, null: float) -> float:
        r = mean / null
        return 2 * (1 - r) / (2 * (1 - r) + r)

    assert found.uniform[:3].tolist() == pytest.approx([by_hand(1.5, 4), 0, 1])
    assert found.slight_skew is not None
    assert found.slight_skew[:3].tolist() == pytest.approx([by_hand(1.5, 2.90), 0, 1])
    assert found.moderate_skew is not None
    assert found.moderate_skew[:3].tolist() == pytest.approx([by_hand(1.5, 2.14), 0, 1])
    assert found.uniform_untruncated[:3].tolist() == pytest.approx([by_hand(1.5, 4), by_hand(4.4, 4), 1])
    assert found.uniform_untruncated[1] < 0
    assert np.isnan([found.uniform[3], found.uniform_untruncated[3]]).all()


def test_disagreement_beyond_the_formula_is_none_at_all_and_never_agreement() -> None:
    # Half at each end of seven points: s^2 = 9; the formula alone would give 1.43.
    found = rwg_j(np.full((1, 6), 9.0), 6, 7)
    assert found.uniform.tolist() == [0.0]
    assert np.isnan(found.uniform_untruncated[0])


def test_a_scale_without_skewed_nulls_has_the_uniform_one() -> None:
    found = rwg_j(np.array([[1.0]]), 1, 4)
    assert found.slight_skew is found.moderate_skew is None
    assert found.uniform.tolist() == pytest.approx([0.2])


def test_average_deviation_divides_by_n() -> None:
    # 1, 1, 4 on the first item: mean 2, distances 1 + 1 + 2 over 3; everybody alike on the second.
    counts = np.array([[[2, 0, 0, 1], [0, 3, 0, 0]], [[0, 0, 0, 0], [1, 0, 0, 0]]])
    found = ad_m(counts)
    assert found[0] == pytest.approx((4 / 3 + 0) / 2)
    assert np.isnan(found[1]), "nobody answered the first item"
    assert ad_cutoff(7) == pytest.approx(1.1667, abs=1e-4)


def test_views_are_mixed_by_either_sign() -> None:
    variances = np.array([[0.5] * 6, [2.8] * 6, [math.nan] * 6])
    agreement = rwg_j(variances, 6, 7)
    assert mixed_views(agreement, np.array([0.6, 0.6, math.nan]), 7).tolist() == [False, True, False]
    assert mixed_views(agreement, np.array([1.17, 1.16, math.nan]), 7).tolist() == [True, True, False]
    four = rwg_j(variances, 6, 4)
    assert mixed_views(four, np.array([0.6, 0.7, math.nan]), 4).tolist() == [False, True, False]


@settings(max_examples=50, deadline=None)
@given(st.lists(st.lists(st.integers(0, 6), min_size=1, max_size=12), min_size=1, max_size=4))
def test_average_deviation_is_that_of_a_plain_computation(groups: list[list[int]]) -> None:
    counts = np.array([[[group.count(point) for point in range(7)]] for group in groups])
    plain = [statistics.fmean(abs(x - statistics.fmean(group)) for x in group) for group in groups]
    assert ad_m(counts).tolist() == pytest.approx(plain, abs=1e-12)


@settings(max_examples=50, deadline=None)
@given(st.floats(0, 40), st.integers(1, 12), st.sampled_from([4, 5, 6, 7, 9, 11]))
def test_agreement_stays_between_none_and_full(variance: float, items: int, points: int) -> None:
    found = rwg_j(np.full((1, items), variance), items, points)
    for values in (found.uniform, found.slight_skew, found.moderate_skew):
        assert values is None or 0 <= values[0] <= 1
    untruncated = found.uniform_untruncated[0]
    assert np.isnan(untruncated) or untruncated <= 1
    if untruncated >= 0:
        assert untruncated == pytest.approx(found.uniform[0], abs=1e-12)
