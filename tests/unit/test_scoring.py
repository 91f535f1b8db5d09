"""Scores worked out by hand; the general properties are in tests/properties."""

import statistics

import numpy as np
import pytest

from cri.domain.instrument import Scale
from cri.domain.scoring import keyed, respondent_scores, sum_wave
from cri.domain.sheet import DONT_KNOW, UNANSWERED, Unit
from tests.engine_examples import SEVEN, make_instrument, make_sheet

DK, NA = DONT_KNOW, UNANSWERED
SIX = make_instrument(["a", "b", "c", "d", "e", "-f"])


def test_reverse_keyed_items_are_turned_round_and_blanks_are_not() -> None:
    answers = np.array([[1, 1], [7, 7], [4, 4], [NA, NA], [DK, DK]], dtype=np.int8)
    factor = make_instrument(["a", "-b"]).factors[0]
    assert keyed(answers, factor, SEVEN)[:, 0].tolist() == [1, 7, 4, NA, DK]
    assert keyed(answers, factor, SEVEN)[:, 1].tolist() == [7, 1, 4, NA, DK]


def test_a_scale_from_zero_turns_round_its_zero() -> None:
    factor = make_instrument(["-a"]).factors[0]
    answers = np.array([[0], [10], [NA]], dtype=np.int8)
    assert keyed(answers, factor, Scale(0, 10, 3)).tolist() == [[10], [0], [NA]]


def test_four_of_six_make_a_score_and_three_do_not() -> None:
    answers = np.array(
        [
            [7, 7, 7, 7, 7, 1],  # 100, the last one reversed
            [1, 1, 1, 1, NA, DK],  # 0 from four
            [7, 7, 7, NA, DK, NA],  # three: no score
            [3, 4, 5, 4, NA, 3],  # (3 + 4 + 5 + 4 + 5) / 5 = 4.2, so 53.33
            [NA] * 6,
        ],
        dtype=np.int8,
    )
    scores = respondent_scores(answers, SIX.factors[0], SEVEN)
    assert scores[[0, 1]].tolist() == [100, 0]
    assert scores[3] == pytest.approx(100 * 3.2 / 6, rel=1e-15)
    assert np.isnan(scores[[2, 4]]).all()


def test_a_wave_summed_by_hand() -> None:
    instrument = make_instrument(["a", "b", "-c"], ["d"])
    rows = [
        [7, 6, 2, 5],  # (7 + 6 + 6) / 3 and 5
        [4, 4, NA, NA],  # 4; no second factor
        [NA, DK, 3, 2],  # no first factor; 2
        [NA, NA, NA, DK],  # answered nothing
    ]
    units = (Unit("top", None, "Top"), Unit("low", "top", "Low"))
    sums = sum_wave(instrument, make_sheet(rows, [0, 1, 1, 1], units))
    first, second = sums.factors
    assert (sums.responses, sums.usable, sums.units.tolist()) == (4, 3, [3, 2])
    assert first.everybody.n == 2
    assert first.everybody.mean == pytest.approx((19 / 3 + 4) / 2, rel=1e-15)
    assert first.everybody.sd == pytest.approx(statistics.stdev([19 / 3, 4]), rel=1e-12)
    assert first.units.n.tolist() == [2, 1]
    assert first.units.mean()[1] == first.units.moments(1).mean == 4
    assert second.units.n.tolist() == [2, 1]
    assert second.everybody.mean == 3.5
    assert sums.index.n.tolist() == [1]
    assert sums.index.moments(0).mean == sums.index.mean()[0] == pytest.approx((19 / 3 + 5) / 2, rel=1e-15)


def test_items_count_every_answer_as_given_and_average_it_as_keyed() -> None:
    rows = [[1], [1], [2], [7], [4], [DK], [DK], [NA]]
    counts = sum_wave(make_instrument(["-a"]), make_sheet(rows)).factors[0].items[0]
    assert counts.counts == (2, 1, 0, 1, 0, 0, 1)
    assert counts.dont_know == 2
    assert (counts.moments.n, counts.moments.mean) == (5, (7 + 7 + 6 + 1 + 4) / 5)
    assert counts.moments.sd == pytest.approx(statistics.stdev([7, 7, 6, 1, 4]), rel=1e-12)
    assert (counts.favourable, counts.unfavourable) == (3, 1)


@pytest.mark.parametrize(
    ("scale", "favourable", "unfavourable"),
    [(Scale(1, 5, 2), 2, 2), (Scale(1, 6, 2), 2, 2), (Scale(1, 7, 2), 2, 2), (Scale(0, 10, 3), 3, 3)],
)
def test_favourable_points_are_the_instruments(scale: Scale, favourable: int, unfavourable: int) -> None:
    rows = [[point] for point in range(scale.minimum, scale.maximum + 1)]
    counts = sum_wave(make_instrument(["a"], scale=scale), make_sheet(rows)).factors[0].items[0]
    assert (counts.favourable, counts.unfavourable) == (favourable, unfavourable)


@pytest.mark.parametrize("items", [6, 20, 40])
def test_the_index_is_each_respondents_mean_of_factors_however_long(items: int) -> None:
    """Forty items have denominators beyond 64 bits."""
    random = np.random.default_rng(items)
    instrument = make_instrument([f"a{n}" for n in range(items)], ["b", "c", "d"])
    answers = random.integers(1, 8, (300, items + 3))
    answers[random.random(answers.shape) < 0.1] = NA
    sheet = make_sheet(answers)
    parts = [
        respondent_scores(sheet.answers[:, instrument.columns[factor.code]], factor, SEVEN)
        for factor in instrument.factors
    ]
    index = np.mean(parts, axis=0)
    index = index[~np.isnan(index)]
    moments = sum_wave(instrument, sheet).index.moments(0)
    assert moments.n == len(index)
    assert (moments.mean - 1) * 100 / 6 == pytest.approx(index.mean(), rel=1e-9)
    assert moments.sd * 100 / 6 == pytest.approx(index.std(ddof=1), rel=1e-9)


def test_index_sums_too_large_for_64_bits_stay_exact() -> None:
    instrument = make_instrument([f"a{n}" for n in range(40)])
    sheet = make_sheet(np.full((5000, 40), 7))
    moments = sum_wave(instrument, sheet).index.moments(0)
    assert (moments.n, moments.mean, moments.variance) == (5000, 7.0, 0.0)


@pytest.mark.parametrize("answer", [0, 8, -3])
def test_answers_off_the_scale_are_refused(answer: int) -> None:
    with pytest.raises(ValueError, match="off the scale 1 to 7"):
        sum_wave(make_instrument(["a"]), make_sheet([[1], [answer]]))


def test_a_sheet_of_another_instrument_is_refused() -> None:
    with pytest.raises(ValueError, match="2 columns for 1 items"):
        sum_wave(make_instrument(["a"]), make_sheet([[1, 2]]))


def test_a_sheet_without_rows_sums_to_nothing() -> None:
    sums = sum_wave(SIX, make_sheet(np.zeros((0, 6))))
    assert (sums.responses, sums.usable, sums.index.moments(0).n, sums.factors[0].everybody.n) == (0, 0, 0, 0)
