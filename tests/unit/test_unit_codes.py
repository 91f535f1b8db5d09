"""Codes and names of units: too many of them, and characters that nobody can see."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from cri.adapters import answer_rows, unit_tables
from cri.adapters.answer_tables import answer_table
from cri.adapters.unit_tables import MOST_UNITS, unit_table
from cri.cli import cli
from cri.domain.errors import InputError
from cri.domain.sheet import AnswerSheet
from tests.engine_examples import make_instrument

ASKED = make_instrument(["a", "b"])
UNSEEN = [
    ("\u202e", "U+202E"),
    ("\u202a", "U+202A"),
    ("\u2066", "U+2066"),
    ("\u2069", "U+2069"),
    ("\u2028", "U+2028"),
    ("\x1b", "U+001B"),
    ("\x07", "U+0007"),
    ("\x9b", "U+009B"),
]


def answers(folder: Path, rows: list[str], block_bytes: int) -> AnswerSheet:
    path = folder / "answers.csv"
    path.write_bytes("\n".join(["a,b,unit", *rows, ""]).encode())
    return answer_table(path, ASKED, None, block_bytes)


def units(folder: Path, rows: list[str]) -> Path:
    path = folder / "units.csv"
    path.write_bytes("\n".join(["code,parent,name", *rows, ""]).encode())
    return path


@pytest.mark.parametrize("block_bytes", [0, 1 << 12])
def test_a_column_of_people_is_one_clear_problem(tmp_path: Path, block_bytes: int) -> None:
    rows = [f"1,2,person{number:06}" for number in range(3 * MOST_UNITS)]
    with pytest.raises(InputError) as caught:
        answers(tmp_path, rows, block_bytes)
    assert str(caught.value) == (
        f"{tmp_path}/answers.csv: column unit: more than 20,000 codes: a column of unit codes, not of"
        " people?; expected a code for each unit"
    )


@pytest.mark.parametrize("block_bytes", [0, 1 << 12])
def test_as_many_codes_as_there_may_be_units_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block_bytes: int
) -> None:
    monkeypatch.setattr(answer_rows, "MOST_UNITS", 30)
    rows = [f"1,2,{'' if number == 30 else number}" for number in range(31)] * 2
    assert len(answers(tmp_path, rows, block_bytes).units) == 30
    with pytest.raises(InputError, match="more than 30 codes"):
        answers(tmp_path, [*rows, "1,2,x"], block_bytes)


def test_what_was_wrong_before_is_told_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer_rows, "MOST_UNITS", 3)
    told = []
    for block_bytes in (0, 1 << 12):
        with pytest.raises(InputError) as caught:
            answers(tmp_path, ["1,2,u", "9,2,v", "1,2,w", "1,2,x", "9,2,y"], block_bytes)
        told.append(str(caught.value).replace(f"{tmp_path}/answers.csv: ", "").splitlines())
    assert told[0] == told[1]
    assert [line.split(":")[0] for line in told[0]] == ["row 3, column a", "column unit"]


def test_a_file_of_units_is_capped_too(tmp_path: Path) -> None:
    rows = [f"u{number},,Unit" for number in range(MOST_UNITS)]
    assert len(unit_table(units(tmp_path, rows))) == MOST_UNITS
    with pytest.raises(InputError, match=r"row 20002: is one unit too many; expected at most 20,000"):
        unit_table(units(tmp_path, [*rows, "more,,Unit"]))


@pytest.mark.parametrize(("character", "name"), UNSEEN)
@pytest.mark.parametrize("block_bytes", [0, 1 << 12])
def test_unseen_characters_in_a_code_are_refused_by_row_and_column(
    tmp_path: Path, character: str, name: str, block_bytes: int
) -> None:
    with pytest.raises(InputError) as caught:
        answers(tmp_path, ["1,2,north", f'1,2,"so{character}uth"', "1,2,east"], block_bytes)
    (problem,) = caught.value.problems
    assert str(problem).endswith(
        f"answers.csv: row 3, column unit: holds a character that cannot be seen ({name});"
        " expected letters, digits, signs and blanks"
    )


@pytest.mark.parametrize(("character", "name"), UNSEEN)
@pytest.mark.parametrize(("place", "column"), [(0, "code"), (1, "parent"), (2, "name")])
def test_unseen_characters_in_a_file_of_units_are_refused(
    tmp_path: Path, character: str, name: str, place: int, column: str
) -> None:
    cells = ["south", "north", "South"]
    cells[place] = f'"{cells[place][:2]}{character}{cells[place][2:]}"'
    with pytest.raises(InputError) as caught:
        unit_table(units(tmp_path, ["north,,North", ",".join(cells)]))
    assert f"row 3, column {column}: holds a character that cannot be seen ({name})" in str(caught.value)
    assert character not in str(caught.value)


def test_a_check_of_ascii_alone_would_let_the_overrides_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: without the rule the code comes through, and turns the page it stands on."""
    monkeypatch.setattr(answer_rows, "unseen_character", lambda _: None)
    monkeypatch.setattr(unit_tables, "unseen_character", lambda _: None)
    assert answers(tmp_path, ["1,2,so\u202euth"], 0).units[0].code == "so\u202euth"
    assert unit_table(units(tmp_path, ["s,,So\u202euth"]))[0].name == "So\u202euth"


def test_names_in_any_script_are_welcome(tmp_path: Path) -> None:
    names = ["الموارد البشرية", "Direction générale", "שירות\u200f 24/7", "人事部", "नीति"]
    found = unit_table(units(tmp_path, [f"{name},,{name}" for name in names]))
    assert [unit.name for unit in found] == names
    assert len(answers(tmp_path, [f"1,2,{name}" for name in names], 1 << 12).units) == len(names)


def test_the_command_ends_with_2_and_one_line(tmp_path: Path) -> None:
    answered = tmp_path / "answers.csv"
    answered.write_text("a,b,unit\n1,2,n\n", encoding="utf-8")
    (tmp_path / "instrument.yaml").write_text(
        "{code: x, version: 1.0.0, scale: {min: 1, max: 7, favourable: 2},"
        " factors: [{code: f, items: [{code: a}, {code: b}]}]}",
        encoding="utf-8",
    )
    path = units(tmp_path, ["n,,No\u202erth"])
    arguments = ["score", str(answered), "--instrument", str(tmp_path), "--units", str(path)]
    result = CliRunner().invoke(cli, arguments)
    assert (result.exit_code, result.stdout, len(result.stderr.splitlines())) == (2, "", 1)


@pytest.mark.parametrize(
    ("header", "row", "where"),
    [("a,b\u200b,unit", "1,2,x", "row 1, column 2"), ("a,b,unit", "1\u200b,2,x", "row 2, column a")],
)
def test_unseen_characters_elsewhere_are_named_too(tmp_path: Path, header: str, row: str, where: str) -> None:
    """A name or number that looks right is not said to be wrong without the reason."""
    path = tmp_path / "answers.csv"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    with pytest.raises(InputError, match=f"{where}: holds a character that cannot be seen .U.200B"):
        answer_table(path, ASKED, None, 0)


def test_a_code_with_a_byte_order_mark_in_it_is_not_just_unknown(tmp_path: Path) -> None:
    path = tmp_path / "answers.csv"
    path.write_text("a,b,unit\n1,2,no\ufeffrth\n", encoding="utf-8")
    known = unit_table(units(tmp_path, ["north,,North"]))
    with pytest.raises(InputError, match=r"column unit: holds a character that cannot be seen .U.FEFF"):
        answer_table(path, ASKED, known, 0)
