"""Forms become answers, a respondent's order stays theirs, and an envelope holds no more than it must."""

import itertools
import string
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.adapters.envelopes import pad
from cri.domain.instrument import Factor, Instrument, Item, OpenQuestion, ProfileQuestion, Scale
from cri.domain.sheet import DONT_KNOW
from cri.domain.wave import (
    PREFERS_NOT,
    SLOWEST_PACE,
    Answers,
    Submission,
    answers_from_document,
    envelope_length,
    in_second_half,
    page_order,
    read_comments,
    read_page,
    read_profile,
    seconds_an_item,
    submission_from_document,
)
from cri.services.drafts import Progress

FACTOR = Factor("insight", tuple(Item(f"insight{number}") for number in range(1, 7)))
SECOND = Factor("foresight", tuple(Item(f"foresight{number}") for number in range(1, 7)))
MANAGES = ProfileQuestion("manages", ("yes", "no"))
INSTRUMENT = Instrument(
    "cri",
    "1.0.0",
    "0" * 64,
    Scale(1, 7, 2),
    (FACTOR,),
    (OpenQuestion("easier", 20),),
    outcomes=(Item("overall"),),
    profile=(MANAGES, ProfileQuestion("tenure", ("short", "long"))),
)
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


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x0b", "\x7f", "\x85", "\x9b"])
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


def test_a_profile_is_read_and_preferring_not_to_say_is_an_answer() -> None:
    read, problems = read_profile(INSTRUMENT, {"manages": PREFERS_NOT, "tenure": "long", "pattern": "x"})
    assert (read, problems) == ({"manages": PREFERS_NOT, "tenure": "long"}, [])
    assert read_profile(INSTRUMENT, {"manages": ""}) == ({}, [])


@pytest.mark.parametrize("given_value", ["Yes", "yes ", "short", "0", "--", "\x00"])
def test_an_option_that_is_not_offered_is_named_and_the_others_are_kept(given_value: str) -> None:
    read, problems = read_profile(INSTRUMENT, {"manages": given_value, "tenure": "short"})
    assert read == {"tenure": "short"}
    assert [(problem.where, problem.expected) for problem in problems] == [("manages", "yes, no")]


TWO_PAGES = replace(INSTRUMENT, factors=(FACTOR, SECOND))
ALL_TWELVE = Answers(items=dict.fromkeys([item.code for item in TWO_PAGES.items], 4))


@pytest.mark.parametrize(
    ("spent", "seconds"),
    [
        ({"insight": 11, "foresight": 11}, 1),
        ({"insight": 12, "foresight": 12}, 2),
        ({"insight": 3, "foresight": 20}, 1),  # half of the items at 0.5, half at 3.33
        ({"insight": 600, "foresight": 3600}, SLOWEST_PACE),
        ({"insight": 11}, None),
        ({"insight": 11, "foresight": None}, None),
        ({}, None),
    ],
)
def test_the_median_seconds_an_item_are_rounded_down_and_need_every_page(
    spent: dict[str, int | None], seconds: int | None
) -> None:
    assert seconds_an_item(TWO_PAGES, ALL_TWELVE, spent) == seconds


def test_a_page_without_answers_has_no_part_in_the_median() -> None:
    one_page = Answers(items={"insight1": 4, "insight2": DONT_KNOW, "overall": 4})
    assert seconds_an_item(TWO_PAGES, one_page, {"insight": 6, "foresight": None}) == 3
    assert seconds_an_item(TWO_PAGES, Answers(), {"insight": 6}) is None


def test_the_second_half_begins_in_the_middle() -> None:
    opened = datetime(2026, 11, 2, 9, tzinfo=UTC)
    closes = opened + timedelta(days=10)
    middle = opened + timedelta(days=5)
    assert not in_second_half(opened, closes, middle - timedelta(seconds=1))
    assert in_second_half(opened, closes, middle)


@settings(max_examples=50)
@given(characters, st.lists(st.integers(1, 7) | st.just(DONT_KNOW), min_size=6, max_size=6))
def test_every_answer_fits_its_envelope_and_comes_out_as_it_went_in(text: str, values: list[int]) -> None:
    answers = Answers(
        items=dict(zip([*CODES[:5], "overall"], values, strict=True)),
        comments={"easier": text},
        profile={"manages": "yes", "tenure": PREFERS_NOT},
    )
    submission = Submission(answers, "u" * 60, open_link=True, late=True, seconds=10)
    assert submission_from_document(submission.to_document()) == submission
    assert answers_from_document(answers.to_document()) == answers
    length = envelope_length(INSTRUMENT) + 128
    assert len(pad(submission.to_document(), length)) == length


def test_the_largest_instrument_fits_its_envelope_and_its_draft() -> None:
    """Codes of forty signs, a comment of emoji or of nothing but quotes, everything answered."""
    codes = iter(f"{place:02}".ljust(40, "x") for place in range(100, 400))
    letters = string.ascii_lowercase
    factors = tuple(Factor(next(codes), tuple(Item(next(codes)) for _ in range(10))) for _ in range(7))
    largest = Instrument(
        "largest",
        "1.0.0",
        "0" * 64,
        Scale(1, 11, 3),
        factors,
        (OpenQuestion(next(codes), 4000), OpenQuestion(next(codes), 4000)),
        outcomes=tuple(Item(next(codes)) for _ in range(5)),
        profile=tuple(
            ProfileQuestion(next(codes), tuple(letter * 40 for letter in letters[:8])) for _ in range(6)
        ),
    )
    for text in ("😀" * 4000, '"' * 4000):
        answers = Answers(
            items=dict.fromkeys([item.code for item in (*largest.items, *largest.outcomes)], -2),
            comments={question.code: text for question in largest.questions},
            profile={question.code: question.options[0] for question in largest.profile},
        )
        submission = Submission(answers, "u" * 64, open_link=False, late=False, seconds=10)
        assert pad(submission.to_document(), envelope_length(largest) + 128)
        spent: dict[str, int | None] = {factor.code: 3600 for factor in factors}
        progress = Progress(answers, "closing", frozenset(map(str, range(1, 8))), spent)
        assert pad(progress.to_document(), envelope_length(largest))


def test_an_envelope_from_before_the_profile_opens_too() -> None:
    before = {"items": {"insight1": 4}, "comments": {}, "unit": "desk", "open": False}
    assert submission_from_document(before) == Submission(
        Answers(items={"insight1": 4}), "desk", open_link=False
    )
