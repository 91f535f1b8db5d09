"""Covariances from counts of patterns, against each pair of items computed from its respondents."""

import numpy as np
import pytest

from cri.domain.histograms import Counting
from cri.domain.pair_sums import count_pairs
from cri.domain.reliability import pairwise_covariances


@pytest.mark.parametrize("points", [4, 5, 6, 7, 9, 11, 40])
@pytest.mark.parametrize("items", [1, 2, 3, 4, 6, 7])
def test_patterns_give_the_covariances_of_the_respondents(items: int, points: int) -> None:
    random = np.random.default_rng(items * points)
    answers = random.integers(1, points + 1, (300, items)).astype(np.int8)
    answers[random.random(answers.shape) < 0.2] = -1
    steps = [np.maximum(column, 0).astype(np.uint8) for column in answers.T]
    sums = count_pairs(steps, points, Counting(300, None))
    found, expected = sums.covariances(), pairwise_covariances(answers)
    assert found is not None
    assert expected is not None
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)
    given = answers > 0
    assert (sums.both == given.T.astype(int) @ given).all()


def test_sums_of_two_groups_add_up() -> None:
    random = np.random.default_rng(1)
    steps = [random.integers(0, 8, 100).astype(np.uint8) for _ in range(6)]
    halves = [
        count_pairs([column[part] for column in steps], 7, Counting(50, None))
        for part in (slice(0, 50), slice(50, 100))
    ]
    together = count_pairs(steps, 7, Counting(100, None))
    assert ((halves[0] + halves[1]).products == together.products).all()
    assert ((together - halves[1]).sums == halves[0].sums).all()


def test_too_few_together_have_no_covariances() -> None:
    steps = [np.array([1, 2, 0, 0], dtype=np.uint8), np.array([0, 3, 4, 1], dtype=np.uint8)]
    sums = count_pairs(steps, 7, Counting(4, None))
    assert sums.both.tolist() == [[2, 1], [1, 3]]
    assert sums.covariances() is None
