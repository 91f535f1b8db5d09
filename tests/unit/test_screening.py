"""Flags one by one, and that one of them, or a straight line however far out, leaves nobody out."""

from dataclasses import replace

import numpy as np
import pytest

from cri.domain.careless import intra_individual_variability
from cri.domain.instrument import Instrument
from cri.domain.screening import FLAGS_TO_EXCLUDE, LEAST_VARIABILITY, long_strings, low_variability, screen
from cri.domain.sheet import AnswerSheet
from tests.engine_examples import make_instrument, make_sheet

PAGES = [[*(f"{page}{item}" for item in range(5)), f"-{page}r"] for page in "abcdef"]
SIX_PAGES = make_instrument(*PAGES)


def honest(people: int, seed: int = 1) -> np.ndarray:
    """People who agree with themselves: 36 answers, the last of each page reverse-keyed."""
    random = np.random.default_rng(seed)
    level = random.normal(4.4, 1.1, (people, 1)) + random.normal(0, 0.5, (people, 6)).repeat(6, axis=1)
    answers = np.clip(np.rint(level + random.normal(0, 0.9, (people, 36))), 1, 7)
    answers[:, 5::6] = 8 - answers[:, 5::6]
    return answers.astype(np.int8)


def with_row(row: list[int] | np.ndarray, people: int = 400) -> np.ndarray:
    return np.vstack([np.array(row, dtype=np.int8), honest(people)])


def one_flag(sheet: AnswerSheet, **flags: bool) -> AnswerSheet:
    """The first respondent, and nobody else, has these flags."""
    masks = {name: np.arange(sheet.respondents) == 0 for name, flag in flags.items() if flag}
    return replace(sheet, **masks)


def far_out() -> np.ndarray:
    """Answers that vary without any string, against the grain of all others."""
    return np.array([[7, 1, 6, 2, 7, 7], [1, 7, 2, 6, 1, 1]] * 3, dtype=np.int8).ravel()


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ([4, 4, 4, 4, 5, 6], True),
        ([5, 4, 4, 4, 4, 6], True),
        ([5, 6, 4, 4, 4, 4], True),
        ([4, 4, 4, 4, 4, 4], True),
        ([4, 4, 4, 5, 5, 5], False),
        ([4, 4, -1, 4, 4, 4], False),
        ([-1, -1, -1, -1, -1, -1], False),
        ([-2, -2, -2, -2, 5, 6], False),
    ],
)
def test_a_long_string_is_over_half_of_a_page(page: list[int], expected: bool) -> None:
    instrument = make_instrument(["a", "b", "c", "d", "e", "-f"])
    assert bool(long_strings(instrument, np.array([page], dtype=np.int8))[0, 0]) is expected


@pytest.mark.parametrize(("size", "needed"), [(3, 3), (4, 3), (5, 3), (7, 4), (8, 5)])
def test_how_long_it_must_be(size: int, needed: int) -> None:
    instrument = make_instrument(["-r", *(f"a{place}" for place in range(size - 1))])
    rows = [[*[6] * length, *([1, 2] * size)[: size - length]] for length in range(1, size + 1)]
    found = long_strings(instrument, np.array(rows, dtype=np.int8))
    assert found[0].tolist() == [length >= needed for length in range(1, size + 1)]


def test_strings_are_looked_for_within_pages_that_hold_reverse_keyed_items() -> None:
    instrument = make_instrument(["a", "b", "c", "d"], ["e", "f", "-g", "h"], ["-i", "j"])
    across = np.array([[1, 2, 4, 4, 4, 4, 1, 4, 4, 4], [4, 4, 4, 4, 1, 2, 3, 4, 4, 4]], dtype=np.int8)
    found = long_strings(instrument, across)
    assert found.shape == (1, 2)  # the first page has no reverse-keyed item, the last one too few items
    assert not found.any()
    assert not long_strings(make_instrument(["a", "b", "c"]), across[:, :3]).any()


def test_low_variability_is_below_a_fifth_of_a_point_and_among_the_lowest() -> None:
    flat, one_off, two_off = np.full((3, 36), 4, dtype=np.int8)
    one_off[7] = 5
    two_off[[7, 20]] = 5
    answers = np.vstack([flat, one_off, two_off, honest(400)])
    variability = intra_individual_variability(answers[:3])
    assert variability[1] < LEAST_VARIABILITY < variability[2]
    assert np.flatnonzero(low_variability(answers)).tolist() == [0, 1]
    few = low_variability(answers[:90])  # one per cent of ninety is the lowest one
    assert np.flatnonzero(few).tolist() == [0]


def test_equals_are_among_the_lowest_together() -> None:
    answers = np.vstack([np.full((20, 36), 4, dtype=np.int8), honest(100)])
    assert np.flatnonzero(low_variability(answers)).tolist() == list(range(20))
    answers[0, 0] = 5  # less flat than nineteen others: no longer among the lowest hundredth
    assert np.flatnonzero(low_variability(answers)).tolist() == list(range(1, 20))


def test_variability_of_few_answers_is_not_judged() -> None:
    answers = honest(50)
    answers[0] = -1
    answers[0, :18] = 4
    assert low_variability(answers).tolist() == [True] + [False] * 49
    answers[0, 17] = -2
    assert not low_variability(answers).any()
    assert not low_variability(np.full((3, 4), -1, dtype=np.int8)).any()
    assert not low_variability(np.full((3, 1), 4, dtype=np.int8)).any()


def test_one_flag_leaves_nobody_out_and_two_do() -> None:
    plain, straight, far = honest(1, seed=9)[0], np.full(36, 4), far_out()
    for row, flags, expected in [
        (plain, {}, False),
        (plain, {"fast": True}, False),
        (plain, {"failed_attention": True}, False),
        (plain, {"fast": True, "failed_attention": True}, True),
        (straight, {}, False),
        (straight, {"fast": True}, True),
        (straight, {"failed_attention": True}, True),
        (far, {}, False),
        (far, {"fast": True}, True),
    ]:
        screening = screen(SIX_PAGES, one_flag(make_sheet(with_row(row)), **flags))
        assert bool(screening.excluded[0]) is expected, (row, flags)
        assert not screening.excluded[1:].any()


def test_a_long_string_and_low_variability_are_one_flag() -> None:
    screening = screen(SIX_PAGES, make_sheet(with_row(np.full(36, 4))))
    assert screening.long_string[0]
    assert screening.low_variability[0]
    assert not screening.excluded[0]


@pytest.mark.parametrize(
    "row", [np.full(36, 7), np.repeat([7, 6, 7, 6, 7, 6], 6), np.repeat([7, 1, 7, 1, 7, 1], 6)]
)
def test_straight_lines_are_never_enough_even_far_from_everybody(row: np.ndarray) -> None:
    """Counting flags one by one, the naive way, would leave these people out for straight-lining alone."""
    screening = screen(SIX_PAGES, make_sheet(with_row(row)))
    naive = int(screening.long_string[0] | screening.low_variability[0]) + int(screening.outlier[0])
    assert naive == FLAGS_TO_EXCLUDE
    assert screening.straight_throughout[0]
    assert not screening.excluded[0]


def test_one_long_string_and_answers_elsewhere_far_from_everybody_are_two_flags() -> None:
    row = far_out()
    row[:6] = 7
    screening = screen(SIX_PAGES, make_sheet(with_row(row)))
    assert not screening.straight_throughout[0]
    assert screening.excluded[0]


def test_what_was_not_recorded_has_no_count() -> None:
    sheet = make_sheet(with_row(np.full(36, 4)))
    assert screen(SIX_PAGES, sheet).counts == {
        "fast": None,
        "long_string": int(screen(SIX_PAGES, sheet).long_string.sum()),
        "low_variability": 1,
        "outlier": int(screen(SIX_PAGES, sheet).outlier.sum()),
        "failed_attention": None,
        "excluded": 0,
    }
    counts = screen(SIX_PAGES, one_flag(sheet, fast=True, failed_attention=True)).counts
    assert (counts["fast"], counts["failed_attention"], counts["excluded"]) == (1, 1, 1)


@pytest.mark.parametrize("people", [0, 1, 2, 9])
def test_very_few_people(people: int) -> None:
    screening = screen(SIX_PAGES, make_sheet(honest(people).reshape(people, 36)))
    assert screening.excluded.shape == (people,)
    assert not screening.outlier.any()
    nothing = screen(SIX_PAGES, make_sheet(np.full((people, 36), -1).reshape(people, 36)))
    assert not any(nothing.counts[name] for name in ("long_string", "low_variability", "outlier", "excluded"))


def test_the_sheet_must_be_of_the_instrument() -> None:
    other: Instrument = make_instrument(["a", "-b"])
    with pytest.raises(ValueError, match="36 columns for 2 items"):
        screen(other, make_sheet(honest(5)))
