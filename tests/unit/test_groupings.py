from dataclasses import replace

import numpy as np
import pytest

from cri.domain.answer_columns import by_columns
from cri.domain.instrument import Instrument, ProfileQuestion
from cri.domain.scoring import sum_wave
from cri.domain.sheet import AnswerSheet
from tests.engine_examples import make_instrument, make_sheet


def asked(questions: int, options: int) -> Instrument:
    profile = tuple(
        ProfileQuestion(f"p{place}", tuple(f"o{option}" for option in range(options)))
        for place in range(questions)
    )
    return replace(make_instrument(["a", "b", "c"]), profile=profile)


@pytest.mark.parametrize(("questions", "options"), [(1, 2), (3, 4), (6, 6), (2, 60), (1, 120)])
def test_options_and_halves_are_those_of_a_plain_count(questions: int, options: int) -> None:
    random = np.random.default_rng(options)
    answers = random.integers(-1, 8, (200, 3))
    answers[answers == 0] = -2
    profile = random.integers(-1, options, (200, questions)).astype(np.int8)
    late = random.random(200) < 0.3
    sheet = replace(make_sheet(answers), profile=profile, late=late)
    sums = sum_wave(asked(questions, options), sheet)
    given = answers > 0
    usable, scored = given.any(axis=1), given.sum(axis=1) >= 2
    scores = np.where(given, answers, 0).sum(axis=1) / np.maximum(given.sum(axis=1), 1)
    factor = sums.factors[0]
    assert len(sums.options) == len(factor.options) == questions
    for question in range(questions):
        for option in range(options):
            chosen = profile[:, question] == option
            assert sums.options[question][option] == (chosen & usable).sum()
            assert factor.options[question].n[option] == (chosen & scored).sum()
            if (chosen & scored).any():
                assert factor.options[question].mean()[option] == pytest.approx(
                    scores[chosen & scored].mean(), rel=1e-13
                )
    assert factor.halves is not None
    assert sums.halves is not None
    assert sums.halves.tolist() == [(~late & usable).sum(), (late & usable).sum()]
    assert factor.halves.mean() == pytest.approx(
        [scores[~late & scored].mean(), scores[late & scored].mean()]
    )


def test_without_profile_and_dates_there_are_no_breakdowns() -> None:
    sums = sum_wave(asked(2, 2), make_sheet([[1, 2, 3]]))
    assert (sums.options, sums.halves, sums.factors[0].halves) == ((), None, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"profile": np.array([[2]], dtype=np.int8)},
        {"profile": np.array([[0, 0]], dtype=np.int8)},
        {"outcomes": np.array([[1]], dtype=np.int8)},
    ],
)
def test_a_sheet_that_does_not_fit_is_refused(wrong: dict[str, np.ndarray]) -> None:
    with pytest.raises(ValueError, match=r"option|columns"):
        sum_wave(asked(1, 2), replace(make_sheet([[1, 2, 3]]), **wrong))


def test_columns_in_one_piece_hold_the_same_answers_and_are_not_copied_again() -> None:
    answers = np.random.default_rng(2).integers(-2, 8, (9000, 5)).astype(np.int8)
    sheet = by_columns(AnswerSheet(answers, np.full(9000, -1, dtype=np.int32)))
    assert (sheet.answers == answers).all()
    assert sheet.answers.flags.f_contiguous
    assert by_columns(sheet) is sheet


def test_the_excluded_count_nowhere() -> None:
    random = np.random.default_rng(3)
    instrument = asked(1, 3)
    sheet = replace(
        make_sheet(random.integers(1, 8, (120, 3))),
        profile=random.integers(-1, 3, (120, 1)).astype(np.int8),
        late=random.random(120) < 0.5,
    )
    excluded = random.random(120) < 0.2
    kept = replace(
        sheet,
        answers=sheet.answers[~excluded],
        unit=sheet.unit[~excluded],
        profile=sheet.profile[~excluded],
        late=sheet.late[~excluded],
    )
    left, without = sum_wave(instrument, sheet, excluded), sum_wave(instrument, kept)
    assert (left.responses, left.excluded) == (120, excluded.sum())
    assert left.usable == without.usable == 120 - excluded.sum()
    assert left.factors[0].everybody == without.factors[0].everybody
    assert left.factors[0].options[0].sums.tolist() == without.factors[0].options[0].sums.tolist()
    assert [item.counts for item in left.factors[0].items] == [
        item.counts for item in without.factors[0].items
    ]
    assert (left.factors[0].pairs.products == without.factors[0].pairs.products).all()
    assert [count.tolist() for count in left.options] == [count.tolist() for count in without.options]
