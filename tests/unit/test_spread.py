"""Centre, spread and ranks of a pool, by hand."""

import numpy as np
import pytest

from cri.domain.microaggregation import Group
from cri.domain.spread import SHARE_BETWEEN, SHARE_BETWEEN_MANY, Spread, ladder_of, spread_of

TWO = [Group(5, 40.0), Group(4, 58.0)]
THREE = [Group(4, 40.0), Group(5, 50.0), Group(4, 60.0)]


def test_centre_and_spread_of_two_groups() -> None:
    # mu = (5 40 + 4 58) / 9 = 48; B = (5 64 + 4 100) / 8 = 90; tau^2 = 90 / .65 - 8.
    spread = spread_of(TWO, 8.0)
    assert spread.mu == pytest.approx(48, rel=1e-12)
    assert spread.tau2 == pytest.approx(90 / 0.65 - 8, rel=1e-12)


def test_error_larger_than_the_spread_leaves_none() -> None:
    # B = (4 100 + 0 + 4 100) / 12 = 66.67, divided by .80 it is 83.33.
    assert spread_of(THREE, 83.0).apart
    spread = spread_of(THREE, 83.4)
    assert (spread.tau2, spread.apart, spread.shrinkage(5.0)) == (0.0, False, 0.0)


def test_identical_groups_cannot_be_told_apart_even_without_error() -> None:
    spread = spread_of([Group(5, 0.1 + 0.2), Group(4, 0.3), Group(7, 0.3)], 0.0)
    assert not spread.apart
    assert ladder_of(TWO, spread) is None


@pytest.mark.parametrize("groups", [*range(2, 10), 10, 40])
def test_the_share_between_groups_is_that_of_a_normal_population(groups: int) -> None:
    """c_k against the variance of the means of k equal slices of many normal quantiles."""
    total = 80 * groups
    scores = np.sort(np.random.default_rng(groups).standard_normal((200, total)), axis=1)
    means = scores.reshape(200, groups, 80).mean(axis=2)
    between = (80 * (means - scores.mean(axis=1, keepdims=True)) ** 2).sum(axis=1) / (total - 1)
    constant = SHARE_BETWEEN.get(groups, SHARE_BETWEEN_MANY)
    # 0.96 is one constant for ten groups and more; the exact share goes on rising to 1.
    assert constant == pytest.approx(between.mean(), abs=0.045)


def test_shrinkage_by_hand() -> None:
    assert Spread(50.0, 12.0, 4.0).shrinkage(4.0) == 0.75


def test_mid_ranks_and_end_slopes_by_hand() -> None:
    ladder = ladder_of(THREE)
    assert ladder is not None
    # Mid-ranks 2/13, 6.5/13, 11/13; slope 4.5/13 over 10 points, carried on to 0 and to 1.
    ranks = ladder.rank_of(np.array([40.0, 50.0, 60.0, 45.0]))
    assert ranks * 13 == pytest.approx([2, 6.5, 11, 4.25], rel=1e-12)
    assert ladder.scores[0] == pytest.approx(40 - 2 * 10 / 4.5, rel=1e-12)
    assert ladder.scores[-1] == pytest.approx(60 + 2 * 10 / 4.5, rel=1e-12)
    assert ladder.rank_of(np.array([0.0, 100.0])).tolist() == [0.0, 1.0]
    assert ladder.score_at([2 / 13, 0.5]) == pytest.approx([40, 50], rel=1e-12)


def test_group_means_are_drawn_in_to_true_scores() -> None:
    ladder = ladder_of(THREE, Spread(50.0, 9.0, 7.0))
    assert ladder is not None
    assert ladder.scores[1:-1] == pytest.approx([42.5, 50, 57.5], rel=1e-12)  # sqrt(9 / 16) = .75


def test_groups_of_one_mean_are_one_step() -> None:
    ladder = ladder_of([Group(4, 40.0), Group(4, 50.0), Group(5, 50.0), Group(4, 60.0)])
    assert ladder is not None
    assert float(ladder.rank_of(np.array([50.0]))[0]) == pytest.approx((4 + 9 / 2) / 17, rel=1e-12)


def test_one_score_is_no_ladder() -> None:
    assert ladder_of([Group(9, 50.0)]) is None
