"""Trees and rosters as people send them: pasted text, CSV of any spreadsheet, or XLSX. With caps."""

import csv
import io
import zipfile
from collections.abc import Iterable
from typing import Final

from python_calamine import CalamineError, CalamineWorkbook

from cri.adapters.safe_csv import plain_cell
from cri.domain.roster import MOST_ROWS, Table
from cri.domain.roster_problems import RowProblem

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_UNPACKED_BYTES: Final = 200 * 1024 * 1024
MOST_COLUMNS: Final = 100
_DELIMITERS = "\t,;"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class UnreadableTableError(Exception):
    """The bytes are no table. Carries the one problem that says why."""

    def __init__(self, problem: RowProblem) -> None:
        self.problem = problem
        super().__init__(str(problem.as_input_problem()))


def table_from_file(part: str, data: bytes) -> Table:
    """The table in an uploaded file, CSV or XLSX by its first bytes. Raises UnreadableTableError."""
    if len(data) > MOST_BYTES:
        raise _unreadable(part, "too_large", most=str(MOST_BYTES // 1024**2))
    if data.startswith(b"PK\x03\x04"):
        return _from_workbook(part, data)
    return table_from_text(part, _decoded(part, data))


def table_from_text(part: str, text: str) -> Table:
    """The table in pasted text or CSV: commas, semicolons or tabs. Raises UnreadableTableError."""
    if len(text) > MOST_BYTES:
        raise _unreadable(part, "too_large", most=str(MOST_BYTES // 1024**2))
    text = text.removeprefix("\ufeff")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = [(lines.line_num, _plain(cells)) for cells in lines if any(map(str.strip, cells))]
    except csv.Error:
        raise _unreadable(part, "unreadable", row=lines.line_num) from None
    return _table(part, rows)


def _table(part: str, rows: list[tuple[int, tuple[str, ...]]]) -> Table:
    if not rows:
        raise _unreadable(part, "empty")
    return Table(part, rows[0][1], tuple(rows[1:]))


def _decoded(part: str, data: bytes) -> str:
    try:
        return data.decode("utf-16" if data.startswith(_UTF16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(part, "not_utf8", row=data.count(b"\n", 0, error.start) + 1) from None


def _from_workbook(part: str, data: bytes) -> Table:
    """The first sheet of a workbook. A small file that unpacks to a huge one is refused unopened."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
        if unpacked > MOST_UNPACKED_BYTES:
            raise _unreadable(part, "too_large", most=str(MOST_BYTES // 1024**2))
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0)
        if sheet.total_height > MOST_ROWS + 1 or sheet.total_width > MOST_COLUMNS:
            raise _unreadable(part, "too_many_rows", most=f"{MOST_ROWS:,}")
        found = sheet.to_python(skip_empty_area=False)
    except (CalamineError, zipfile.BadZipFile, IndexError, ValueError):
        raise _unreadable(part, "unreadable") from None
    rows = [(row, _plain(map(_cell, cells))) for row, cells in enumerate(found, start=1)]
    return _table(part, [(row, cells) for row, cells in rows if any(map(str.strip, cells))])


def _plain(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(plain_cell(cell) for cell in cells)


def _cell(value: object) -> str:
    """A cell as text; a code that a spreadsheet took for a number is that number without ".0"."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _unreadable(part: str, kind: str, row: int = 0, **values: str) -> UnreadableTableError:
    return UnreadableTableError(RowProblem(part, kind, row, values=values))
