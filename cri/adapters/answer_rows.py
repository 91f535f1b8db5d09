"""Respondents gathered from ANSWERS.csv, by the row or by the column, into one answer sheet."""

from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from cri.adapters.answer_columns import LONGEST_CELL, UNIT, AnswerColumn, answer_columns
from cri.adapters.csv_blocks import TextColumn, read_columns
from cri.adapters.csv_tables import CsvTable, Row
from cri.adapters.unit_tables import MOST_UNITS
from cri.domain.errors import InputError, InputProblem, ProblemList
from cri.domain.instrument import Instrument
from cri.domain.sheet import NO_UNIT, UNANSWERED, AnswerSheet, Unit
from cri.domain.unseen import unseen_character

Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]


class AnswerRows:
    """Gathers respondents; remembers what was wrong with any of them in `problems`."""

    def __init__(self, table: CsvTable, instrument: Instrument, units: tuple[Unit, ...] | None) -> None:
        self.table = table
        self.units = units
        self.problems = ProblemList()
        self._known = answer_columns(instrument, table.header)
        self._columns = list(self._known.coded)
        self._unit_index = {"": NO_UNIT} | {unit.code: place for place, unit in enumerate(units or ())}
        self._codes: list[Int8] = []
        self._unit: list[Int32] = []

    def take_rows(self, rows: Iterator[Row]) -> None:
        """Add respondents row by row: any table, and a word on whatever is wrong.

        The usual row costs one look-up a cell. Raises InputError if the rows cannot be read to their end.
        """
        codes, unit = array("b"), array("i")
        cells_known = [(column.known, column.place) for column in self._columns]
        width, unit_place = len(self.table.header), self._known.unit
        for row, cells in rows:
            if len(cells) != width:
                self.problems.add(self.table.wrong_length(row, cells))
                continue
            try:
                codes.extend([known[cells[place]] for known, place in cells_known])
            except KeyError:
                codes.extend(self._unusual(row, cells))
            unit.append(NO_UNIT if unit_place is None else self._unit_of(row, cells[unit_place]))
        self._codes.append(np.frombuffer(codes, dtype=np.int8).reshape(-1, len(self._columns)))
        self._unit.append(np.frombuffer(unit, dtype=np.int32))

    def take_block(self, data: bytes) -> bool:
        """Add the respondents of a plain block by the column.

        False, and none added, if that cannot be done, or if something is wrong that has to be described
        rather than counted.
        """
        table, unit_place = self.table, self._known.unit
        places = [column.place for column in self._columns] + ([] if unit_place is None else [unit_place])
        beyond = range(len(table.header), table.width)
        texts = read_columns(data, table.delimiter, table.width, [*places, *beyond])
        if texts is None or any(text.strip() for place in beyond for text in texts[place].texts):
            return False
        rows = len(texts[places[0]].places)
        codes = np.empty((rows, len(self._columns)), dtype=np.int8)
        wrong = np.zeros(rows, dtype=np.int32)
        for number, column in enumerate(self._columns):
            _fill(codes[:, number], texts[column.place], column.code, wrong)
        unit = np.full(rows, NO_UNIT, dtype=np.int32)
        if unit_place is not None:
            _fill(unit, texts[unit_place], self._unit_place, wrong)
        filled = ~self._blank(texts, rows)
        if count := int(wrong[filled].sum()):
            if not self.problems.full:
                return False
            self.problems.more += count
        self._codes.append(codes[filled])
        self._unit.append(unit[filled])
        return True

    def sheet(self) -> AnswerSheet:
        """Everything taken. Raises InputError if anything was wrong, or if there was nothing."""
        if not self.problems and not any(map(len, self._unit)):
            self.problems.add(InputProblem("holds no answers", str(self.table.path), "a row a respondent"))
        self.problems.raise_any()
        codes, unit = np.concatenate(self._codes), np.concatenate(self._unit)
        by_name = {column.name: codes[:, place] for place, column in enumerate(self._columns)}
        unit, units = self._ordered_units(unit)
        return AnswerSheet(
            answers=np.ascontiguousarray(codes[:, : len(self._known.items)]),
            unit=unit,
            units=units,
            outcomes=_matrix(self._known.outcomes, by_name),
            profile=_matrix(self._known.profile, by_name),
            fast=_flags(self._known.seconds, by_name),
            late=_flags(self._known.late, by_name),
            failed_attention=_flags(self._known.attention, by_name),
        )

    def _unusual(self, row: int, cells: list[str]) -> Iterator[int]:
        """The codes of a row with a cell not met before, or with something wrong."""
        for column in self._columns:
            cell = cells[column.place]
            code = column.code(cell)
            if code is None:
                if self.problems.full:
                    self.problems.more += 1
                else:
                    self._wrong(row, column.name, column.what(cell), column.expected)
            yield UNANSWERED if code is None else code

    def _unit_of(self, row: int, cell: str) -> int:
        place = self._unit_place(cell)
        if place is None:
            self._wrong(row, UNIT, *self._unit_problem(cell))
        return NO_UNIT if place is None else place

    def _unit_place(self, cell: str) -> int | None:
        """Index of the unit a cell names; without a file of units, every code is one, up to `MOST_UNITS`."""
        code = cell.strip()
        known = self._unit_index
        may_be_new = self.units is None and len(cell) <= LONGEST_CELL and len(known) <= MOST_UNITS
        if may_be_new and code not in known and not unseen_character(code):
            known[code] = len(known) - 1
        return known.get(code)

    def _unit_problem(self, cell: str) -> tuple[str, str]:
        """(what is wrong with a cell that names no unit, what is expected). Raises InputError: too many."""
        if len(cell) > LONGEST_CELL:
            return f"is {len(cell):,} characters long", f"at most {LONGEST_CELL}"
        if unseen := unseen_character(cell.strip()):
            return unseen, "letters, digits, signs and blanks"
        if self.units is not None:
            return f"{cell.strip()[:40]} is not a unit", "a code of the file of units, or nothing"
        # No use in reading on: every row to come would be wrong in the same way.
        what = f"more than {MOST_UNITS:,} codes: a column of unit codes, not of people?"
        raise InputError([InputProblem(what, f"{self.table.path}: column {UNIT}", "a code for each unit")])

    def _wrong(self, row: int, column: str, what: str, expected: str) -> None:
        self.problems.add(self.table.problem(row, column, what, expected))

    def _blank(self, texts: Mapping[int, TextColumn], rows: int) -> npt.NDArray[np.bool_]:
        """Which rows hold nothing in any cell: bool (rows,). Each column is asked about those still blank."""
        candidates = np.arange(rows)
        for column in texts.values():
            nothing = np.array([not text.strip() for text in column.texts], dtype=bool)
            candidates = candidates[nothing[column.places[candidates]]]
        blank = np.zeros(rows, dtype=bool)
        blank[candidates] = True
        return blank

    def _ordered_units(self, unit: Int32) -> tuple[Int32, tuple[Unit, ...]]:
        """Units in order of their codes, not of appearance: a sheet says nothing about who came first."""
        if self.units is not None:
            return unit, self.units
        found = list(self._unit_index)[1:]
        rank = {code: place for place, code in enumerate(sorted(found))}
        ranks = np.array([rank[code] for code in found] + [NO_UNIT], dtype=np.int32)
        return ranks[unit], tuple(Unit(code, None, code) for code in rank)


def _fill(
    codes: Int8 | Int32, column: TextColumn, code_of: Callable[[str], int | None], wrong: Int32
) -> None:
    """Write the code of each row's cell; add one to `wrong` in the rows whose cell has none."""
    known = [code_of(text) for text in column.texts]
    codes[:] = np.array([UNANSWERED if code is None else code for code in known], codes.dtype)[column.places]
    if None in known:
        wrong += np.array([code is None for code in known])[column.places]


def _matrix(columns: Sequence[AnswerColumn | None], codes: Mapping[str, Int8]) -> Int8 | None:
    """int8 (respondents, columns), None without any; a question that has no column was answered by nobody."""
    if not columns:
        return None
    nobody = np.full(len(next(iter(codes.values()))), UNANSWERED, dtype=np.int8)
    return np.stack([nobody if column is None else codes[column.name] for column in columns], axis=1)


def _flags(column: AnswerColumn | None, codes: Mapping[str, Int8]) -> npt.NDArray[np.bool_] | None:
    return None if column is None else codes[column.name] == 1
