"""ANSWERS.csv: one row a respondent, one column an item."""

import io
from collections.abc import Iterator
from pathlib import Path

from cri.adapters.answer_columns import UNIT, known_columns
from cri.adapters.answer_rows import AnswerRows
from cri.adapters.csv_blocks import BLOCK_BYTES, blocks, is_plain
from cri.adapters.csv_tables import CsvTable, open_table
from cri.domain.errors import InputError, InputProblem, ProblemList
from cri.domain.instrument import Instrument
from cri.domain.sheet import AnswerSheet, Unit, answers_per_unit


def answer_table(
    path: Path, instrument: Instrument, units: tuple[Unit, ...] | None, block_bytes: int = BLOCK_BYTES
) -> AnswerSheet:
    """The sheet of an ANSWERS.csv. With `units` None, the unit codes found stand side by side.

    So many bytes at once are read by the column, where the file is so regular that nothing can be mistaken;
    the rest is read row by row (all of it for `block_bytes` 0). The sheet and the problems are the same.
    Raises InputError with the problems in the file.
    """
    table = open_table(path, [item.code for item in instrument.items])
    _check_columns(table, instrument, wants_unit=units is not None)
    rows = AnswerRows(table, instrument, units)
    try:
        if block_bytes:
            _take_blocks(table, rows, block_bytes)
        else:
            rows.take_rows(table.rows)
    except InputError as error:  # the file cannot be read on: its last problem
        rows.problems.add(*error.problems)
    sheet = rows.sheet()
    if problems := list(_headcount_problems(path, sheet)):
        raise InputError(problems)
    return sheet


def _take_blocks(table: CsvTable, rows: AnswerRows, block_bytes: int) -> None:
    with table.open() as file:
        for block in blocks(file, table.first_row, block_bytes):
            if not is_plain(block, table.delimiter):
                file.seek(block.offset)
                rows.take_rows(table.rows_in(file, block.first_row))
                return
            if not rows.take_block(block.data):
                rows.take_rows(table.rows_in(io.BytesIO(block.data), block.first_row))


def _check_columns(table: CsvTable, instrument: Instrument, *, wants_unit: bool) -> None:
    problems = ProblemList()
    known, header = known_columns(instrument), set(table.header)
    for item in instrument.items:
        if item.code not in header:
            expected = f"a column for each item of {instrument.code}"
            problems.add(table.problem(table.header_row, item.code, "is missing", expected))
    if wants_unit and UNIT not in header:
        expected = "it, since a file of units is given"
        problems.add(table.problem(table.header_row, UNIT, "is missing", expected))
    others = ", ".join(known[len(instrument.items) :])
    for name in table.header:
        if name not in known:
            what = f"is not in {instrument.code} {instrument.version}"
            problems.add(table.problem(table.header_row, name[:40], what, f"only its items, {others}"))
    problems.raise_any()


def _headcount_problems(path: Path, sheet: AnswerSheet) -> Iterator[InputProblem]:
    for unit, answers in zip(sheet.units, answers_per_unit(sheet), strict=True):
        if unit.headcount is not None and answers > unit.headcount:
            what = f"{unit.code} has {answers} answers and a head-count of {unit.headcount}"
            expected = "a head-count of everybody in the unit and below it"
            yield InputProblem(what, f"{path}: column {UNIT}", expected)
