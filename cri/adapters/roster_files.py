"""Trees and rosters as people send them: pasted text, CSV of any spreadsheet, or XLSX. With caps."""

import csv
import io
from collections.abc import Iterable
from typing import Final

from cri.adapters.safe_csv import plain_cell
from cri.adapters.workbooks import SIGNATURE, UnreadableWorkbookError, workbook_rows
from cri.domain.roster import MOST_ROWS, Table
from cri.domain.roster_problems import RowProblem

MOST_BYTES: Final = 20 * 1024 * 1024
MOST_COLUMNS: Final = 100
_DELIMITERS = "\t,;|"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_OTHERS = (b"\xd0\xcf\x11\xe0", b"%pdf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"{\\rtf", b"<")
"""How files of other kinds begin, in small letters: old Excel, PDF, pictures, web pages called .xls."""


class UnreadableTableError(Exception):
    """The bytes are no table. Carries the one problem that says why."""

    def __init__(self, problem: RowProblem) -> None:
        self.problem = problem
        super().__init__(str(problem.as_input_problem()))


def table_from_file(part: str, data: bytes) -> Table:
    """The table in an uploaded file, CSV or XLSX by its first bytes. Raises UnreadableTableError."""
    if len(data) > MOST_BYTES:
        raise _unreadable(part, "too_large", most=str(MOST_BYTES // 1024**2))
    if data.startswith(SIGNATURE):
        return _from_workbook(part, data)
    if data[:100].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_OTHERS) or _is_binary(data):
        raise _unreadable(part, "other_kind")
    return table_from_text(part, _decoded(part, data))


def _is_binary(data: bytes) -> bool:
    return b"\0" in data and not data.startswith(_UTF16)


def table_from_text(part: str, text: str) -> Table:
    """The table in pasted text or CSV: commas, semicolons, tabs or bars. Raises UnreadableTableError."""
    if len(text) > MOST_BYTES:
        raise _unreadable(part, "too_large", most=str(MOST_BYTES // 1024**2))
    text = text.removeprefix("\ufeff")
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = max(_DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, tuple[str, ...]]] = []
    try:
        for cells in lines:
            if len(cells) > MOST_COLUMNS and any(map(str.strip, cells[MOST_COLUMNS:])):
                raise _unreadable(part, "too_many_columns", row=lines.line_num, most=str(MOST_COLUMNS))
            if any(map(str.strip, cells)):
                rows.append((lines.line_num, _plain(cells[:MOST_COLUMNS])))
                if len(rows) > MOST_ROWS + 1:
                    raise _unreadable(part, "too_many_rows", most=f"{MOST_ROWS:,}")
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
    """The first sheet of a workbook."""
    try:
        rows = workbook_rows(data, MOST_ROWS + 1, MOST_COLUMNS)
    except UnreadableWorkbookError as error:
        most = {"too_large": str(MOST_BYTES // 1024**2), "too_many_rows": f"{MOST_ROWS:,}"}
        raise _unreadable(part, error.kind, most=most.get(error.kind, "")) from None
    return _table(part, [(row, _plain(cells)) for row, cells in rows])


def _plain(cells: Iterable[str]) -> tuple[str, ...]:
    return tuple(plain_cell(cell) for cell in cells)


def _unreadable(part: str, kind: str, row: int = 0, **values: str) -> UnreadableTableError:
    return UnreadableTableError(RowProblem(part, kind, row, values=values))
