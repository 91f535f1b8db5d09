"""UNITS.csv: the organisation tree of a wave, checked for everything a tree must be."""

from pathlib import Path

from cri.adapters.csv_tables import CsvTable, open_table
from cri.domain.errors import InputError, InputProblem
from cri.domain.sheet import Unit, units_in_cycles

_REQUIRED = ("code", "parent", "name")
_COLUMNS = (*_REQUIRED, "headcount")
_LONGEST = 200
_LONGEST_NUMBER = 9


def unit_table(path: Path) -> tuple[Unit, ...]:
    """The units of a CSV with code, parent (empty at a top), name, and optionally headcount.

    Several tops are allowed: the agency itself stands above them. Raises InputError with every
    problem: codes that come twice, unknown parents, cycles, head-counts that are no number or smaller
    than those of the units below.
    """
    table = open_table(path)
    _check_columns(table)
    units: list[Unit] = []
    row_of: dict[str, int] = {}
    problems: list[InputProblem] = []
    for row, cells in table.rows:
        if len(cells) != len(table.header):
            what = f"has {len(cells)} cells"
            problems.append(table.problem(row, None, what, f"{len(table.header)} as in the header"))
            continue
        values = dict(zip(table.header, map(str.strip, cells), strict=True))
        unit, found = _unit(table, row, values)
        if unit.code in row_of:
            what = f"{unit.code} is already in row {row_of[unit.code]}"
            found.append(table.problem(row, "code", what, "each code once"))
        else:
            row_of[unit.code] = row
            units.append(unit)
        problems += found
    problems += _tree_problems(table, units, row_of)
    if not units and not problems:
        problems.append(InputProblem("holds no units", str(path), "a row for each unit"))
    if problems:
        raise InputError(problems)
    return tuple(units)


def _check_columns(table: CsvTable) -> None:
    problems = [
        table.problem(1, name, "is missing", f"the columns {', '.join(_COLUMNS)}")
        for name in _REQUIRED
        if name not in table.header
    ] + [
        table.problem(1, name, "is not a column of units", f"only {', '.join(_COLUMNS)}")
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
    headcount = values.get("headcount", "")
    known = headcount.isascii() and headcount.isdigit() and len(headcount) <= _LONGEST_NUMBER
    if headcount and not known:
        problems.append(
            table.problem(row, "headcount", f"{headcount} is no head-count", "a whole number or nothing")
        )
    unit = Unit(values["code"], values["parent"] or None, values["name"], int(headcount) if known else None)
    return unit, problems


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
