"""ANSWERS.csv: one row a respondent, one column an item."""

from array import array
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np

from cri.adapters.csv_tables import CsvTable, open_table
from cri.domain.errors import InputError, InputProblem
from cri.domain.instrument import Instrument, Scale
from cri.domain.sheet import DONT_KNOW, NO_UNIT, UNANSWERED, AnswerSheet, Unit, answers_per_unit

UNIT = "unit"
_DONT_KNOW = "DK"


def answer_table(path: Path, instrument: Instrument, units: tuple[Unit, ...] | None) -> AnswerSheet:
    """The sheet of an ANSWERS.csv. With `units` None, the unit codes found stand side by side.

    Raises InputError with every problem in the file.
    """
    table = open_table(path)
    _check_columns(table, instrument, wants_unit=units is not None)
    rows = _AnswerRows(table, instrument, units)
    for row, cells in table.rows:
        rows.take(row, cells)
    sheet = rows.sheet()
    if problems := list(_headcount_problems(path, sheet)):
        raise InputError(problems)
    return sheet


def _check_columns(table: CsvTable, instrument: Instrument, *, wants_unit: bool) -> None:
    items = [item.code for item in instrument.items]
    problems = [
        table.problem(1, code, "is missing", f"a column for each item of {instrument.code}")
        for code in items
        if code not in table.header
    ]
    if wants_unit and UNIT not in table.header:
        problems.append(table.problem(1, UNIT, "is missing", "it, since a file of units is given"))
    problems += [
        table.problem(
            1,
            name,
            f"is not an item of {instrument.code} {instrument.version}",
            f"only its items and {UNIT}; profile columns cannot be scored yet, leave them out",
        )
        for name in table.header
        if name not in items and name != UNIT
    ]
    if problems:
        raise InputError(problems)


class _AnswerRows:
    """Gathers rows into flat arrays; remembers what was wrong with any of them."""

    def __init__(self, table: CsvTable, instrument: Instrument, units: tuple[Unit, ...] | None) -> None:
        self.table = table
        self.units = units
        self.columns = [table.header.index(item.code) for item in instrument.items]
        self.unit_column = table.header.index(UNIT) if UNIT in table.header else None
        self.points = _points(instrument.scale)
        self.expected = f"{instrument.scale.minimum} to {instrument.scale.maximum}, blank or {_DONT_KNOW}"
        self.unit_index = {"": NO_UNIT} | {unit.code: place for place, unit in enumerate(units or ())}
        self.answers = array("b")
        self.unit = array("i")
        self.problems: list[InputProblem] = []

    def take(self, row: int, cells: list[str]) -> None:
        """Add one respondent. The usual row costs one look-up a cell."""
        if len(cells) != len(self.table.header):
            what = f"has {len(cells)} cells"
            expected = f"{len(self.table.header)} as in the header"
            self.problems.append(self.table.problem(row, None, what, expected))
            return
        try:
            self.answers.extend([self.points[cells[column]] for column in self.columns])
        except KeyError:
            self._take_unusual(row, cells)
        self.unit.append(NO_UNIT if self.unit_column is None else self._unit_of(row, cells[self.unit_column]))

    def _take_unusual(self, row: int, cells: list[str]) -> None:
        """A row with blanks around its cells, points written as 5.0, or something wrong."""
        for column in self.columns:
            point = _point(cells[column], self.points)
            if point is None:
                name, what = self.table.header[column], f"{cells[column].strip()[:40]} is not on the scale"
                self.problems.append(self.table.problem(row, name, what, self.expected))
            else:
                self.answers.append(point)

    def _unit_of(self, row: int, cell: str) -> int:
        code = cell.strip()
        if code not in self.unit_index:
            if self.units is not None:
                expected = "a code of the file of units, or nothing"
                self.problems.append(self.table.problem(row, UNIT, f"{code} is not a unit", expected))
                return NO_UNIT
            self.unit_index[code] = len(self.unit_index) - 1
        return self.unit_index[code]

    def sheet(self) -> AnswerSheet:
        """Everything taken. Raises InputError if anything was wrong, or if there was nothing."""
        if not self.unit and not self.problems:
            self.problems.append(InputProblem("holds no answers", str(self.table.path), "a row a respondent"))
        if self.problems:
            raise InputError(self.problems)
        answers = np.frombuffer(self.answers, dtype=np.int8).reshape(-1, len(self.columns))
        unit = np.frombuffer(self.unit, dtype=np.int32)
        if self.units is not None:
            return AnswerSheet(answers, unit, self.units)
        # In order of their codes, not of appearance: a sheet says nothing about who came first.
        codes = list(self.unit_index)[1:]
        rank = {code: place for place, code in enumerate(sorted(codes))}
        ranks = np.array([rank[code] for code in codes] + [NO_UNIT], dtype=np.int32)
        return AnswerSheet(answers, ranks[unit], tuple(Unit(code, None, code) for code in sorted(codes)))


def _points(scale: Scale) -> Mapping[str, int]:
    points = {str(point): point for point in range(scale.minimum, scale.maximum + 1)}
    return points | {"": UNANSWERED, _DONT_KNOW: DONT_KNOW}


def _point(cell: str, points: Mapping[str, int]) -> int | None:
    """The point a cell means, None if it means none. Programs that know no blanks write 5 as 5.0."""
    text = cell.strip().upper()
    if text not in points and text.endswith(".0"):
        text = text.removesuffix(".0")
    return points.get(text)


def _headcount_problems(path: Path, sheet: AnswerSheet) -> Iterator[InputProblem]:
    for unit, answers in zip(sheet.units, answers_per_unit(sheet), strict=True):
        if unit.headcount is not None and answers > unit.headcount:
            what = f"{unit.code} has {answers} answers and a head-count of {unit.headcount}"
            expected = "a head-count of everybody in the unit and below it"
            yield InputProblem(what, f"{path}: column {UNIT}", expected)
