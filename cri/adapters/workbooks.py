"""Excel workbooks that somebody sends: read within limits, or refused with a word on why."""

import io
import json
import subprocess
import sys
import zipfile
import zlib
from pathlib import Path
from typing import Final

from cri.adapters import workbook_process
from cri.domain.errors import CriError

SIGNATURE: Final = b"PK\x03\x04"
MOST_UNPACKED: Final = 200 * 1024 * 1024
MOST_RATIO: Final = 100
"""Bytes unpacked for one packed. A roster of one unit and one surname stays under 40."""
MOST_PARTS: Final = 1_000
_SMALL = 10 * 1024 * 1024  # whatever the ratio
_CHUNK = 1 << 20
_SECONDS = 2 * workbook_process.MOST_SECONDS  # on the clock; a busy machine gives less time than it takes


class UnreadableWorkbookError(CriError):
    """The bytes are no workbook. `kind`: unreadable, too_large or too_many_rows."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"the workbook is refused: {kind}")


def workbook_rows(data: bytes, most_rows: int, most_columns: int) -> list[tuple[int, tuple[str, ...]]]:
    """(row as a spreadsheet counts, cells as text) of the first sheet, rows that hold anything.

    Raises UnreadableWorkbookError, also for one that takes more memory or time than reading a table does.
    """
    _check_archive(data)
    program = [sys.executable, "-I", str(Path(workbook_process.__file__)), str(most_rows), str(most_columns)]
    try:
        done = subprocess.run(program, input=data, capture_output=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        raise UnreadableWorkbookError("too_large") from None
    if done.returncode == workbook_process.UNREADABLE:
        raise UnreadableWorkbookError("unreadable")
    if done.returncode == workbook_process.TOO_MANY:
        raise UnreadableWorkbookError("too_many_rows")
    if done.returncode:
        raise UnreadableWorkbookError("too_large")
    return [(row, tuple(cells)) for row, cells in json.loads(done.stdout)]


def _check_archive(data: bytes) -> None:
    """Unpack everything once, a piece at a time: what an archive says of its sizes need not be true."""
    unpacked = 0
    most = max(_SMALL, min(MOST_UNPACKED, MOST_RATIO * len(data)))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS:
                raise UnreadableWorkbookError("too_large")
            for part in parts:
                with archive.open(part) as file:
                    while chunk := file.read(_CHUNK):
                        unpacked += len(chunk)
                        if unpacked > most:
                            raise UnreadableWorkbookError("too_large")
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
        raise UnreadableWorkbookError("unreadable") from None  # damaged, encrypted, or packed in another way
