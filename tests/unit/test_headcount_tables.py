"""HEADCOUNTS.csv: people by margin and level."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from cri.adapters.headcount_tables import headcount_table, people_counted
from cri.domain.errors import InputError
from cri.domain.instrument import ProfileQuestion
from cri.domain.sheet import AnswerSheet, Unit
from tests.engine_examples import make_instrument

ASKED = replace(
    make_instrument(["a"]),
    profile=(ProfileQuestion("age", ("young", "old")), ProfileQuestion("job", ("desk", "field"))),
)
UNITS = (Unit("top", None, "Top"), Unit("low", "top", "Low"), Unit("side", None, "Side"))
SHEET = AnswerSheet(
    answers=np.array([[1], [2], [3]], dtype=np.int8),
    unit=np.array([1, 2, -1], dtype=np.int32),
    units=UNITS,
    profile=np.array([[0, -1], [1, -1], [-1, -1]], dtype=np.int8),
)
HEAD = "margin,level,headcount\n"
BY_AGE = "age,young,30\nage,old,70\n"


def read(folder: Path, text: str, sheet: AnswerSheet = SHEET) -> dict[str, dict[str, int]]:
    path = folder / "headcounts.csv"
    path.write_text(text, encoding="utf-8")
    return {margin: dict(levels) for margin, levels in headcount_table(path, ASKED, sheet).items()}


def test_margins_and_their_levels(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "unit,top,60\nunit,side,40.0\n" + BY_AGE)
    assert found == {"unit": {"top": 60, "side": 40}, "age": {"young": 30, "old": 70}}
    assert people_counted(tmp_path, found) == 100


def test_a_level_where_nobody_answered_may_have_people(tmp_path: Path) -> None:
    nobody = replace(SHEET, profile=np.array([[0, -1]] * 3, dtype=np.int8))
    assert read(tmp_path, HEAD + BY_AGE, nobody)["age"] == {"young": 30, "old": 70}


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        ("sex,f,3\n", "row 2, column margin: sex is no margin; expected one of unit, age, job"),
        ("unit,low,3\n", "row 2, column level: low is no level of unit; expected one of top, side"),
        ("age,middle,3\n", "row 2, column level: middle is no level of age; expected one of young, old"),
        (BY_AGE + "age,old,3\n", "row 4, column level: old comes twice in age; expected each level once"),
        ("age,old,\n", "row 2, column headcount: is empty; expected a whole number from 1"),
        ("age,old,0\n", "row 2, column headcount: 0 is no head-count"),
        ("age,old,1.200\n", "row 2, column headcount: 1.200 is no head-count"),
        ("age,old,-3\n", "row 2, column headcount: -3 is no head-count"),
        ("age,old\n", "row 2: has 2 cells; expected 3 as in the header"),
        ("age,old,70\n", "has no head-count for age young, where somebody answered; expected a row for each"),
        ("unit,top,9\n", "has no head-count for unit side, where somebody answered"),
        (BY_AGE + "job,desk,100\n", "has head-counts by job, which nobody in the answers has said"),
        ("", "holds no head-counts; expected a row for each level of a margin"),
        ('age,"old', "row 2: a quotation mark is opened and never closed"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(tmp_path: Path, rows: str, line: str) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, HEAD + rows)
    said = str(caught.value).splitlines()[0].replace(f"{tmp_path}/headcounts.csv: ", "")
    assert said.startswith(line)


def test_columns(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read(tmp_path, "margin,level,people\nage,old,3\n")
    assert [problem.what for problem in caught.value.problems] == [
        "is missing", "is not a column of head-counts"
    ]  # fmt: skip


def test_without_units_there_is_no_such_margin(tmp_path: Path) -> None:
    alone = replace(SHEET, unit=np.array([-1] * 3, dtype=np.int32), units=())
    with pytest.raises(InputError, match="unit is no margin; expected one of age, job"):
        read(tmp_path, HEAD + "unit,top,3\n", alone)


def test_margins_that_count_different_people_leave_open_how_many_there_are(tmp_path: Path) -> None:
    found = read(tmp_path, HEAD + "unit,top,60\nunit,side,41\n" + BY_AGE)
    with pytest.raises(InputError, match="counts different people: unit 101, age 100; expected the same sum"):
        people_counted(tmp_path, found)
