"""Rows of an organisation tree and of a roster: read, checked, every problem named by row and column."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from cri.domain.language_names import language_code
from cri.domain.roster_problems import ROSTER, TREE, RowProblem
from cri.domain.sheet import Unit, units_in_cycles
from cri.domain.staff_numbers import NUMBER, has_mail, key_of_number
from cri.domain.unseen import find_unseen

MOST_ROWS: Final = 200_000
MOST_UNITS: Final = 20_000
SURNAME: Final = "surname"
MOST_CHARACTERS: Final = {
    "code": 60,
    "parent": 60,
    "unit": 60,
    "name": 300,
    SURNAME: 150,
    "email": 254,
    "language": 10,
    NUMBER: 60,
}
UNIT_COLUMNS: Final = ("code", "parent", "name")
PERSON_COLUMNS: Final = ("name", "email", "unit", "language")
MAY_BE_BLANK: Final = frozenset({"parent", "language", SURNAME, "email", NUMBER})
MAY_BE_MISSING: Final = frozenset({"language", SURNAME, NUMBER})
_LABEL = r"\w(?:[\w-]*\w)?"
_EMAIL = re.compile(rf"[^\s@,;:<>()\"\[\]\\]{{1,64}}@{_LABEL}(?:\.{_LABEL})+")


@dataclass(frozen=True, slots=True)
class Table:
    """What somebody pasted or uploaded: `rows` are (number as a spreadsheet counts it, cells)."""

    part: str
    header: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...]


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody on the roster. `language` may be empty.

    `email` in lower case stands for the person; where they have none, their staff number does: "#4711".
    """

    name: str
    email: str
    unit: str
    language: str


@dataclass(frozen=True, slots=True)
class Organisation:
    """A tree and the people in it. None: that part was not given and stays as it is."""

    units: tuple[Unit, ...] | None
    people: tuple[PersonRow, ...] | None


Record = tuple[int, dict[str, str]]


def is_email(text: str) -> bool:
    """Whether this looks like an address that mail can be sent to."""
    return len(text) <= MOST_CHARACTERS["email"] and _EMAIL.fullmatch(text) is not None


def read_units(table: Table) -> tuple[tuple[Unit, ...], list[RowProblem]]:
    """The units of a table with code, parent and name: one tree, each code once. And all that is wrong."""
    records, problems = _records(table, UNIT_COLUMNS)
    if len(records) > MOST_UNITS:
        values = {"most": f"{MOST_UNITS:,}"}
        return (), [RowProblem(table.part, "too_many_units", records[MOST_UNITS][0], values=values)]
    row_of, repeated = _first_rows(table.part, records, "code")
    units = tuple(
        Unit(record["code"], record["parent"] or None, record["name"])
        for row, record in records
        if row_of.get(record["code"]) == row
    )
    return units, problems + repeated + _tree_problems(units, row_of)


def read_people(
    table: Table, units: Sequence[Unit], languages: Sequence[str]
) -> tuple[tuple[PersonRow, ...], list[RowProblem]]:
    """The people of a table with name, email or number, and unit; perhaps language. And all that is wrong.

    units: where a person may be, by code or, where only one unit has it, by name; languages: codes of the
    survey's languages.
    """
    records, problems = _records(table, (*PERSON_COLUMNS, SURNAME, NUMBER))
    code_of = _codes_by_name(units)
    for _, record in records:
        record["name"] = f"{record['name']} {record[SURNAME]}".strip()
        record["unit"] = code_of.get(record["unit"].casefold(), record["unit"])
        record["email"] = record["email"].lower() or key_of_number(record[NUMBER])
        record["language"] = language_code(record["language"])
    row_of, repeated = _first_rows(table.part, records, "email")
    known, offered = frozenset(unit.code for unit in units), frozenset((*languages, ""))
    for row, record in records:
        problems += _key_problems(row, record)
        if record["unit"] and record["unit"] not in known:
            problems.append(_wrong("unknown_unit", row, "unit", record["unit"]))
        if record["language"] not in offered:
            listed = ", ".join(languages)
            problems.append(_wrong("unknown_language", row, "language", record["language"], languages=listed))
    people = tuple(
        PersonRow(record["name"], record["email"], record["unit"], record["language"])
        for row, record in records
        if row_of.get(record["email"]) == row
    )
    return people, problems + repeated


def _key_problems(row: int, record: Mapping[str, str]) -> list[RowProblem]:
    """What is wrong with what stands for the person."""
    key, number = record["email"], record[NUMBER]
    if not key:
        return [RowProblem(ROSTER, "no_address", row, "email")]
    if key == key_of_number(number):
        return [_wrong("bad_number", row, NUMBER, number)] if has_mail(key) else []
    return [] if is_email(key) else [_wrong("bad_email", row, "email", key)]


def _codes_by_name(units: Sequence[Unit]) -> Mapping[str, str]:
    """Code of each unit whose name is no other's name, and nobody's code."""
    codes = {unit.code.casefold() for unit in units}
    names = Counter(unit.name.casefold() for unit in units)
    return {
        name: unit.code for unit in units if names[name := unit.name.casefold()] == 1 and name not in codes
    }


def _wrong(kind: str, row: int, column: str, value: str, **values: str) -> RowProblem:
    return RowProblem(ROSTER, kind, row, column, {"value": value, **values})


def in_order(problems: Sequence[RowProblem]) -> tuple[RowProblem, ...]:
    """Problems as somebody would mend them: the tree first, from the top row down."""
    return tuple(sorted(problems, key=lambda found: (found.part == ROSTER, found.row)))


def _records(table: Table, columns: tuple[str, ...]) -> tuple[list[Record], list[RowProblem]]:
    """Each row by column name, cells tidied; other columns are dropped unread."""
    names = [_tidy(name).lower() for name in table.header]
    problems = _header_problems(table.part, names, columns)
    if not problems and not table.rows:
        problems.append(RowProblem(table.part, "empty"))
    if len(table.rows) > MOST_ROWS:
        problems.append(RowProblem(table.part, "too_many_rows", values={"most": f"{MOST_ROWS:,}"}))
    if problems:
        return [], problems
    place = {name: names.index(name) for name in columns if name in names}
    records: list[Record] = []
    for row, cells in table.rows:
        if any(map(str.strip, cells[len(names) :])):
            values = {"cells": str(len(cells)), "columns": str(len(names))}
            problems.append(RowProblem(table.part, "uneven", row, values=values))
            continue
        record = {name: _tidy(cells[at]) if at < len(cells) else "" for name, at in place.items()}
        record = {name: record.get(name, "") for name in columns}
        problems += _cell_problems(table.part, row, record)
        records.append((row, record))
    return records, problems


def _header_problems(part: str, names: list[str], columns: tuple[str, ...]) -> list[RowProblem]:
    wanted = ", ".join(column for column in columns if column not in (SURNAME, NUMBER))
    missing = [
        RowProblem(part, "missing_column", 1, name, {"value": name, "columns": wanted})
        for name in columns
        if name not in names and name not in MAY_BE_MISSING and not (name == "email" and NUMBER in names)
    ]
    repeated = [
        RowProblem(part, "repeated_column", 1, name, {"value": name})
        for name in columns
        if names.count(name) > 1
    ]
    return missing + repeated


def _cell_problems(part: str, row: int, record: dict[str, str]) -> list[RowProblem]:
    problems = []
    for column, cell in record.items():
        if not cell:
            if column not in MAY_BE_BLANK:
                problems.append(RowProblem(part, "blank", row, column))
        elif len(cell) > MOST_CHARACTERS[column]:
            values = {"length": str(len(cell)), "most": str(MOST_CHARACTERS[column])}
            problems.append(RowProblem(part, "too_long", row, column, values))
        elif find_unseen(cell) is not None or (column == "email" and not cell.isprintable()):
            problems.append(RowProblem(part, "unprintable", row, column))
    return problems


def _first_rows(part: str, records: list[Record], column: str) -> tuple[dict[str, int], list[RowProblem]]:
    """The row in which each value comes first, and the rows in which it comes again."""
    row_of: dict[str, int] = {}
    problems = []
    for row, record in records:
        value = record[column]
        if value and value in row_of:
            values = {"value": value, "row": str(row_of[value])}
            problems.append(RowProblem(part, "repeated", row, column, values))
        elif value:
            row_of[value] = row
    return row_of, problems


def _tree_problems(units: tuple[Unit, ...], row_of: dict[str, int]) -> list[RowProblem]:
    problems = [
        RowProblem(TREE, "unknown_parent", row_of[unit.code], "parent", {"value": unit.parent})
        for unit in units
        if unit.parent is not None and unit.parent not in row_of
    ]
    tops = [unit.code for unit in units if unit.parent is None]
    problems += [
        RowProblem(
            TREE,
            "second_top",
            row_of[top],
            "parent",
            {"value": top, "first": tops[0], "row": str(row_of[tops[0]])},
        )
        for top in tops[1:]
    ]
    parent_of = {unit.code: unit.parent for unit in units}
    told: set[str] = set()
    for code in units_in_cycles(units):
        if code not in told:
            around = _circle(code, parent_of)
            told.update(around)
            values = {"value": code, "path": " > ".join((*around, code))}
            problems.append(RowProblem(TREE, "cycle", row_of[code], "parent", values))
    return problems


def _circle(start: str, parent_of: dict[str, str | None]) -> list[str]:
    around, code = [start], parent_of[start]
    while code is not None and code != start:
        around.append(code)
        code = parent_of[code]
    return around


def _tidy(cell: str) -> str:
    """One form of each letter, no stray spaces: what looks the same is the same."""
    return " ".join(unicodedata.normalize("NFC", cell).split())
