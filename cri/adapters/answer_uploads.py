"""Answers of one wave as somebody uploads them, CSV or XLSX: with the same checks as `cri score`."""

import csv
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from cri.adapters.answer_columns import UNIT
from cri.adapters.answer_tables import answer_table
from cri.adapters.csv_tables import open_table
from cri.adapters.workbooks import SIGNATURE, UnreadableWorkbookError, workbook_rows
from cri.domain.errors import InputError, InputProblem
from cri.domain.instrument import Instrument
from cri.domain.sheet import AnswerSheet, Unit

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_ANSWERS: Final = 50_000
MOST_COLUMNS: Final = 300
NAME: Final = "answers"
"""What the file is called in a problem's `where`."""


def read_answer_upload(data: bytes, instrument: Instrument, units: tuple[Unit, ...]) -> AnswerSheet:
    """The sheet of an uploaded file, which no disk ever holds; without units if it has no such column.

    Raises InputError with the problems found, by row (as a spreadsheet counts) and column.
    """
    if len(data) > MOST_BYTES:
        raise _refused(f"is over {MOST_BYTES // 1024**2} MB", "a smaller file")
    if data.startswith(SIGNATURE):
        data = _as_csv(data)
    with _in_memory(data) as path:
        try:
            known = [item.code for item in instrument.items]
            told = UNIT in open_table(path, known).header
            sheet = answer_table(path, instrument, units if told else None)
        except InputError as error:
            named = (replace(one, where=one.where.replace(str(path), NAME)) for one in error.problems)
            raise InputError(named, error.more) from None
    if sheet.respondents > MOST_ANSWERS:
        raise _refused(f"holds {sheet.respondents:,} answers", f"at most {MOST_ANSWERS:,}")
    return sheet


@contextmanager
def _in_memory(data: bytes) -> Iterator[Path]:
    """A path under which the bytes can be read, as a file that has no place on a disk."""
    descriptor = os.memfd_create(NAME)
    try:
        with os.fdopen(os.dup(descriptor), "wb") as file:
            file.write(data)
        yield Path(f"/proc/self/fd/{descriptor}")
    finally:
        os.close(descriptor)


def _as_csv(data: bytes) -> bytes:
    """The first sheet of a workbook, each row where it was."""
    try:
        rows = workbook_rows(data, MOST_ANSWERS + 100, MOST_COLUMNS)
    except UnreadableWorkbookError as error:
        what = {
            "too_many_rows": ("has too many rows or columns", f"at most {MOST_ANSWERS:,} answers"),
            "too_large": ("takes too much to read", "a plain table"),
        }.get(error.kind, ("cannot be read", "CSV in UTF-8, or an Excel file (.xlsx)"))
        raise _refused(*what) from None
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    written = 0
    for row, cells in rows:
        text.write("\n" * (row - written - 1))
        lines.writerow([cell.replace("\r", " ").replace("\n", " ") for cell in cells])
        written = row
    return text.getvalue().encode()


def _refused(what: str, expected: str) -> InputError:
    return InputError([InputProblem(what, NAME, expected)])
