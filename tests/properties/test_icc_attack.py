"""ICC gives no hidden unit away: it is made of shown units; made of all units it would, and here does."""

import numpy as np

from cri.domain.agreement import icc
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.scoring import sum_wave
from cri.domain.sheet import Unit
from tests.engine_examples import make_instrument, make_sheet

SIZES = (5, 12, 40, 43)


def test_the_mean_of_a_hidden_unit_of_five_cannot_be_had_from_icc() -> None:
    draws = np.random.default_rng(5)
    unit = np.repeat(range(4), SIZES)
    answers = np.clip(draws.integers(2, 6, (100, 1)) + np.array([1, -1, 0, 1])[unit][:, None], 1, 7)
    units = tuple(Unit(f"u{number}", None, "Unit") for number in range(4))
    instrument, sheet = make_instrument(["x"]), make_sheet(answers, unit.tolist(), units)
    card = build_scorecard(instrument, sheet, WaveFacts())
    assert [one["suppressed"] is None for one in card["units"]] == [False, False, True, True]
    truth = (answers[unit == 0].mean() - 1) * 100 / 6

    sums = sum_wave(instrument, sheet).factors[0].own.sums
    naive = icc(*sums.T)
    assert naive is not None
    assert naive.icc2 is not None
    assert min(abs(mean - truth) for mean in _means_of_five(card, naive.icc2)) < 1e-6
    told = card["agreement"]["icc2"]["f0"]
    assert min(abs(mean - truth) for mean in _means_of_five(card, told)) > 1
    shown = icc(*sums[2:].T)
    assert shown is not None
    assert told == shown.icc2  # a function of the two units that are shown


def _means_of_five(card: dict, icc2: float) -> list[float]:
    """The two means that a hidden unit of five can have if ICC(2) is of all four units."""
    factor, people, groups = card["factors"][0], sum(SIZES), len(SIZES)
    between = (groups - 1) * factor["sd"] ** 2 * (people - 1) / (groups - 1 + (people - groups) * (1 - icc2))
    known = [(SIZES[place], card["units"][place]["factors"]["f0"]["score"]) for place in (2, 3)]
    total = people * factor["score"] - sum(n * mean for n, mean in known)
    squares = between + people * factor["score"] ** 2 - sum(n * mean**2 for n, mean in known)
    # 5 a + 12 b = total and 5 a^2 + 12 b^2 = squares
    found = np.roots([5 + 25 / 12, -2 * 5 * total / 12, total**2 / 12 - squares])
    return [float(one.real) for one in found]
