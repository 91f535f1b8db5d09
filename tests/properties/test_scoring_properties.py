"""What holds for scores whatever the answers."""

from fractions import Fraction

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cri.domain.documents import canonical_json
from cri.domain.instrument import Factor, Instrument, Item, Scale
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.scoring import keyed, respondent_scores, sum_wave
from cri.domain.sheet import Unit
from tests.engine_examples import make_sheet

SCALES = st.sampled_from([Scale(1, 5, 2), Scale(1, 6, 2), Scale(1, 7, 2), Scale(0, 10, 3)])
FEW = settings(max_examples=40, deadline=None)


@st.composite
def instruments(draw: st.DrawFn) -> Instrument:
    sizes = draw(st.lists(st.integers(1, 7), min_size=1, max_size=3))
    factors = tuple(
        Factor(f"f{place}", tuple(Item(f"f{place}i{item}", draw(st.booleans())) for item in range(size)))
        for place, size in enumerate(sizes)
    )
    return Instrument("example", "1.0.0", "0" * 64, draw(SCALES), factors)


@st.composite
def waves(draw: st.DrawFn, least: int = 0, most: int = 60) -> tuple[Instrument, np.ndarray]:
    instrument = draw(instruments())
    shape = (draw(st.integers(least, most)), len(instrument.items))
    points = st.one_of(
        st.integers(instrument.scale.minimum, instrument.scale.maximum), st.sampled_from([-1, -2])
    )
    return instrument, draw(arrays.arrays(np.int8, shape, elements=points))


def first_scores(instrument: Instrument, answers: np.ndarray) -> np.ndarray:
    factor = instrument.factors[0]
    return respondent_scores(answers[:, instrument.columns[factor.code]], factor, instrument.scale)


@FEW
@given(waves())
def test_turning_round_twice_changes_nothing(wave: tuple[Instrument, np.ndarray]) -> None:
    instrument, answers = wave
    everything = Factor("all", instrument.items)
    once = keyed(answers, everything, instrument.scale)
    assert (keyed(once, everything, instrument.scale) == answers).all()
    assert ((once < 0) == (answers < 0)).all()


@FEW
@given(waves(least=1))
def test_scores_stay_in_their_scale(wave: tuple[Instrument, np.ndarray]) -> None:
    scores = first_scores(*wave)
    known = scores[~np.isnan(scores)]
    assert ((known >= 0) & (known <= 100)).all()


@FEW
@given(waves(least=1))
def test_below_two_thirds_there_is_no_score_and_never_a_zero(wave: tuple[Instrument, np.ndarray]) -> None:
    instrument, answers = wave
    factor = instrument.factors[0]
    answered = (answers[:, instrument.columns[factor.code]] >= 0).sum(axis=1)
    enough = 3 * answered >= 2 * len(factor.items)
    assert (np.isnan(first_scores(instrument, answers)) == ~enough).all()


@FEW
@given(waves(least=1), st.data())
def test_raising_a_keyed_answer_never_lowers_its_factor_and_moves_no_other(
    wave: tuple[Instrument, np.ndarray], data: st.DataObject
) -> None:
    instrument, answers = wave
    row = data.draw(st.integers(0, len(answers) - 1))
    column = data.draw(st.integers(0, len(instrument.items) - 1))
    better = -1 if instrument.items[column].reversed else 1
    assume(answers[row, column] >= 0)
    raised = answers.copy()
    raised[row, column] += better
    assume(instrument.scale.minimum <= raised[row, column] <= instrument.scale.maximum)
    before = sum_wave(instrument, make_sheet(answers)).factors
    after = sum_wave(instrument, make_sheet(raised)).factors
    for factor, old, new in zip(instrument.factors, before, after, strict=True):
        if instrument.items[column] not in factor.items:
            assert new.everybody == old.everybody
            assert [item.counts for item in new.items] == [item.counts for item in old.items]
            assert (new.pairs.products == old.pairs.products).all()
        elif old.everybody.n:
            assert new.everybody.n == old.everybody.n
            assert new.everybody.mean >= old.everybody.mean


@FEW
@given(waves(least=1), st.randoms(use_true_random=False))
def test_the_order_of_items_within_a_factor_does_not_matter(
    wave: tuple[Instrument, np.ndarray], random: object
) -> None:
    instrument, answers = wave
    factor = instrument.factors[0]
    order = list(range(len(factor.items)))
    random.shuffle(order)  # type: ignore[attr-defined]  # Hypothesis hands out a random.Random
    turned = Factor(factor.code, tuple(factor.items[place] for place in order))
    block = answers[:, instrument.columns[factor.code]]
    first = respondent_scores(block, factor, instrument.scale)
    second = respondent_scores(block[:, order], turned, instrument.scale)
    assert np.array_equal(first, second, equal_nan=True)


@FEW
@given(waves(), st.integers(0, 2**32 - 1))
def test_the_order_of_respondents_changes_not_one_bit(wave: tuple[Instrument, np.ndarray], seed: int) -> None:
    instrument, answers = wave
    random = np.random.default_rng(seed)
    units = (Unit("a", None, "A"), Unit("b", "a", "B"), Unit("c", None, "C"))
    unit = random.integers(-1, 3, len(answers))
    order = random.permutation(len(answers))
    documents = [
        build_scorecard(instrument, make_sheet(answers[places], unit[places].tolist(), units), WaveFacts())
        for places in (np.arange(len(answers)), order)
    ]
    assert canonical_json(documents[0]) == canonical_json(documents[1])


@FEW
@given(waves(least=1))
def test_sums_are_those_of_exact_fractions(wave: tuple[Instrument, np.ndarray]) -> None:
    """A second computation, in rational numbers and one respondent at a time."""
    instrument, answers = wave
    low, high = instrument.scale.minimum, instrument.scale.maximum
    complete: dict[int, list[Fraction]] = {}
    for factor, sums in zip(
        instrument.factors, sum_wave(instrument, make_sheet(answers)).factors, strict=True
    ):
        columns = range(*instrument.columns[factor.code].indices(len(instrument.items)))
        scores = {}
        for row, given_answers in enumerate(answers.tolist()):
            points = [
                low + high - given_answers[column] if item.reversed else given_answers[column]
                for column, item in zip(columns, factor.items, strict=True)
                if given_answers[column] >= 0
            ]
            if 3 * len(points) >= 2 * len(factor.items):
                scores[row] = Fraction(sum(points), len(points))
                complete.setdefault(row, []).append(scores[row])
        assert sums.everybody.n == len(scores)
        assert Fraction(sums.everybody.total, sums.everybody.parts) == sum(scores.values())
        assert Fraction(sums.everybody.squares, sums.everybody.parts**2) == sum(
            s * s for s in scores.values()
        )
    index = [sum(parts) / len(parts) for parts in complete.values() if len(parts) == len(instrument.factors)]
    moments = sum_wave(instrument, make_sheet(answers)).index.moments(0)
    assert moments.n == len(index)
    assert Fraction(moments.total, moments.parts) == sum(index)
    assert Fraction(moments.squares, moments.parts**2) == sum(value * value for value in index)


@FEW
@given(waves())
def test_no_figure_has_fewer_than_ten_behind_it(wave: tuple[Instrument, np.ndarray]) -> None:
    instrument, answers = wave
    document = build_scorecard(instrument, make_sheet(answers), WaveFacts())
    for factor in document["factors"]:
        # A factor of one item that all answered in one band has no score: it is the item's mean.
        lone = [item["suppressed"] for item in factor["items"]] == ["alike"]
        assert (factor["score"] is None) == (factor["n"] < 10 or lone)
        for item in factor["items"]:
            # Not shown either: the mean of an item that everybody answered in one band, or that would tell
            # another item's.
            assert item["n"] >= 10 or (item["mean"], item["suppressed"]) == (None, "small")
            assert (item["mean"] is None) == (item["suppressed"] is not None)
            if item["n"] < 10:
                assert item["distribution"] is item["favourable"] is None
            cells = (item["distribution"] or {"cells": []})["cells"]
            coarse = item["n"] < 40 or item["suppressed"] == "complementary"
            assert len(cells) == 0 or len(cells) == (3 if coarse else instrument.scale.points)
            assert all(cell["share"] != 1 for cell in cells)
