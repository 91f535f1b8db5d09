"""Squared distances in bulk against those of one small formula, and who lies beyond the limit."""

import numpy as np
import pytest
from scipy import stats

from cri.domain import distances
from cri.domain.careless import mahalanobis_squared
from cri.domain.distances import OUTLIER_TAIL, measure_spread, outliers, squared_distances


def people(n: int, items: int = 12, highest: int = 7, seed: int = 2) -> np.ndarray:
    random = np.random.default_rng(seed)
    level = random.normal(highest / 2, highest / 6, (n, 1))
    answers = np.clip(np.rint(level + random.normal(0, highest / 8, (n, items))), 0, highest)
    answers[5:9] = random.integers(0, 2, answers[5:9].shape) * highest  # who are far from everybody
    return answers.astype(np.int8)


def test_with_every_answer_given_they_are_the_published_index() -> None:
    answers = people(900)
    expected = mahalanobis_squared(answers)
    assert expected is not None
    spread = measure_spread(answers)
    np.testing.assert_allclose(squared_distances(answers, spread), expected, rtol=1e-10)
    assert spread.limit == pytest.approx(stats.chi2.isf(OUTLIER_TAIL, 12), rel=1e-12)
    assert outliers(answers).tolist() == (expected > spread.limit).tolist()
    assert outliers(answers)[5:9].all()


@pytest.mark.parametrize("n", [8191, 8192, 20_001])
@pytest.mark.parametrize(("items", "highest"), [(5, 100), (42, 7), (61, 10)])
def test_many_at_once_are_each_by_themselves(n: int, items: int, highest: int) -> None:
    answers = people(n, items, highest)
    answers[np.random.default_rng(3).random(answers.shape) < 0.05] = -1
    spread = measure_spread(answers)
    expected = squared_distances(answers, spread) > spread.limit
    assert expected[5:9].any()
    assert (outliers(answers) == expected).all()
    assert (outliers(np.asfortranarray(answers)) == expected).all()


def test_the_order_of_rows_changes_nothing() -> None:
    answers = people(10_000)
    answers[np.random.default_rng(4).random(answers.shape) < 0.05] = -2
    order = np.random.default_rng(5).permutation(len(answers))
    first, second = measure_spread(answers), measure_spread(answers[order])
    assert first.transform.tobytes() == second.transform.tobytes()
    assert (outliers(answers)[order] == outliers(answers[order])).all()


def test_no_answer_is_next_to_no_deviation() -> None:
    """The person with one answer is nearer to everybody's mean than half a point in each other item."""
    answers = people(2000)
    answers[0] = -1
    answers[0, 0] = 3
    spread = measure_spread(answers)
    assert (np.abs(spread.centre) <= 0.5 + 1e-12).all()
    assert squared_distances(answers[:1], spread)[0] < np.median(squared_distances(answers, spread))


def test_variance_is_that_of_the_answers_given() -> None:
    """Of independent items a third of whose answers are missing, distances of whole rows keep their mean."""
    random = np.random.default_rng(6)
    answers = random.integers(1, 8, (30_000, 6)).astype(np.int8)
    gaps = answers.copy()
    gaps[random.random(gaps.shape) < 1 / 3] = -1
    whole = squared_distances(answers, measure_spread(gaps)).mean()
    assert whole == pytest.approx(6.0, rel=0.01)


def test_what_does_not_vary_or_follows_from_others_does_not_count() -> None:
    answers = people(500)
    answers[:, 3] = 4
    answers[:, 5] = answers[:, 4]
    answers[:, 6] = -1
    spread = measure_spread(answers)
    assert len(spread.transform) == 9 + 1 - 1
    assert mahalanobis_squared(answers) is None
    used = [0, 1, 2, 4, 7, 8, 9, 10, 11]
    expected = mahalanobis_squared(answers[:, used])
    assert expected is not None
    np.testing.assert_allclose(squared_distances(answers, spread), expected, rtol=1e-8)


@pytest.mark.parametrize("n", [0, 1, 2, 12, 13])
def test_too_few_respondents_have_no_distances(n: int) -> None:
    assert outliers(people(n).reshape(n, 12)).tolist() == [False] * n
    assert outliers(np.empty((n, 0), dtype=np.int8)).tolist() == [False] * n


def test_of_very_many_every_second_row_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = people(20_000)
    whole = squared_distances(answers, measure_spread(answers))
    monkeypatch.setattr(distances, "MOST_MEASURED", 10_000)
    half = measure_spread(answers)
    assert half.transform.tobytes() == measure_spread(answers[::2]).transform.tobytes()
    np.testing.assert_allclose(squared_distances(answers, half), whole, rtol=0.15)
