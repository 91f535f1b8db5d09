"""ANSWERS.csv and UNITS.csv as people send them, and sealed sheets."""

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cri.adapters.answer_sheets import decode_sheet, encode_sheet, read_answers
from cri.domain.errors import InputError
from cri.domain.instrument import Item, ProfileQuestion
from cri.domain.sheet import AnswerSheet, Unit
from tests.engine_examples import make_instrument, make_sheet

INSTRUMENT = make_instrument(["a", "-b"], ["c"])
UNITS = "code,parent,name,headcount\ntop,,Everybody,9\nlow,top,Depot,\n"


def read(folder: Path, answers: str | bytes, units: str | None = None) -> AnswerSheet:
    path = folder / "answers.csv"
    path.write_bytes(answers.encode() if isinstance(answers, str) else answers)
    units_path = None
    if units is not None:
        units_path = folder / "units.csv"
        units_path.write_text(units, encoding="utf-8")
    return read_answers(path, INSTRUMENT, units_path)


def refused(folder: Path, answers: str | bytes, units: str | None = None) -> list[str]:
    with pytest.raises(InputError) as caught:
        read(folder, answers, units)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


def test_points_blanks_and_dont_know(tmp_path: Path) -> None:
    sheet = read(tmp_path, "a,b,c\n1,7,\nDK,2,3\n,,DK\n")
    assert sheet.answers.tolist() == [[1, 7, -1], [-2, 2, 3], [-1, -1, -2]]
    assert sheet.unit.tolist() == [-1, -1, -1]
    assert sheet.units == ()


@pytest.mark.parametrize(
    "text",
    [
        "c,a,b\n3,1,2\n6,4,5\n",
        "a,b,c\r\n1,2,3\r\n4,5,6\r\n",
        "\ufeffa,b,c\n1,2,3\n4,5,6",
        "a;b;c\n1;2;3\n4;5;6\n",
        "a\tb\tc\n1\t2\t3\n4\t5\t6\n",
        '"a","b","c"\n"1","2","3"\n4, 5 ,6\n',
        "a , b,c\n1.0,2.0,3.0\n4,5,6\n",
        "a,b,c\n1,2,3\n\n4,5,6\n,,\n",
    ],
    ids=["order", "crlf", "bom", "semicolons", "tabs", "quotes", "decimals", "blank rows"],
)
def test_whatever_a_spreadsheet_made_of_it(tmp_path: Path, text: str) -> None:
    assert read(tmp_path, text).answers.tolist() == [[1, 2, 3], [4, 5, 6]]


def test_dont_know_in_small_letters(tmp_path: Path) -> None:
    assert read(tmp_path, "a,b,c\ndk,Dk,1\n").answers.tolist() == [[-2, -2, 1]]


def test_units_come_from_their_file(tmp_path: Path) -> None:
    sheet = read(tmp_path, "unit,a,b,c\nlow,1,2,3\n,1,2,3\ntop,1,2,3\n", UNITS)
    assert sheet.units == (Unit("top", None, "Everybody", 9), Unit("low", "top", "Depot", None))
    assert sheet.unit.tolist() == [1, -1, 0]


def test_without_such_a_file_the_codes_found_stand_side_by_side(tmp_path: Path) -> None:
    sheet = read(tmp_path, "unit,a,b,c\nz,1,2,3\n,1,2,3\nb,1,2,3\nz,1,2,3\n")
    assert sheet.units == (Unit("b", None, "b"), Unit("z", None, "z"))
    assert sheet.unit.tolist() == [1, -1, 0, 1]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (
            "a,b,c\n1,2,9\n",
            "answers.csv: row 2, column c: 9 is not on the scale; expected 1 to 7, blank or DK",
        ),
        ("a,b,c\n1,2,3\n1,x,3\n", "answers.csv: row 3, column b: x is not on the scale"),
        ("a,b,c\n1,2,3\n\n0,2,3\n", "answers.csv: row 4, column a: 0 is not on the scale"),
        ("a,b,c\n1,2,4.5\n", "answers.csv: row 2, column c: 4.5 is not on the scale"),
        ("a,b,c\n1,2,-1\n", "answers.csv: row 2, column c: -1 is not on the scale"),
        ("a,b,c\n1,2\n", "answers.csv: row 2: has 2 cells; expected 3 as in the header"),
        ("a,b,c\n1,2,3,4\n", "answers.csv: row 2: has 4 cells; expected 3 as in the header"),
        (
            "a,b\n1,2\n",
            "answers.csv: row 1, column c: is missing; expected a column for each item of example",
        ),
        ("a,b,c,a\n1,2,3,4\n", "answers.csv: row 1, column 4: a comes twice; expected each column once"),
        ("a,,b,c\n1,,2,3\n", "answers.csv: row 1, column 2: has no name"),
        ("a,b,c,\n1,2,3,x\n", "answers.csv: row 2: has 4 cells; expected 3 as in the header"),
        (
            "a,b,c,age\n1,2,3,4\n",
            "answers.csv: row 1, column age: is not in example 1.0.0; expected only its items, unit,",
        ),
        ("", "answers.csv: is empty; expected a header and a row for each record"),
        ("\n\n", "answers.csv: is empty"),
        ("a,b,c\n", "answers.csv: holds no answers; expected a row a respondent"),
        ('a,b,c\n1,2,"3\n', "answers.csv: row 2: a quotation mark is opened and never closed"),
        ('a,b,c\n1,2,"3"4\n', "answers.csv: row 2: cannot be read as CSV (',' expected after '\"')"),
        (
            b"a,b,c\n1,2,3\n1,2,\xe9\n",
            "answers.csv: row 3, character 5: a character is not UTF-8; expected CSV in UTF-8",
        ),
        ("a,b,c\n".encode("utf-16"), "answers.csv: is in UTF-16; expected CSV in UTF-8"),
        (b"PK\x03\x04...", "answers.csv: is a spreadsheet; expected CSV in UTF-8: save it as such"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column(tmp_path: Path, text: str | bytes, line: str) -> None:
    assert refused(tmp_path, text)[0].startswith(line)


def test_all_problems_are_collected(tmp_path: Path) -> None:
    rows = "\n".join(["9,1,1"] * 30)
    lines = refused(tmp_path, f"a,b,c\n{rows}\n1,1\n8,8,8\n")
    assert len(lines) == 21
    assert lines[-1] == "and 14 more"
    assert lines[19].startswith("answers.csv: row 21, column a")


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"answers\.csv: cannot be read \(No such file or directory\)"):
        read_answers(tmp_path / "answers.csv", INSTRUMENT)


def test_a_unit_nobody_knows(tmp_path: Path) -> None:
    lines = refused(tmp_path, "a,b,c,unit\n1,2,3,low\n1,2,3,lwo\n", UNITS)
    assert lines == [
        "answers.csv: row 3, column unit: lwo is not a unit; expected a code of the file of units, or nothing"
    ]


def test_units_without_a_column_for_them(tmp_path: Path) -> None:
    assert refused(tmp_path, "a,b,c\n1,2,3\n", UNITS) == [
        "answers.csv: row 1, column unit: is missing; expected it, since a file of units is given"
    ]


def test_more_answers_than_heads(tmp_path: Path) -> None:
    units = "code,parent,name,headcount\ntop,,Everybody,2\n"
    (line,) = refused(tmp_path, "a,b,c,unit\n" + "1,2,3,top\n" * 3, units)
    assert line.startswith("answers.csv: column unit: top has 3 answers and a head-count of 2")


HEAD = "code,parent,name,headcount\n"


@pytest.mark.parametrize(
    ("units", "line"),
    [
        (
            "code,name\na,A\n",
            "units.csv: row 1, column parent: is missing; expected the columns code, parent, name",
        ),
        ("code,parent,name,boss\na,,A,x\n", "units.csv: row 1, column boss: is not a column of units"),
        (
            HEAD + "a,,A,1\na,,B,2\n",
            "units.csv: row 3, column code: a is already in row 2; expected each code once",
        ),
        (
            HEAD + "a,x,A,1\n",
            "units.csv: row 2, column parent: x is not a unit; expected a code of this file",
        ),
        (
            HEAD + "a,a,A,1\n",
            "units.csv: row 2, column parent: a is above itself; expected a tree without cycles",
        ),
        (HEAD + "t,,T,\na,b,A,\nb,a,B,\n", "units.csv: row 3, column parent: a, b are above themselves"),
        (
            HEAD + "a,,A,many\n",
            "units.csv: row 2, column headcount: many is no head-count; expected a whole number",
        ),
        (HEAD + "a,,A,-4\n", "units.csv: row 2, column headcount: -4 is no head-count"),
        (HEAD + "a,,A,1.5\n", "units.csv: row 2, column headcount: 1.5 is no head-count"),
        (HEAD + f"a,,A,{'9' * 5000}\n", "units.csv: row 2, column headcount: 999"),
        (HEAD + ",,A,1\n", "units.csv: row 2, column code: is empty; expected text"),
        (HEAD + "a,,,1\n", "units.csv: row 2, column name: is empty; expected text"),
        (HEAD + f"{'x' * 201},,A,1\n", "units.csv: row 2, column code: is too long; expected at most 200"),
        (HEAD + "a,,A\n", "units.csv: row 2: has 3 cells; expected 4 as in the header"),
        (
            HEAD + "a,,A,5\nb,a,B,4\nc,a,C,3\n",
            "units.csv: row 2, column headcount: 5 is less than the 7 of the units",
        ),
        (HEAD, "units.csv: holds no units; expected a row for each unit"),
        ("", "units.csv: is empty"),
    ],
)
def test_what_is_no_tree_is_named_by_row_and_column(tmp_path: Path, units: str, line: str) -> None:
    assert refused(tmp_path, "a,b,c,unit\n1,2,3,a\n", units)[0].startswith(line)


def test_several_tops_are_allowed_and_headcount_may_be_left_out(tmp_path: Path) -> None:
    sheet = read(tmp_path, "a,b,c,unit\n1,2,3,y\n", "name;code;parent\nX;x;\nY;y;\n")
    assert sheet.units == (Unit("x", None, "X"), Unit("y", None, "Y"))


def some_sheet() -> AnswerSheet:
    random = np.random.default_rng(5)
    units = (Unit("top", None, "Everybody", 300), Unit("low", "top", "\u0645\u062e\u0632\u0646"))
    return make_sheet(random.integers(-2, 8, (200, 3)), random.integers(-1, 2, 200).tolist(), units)


def test_a_sealed_sheet_holds_the_same_answers() -> None:
    sheet = some_sheet()
    found = decode_sheet(encode_sheet(sheet, INSTRUMENT), INSTRUMENT)
    assert found.units == sheet.units
    rows = sorted(zip(sheet.unit.tolist(), sheet.answers.tolist(), strict=True))
    assert list(zip(found.unit.tolist(), found.answers.tolist(), strict=True)) == rows


def test_its_bytes_depend_on_the_answers_and_not_on_their_order() -> None:
    sheet = some_sheet()
    order = np.random.default_rng(6).permutation(200)
    shuffled = AnswerSheet(sheet.answers[order], sheet.unit[order], sheet.units)
    assert encode_sheet(shuffled, INSTRUMENT) == encode_sheet(sheet, INSTRUMENT)
    other = sheet.answers.copy()
    other[0, 0] = 1 if other[0, 0] != 1 else 2
    assert encode_sheet(AnswerSheet(other, sheet.unit, sheet.units), INSTRUMENT) != encode_sheet(
        sheet, INSTRUMENT
    )


ASKED = replace(
    INSTRUMENT,
    outcomes=(Item("good"),),
    profile=(ProfileQuestion("age", ("young", "old")), ProfileQuestion("job", ("desk", "field"))),
)


def full_sheet() -> AnswerSheet:
    """With everything that can be collected."""
    random = np.random.default_rng(7)
    yes_no = random.integers(0, 2, (3, 200)).astype(bool)
    return replace(
        some_sheet(),
        outcomes=random.integers(-2, 8, (200, 1)).astype(np.int8),
        profile=random.integers(-1, 2, (200, 2)).astype(np.int8),
        fast=yes_no[0],
        late=yes_no[1],
        failed_attention=yes_no[2],
    )


def rows_of(sheet: AnswerSheet) -> list[tuple[object, ...]]:
    parts = [sheet.unit, sheet.answers, sheet.outcomes, sheet.profile, sheet.fast, sheet.late]
    tables = [*parts, sheet.failed_attention]
    return list(zip(*([None] * 200 if part is None else part.tolist() for part in tables), strict=True))


@pytest.mark.parametrize(
    "absent",
    [
        (),
        ("outcomes",),
        ("profile", "late"),
        ("fast", "failed_attention"),
        ("outcomes", "profile", "fast", "late"),
    ],
)
def test_what_else_was_collected_is_kept_and_what_was_not_is_not_made_up(absent: tuple[str, ...]) -> None:
    sheet = replace(full_sheet(), **dict.fromkeys(absent))
    found = decode_sheet(encode_sheet(sheet, ASKED), ASKED)
    assert sorted(rows_of(found), key=repr) == sorted(rows_of(sheet), key=repr)
    for name in ("outcomes", "profile", "fast", "late", "failed_attention"):
        before, after = getattr(sheet, name), getattr(found, name)
        assert (before is None) == (after is None) == (name in absent)
        assert before is None or before.dtype == after.dtype


def test_its_bytes_say_nothing_about_the_order_of_anything_collected() -> None:
    sheet = full_sheet()
    order = np.random.default_rng(8).permutation(200)
    names = ("answers", "unit", "outcomes", "profile", "fast", "late", "failed_attention")
    shuffled = replace(sheet, **{name: getattr(sheet, name)[order] for name in names})
    assert encode_sheet(shuffled, ASKED) == encode_sheet(sheet, ASKED)


def test_an_order_by_unit_and_answers_alone_would_be_caught() -> None:
    """Rows alike in unit and answers would keep the order in which they came."""
    same = AnswerSheet(np.ones((2, 3), np.int8), np.full(2, -1, np.int32), late=np.array([True, False]))
    turned = replace(same, late=np.array([False, True]))
    assert encode_sheet(same, INSTRUMENT) == encode_sheet(turned, INSTRUMENT)


def test_a_sheet_written_before_there_was_more_is_still_read() -> None:
    """As in the first release: unit and items, nothing else, int8 and int32, the same metadata."""
    columns = {"unit": pa.array([-1, 0], pa.int32())}
    columns |= {item.code: pa.array([1, -2], pa.int8()) for item in ASKED.items}
    identity = {"code": ASKED.code, "version": ASKED.version, "sha256": ASKED.sha256}
    about = {"schema": "cri.sheet/1", "instrument": identity, "units": [["x", None, "X", None]]}
    table = pa.table(columns).replace_schema_metadata({"cri": json.dumps(about, sort_keys=True)})
    out = io.BytesIO()
    pq.write_table(table, out)
    sheet = decode_sheet(out.getvalue(), ASKED)
    assert sheet.answers.tolist() == [[1, 1, 1], [-2, -2, -2]]
    assert sheet.unit.tolist() == [-1, 0]
    assert sheet.units == (Unit("x", None, "X", None),)
    assert sheet.outcomes is sheet.profile is sheet.fast is sheet.late is sheet.failed_attention is None


def test_an_empty_sheet_can_be_sealed() -> None:
    sheet = make_sheet(np.zeros((0, 3)))
    assert decode_sheet(encode_sheet(sheet, INSTRUMENT), INSTRUMENT).respondents == 0


def test_a_damaged_sheet_is_refused() -> None:
    data = encode_sheet(some_sheet(), INSTRUMENT)
    for damaged in (b"", b"nonsense", data[:-20], data[: len(data) // 2]):
        with pytest.raises(InputError, match="answer sheet: is damaged"):
            decode_sheet(damaged, INSTRUMENT)


def test_a_sheet_of_another_instrument_is_refused() -> None:
    data = encode_sheet(some_sheet(), INSTRUMENT)
    with pytest.raises(InputError, match="belongs to another instrument"):
        decode_sheet(data, replace(INSTRUMENT, sha256="1" * 64))
