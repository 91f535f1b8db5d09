"""Raking: worked examples, what is refused, and that people in a cell need no loop."""

import numpy as np
import pytest

from cri.domain.errors import InputError
from cri.domain.weighting import (
    MOST_ROUNDS,
    NO_LEVEL,
    TOLERANCE,
    TRIMMED_TO,
    design_effect,
    effective_n,
    rake,
)


def levels(*columns: list[int]) -> np.ndarray:
    return np.array(columns, dtype=np.int8).T


def repeated(*sizes: int) -> list[int]:
    return [level for level, size in enumerate(sizes) for _ in range(size)]


def test_one_margin_is_its_share_over_the_respondents_share() -> None:
    weights = rake(levels(repeated(20, 60)), [[300, 300]])
    assert weights.values[:20] == pytest.approx(2.0, rel=1e-15)
    assert weights.values[20:] == pytest.approx(2 / 3, rel=1e-15)
    assert weights.rounds == 1
    assert weights.converged


def test_two_margins_are_met_together() -> None:
    sheet = levels(repeated(30, 70), [0] * 20 + [1] * 10 + [0] * 20 + [1] * 50)
    weights = rake(sheet, [[100, 100], [30, 70]])
    for margin, wanted in ((0, [50, 50]), (1, [30, 70])):
        found = np.bincount(sheet[:, margin], weights=weights.values)
        assert found == pytest.approx(wanted, abs=100 * TOLERANCE)


def plain_rake(sheet: np.ndarray, margins: list[list[float]], rounds: int) -> np.ndarray:
    """Raking on people, one by one."""
    weights = np.ones(len(sheet))
    for _ in range(rounds):
        for place, margin in enumerate(margins):
            share = np.array(margin) / np.sum(margin) * len(sheet)
            for level, wanted in enumerate(share):
                here = sheet[:, place] == level
                weights[here] *= wanted / weights[here].sum()
    return weights


def test_cells_give_what_people_give() -> None:
    random = np.random.default_rng(5)
    sheet = np.stack([random.integers(0, 3, 400), random.integers(0, 2, 400), random.integers(0, 4, 400)], 1)
    margins = [[100.0, 120.0, 90.0], [55.0, 45.0], [4.0, 3.0, 5.0, 3.0]]
    weights = rake(sheet, margins)
    assert not weights.trimmed
    assert weights.values == pytest.approx(plain_rake(sheet, margins, 50), rel=1e-9)
    assert (weights.of_cell[weights.cell] == weights.values).all()


def test_kishs_design_effect_and_effective_n() -> None:
    """Weights 1, 1, 2: (4)^2 / 6 = 2.67; 1 + CV^2 = 1 + (2/9) / (16/9) = 1.125."""
    weights = np.array([1.0, 1.0, 2.0])
    assert effective_n(weights) == pytest.approx(16 / 6)
    assert design_effect(weights) == pytest.approx(1.125)
    assert (effective_n(np.array([])), design_effect(np.array([]))) == (0.0, 1.0)


def test_the_summary_is_that_of_the_weights() -> None:
    weights = rake(levels(repeated(20, 80)), [[50, 50]])
    assert weights.n_eff == pytest.approx(effective_n(weights.values), rel=1e-14)
    assert weights.design_effect == pytest.approx(design_effect(weights.values), rel=1e-14)
    assert (weights.smallest, weights.largest) == (weights.values.min(), weights.values.max())
    assert weights.design_effect == pytest.approx(1.5625)
    assert weights.notable
    assert not rake(levels(repeated(40, 60)), [[50, 50]]).notable


def test_trimming_draws_weights_in_and_raking_again_meets_the_margins() -> None:
    sheet = levels(repeated(12, 88), [0] * 2 + [1] * 10 + [0] * 80 + [1] * 8)
    margins = [[40.0, 60.0], [30.0, 70.0]]
    weights = rake(sheet, margins)
    untrimmed = plain_rake(sheet, margins, 400)
    assert untrimmed.max() > TRIMMED_TO[1]
    assert weights.trimmed == (untrimmed > TRIMMED_TO[1]).sum()
    assert weights.converged
    for place, wanted in enumerate(([40, 60], [30, 70])):
        assert np.bincount(sheet[:, place], weights=weights.values) == pytest.approx(wanted, abs=1e-7)
    assert weights.values.mean() == pytest.approx(1.0, abs=1e-9)


def test_a_small_level_is_joined_with_its_smaller_neighbour() -> None:
    weights = rake(levels(repeated(30, 4, 12, 40)), [[30, 20, 10, 40]])
    assert weights.collapsed == (((1, 2),),)
    joined = weights.values[30:46]
    assert joined == pytest.approx(86 * 0.3 / 16)
    assert weights.values[:30] == pytest.approx(86 * 0.3 / 30)


def test_the_smallest_is_joined_first_and_joining_goes_on() -> None:
    assert rake(levels(repeated(5, 3, 4, 40)), [[1, 1, 1, 1]]).collapsed == (((0, 1, 2),),)
    assert rake(levels(repeated(5, 3, 7, 40)), [[1, 1, 1, 1]]).collapsed == (((0, 1, 2),),)
    assert rake(levels(repeated(9, 40, 9, 11)), [[1, 1, 1, 1]]).collapsed == (((0, 1), (2, 3)),)
    assert rake(levels(repeated(2, 3)), [[9, 1]]).collapsed == (((0, 1),),)
    assert rake(levels(repeated(2, 3)), [[9, 1]]).values == pytest.approx(1.0)


def test_those_without_a_level_keep_their_share() -> None:
    sheet = levels([NO_LEVEL] * 20 + repeated(20, 60))
    weights = rake(sheet, [[1, 1]])
    assert weights.values[:20] == pytest.approx(1.0)
    assert weights.values[20:40] == pytest.approx(2.0)
    assert weights.values[40:] == pytest.approx(2 / 3)


def test_a_level_of_nobody_without_answers_does_no_harm() -> None:
    weights = rake(levels(repeated(20, 0, 20)), [[10, 0, 30]])
    assert weights.values[:20] == pytest.approx(0.5)
    assert weights.values[20:] == pytest.approx(1.5)


@pytest.mark.parametrize(
    ("sheet", "headcounts", "message"),
    [
        (repeated(20, 0, 20), [10, 5, 10], "margin tenure, level b: nobody answered"),
        (repeated(20, 3, 20), [10, 0, 10], "margin tenure, level b: 3 of 0 people answered"),
        (repeated(20, 20, 20), [10, -1, 10], "margin tenure, level b: -1.0 people"),
        (repeated(20, 20, 20), [10, float("nan"), 10], "margin tenure, level b: nan people"),
        ([], [0, 0, 0], "margin tenure: nobody"),
    ],
)
def test_what_cannot_be_weighted_is_said(sheet: list[int], headcounts: list[float], message: str) -> None:
    with pytest.raises(InputError, match=message):
        rake(levels(sheet), [headcounts], [("tenure", ["a", "b", "c"])])


@pytest.mark.parametrize("margins", [0, 5])
def test_one_to_four_margins(margins: int) -> None:
    sheet = np.zeros((20, margins), dtype=np.int8)
    with pytest.raises(InputError, match="1 to 4"):
        rake(sheet, [[5]] * margins)


def test_margins_that_cannot_be_met_together_are_told_from_those_that_were() -> None:
    """Everybody of level 0 in one margin is of level 0 in the other, and the head-counts say otherwise."""
    sheet = levels(repeated(30, 30), repeated(30, 30))
    weights = rake(sheet, [[70, 30], [30, 70]])
    assert weights.rounds == MOST_ROUNDS
    assert not weights.converged
    assert weights.missed == pytest.approx(0.4)
    assert np.isfinite(weights.values).all()


def test_very_many_levels() -> None:
    random = np.random.default_rng(6)
    sheet = np.stack([random.integers(0, 2100, 105_000) for _ in range(2)], axis=1)
    weights = rake(sheet, [np.ones(2100), np.ones(2100)])
    assert weights.converged
    np.testing.assert_allclose(np.bincount(sheet[:, 1], weights=weights.values), 50.0, rtol=1e-4)
