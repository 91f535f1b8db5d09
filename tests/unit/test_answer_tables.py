"""What the cells of ANSWERS.csv may hold; reading by the column gives what reading by the row gives."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cri.adapters import csv_blocks
from cri.adapters.answer_columns import answer_columns
from cri.adapters.answer_tables import answer_table
from cri.adapters.csv_blocks import Block, is_plain
from cri.domain.errors import InputError
from cri.domain.instrument import AttentionItem, Instrument, Item, ProfileQuestion
from cri.domain.sheet import AnswerSheet, Unit
from tests.engine_examples import make_instrument

ASKED = replace(
    make_instrument(["a", "-b"]),
    outcomes=(Item("good"), Item("tell")),
    profile=(ProfileQuestion("age", ("young", "old")), ProfileQuestion("job", ("desk", "field", "other"))),
    attention=AttentionItem("check", 6),
)


def read(folder: Path, text: str | bytes, asked: Instrument = ASKED, block_bytes: int = 64) -> AnswerSheet:
    path = folder / "answers.csv"
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return answer_table(path, asked, None, block_bytes)


def refusal(folder: Path, text: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(folder, text)
    return str(caught.value).replace(f"{folder}/answers.csv: ", "").splitlines()


def test_every_column_there_can_be(tmp_path: Path) -> None:
    sheet = read(
        tmp_path,
        "late,a,job,b,tell,age,seconds,good,check,unit\n"
        "0,1,desk,2,DK,old,1.9,7,6,x\n"
        "yes,DK,,3,,young,2,1,5,\n"
        "NO,4,other,,1,,,2,,y\n"
        'true,4,field,1,1,old,"1,5",2,DK,x\n',
    )  # fmt: skip
    assert sheet.answers.tolist() == [[1, 2], [-2, 3], [4, -1], [4, 1]]
    assert sheet.units == (Unit("x", None, "x"), Unit("y", None, "y"))
    assert sheet.unit.tolist() == [0, -1, 1, 0]
    assert found(sheet.outcomes) == [[7, -2], [1, -1], [2, 1], [2, 1]]
    assert found(sheet.profile) == [[1, 0], [0, -1], [-1, 2], [1, 1]]
    assert found(sheet.fast) == [True, False, False, True]  # 2 seconds are not fast, an unknown time is not
    assert found(sheet.late) == [False, True, False, True]
    assert found(sheet.failed_attention) == [False, True, False, True]  # no answer is no failure


def found(values: np.ndarray | None) -> list[object]:
    assert values is not None
    return list(values.tolist())


def test_what_has_no_column_was_not_collected(tmp_path: Path) -> None:
    sheet = read(tmp_path, "a,b\n1,2\n")
    assert sheet.outcomes is sheet.profile is sheet.fast is sheet.late is sheet.failed_attention is None
    some = read(tmp_path, "a,b,tell,job\n1,2,3,desk\n")
    assert found(some.outcomes) == [[-1, 3]]
    assert found(some.profile) == [[-1, 0]]


@pytest.mark.parametrize("cell", ["7", "7.0", "7,0", "7.00", " 7 ", "\u00a07", '"7"'])
def test_spellings_of_a_point(tmp_path: Path, cell: str) -> None:
    assert read(tmp_path, f"a;b\n{cell};1\n").answers.tolist() == [[7, 1]]


@pytest.mark.parametrize(
    ("cell", "what"),
    [
        ("N/A", "N/A is not on the scale, and does not say whether that is unanswered or don't know"),
        ("#N/A", "#N/A is not on the scale, and does not say whether"),
        ("nan", "nan is not on the scale, and does not say whether"),
        ("-", "- is not on the scale, and does not say whether"),
        ("03.Apr", "03.Apr is not on the scale: a spreadsheet may have made a date of a number"),
        ("2026-04-03", "2026-04-03 is not on the scale: a spreadsheet may have made a date of a number"),
        ("4/3/2026", "4/3/2026 is not on the scale: a spreadsheet may have made a date of a number"),
        ("Apr-26", "Apr-26 is not on the scale: a spreadsheet may have made a date of a number"),
        ("7.5", "7.5 is not on the scale; expected 1 to 7, blank or DK"),
        ("#REF!", "#REF! is not on the scale; expected"),
        ("99", "99 is not on the scale; expected"),
        ("07", "07 is not on the scale; expected"),
        ("7e0", "7e0 is not on the scale; expected"),
        ("\u0667", "\u0667 is not on the scale; expected"),
        ("x" * 300, "is 300 characters long; expected 1 to 7, blank or DK"),
    ],
)
def test_a_cell_that_could_mean_anything_is_refused(tmp_path: Path, cell: str, what: str) -> None:
    (line,) = refusal(tmp_path, f"a,b\n1,2\n{cell},1\n")
    assert line.startswith(f"row 3, column a: {what}")


@pytest.mark.parametrize(
    ("column", "cell", "line"),
    [
        ("age", "N/A", "column age: N/A is not an option; expected young, old, or blank"),
        ("age", "Young", "column age: Young is not an option"),
        ("tell", "8", "column tell: 8 is not on the scale; expected 1 to 7, blank or DK"),
        (
            "seconds",
            "fast",
            "column seconds: fast is no number of seconds; expected seconds an item like 4.5",
        ),
        ("seconds", "-1", "column seconds: -1 is no number of seconds"),
        ("seconds", "1e3", "column seconds: 1e3 is no number of seconds"),
        ("late", "", "column late: is empty; expected 0, 1, yes or no"),
        ("late", "2", "column late: 2 is neither yes nor no"),
        ("check", "0", "column check: 0 is not on the scale"),
        ("unit", "x" * 201, "column unit: is 201 characters long; expected at most 200"),
    ],
)
def test_other_columns_say_what_they_hold(tmp_path: Path, column: str, cell: str, line: str) -> None:
    (said,) = refusal(tmp_path, f"a,b,{column}\n1,2,{cell}\n")
    assert said.startswith(f"row 2, {line}")


def test_columns_nobody_knows_are_named_with_those_that_can_be(tmp_path: Path) -> None:
    (line,) = refusal(tmp_path, "a,b,Age\n1,2,3\n")
    others = "good, tell, age, job, check, unit, seconds, late"
    assert line == f"row 1, column Age: is not in example 1.0.0; expected only its items, {others}"


def test_problems_come_in_the_order_of_the_file_and_are_counted(tmp_path: Path) -> None:
    rows = ["1,2,", "x,9,", "1", *["0,0,"] * 40, "1,2,y"]
    lines = refusal(tmp_path, "a,b,\n" + "\n".join(rows) + "\n")
    assert lines[:3] == [
        "row 3, column a: x is not on the scale; expected 1 to 7, blank or DK",
        "row 3, column b: 9 is not on the scale; expected 1 to 7, blank or DK",
        "row 4: has 1 cells; expected 2 as in the header",
    ]
    assert lines[19] == "row 13, column a: 0 is not on the scale; expected 1 to 7, blank or DK"
    assert lines[20:] == ["and 64 more"]


def test_where_a_file_breaks_off_comes_after_what_was_wrong_before(tmp_path: Path) -> None:
    lines = refusal(tmp_path, 'a,b\n9,2\n"1,2\n')
    assert [line.split(":")[0] for line in lines] == ["row 2, column a", "row 3"]


def test_a_million_blank_lines_are_no_respondents(tmp_path: Path) -> None:
    sheet = read(tmp_path, "a,b\n1,2\n" + "\n" * 500_000 + ",\n" * 500_000 + "3,4\n", block_bytes=1 << 20)
    assert sheet.answers.tolist() == [[1, 2], [3, 4]]


@pytest.mark.parametrize(
    ("data", "plain"),
    [
        (b"1,2\n3,4\n", True),
        (b"1,2\r\n3,4", True),
        (b'"1",2\n3,"4"\r\n"",""', True),
        (b"1,2\r3,4\n", False),
        (b"1,\x002\n", False),
        (b"\xef\xbb\xbf1,2\n", False),
        (b'1,"2\n', False),
        (b'1,"2\n3",4\n', False),
        (b'1, "2"\n', False),
        (b'1,"2" \n', False),
        (b'1,"2""3"\n', False),
        (b'1,2"3"\n', False),
        (b'1,""2"\n', False),
    ],
)
def test_what_can_be_split_without_a_mistake(data: bytes, *, plain: bool) -> None:
    assert is_plain(Block(2, 0, data), ",") is plain


def test_a_line_cut_short_is_not_plain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_blocks, "LONGEST_ROW", 10)
    text = "a,b\n1" + " " * 30 + ",2\n"
    assert read(tmp_path, text, block_bytes=4).answers.tolist() == [[1, 2]]


_GOOD = ["1", "2", "7", "", "DK", "dk", " 3", "4.0", '"5"', '""']
_ODD = ["0", "8", "x", "N/A", "\u00e9", "\u2028", '"6', '"1\n2"', "  "]
CELLS = st.sampled_from(_GOOD + _ODD)
ROWS = st.lists(CELLS, min_size=2, max_size=4).map(",".join)
LINES = st.lists(st.one_of(ROWS, st.sampled_from(["1,2,", "3,4,x", "", ",,", '"1","2","z"'])), max_size=25)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(LINES, ENDS, st.sampled_from(["", ",unit", ",unit,", ",late", ",seconds"]), st.integers(1, 60))
@example(['1,"2', "3,4"], "\n", "", 1)
@example(['""1,2'], "\n", "", 9)
@example(["1,2", '1,"2'], "\n", "", 3)
@example([",,", ",,"], "\n", ",late", 5)
def test_both_ways_of_reading_give_the_same(
    tmp_path: Path, lines: list[str], end: str, columns: str, block_bytes: int
) -> None:
    text = end.join(["a,b" + columns, *lines, ""])
    assert outcome(tmp_path, text, block_bytes) == outcome(tmp_path, text, 0)


def outcome(folder: Path, text: str, block_bytes: int) -> object:
    try:
        sheet = read(folder, text, block_bytes=block_bytes)
    except InputError as error:
        return str(error)
    flags = [None if flag is None else flag.tolist() for flag in (sheet.fast, sheet.late)]
    return sheet.answers.tolist(), sheet.unit.tolist(), sheet.units, flags


def test_a_way_of_reading_that_splits_at_any_comma_would_be_caught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cri.adapters.answer_tables.is_plain", lambda *_: True)
    careless = outcome(tmp_path, 'a,b\n1,"2\n', 99)
    assert careless != outcome(tmp_path, 'a,b\n1,"2\n', 0)


def test_the_quick_way_is_taken_where_it_can_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise AssertionError("read by the row")

    monkeypatch.setattr("cri.adapters.answer_rows.AnswerRows.take_rows", never)
    assert read(tmp_path, 'a,b,unit\n1,2.0,"x"\nDK,,\n,,\n', block_bytes=99).respondents == 2


def test_what_is_remembered_of_cells_is_bounded() -> None:
    column = answer_columns(ASKED, ("a", "b", "seconds")).seconds
    assert column is not None
    for number in range(30_000):
        assert column.code(f"{number}.5") == (number < 2)
        assert column.code(f"x{number}") is None
    assert len(column.known) + len(column.refused) == 10_000
