"""UNITS.csv: the organisation tree of a wave, checked for everything a tree must be."""

import re
from pathlib import Path
from typing import Final

from cri.adapters.csv_tables import CsvTable, open_table
from cri.domain.errors import InputError, InputProblem, ProblemList
from cri.domain.sheet import Unit, units_in_cycles
from cri.domain.unseen import unseen_character

MOST_UNITS: Final = 20_000
"""Units of one wave. A unit is a group of people, so more of them is a sign of a column of people."""

_REQUIRED = ("code", "parent", "name")
_COLUMNS = (*_REQUIRED, "headcount")
_LONGEST = 200
_HEADCOUNT = re.compile(r"([0-9]{1,9})(?:[.,]0)?")


def unit_table(path: Path) -> tuple[Unit, ...]:
    """The units of a CSV with code, parent (empty at a top), name, and optionally headcount.

    Several tops are allowed: the agency itself stands above them. At most `MOST_UNITS`. Raises InputError
    with the problems: codes that come twice, unknown parents, cycles, head-counts that are no number or
    smaller than those of the units below.
    """
    table = open_table(path, _REQUIRED)
    _check_columns(table)
    units: list[Unit] = []
    row_of: dict[str, int] = {}
    problems = ProblemList()
    try:
        for row, values in table.records(problems):
            unit, found = _unit(table, row, values)
            problems.add(*found)
            if unit.code in row_of:
                what = f"{unit.code[:40]} is already in row {row_of[unit.code]}"
                problems.add(table.problem(row, "code", what, "each code once"))
            elif len(units) == MOST_UNITS:
                problems.add(table.problem(row, None, "is one unit too many", f"at most {MOST_UNITS:,}"))
                break
            else:
                row_of[unit.code] = row
                units.append(unit)
    except InputError as error:  # the file cannot be read on: its last problem
        problems.add(*error.problems)
    else:
        problems.add(*_tree_problems(table, units, row_of))
    if not units and not problems:
        problems.add(InputProblem("holds no units", str(path), "a row for each unit"))
    problems.raise_any()
    return tuple(units)


def head_count(text: str) -> int | None:
    """The number that 120 or 120.0 is; None for anything else: 1.200 may be one or twelve hundred."""
    found = _HEADCOUNT.fullmatch(text)
    return int(found[1]) if found else None


def _check_columns(table: CsvTable) -> None:
    problems = [
        table.problem(table.header_row, name, "is missing", f"the columns {', '.join(_COLUMNS)}")
        for name in _REQUIRED
        if name not in table.header
    ] + [
        table.problem(table.header_row, name, "is not a column of units", f"only {', '.join(_COLUMNS)}")
        for name in table.header
        if name not in _COLUMNS
    ]
    if problems:
        raise InputError(problems)


def _unit(table: CsvTable, row: int, values: dict[str, str]) -> tuple[Unit, list[InputProblem]]:
    problems = [
        table.problem(row, column, "is empty", "text") for column in ("code", "name") if not values[column]
    ] + [
        table.problem(row, column, "is too long", f"at most {_LONGEST} characters")
        for column in _REQUIRED
        if len(values[column]) > _LONGEST
    ]
    problems += [
        table.problem(row, column, unseen, "letters, digits, signs and blanks")
        for column in _REQUIRED
        if (unseen := unseen_character(values[column]))
    ]
    headcount = values.get("headcount", "")
    known = head_count(headcount)
    if headcount and known is None:
        what = f"{headcount[:40]} is no head-count"
        problems.append(table.problem(row, "headcount", what, "a whole number or nothing"))
    return Unit(values["code"], values["parent"] or None, values["name"], known), problems


def _tree_problems(table: CsvTable, units: list[Unit], row_of: dict[str, int]) -> list[InputProblem]:
    problems = [
        table.problem(
            row_of[unit.code], "parent", f"{unit.parent} is not a unit", "a code of this file, or nothing"
        )
        for unit in units
        if unit.parent is not None and unit.parent not in row_of
    ]
    if cycle := units_in_cycles(tuple(units)):
        first = row_of[cycle[0]]
        what = f"{', '.join(cycle)} are above themselves" if len(cycle) > 1 else f"{cycle[0]} is above itself"
        problems.append(table.problem(first, "parent", what, "a tree without cycles"))
    below: dict[str | None, int] = {}
    for unit in units:
        below[unit.parent] = below.get(unit.parent, 0) + (unit.headcount or 0)
    for unit in units:
        if unit.headcount is not None and unit.headcount < below.get(unit.code, 0):
            what = f"{unit.headcount} is less than the {below[unit.code]} of the units directly below"
            expected = "everybody in the unit and below it"
            problems.append(table.problem(row_of[unit.code], "headcount", what, expected))
    return problems
