"""Published indices on rows that can be reckoned by hand; real data are in tests/reference."""

import math

import numpy as np
import pytest

from cri.domain.careless import (
    average_string,
    even_odd_consistency,
    intra_individual_variability,
    longest_string,
    mahalanobis_squared,
)

ROWS = np.array(
    [
        [3, 3, 3, 3, 3, 3],
        [1, 2, 2, 2, 5, 5],
        [1, 1, -1, 1, 1, 2],
        [-1, -1, -1, -1, -1, 4],
        [-1, -1, -1, -1, -1, -1],
    ],
    dtype=np.int8,
)


def test_strings_end_where_there_is_no_answer() -> None:
    assert longest_string(ROWS).tolist() == [6, 3, 2, 1, 1]
    assert average_string(ROWS).tolist() == [6.0, 2.0, 1.5, 1.0, 1.0]
    assert longest_string(ROWS[:, :0]).tolist() == [0] * 5
    assert np.isnan(average_string(ROWS[:, :0])).all()


def test_variability_is_the_standard_deviation_of_the_answers_given() -> None:
    found = intra_individual_variability(ROWS)
    assert found[:3] == pytest.approx([0.0, np.std([1, 2, 2, 2, 5, 5], ddof=1), math.sqrt(0.2)])
    assert np.isnan(found[3:]).all()


def test_even_odd_of_halves_that_go_together_and_against_each_other() -> None:
    together = [1, 1, 4, 4, 7, 7]
    against = [1, 7, 4, 4, 7, 1]
    half = [1, 1, 4, 7, 7, 4]  # r = .5, stepped up 2/3
    flat = [3, 1, 3, 4, 3, 7]
    missing = [1, 2, 4, -1, 7, 3]  # two factors left: r = 1
    rows = np.array([together, against, half, flat, missing], dtype=np.int8)
    found = even_odd_consistency(rows, [2, 2, 2])
    assert found[[0, 1, 2, 4]] == pytest.approx([-1.0, 1.0, -2 / 3, -1.0])
    assert math.isnan(found[3])


def test_distance_of_two_uncorrelated_items() -> None:
    rows = np.array([[1, 1], [1, 3], [3, 1], [3, 3]], dtype=np.int8)
    assert mahalanobis_squared(rows) == pytest.approx(1.5)  # (1 + 1) / (4 / 3)
    assert mahalanobis_squared(rows[:1]) is None
    assert mahalanobis_squared(np.array([[1, 1], [2, 2], [4, 4]], dtype=np.int8)) is None
