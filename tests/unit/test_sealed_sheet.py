"""A sheet keeps nobody in a group that is too small: of a unit, of an option, of a half of the wave."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain.instrument import Factor, Instrument, Item, OpenQuestion, ProfileQuestion, Scale
from cri.domain.sealed_sheet import (
    blur_profile,
    comments_to_keep,
    halves_to_keep,
    lift_small_units,
    make_sheet,
)
from cri.domain.sheet import DONT_KNOW, NO_OPTION, NO_UNIT, UNANSWERED, Unit
from cri.domain.wave import PREFERS_NOT, Answers, Submission

FACTOR = Factor("insight", tuple(Item(f"insight{number}") for number in range(1, 7)))
INSTRUMENT = Instrument(
    "cri",
    "1.0.0",
    "0" * 64,
    Scale(1, 7, 2),
    (FACTOR,),
    (OpenQuestion("easier", 20),),
    outcomes=(Item("overall"),),
    profile=(ProfileQuestion("manages", ("yes", "no")),),
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


def answered(
    number: int, *, late: bool | None = None, seconds: int | None = None, **profile: str
) -> list[Submission]:
    """That many people with the same answers."""
    answers = Answers(items={"insight1": 5, "overall": 6}, profile=profile)
    return [Submission(answers, "east", open_link=False, late=late, seconds=seconds)] * number


def test_outcomes_and_profile_have_columns_of_their_own() -> None:
    people = [*answered(12, manages="no"), *answered(11, manages="yes"), *answered(10, manages=PREFERS_NOT)]
    sheet = make_sheet(INSTRUMENT, TREE, people)
    assert sheet.outcomes is not None
    assert sheet.outcomes.tolist() == [[6]] * 33
    assert sheet.profile is not None
    assert sheet.profile.tolist() == [[1]] * 12 + [[0]] * 11 + [[NO_OPTION]] * 10
    assert (sheet.fast, sheet.late) == (None, None)


def test_of_fewer_than_ten_people_nothing_is_kept_at_all() -> None:
    sheet = make_sheet(INSTRUMENT, TREE, answered(9, manages="no", late=True, seconds=1))
    assert sheet.outcomes is not None
    assert sheet.outcomes.tolist() == [[UNANSWERED]] * 9
    assert sheet.profile is not None
    assert sheet.profile.tolist() == [[NO_OPTION]] * 9
    assert (sheet.fast, sheet.late) == (None, None)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ({0: 30, 1: 10}, {0: 30, 1: 10}),
        ({0: 30, 1: 9}, {NO_OPTION: 39}),  # nine not stated would be the nine: the others join them
        ({0: 30, 1: 20, 2: 9}, {0: 30, NO_OPTION: 29}),
        ({0: 30, 1: 6, 2: 6}, {0: 30, NO_OPTION: 12}),
        ({0: 30, 1: 20, NO_OPTION: 3}, {0: 30, NO_OPTION: 23}),
        ({0: 30, 1: 9, NO_OPTION: 1}, {0: 30, NO_OPTION: 10}),
        ({0: 30, 1: 20, NO_OPTION: 10}, {0: 30, 1: 20, NO_OPTION: 10}),
        ({0: 4, 1: 5}, {NO_OPTION: 9}),
        ({NO_OPTION: 4}, {NO_OPTION: 4}),
    ],
)
def test_options_that_few_chose_become_not_stated(before: dict[int, int], after: dict[int, int]) -> None:
    chosen = np.array([option for option, people in before.items() for _ in range(people)], dtype=np.int8)
    options, counts = np.unique(blur_profile(chosen), return_counts=True)
    assert dict(zip(options.tolist(), counts.tolist(), strict=True)) == after


@settings(max_examples=50)
@given(st.lists(st.integers(-1, 3), min_size=10, max_size=60))
def test_no_option_and_no_lack_of_one_is_left_to_one_to_nine(places: list[int]) -> None:
    chosen = np.array(places, dtype=np.int8)
    blurred = blur_profile(chosen)
    assert all(count >= 10 for count in np.unique(blurred, return_counts=True)[1])
    assert set(blurred[blurred != chosen].tolist()) <= {NO_OPTION}  # nobody is given another's answer


@pytest.mark.parametrize(
    ("early", "late", "kept"),
    [
        ({0: 10}, {0: 10}, True),
        ({0: 10}, {0: 9}, False),
        ({0: 9}, {0: 10}, False),
        ({0: 40}, {}, False),
        ({0: 20, 1: 20}, {0: 20, 1: 3}, False),  # three of unit 1 are known by their links: told apart
        ({0: 20, 1: 20}, {0: 20, 1: 0}, True),  # all of unit 1 answered early: twenty candidates
        ({0: 20, NO_UNIT: 10}, {0: 20, NO_UNIT: 1}, False),
    ],
)
def test_halves_are_kept_where_each_half_of_each_unit_is_a_crowd(
    early: dict[int, int], late: dict[int, int], kept: bool
) -> None:
    halves = [(unit, half) for half, sizes in ((False, early), (True, late)) for unit in sizes]
    people = [(unit, half) for unit, half in halves for _ in range((late if half else early)[unit])]
    unit = np.array([one for one, _ in people], dtype=np.int32)
    flags = np.array([half for _, half in people], dtype=np.bool_)
    found = halves_to_keep(flags, unit)
    assert (found is not None) is kept
    if found is not None:
        assert found.tolist() == flags.tolist()


def test_a_wave_that_began_before_halves_were_told_has_none() -> None:
    people = [*answered(20, late=True), *answered(20, late=False)]
    known = make_sheet(INSTRUMENT, TREE, people).late
    assert known is not None
    assert known.tolist() == [True] * 20 + [False] * 20
    assert make_sheet(INSTRUMENT, TREE, [*people, *answered(1)]).late is None


def test_fast_is_under_two_seconds_an_item_and_unknown_is_not_fast() -> None:
    times: list[int | None] = [0, 1, 2, 10, None]
    people = [one for seconds in times for one in answered(4, seconds=seconds)]
    fast = make_sheet(INSTRUMENT, TREE, people).fast
    assert fast is not None
    assert fast.tolist() == [True] * 8 + [False] * 12
