"""Whoever reads a sealed sheet and knows things about people tries to find their rows in it.

The sheet is made as sealing makes it. Its reader knows everybody who answered and, in each attack, something
else about each; a row's candidates are those whom it fits. The controls are sheets that keep too much.
"""

import random
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain.sealed_sheet import lift_small_units, make_sheet
from cri.domain.sheet import NO_OPTION, AnswerSheet, Unit
from cri.domain.wave import Answers, Submission
from cri.services.instruments import OFFERED, released_instrument

INSTRUMENT = released_instrument(*OFFERED[0])
DOCUMENT = Path(__file__).parents[2] / "docs" / "anonymity.md"
UNITS = (Unit("all", None, "All"), *(Unit(f"u{number}", "all", f"Unit {number}") for number in range(8)))
SIZES = (40, 34, 30, 26, 22, 20, 16, 12)


def people(seed: int, late_share: float = 0.3, sizes: Sequence[int] = SIZES) -> list[Submission]:
    """People in units of these sizes, 200 in eight unless told; some options of the profile are rare."""
    draw = random.Random(seed)
    return [
        Submission(
            Answers(
                items={item.code: draw.randint(1, 7) for item in INSTRUMENT.items},
                profile={
                    question.code: draw.choices(question.options, [6, 3, 1][: len(question.options)])[0]
                    for question in INSTRUMENT.profile
                },
            ),
            f"u{unit}",
            open_link=False,
            late=draw.random() < late_share,
            seconds=draw.randint(1, 9),
        )
        for unit, size in enumerate(sizes)
        for _ in range(size)
    ]


def fewest_candidates(
    sheet: AnswerSheet, known: Sequence[object], row_says: Callable[[int], object | None]
) -> int:
    """The smallest number of people whom a row of the sheet fits. A row that says None fits everybody."""
    says = [row_says(row) for row in range(sheet.respondents)]
    return min(len(known) if one is None else sum(person == one for person in known) for one in says)


def units_as_in_the_sheet(everybody: Sequence[Submission]) -> list[int]:
    """The reader knows whose unit is which, and how sealing lifts the small ones."""
    place = {unit.code: index for index, unit in enumerate(UNITS)}
    units = np.array([place[str(one.unit)] for one in everybody], np.int32)
    return [int(unit) for unit in lift_small_units(UNITS, units)]


def by_half(sheet: AnswerSheet, everybody: Sequence[Submission]) -> int:
    """Known: the unit of each, and from a copy of the invitations made at half-time who had answered."""
    known = list(zip(units_as_in_the_sheet(everybody), [one.late for one in everybody], strict=True))
    if sheet.late is None:
        return fewest_candidates(sheet, [unit for unit, _ in known], lambda row: int(sheet.unit[row]))
    late = sheet.late
    return fewest_candidates(sheet, known, lambda row: (int(sheet.unit[row]), bool(late[row])))


def by_one_answer(sheet: AnswerSheet, everybody: Sequence[Submission], question: int) -> int:
    """Known: what each would say to one profile question, as a personnel office knows years of service."""
    assert sheet.profile is not None
    profile, asked = sheet.profile[:, question], INSTRUMENT.profile[question]
    known = [asked.options.index(one.answers.profile[asked.code]) for one in everybody]
    kept = set(profile.tolist())
    blurred = [option if option in kept else NO_OPTION for option in known]
    return fewest_candidates(sheet, blurred, lambda row: int(profile[row]))


@settings(max_examples=25)
@given(st.integers(0, 10_000), st.floats(0, 1))
def test_knowing_who_had_answered_by_half_time_leaves_ten_candidates(seed: int, late_share: float) -> None:
    everybody = people(seed, late_share)
    assert by_half(make_sheet(INSTRUMENT, UNITS, everybody), everybody) >= 10


def test_halves_are_kept_where_units_are_large() -> None:
    everybody = people(1, 0.5, (120, 80))
    sheet = make_sheet(INSTRUMENT, UNITS, everybody)
    assert sheet.late is not None
    assert 10 <= by_half(sheet, everybody) < 80


def test_keeping_halves_because_both_are_large_would_single_people_out() -> None:
    """The control: ten in each half of the wave is not enough, since units are known as well."""
    everybody = people(1)
    sheet = make_sheet(INSTRUMENT, UNITS, everybody)
    late = np.array([one.late for one in everybody])
    assert min(late.sum(), (~late).sum()) >= 10
    assert sheet.late is None
    assert by_half(replace(sheet, late=late), everybody) < 10


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_knowing_one_profile_answer_of_everybody_leaves_ten_candidates(seed: int) -> None:
    everybody = people(seed)
    sheet = make_sheet(INSTRUMENT, UNITS, everybody)
    assert all(by_one_answer(sheet, everybody, place) >= 10 for place in range(len(INSTRUMENT.profile)))


def test_keeping_rare_options_would_single_people_out() -> None:
    """The control: one person alone in an option, in a sheet that keeps what was answered."""
    everybody = people(1)
    alone = next(place for place, one in enumerate(everybody) if one.answers.profile["manages"])
    everybody = [
        replace(one, answers=replace(one.answers, profile={**one.answers.profile, "place": "at_a_site"}))
        for one in everybody
    ]
    answers = everybody[alone].answers
    everybody[alone] = replace(
        everybody[alone], answers=replace(answers, profile={**answers.profile, "place": "at_home"})
    )
    sheet = make_sheet(INSTRUMENT, UNITS, everybody)
    question = [one.code for one in INSTRUMENT.profile].index("place")
    assert by_one_answer(sheet, everybody, question) == len(everybody)
    assert sheet.profile is not None
    naive = sheet.profile.copy()
    naive[:, question] = [
        INSTRUMENT.profile[question].options.index(one.answers.profile["place"]) for one in everybody
    ]
    assert by_one_answer(replace(sheet, profile=naive), everybody, question) == 1


def test_unit_and_all_profile_answers_together_do_single_people_out() -> None:
    """The limit that docs/anonymity.md tells, with its number: what it takes is not in the service."""
    everybody = people(1)
    sheet = make_sheet(INSTRUMENT, UNITS, everybody)
    assert sheet.profile is not None
    rows = [
        (unit, *profile) for unit, profile in zip(sheet.unit.tolist(), sheet.profile.tolist(), strict=True)
    ]
    alone = sum(rows.count(row) == 1 for row in rows)
    told = re.search(r"(\d+) of 200 made-up people", DOCUMENT.read_text(encoding="utf-8"))
    assert told is not None
    assert alone == int(told[1])
