"""Forms become answers, a respondent's order stays theirs, a sheet keeps nobody in too small a unit."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.adapters.envelopes import pad
from cri.domain.instrument import Factor, Instrument, Item, OpenQuestion, Scale
from cri.domain.sheet import DONT_KNOW, NO_UNIT, UNANSWERED, Unit
from cri.domain.wave import (
    Answers,
    Submission,
    answers_from_document,
    comments_to_keep,
    envelope_length,
    lift_small_units,
    make_sheet,
    page_order,
    read_comments,
    read_page,
    submission_from_document,
)

FACTOR = Factor("insight", tuple(Item(f"insight{number}") for number in range(1, 7)))
INSTRUMENT = Instrument("cri", "1.0.0", "0" * 64, Scale(1, 7, 2), (FACTOR,), (OpenQuestion("easier", 20),))
CODES = [item.code for item in FACTOR.items]


def test_a_form_is_read_and_what_is_missing_is_open() -> None:
    read, problems = read_page(
        INSTRUMENT, {"insight1": "1", "insight2": "7", "insight3": "DK", "go": "back"}, CODES
    )
    assert (read, problems) == ({"insight1": 1, "insight2": 7, "insight3": DONT_KNOW}, [])


@pytest.mark.parametrize(
    "given_value",
    ["0", "8", "-1", "-2", "1.5", "dk", "x", "٣", "1e1", "9" * 5000, "1\n", " 1", "0007999", "00077", "07"],
)
def test_an_answer_that_is_not_offered_is_named_and_the_others_are_kept(given_value: str) -> None:
    read, problems = read_page(INSTRUMENT, {"insight1": given_value, "insight2": "4"}, CODES)
    assert read == {"insight2": 4}
    assert [problem.where for problem in problems] == ["insight1"]
    assert problems[0].expected == "1 to 7, or DK"


def test_an_item_of_another_page_is_not_read() -> None:
    assert read_page(INSTRUMENT, {"insight6": "3", "foresight1": "9"}, CODES[:2]) == ({}, [])


@settings(max_examples=50)
@given(st.dictionaries(st.sampled_from(CODES), st.text(max_size=6)))
def test_whatever_a_form_holds_is_an_answer_a_problem_or_open(form: dict[str, str]) -> None:
    read, problems = read_page(INSTRUMENT, form, CODES)
    refused = {problem.where for problem in problems}
    assert not refused & read.keys()
    assert refused | read.keys() == {code for code, value in form.items() if value}
    assert all(value == DONT_KNOW or 1 <= value <= 7 for value in read.values())


def test_comments_are_trimmed_and_blank_ones_are_absent() -> None:
    assert read_comments(INSTRUMENT, {"easier": "  two\r\nlines\t\n "}) == ({"easier": "two\nlines"}, [])
    assert read_comments(INSTRUMENT, {"easier": " \r\n "}) == ({}, [])
    assert read_comments(INSTRUMENT, {}) == ({}, [])


def test_a_comment_may_be_as_long_as_its_limit_and_no_longer() -> None:
    assert read_comments(INSTRUMENT, {"easier": "ط" * 20}) == ({"easier": "ط" * 20}, [])
    read, problems = read_comments(INSTRUMENT, {"easier": "x" * 21})
    assert read == {}
    assert str(problems[0]) == "easier: 21 characters; expected at most 20 characters"


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x0b"])
def test_control_characters_are_refused(sign: str) -> None:
    read, problems = read_comments(INSTRUMENT, {"easier": f"a{sign}b"})
    assert read == {}
    assert [problem.where for problem in problems] == ["easier"]


def test_a_page_replaces_its_own_answers_only() -> None:
    before = Answers(items={"insight1": 1, "insight2": 2, "foresight1": 3})
    after = before.with_page({"insight1": 7}, shown=["insight1", "insight2"])
    assert after.items == {"insight1": 7, "foresight1": 3}
    assert before.items == {"insight1": 1, "insight2": 2, "foresight1": 3}


@settings(max_examples=50)
@given(st.binary(min_size=16, max_size=16))
def test_a_respondents_order_holds_every_item_once_and_never_changes(seed: bytes) -> None:
    order = page_order(FACTOR, seed)
    assert sorted(item.code for item in order) == CODES
    assert order == page_order(FACTOR, seed)
    assert order == page_order(replace(FACTOR, items=FACTOR.items[::-1]), seed)


def test_respondents_have_different_orders_and_each_item_comes_first_for_some() -> None:
    orders = [page_order(FACTOR, number.to_bytes(16)) for number in range(600)]
    assert len(set(orders)) > 300
    for place, item in itertools.product(range(6), FACTOR.items):
        here = sum(order[place] == item for order in orders)
        assert 60 <= here <= 140  # 100 expected, standard deviation 9


characters = st.text(
    st.characters(blacklist_categories=("Cs", "Cc")) | st.sampled_from('\n\t"\\😀'), max_size=20
)


@settings(max_examples=50)
@given(characters, st.lists(st.integers(1, 7) | st.just(DONT_KNOW), min_size=6, max_size=6))
def test_every_answer_fits_its_envelope_and_comes_out_as_it_went_in(text: str, values: list[int]) -> None:
    answers = Answers(items=dict(zip(CODES, values, strict=True)), comments={"easier": text})
    submission = Submission(answers, "u" * 60, open_link=True)
    assert submission_from_document(submission.to_document()) == submission
    assert answers_from_document(answers.to_document()) == answers
    assert (
        len(pad(submission.to_document(), envelope_length(INSTRUMENT) + 128))
        == envelope_length(INSTRUMENT) + 128
    )


TREE = (
    Unit("all", None, "All"),
    Unit("east", "all", "East"),
    Unit("desk", "east", "Desk"),
    Unit("west", "all", "West"),
)


def test_units_under_ten_become_their_nearest_ancestor_with_ten() -> None:
    unit = np.array([2] * 4 + [1] * 6 + [3] * 9 + [0] * 1, dtype=np.int32)
    lifted = lift_small_units(TREE, unit)
    assert lifted.tolist() == [1] * 10 + [0] * 10


def test_a_sheet_holds_the_answers_as_given_and_lifts_small_units() -> None:
    alone = Submission(Answers(items={"insight1": 7, "insight3": DONT_KNOW}), "desk", open_link=False)
    others = [Submission(Answers(items={"insight6": 1}), "east", open_link=False)] * 9
    unplaced = [Submission(Answers(), None, open_link=True)] * 10
    sheet = make_sheet(INSTRUMENT, TREE, [alone, *others, *unplaced])
    assert sheet.answers[0].tolist() == [7, UNANSWERED, DONT_KNOW, UNANSWERED, UNANSWERED, UNANSWERED]
    assert sheet.answers[10].tolist() == [UNANSWERED] * 6
    assert sheet.unit.tolist() == [1] * 10 + [NO_UNIT] * 10


def test_nobody_keeps_a_unit_when_all_are_too_few() -> None:
    lifted = lift_small_units(TREE, np.array([2, 1, 3, 0, NO_UNIT], dtype=np.int32))
    assert lifted.tolist() == [NO_UNIT] * 5


def test_a_director_alone_at_the_top_is_not_alone_in_the_sheet() -> None:
    lifted = lift_small_units(TREE, np.array([0] + [1] * 14 + [3] * 12, dtype=np.int32))
    assert lifted.tolist() == [0] + [1] * 14 + [0] * 12


def test_one_answer_through_the_open_link_is_not_alone_in_the_sheet() -> None:
    lifted = lift_small_units(TREE, np.array([NO_UNIT] + [0] * 30 + [1] * 14 + [3] * 12, dtype=np.int32))
    assert lifted.tolist() == [NO_UNIT] + [0] * 30 + [1] * 14 + [NO_UNIT] * 12


@settings(max_examples=50)
@given(st.lists(st.integers(-1, 3), max_size=60))
def test_after_lifting_no_group_holds_one_to_nine_people(places: list[int]) -> None:
    lifted = lift_small_units(TREE, np.array(places, dtype=np.int32))
    counts = np.bincount(lifted - NO_UNIT, minlength=5)  # those without a unit are a group as well
    assert all(count == 0 or count >= 10 for count in counts) or (lifted == NO_UNIT).all()
    codes = [unit.code for unit in TREE]
    for before, after in zip(places, lifted.tolist(), strict=True):
        line = [NO_UNIT, before]
        while line[-1] > 0:
            line.append(codes.index(str(TREE[line[-1]].parent)))
        assert after in line


def test_comments_are_kept_from_thirty_on_and_sorted() -> None:
    def submissions(number: int) -> list[Submission]:
        return [
            Submission(Answers(comments={"easier": f"text {place:02}"}), None, open_link=False)
            for place in reversed(range(number))
        ]

    assert comments_to_keep(submissions(29)) == {}
    assert comments_to_keep(submissions(30)) == {"easier": [f"text {place:02}" for place in range(30)]}


@pytest.mark.parametrize(("people", "kept"), [(9, False), (10, True)])
def test_of_fewer_than_ten_people_no_answer_is_kept(people: int, kept: bool) -> None:
    codes = [item.code for item in INSTRUMENT.items]
    given = [Submission(Answers(items=dict.fromkeys(codes, 5)), None, open_link=False)] * people
    sheet = make_sheet(INSTRUMENT, TREE, given)
    assert sheet.respondents == people
    assert bool((sheet.answers == 5).all()) is kept
    assert bool((sheet.answers == UNANSWERED).all()) is not kept
