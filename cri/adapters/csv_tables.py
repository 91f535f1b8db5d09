"""CSV as people send it: whatever their spreadsheet made of it, or a clear word on what is wrong."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cri.domain.errors import InputError, InputProblem

_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_DELIMITERS = ",;\t"


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A header and the rows beneath it, read once. `rows` gives (row as a spreadsheet counts, cells)."""

    path: Path
    header: tuple[str, ...]
    rows: Iterator[tuple[int, list[str]]]

    def problem(self, row: int, column: str | None, what: str, expected: str = "") -> InputProblem:
        """A problem in one cell, or in a whole row if `column` is None."""
        where = f"{self.path}: row {row}" + (f", column {column}" if column is not None else "")
        return InputProblem(what, where, expected)


def open_table(path: Path) -> CsvTable:
    """Read a CSV file's header; the rows follow lazily. Raises InputError if it is no such thing.

    A byte order mark, CRLF or LF, and comma, semicolon or tab (whichever the header holds most of) are
    all read alike. Rows with nothing in any cell are left out: spreadsheets leave them behind.
    """
    text = _text_of(path)
    first_line = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    records = enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True), start=1)
    rows = _filled(path, records)
    _, cells = next(rows, (0, []))
    header = tuple(cell.strip() for cell in cells)
    if not header:
        raise InputError([InputProblem("is empty", str(path), "a header and a row for each record")])
    if problems := _header_problems(path, header):
        raise InputError(problems)
    return CsvTable(path, header, rows)


def _text_of(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InputError([InputProblem(f"cannot be read ({error.strerror})", str(path))]) from None
    expected = "CSV in UTF-8"
    if raw.startswith(_SPREADSHEETS):
        raise InputError([InputProblem("is a spreadsheet", str(path), f"{expected}: save it as such")])
    if raw.startswith(_UTF16):
        raise InputError([InputProblem("is in UTF-16", str(path), expected)])
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = raw.count(b"\n", 0, error.start) + 1
        where = f"{path}: row {row}"
        raise InputError([InputProblem("a character is not UTF-8", where, expected)]) from None


def _filled(path: Path, records: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    row = 0
    try:
        for row, cells in records:
            if any(map(str.strip, cells)):
                yield row, cells
    except csv.Error as error:
        where = f"{path}: row {row + 1}"
        raise InputError([InputProblem(f"cannot be read as CSV ({error})", where)]) from None


def _header_problems(path: Path, header: tuple[str, ...]) -> list[InputProblem]:
    problems = []
    for place, name in enumerate(header):
        where = f"{path}: row 1, column {place + 1}"
        if not name:
            problems.append(InputProblem("has no name", where, "a name in the header for each column"))
        elif name in header[:place]:
            problems.append(InputProblem(f"{name} comes twice", where, "each column once"))
    return problems
