"""CSV as people send it: whatever their spreadsheet made of it, or a clear word on what is wrong.

Nothing here holds a file in memory: rows come one by one, and a row or a file that is longer than any table
of ours is refused as soon as that is known.
"""

import csv
import io
import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from typing import BinaryIO, Final

from cri.adapters.csv_lines import UTF8, CsvLines
from cri.domain.errors import InputError, InputProblem, ProblemList
from cri.domain.unseen import unseen_character

MOST_BYTES: Final = 1 << 30
"""The largest file that is read: 12 million respondents with 42 items."""
MOST_PIPED_BYTES: Final = 1 << 28
"""The same for what comes through a pipe: it is kept in memory, since it cannot be read twice."""

Row = tuple[int, list[str]]
"""A row's number as a spreadsheet counts, and its cells."""

_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?\s*', re.IGNORECASE)
_QUOTED = re.compile('"[^"]*"')
_ROWS_OF_TITLES = 10


@dataclass(frozen=True, slots=True)
class CsvTable:
    """A header, and where the rows beneath it are.

    `header`: names without blanks around them, and without the empty columns that a spreadsheet may leave at
    the end; `width` counts those too. `offset`: where in the file the first row below the header begins, and
    `first_row` its number. `piped`: the whole file, if it can be read only once.
    """

    path: Path
    header: tuple[str, ...]
    width: int
    header_row: int
    delimiter: str
    offset: int
    piped: bytes | None = None

    @property
    def first_row(self) -> int:
        """Number of the row below the header."""
        return self.header_row + 1

    @property
    def rows(self) -> Iterator[Row]:
        """All rows that hold anything; each use begins anew. Raises InputError on the way."""
        return self.rows_in(self.open(), self.first_row)

    def open(self) -> BinaryIO:
        """The file, standing at the first row below the header."""
        file = _opened(self.path, self.piped)
        file.seek(self.offset)
        return file

    def rows_in(self, file: BinaryIO, first_row: int) -> Iterator[Row]:
        """The rows from where `file` stands, which is row `first_row` of this table; then it is closed.

        Cells beyond the header's are left out if there is nothing in them: spreadsheets leave such behind.
        Raises InputError.
        """
        named = len(self.header)
        with CsvLines(self.path, file, first_row) as lines:
            for row, cells in _filled(lines, iter(lines), self.delimiter):
                if len(cells) > named and not any(map(str.strip, cells[named:])):
                    del cells[named:]
                yield row, cells

    def problem(self, row: int, column: str | None, what: str, expected: str = "") -> InputProblem:
        """A problem in one cell, or in a whole row if `column` is None."""
        where = f"{self.path}: row {row}" + (f", column {column}" if column is not None else "")
        return InputProblem(what, where, expected)

    def wrong_length(self, row: int, cells: list[str]) -> InputProblem:
        """A row has more or fewer cells than there are columns."""
        return self.problem(row, None, f"has {len(cells)} cells", f"{len(self.header)} as in the header")

    def records(self, problems: ProblemList) -> Iterator[tuple[int, dict[str, str]]]:
        """Rows as (row, cell by column, without blanks around it); a row of another length is a problem."""
        for row, cells in self.rows:
            if len(cells) == len(self.header):
                yield row, dict(zip(self.header, map(str.strip, cells), strict=True))
            else:
                problems.add(self.wrong_length(row, cells))


def open_table(path: Path, known: Collection[str] = ()) -> CsvTable:
    """Read a CSV file's header; the rows follow lazily. Raises InputError if it is no such thing.

    A byte order mark, CRLF, LF or CR, and comma, semicolon, tab or bar (whichever the header holds most of,
    or a first line like `sep=;` says) are all read alike. Rows with nothing in any cell are left out.
    `known`: names of which some must be in the header; if they are only further down, titles lie above it.
    """
    piped = _piped(path)
    with _opened(path, piped) as file:
        _check_kind(path, file)
        with CsvLines(path, file, 1) as lines:
            delimiter, header_row, cells = _header(lines)
            header = _named(cells)
            table = CsvTable(path, header, len(cells), header_row, delimiter, lines.offset, piped)
            if known and not set(known) & set(header):
                _check_below(table, lines, known)
    _check_header(table)
    return table


@contextmanager
def _reading(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise InputError([InputProblem(f"cannot be read ({error.strerror})", str(path))]) from None


def _piped(path: Path) -> bytes | None:
    """All of a pipe or device; None for a file, which can be read again."""
    with _reading(path):
        if path.is_file():
            size = path.stat().st_size
            if size > MOST_BYTES:
                raise _too_large(path, f"is {size:,} bytes long", MOST_BYTES)
            return None
        with path.open("rb") as file:
            data = file.read(MOST_PIPED_BYTES + 1)
    if len(data) > MOST_PIPED_BYTES:
        raise _too_large(path, "goes on and on", MOST_PIPED_BYTES)
    return data


def _too_large(path: Path, what: str, most: int) -> InputError:
    return InputError([InputProblem(what, str(path), f"at most {most:,} bytes")])


def _opened(path: Path, piped: bytes | None) -> BinaryIO:
    if piped is not None:
        return io.BytesIO(piped)
    with _reading(path):
        return path.open("rb")


def _check_kind(path: Path, file: BinaryIO) -> None:
    """Leaves the file where it was: at its beginning."""
    first = file.read(4)
    file.seek(0)
    if first.startswith(_SPREADSHEETS):
        raise InputError([InputProblem("is a spreadsheet", str(path), f"{UTF8}: save it as such")])
    if first.startswith(_UTF16):
        raise InputError([InputProblem("is in UTF-16", str(path), UTF8)])


def _header(lines: CsvLines) -> tuple[str, int, list[str]]:
    """The delimiter, and the first row that holds anything."""
    text = iter(lines)
    delimiter = None
    for row, line in enumerate(text, start=1):
        lines.next_row(row + 1)
        if row == 1 and (said := _SEPARATOR_LINE.fullmatch(line)):
            delimiter = said[1]
        elif line.strip():
            lines.row = row
            outside = _QUOTED.sub("", line)
            delimiter = delimiter or max(_DELIMITERS, key=outside.count)
            for number, cells in _filled(lines, chain([line], text), delimiter):
                return delimiter, number, cells
    expected = "a header and a row for each record"
    raise InputError([InputProblem("is empty", str(lines.path), expected)])


def _filled(lines: CsvLines, text: Iterator[str], delimiter: str) -> Iterator[Row]:
    """The rows of `text` that hold anything; `lines` is where it comes from, standing at its row."""
    records = csv.reader(text, delimiter=delimiter, strict=True)
    try:
        for row, cells in enumerate(records, start=lines.row):
            lines.next_row(row + 1)
            if any(map(str.strip, cells)):
                yield row, cells
    except csv.Error as error:
        what = f"cannot be read as CSV ({error})"
        if "unexpected end" in str(error):
            what = "a quotation mark is opened and never closed"
        elif "field limit" in str(error):
            what = (
                f"a cell is longer than {csv.field_size_limit():,} characters: a quotation mark not closed?"
            )
        raise lines.problem(what, UTF8) from None


def _named(cells: list[str]) -> tuple[str, ...]:
    """The names in a header, up to the last one."""
    names = [cell.strip() for cell in cells]
    while not names[-1]:
        names.pop()
    return tuple(names)


def _check_below(table: CsvTable, lines: CsvLines, known: Collection[str]) -> None:
    """Refuse a table whose header lies below rows of titles, and say where it is."""
    for row, line in enumerate(islice(lines, _ROWS_OF_TITLES), start=table.first_row):
        lines.begun = 0
        for delimiter in _DELIMITERS:
            names = (cell.strip().strip('"').strip() for cell in line.split(delimiter))
            if not set(known).isdisjoint(names):
                expected = f"row {row}, with the columns' names, as the first: delete what is above it"
                raise InputError([table.problem(table.header_row, None, "is not the header", expected)])


def _check_header(table: CsvTable) -> None:
    problems = ProblemList()
    seen: set[str] = set()
    for place, name in enumerate(table.header, start=1):
        wrong = None
        if not name:
            wrong = ("has no name", "a name in the header for each column")
        elif unseen := unseen_character(name):
            wrong = (unseen, "a name of letters, digits and signs")
        elif name in seen:
            wrong = (f"{name} comes twice", "each column once")
        if wrong:
            problems.add(table.problem(table.header_row, str(place), *wrong))
        seen.add(name)
    problems.raise_any()
