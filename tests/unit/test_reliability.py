import numpy as np
import pytest

from cri.domain.reliability import cronbach_alpha, factor_alpha, feldt_interval, pairwise_covariances
from tests.engine_examples import make_instrument, make_sheet


def test_feldts_vector() -> None:
    """a = .79, k = 26, n = 41, 90 %: [.7047, .8616]. Method section 4."""
    low, high = feldt_interval(0.79, 26, 41, confidence=0.90)
    assert (round(low, 4), round(high, 4)) == (0.7047, 0.8616)


def test_alpha_of_two_items_is_the_spearman_brown_of_equal_variances() -> None:
    covariances = np.array([[4.0, 2.0], [2.0, 4.0]])
    assert cronbach_alpha(covariances) == pytest.approx(2 * 0.5 / 1.5, rel=1e-15)


def test_covariances_without_blanks_are_numpys() -> None:
    answers = np.random.default_rng(7).integers(1, 8, (90, 5)).astype(np.int8)
    found = pairwise_covariances(answers)
    assert found is not None
    np.testing.assert_allclose(found, np.cov(answers.T), rtol=1e-12)


def test_covariances_with_blanks_use_whoever_answered_both() -> None:
    random = np.random.default_rng(8)
    answers = random.integers(1, 8, (200, 4)).astype(np.int8)
    answers[random.random(answers.shape) < 0.2] = -1
    answers[random.random(answers.shape) < 0.1] = -2
    found = pairwise_covariances(answers)
    assert found is not None
    for i in range(4):
        for j in range(4):
            both = (answers[:, i] >= 0) & (answers[:, j] >= 0)
            expected = np.cov(answers[both, i], answers[both, j])[0, 1]
            assert found[i, j] == pytest.approx(expected, rel=1e-9)


def test_rows_are_added_in_parts_without_changing_a_bit() -> None:
    answers = np.random.default_rng(9).integers(-1, 8, (70_001, 3)).astype(np.int8)
    answers[answers == 0] = -2
    first, second = pairwise_covariances(answers), pairwise_covariances(answers[::-1])
    assert first is not None
    assert second is not None
    assert first.tobytes() == second.tobytes()


def correlated(n: int, items: int = 4) -> np.ndarray:
    random = np.random.default_rng(n)
    level = random.normal(4, 1, (n, 1))
    return np.clip(np.rint(level + random.normal(0, 1, (n, items))), 1, 7)


@pytest.mark.parametrize(("n", "known"), [(49, False), (50, True)])
def test_one_agencys_alpha_needs_fifty(n: int, known: bool) -> None:
    instrument = make_instrument(["a", "b", "c", "d"])
    alpha = factor_alpha(instrument, instrument.factors[0], make_sheet(correlated(n)), n, 10)
    assert (alpha is not None) is known


def test_alpha_and_its_interval() -> None:
    instrument = make_instrument(["a", "-b", "c", "d"])
    answers = correlated(120)
    expected = cronbach_alpha(np.cov(answers.T))
    answers[:, 1] = 8 - answers[:, 1]
    alpha = factor_alpha(instrument, instrument.factors[0], make_sheet(answers), 120, 10)
    assert alpha is not None
    assert alpha.value == pytest.approx(expected, rel=1e-12)
    assert alpha.interval == feldt_interval(alpha.value, 4, 120)
    assert alpha.interval[0] < alpha.value < alpha.interval[1]


def test_where_nothing_varies_or_there_is_one_item_there_is_no_alpha() -> None:
    flat, single = make_instrument(["a", "b"]), make_instrument(["a"])
    assert factor_alpha(flat, flat.factors[0], make_sheet(np.full((60, 2), 4)), 60, 10) is None
    assert factor_alpha(single, single.factors[0], make_sheet(correlated(60, 1)), 60, 10) is None


def test_two_items_that_hardly_anybody_answered_together_give_no_alpha() -> None:
    instrument = make_instrument(["a", "b", "c"])
    answers = correlated(60, 3)
    answers[9:, 2] = -1
    assert factor_alpha(instrument, instrument.factors[0], make_sheet(answers), 60, 10) is None
