import warnings

import numpy as np
import pytest
from statsmodels.multivariate.factor import Factor as ReferenceModel

from cri.domain.reliability import (
    LEAST_UNIQUENESS,
    alpha_of,
    cronbach_alpha,
    factor_alpha,
    feldt_interval,
    fit_one_factor,
    item_rest,
    keyed_covariances,
    mean_inter_item_r,
    one_factor_omega,
    pair_sums,
    pairwise_covariances,
)
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


def test_pair_sums_of_two_sheets_add_up_and_part() -> None:
    answers = np.random.default_rng(3).integers(-2, 8, (9000, 5)).astype(np.int8)
    answers[answers == 0] = -1
    whole, first, rest = pair_sums(answers), pair_sums(answers[:100]), pair_sums(answers[100:])
    for found in (first + rest, whole - first + first):
        assert (found.both == whole.both).all()
        assert (found.sums == whole.sums).all()
        assert (found.products == whole.products).all()
    assert ((whole - first).products == rest.products).all()


@pytest.mark.parametrize("largest", [11, 127])
def test_pair_sums_are_exact_on_any_scale(largest: int) -> None:
    """One float32 sum over all rows, the naive way, is no longer exact for the larger scale."""
    answers = np.random.default_rng(4).integers(largest - 2, largest + 1, (9000, 2)).astype(np.int8)
    exact = answers.astype(np.int64).T @ answers.astype(np.int64)
    assert (pair_sums(answers).products == exact).all()
    naive = answers.astype(np.float32).T @ np.array(answers, dtype=np.float32, order="F")
    assert (naive.astype(np.int64) == exact).all() == (largest == 11)


def test_too_few_in_a_pair_is_no_covariance() -> None:
    answers = np.array([[1, 2], [2, 3], [3, -1], [-1, 4]], dtype=np.int8)
    assert pairwise_covariances(answers) is not None
    assert pairwise_covariances(answers, 3) is None
    assert pairwise_covariances(answers[:1]) is None
    assert pairwise_covariances(np.empty((0, 2), dtype=np.int8)) is None


def test_covariances_of_keyed_answers_from_raw_ones() -> None:
    (factor,) = make_instrument(["a", "-b", "c"]).factors
    raw = correlated(80, 3).astype(np.int8)
    turned = raw.copy()
    turned[:, 1] = 8 - turned[:, 1]
    expected, found = pairwise_covariances(turned), pairwise_covariances(raw)
    assert expected is not None
    assert found is not None
    np.testing.assert_allclose(keyed_covariances(found, factor), expected, rtol=1e-13)


def test_item_rest_is_the_correlation_with_the_sum_of_the_others() -> None:
    answers = correlated(90, 5)
    found = item_rest(np.cov(answers.T))
    for place, value in enumerate(found):
        rest = np.delete(answers, place, axis=1).sum(axis=1)
        assert value == pytest.approx(np.corrcoef(answers[:, place], rest)[0, 1], rel=1e-12)


def test_mean_inter_item_r_is_the_mean_of_the_correlations() -> None:
    answers = correlated(90, 5)
    pairs = np.corrcoef(answers.T)[np.triu_indices(5, 1)]
    assert mean_inter_item_r(np.cov(answers.T)) == pytest.approx(pairs.mean(), rel=1e-12)


def test_what_does_not_vary_has_no_correlation() -> None:
    covariances = np.diag([1.0, 0.0, 2.0])
    covariances[0, 2] = covariances[2, 0] = 0.5
    assert item_rest(covariances) == (pytest.approx(0.5 / np.sqrt(2)), None, pytest.approx(0.5 / np.sqrt(2)))
    assert mean_inter_item_r(covariances) is None
    assert one_factor_omega(covariances, 100) is None
    assert item_rest(np.array([[1.0]])) == (None,)
    assert mean_inter_item_r(np.array([[1.0]])) is None
    assert alpha_of(np.zeros((3, 3)), 100) is None
    assert alpha_of(None, 100) is None


def test_omega_of_a_model_that_holds_is_the_models() -> None:
    loadings, own = np.array([0.9, 1.1, 0.5, 1.4]), np.array([0.4, 1.0, 0.8, 0.3])
    omega = one_factor_omega(np.outer(loadings, loadings) + np.diag(own), 50)
    assert omega is not None
    assert omega.value == pytest.approx(loadings.sum() ** 2 / (loadings.sum() ** 2 + own.sum()), rel=1e-9)
    assert omega.loadings == pytest.approx(loadings, rel=1e-8)
    assert omega.uniquenesses == pytest.approx(own, rel=1e-8)


@pytest.mark.parametrize("items", [3, 6, 7])
def test_omega_is_that_of_statsmodels(items: int) -> None:
    """The library's own stopping rule leaves about 1e-6."""
    correlations = np.corrcoef(correlated(300 + items, items).T)
    fitted = fit_one_factor(correlations)
    assert fitted is not None
    reference = ReferenceModel(corr=correlations, n_factor=1, method="ml", nobs=300).fit(maxiter=500, rng=0)
    expected = reference.loadings[:, 0] * np.sign(reference.loadings[:, 0].sum())
    assert fitted[0] == pytest.approx(expected, rel=1e-4)
    assert fitted[1] == pytest.approx(reference.uniqueness, rel=1e-4)


def test_omega_does_not_depend_on_the_unit_of_measurement() -> None:
    covariances, stretch = np.cov(correlated(200, 5).T), np.array([1.0, 10.0, 0.1, 3.0, 1.0])
    plain, stretched = one_factor_omega(covariances, 200), one_factor_omega(covariances * 9, 200)
    assert plain is not None
    assert stretched is not None
    assert stretched.value == pytest.approx(plain.value, rel=1e-9)
    each = one_factor_omega(covariances * np.outer(stretch, stretch), 200)
    assert each is not None
    assert np.array(each.loadings) / stretch == pytest.approx(np.array(plain.loadings), rel=1e-7)


def heywood() -> np.ndarray:
    """Three items whose exact solution has an own variance of 1 - .8 x .8 / .5 < 0."""
    return np.array([[1.0, 0.8, 0.8], [0.8, 1.0, 0.5], [0.8, 0.5, 1.0]])


def test_a_heywood_case_has_no_omega_where_the_bound_alone_would_give_one() -> None:
    assert np.linalg.eigvalsh(heywood()).min() > 0
    assert one_factor_omega(heywood(), 500) is None
    with warnings.catch_warnings(action="ignore"):  # it says that it did not converge
        bounded = ReferenceModel(corr=heywood(), n_factor=1, method="ml", nobs=500).fit(maxiter=500, rng=0)
    assert bounded.uniqueness.min() <= LEAST_UNIQUENESS


def test_omega_needs_three_items_fifty_people_and_a_covariance_matrix() -> None:
    good = np.array([[1.0, 0.5, 0.5], [0.5, 1.0, 0.5], [0.5, 0.5, 1.0]])
    assert one_factor_omega(good, 50) is not None
    assert one_factor_omega(good, 49) is None
    assert one_factor_omega(good[:2, :2], 50) is None
    impossible = np.array([[1.0, 0.9, 0.9], [0.9, 1.0, -0.9], [0.9, -0.9, 1.0]])
    assert one_factor_omega(impossible, 50) is None
    assert one_factor_omega(np.ones((4, 4)), 50) is None
    assert one_factor_omega(np.eye(4), 50) is None


def test_pairs_of_items_that_contradict_each_other_have_no_alpha() -> None:
    """Gaps can leave pairwise covariances that no complete answers have: alpha would be 12 / 11."""
    answers = np.array([[2, 2], [-1, 1], [1, 1]], dtype=np.int8)
    assert alpha_of(pairwise_covariances(answers), 60) is None
