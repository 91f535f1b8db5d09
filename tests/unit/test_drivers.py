"""Johnson's weights where they are known, and intervals that cover."""

import numpy as np
import pytest
from statsmodels.regression.linear_model import OLS
from statsmodels.tools.tools import add_constant

from cri.domain.drivers import FEWEST_FOR_DRIVERS, MOST_RESAMPLED, driver_analysis, relative_weights


def wave(n: int, seed: int = 1, factors: int = 4) -> tuple[np.ndarray, np.ndarray]:
    """Correlated factors, the first of which matters most to the outcome."""
    random = np.random.default_rng(seed)
    scores = random.normal(0, 1, (n, 1)) + random.normal(0, 1, (n, factors))
    outcome = scores @ np.linspace(0.8, 0.0, factors) + random.normal(0, 1.5, n)
    return scores, outcome


def test_weights_of_uncorrelated_factors_are_squared_correlations() -> None:
    assert relative_weights(np.eye(3), np.array([0.5, -0.3, 0.1])) == pytest.approx([0.25, 0.09, 0.01])


def test_two_factors_by_hand() -> None:
    """r12 = .6: L = [[c, s], [s, c]] with c^2 + s^2 = 1 and 2cs = .6, so c = (sqrt 1.6 + sqrt .4) / 2."""
    outcome = np.array([0.5, 0.4])
    c, s = (1.6**0.5 + 0.4**0.5) / 2, (1.6**0.5 - 0.4**0.5) / 2
    b = np.linalg.solve(np.array([[c, s], [s, c]]), outcome)
    expected = [c * c * b[0] ** 2 + s * s * b[1] ** 2, s * s * b[0] ** 2 + c * c * b[1] ** 2]
    found = relative_weights(np.array([[1.0, 0.6], [0.6, 1.0]]), outcome)
    assert found == pytest.approx(expected, rel=1e-12)


def test_equal_factors_share_alike() -> None:
    correlations = np.full((4, 4), 0.5) + 0.5 * np.eye(4)
    found = relative_weights(correlations, np.full(4, 0.4))
    assert found is not None
    assert found == pytest.approx(np.full(4, found[0]))


def test_a_factor_that_follows_from_the_others_has_no_weight() -> None:
    assert relative_weights(np.ones((2, 2)), np.array([0.5, 0.5])) is None


def test_r2_is_that_of_the_regression_and_shares_sum_to_one() -> None:
    scores, outcome = wave(400)
    found = driver_analysis(scores, outcome, seed=3)
    assert found is not None
    assert found.n == 400
    assert found.r2 == pytest.approx(OLS(outcome, add_constant(scores)).fit().rsquared, rel=1e-10)
    assert sum(found.shares) == pytest.approx(1.0, rel=1e-12)
    assert np.argmax(found.shares) == 0
    for share, (low, high) in zip(found.shares, found.intervals, strict=True):
        assert 0 <= low < share < high <= 1


def test_only_complete_respondents_count() -> None:
    scores, outcome = wave(300)
    scores[0, 2] = outcome[1] = np.nan
    found, expected = driver_analysis(scores, outcome, 3), driver_analysis(scores[2:], outcome[2:], 3)
    assert found is not None
    assert expected is not None
    assert (found.n, found.intervals) == (298, expected.intervals)
    assert found.shares == pytest.approx(expected.shares, rel=1e-12)


def test_one_hundred_are_needed() -> None:
    scores, outcome = wave(FEWEST_FOR_DRIVERS)
    assert driver_analysis(scores, outcome, 3) is not None
    outcome[7] = np.nan
    assert driver_analysis(scores, outcome, 3) is None


def test_where_nothing_can_be_said_there_is_nothing() -> None:
    scores, outcome = wave(200)
    flat, doubled = scores.copy(), scores.copy()
    flat[:, 1] = 50.0
    doubled[:, 1] = 2 * doubled[:, 0] + 1
    assert driver_analysis(flat, outcome, 3) is None
    assert driver_analysis(doubled, outcome, 3) is None
    assert driver_analysis(scores, np.full(200, 6.0), 3) is None
    assert driver_analysis(scores[:, :1], outcome, 3) is None
    assert driver_analysis(scores[:0], outcome[:0], 3) is None
    crossed = np.array([[0, 0], [0, 1], [1, 0], [1, 1]] * 50, dtype=float)
    assert driver_analysis(crossed, np.array([0.0, 1.0, 1.0, 0.0] * 50), 3) is None  # no correlation at all


def test_hardly_any_variation_survives_resampling() -> None:
    """One respondent in a hundred differs: a third of the samples are without them, and are left out."""
    scores, outcome = wave(100)
    outcome = np.zeros(100)
    outcome[0] = 1.0
    found = driver_analysis(scores, outcome, 3)
    assert found is not None
    assert np.isfinite(found.intervals).all()


@pytest.mark.parametrize("n", [150, MOST_RESAMPLED])
def test_same_seed_same_intervals_in_any_order(n: int) -> None:
    scores, outcome = (np.rint(60 * values) for values in wave(n))
    order = np.random.default_rng(5).permutation(n)
    first = driver_analysis(scores, outcome, 3)
    assert first == driver_analysis(scores, outcome, 3)
    assert first == driver_analysis(scores[order], outcome[order], 3)
    other = driver_analysis(scores, outcome, 4)
    assert first is not None
    assert other is not None
    assert first.shares == other.shares
    assert first.intervals != other.intervals


@pytest.mark.parametrize("n", [400, 3 * MOST_RESAMPLED])
def test_intervals_are_as_wide_as_the_estimate_wanders(n: int) -> None:
    """Also where only some respondents are resampled; unshortened, these would be 1.7 times as wide."""
    found = [driver_analysis(*wave(n, seed), seed=3) for seed in range(40)]
    shares = [drivers.shares[0] for drivers in found if drivers is not None]
    widths = [drivers.intervals[0][1] - drivers.intervals[0][0] for drivers in found if drivers is not None]
    assert len(shares) == 40
    assert np.mean(widths) == pytest.approx(2 * 1.96 * np.std(shares), rel=0.35)
