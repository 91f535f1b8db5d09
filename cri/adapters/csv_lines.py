"""Lines of a text file, each checked as it passes: what is no text, or has no end, is never held whole."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, Self

from cri.domain.errors import InputError, InputProblem

LONGEST_ROW: Final = 1 << 20
"""Characters of a row. A quotation mark that is never closed makes one row of all the rest."""
UTF8: Final = "CSV in UTF-8"

_BOM = b"\xef\xbb\xbf"
_NOT_UTF8 = re.compile("[\udc80-\udcff]")  # what "surrogateescape" makes of it


class CsvLines:
    """The lines of a file from where it stands, with their ends; LF, CRLF and lone CR are all ends.

    The reader of rows tells it where each begins (`next_row`). `offset`: bytes from the beginning of the file
    to the end of the last line given out. As a context it closes the file.
    """

    def __init__(self, path: Path, file: BinaryIO, first_row: int) -> None:
        self.path = path
        self.row = first_row
        self.begun = 0
        self.offset = file.tell()
        if not self.offset and file.read(len(_BOM)) == _BOM:
            self.offset = len(_BOM)
        file.seek(self.offset)
        self._text = io.TextIOWrapper(file, "utf-8", errors="surrogateescape", newline="")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._text.close()

    def next_row(self, row: int) -> None:
        """The row before `row` is complete."""
        self.row = row
        self.begun = 0

    def __iter__(self) -> Iterator[str]:
        """Raises InputError at a line that holds what no CSV in UTF-8 holds, or at a row too long."""
        read = self._text.readline
        while line := read(LONGEST_ROW):
            plain = line.isascii()
            if "\0" in line:
                raise self.problem("holds a NUL character", UTF8)
            if not plain and (wrong := _NOT_UTF8.search(line)):
                # Which column that is cannot be known before the row is; where in the row it is, can.
                where = f"character {self.begun + wrong.start() + 1}"
                raise self.problem("a character is not UTF-8", UTF8, where)
            self.begun += len(line)
            if self.begun >= LONGEST_ROW:
                what = f"is longer than {LONGEST_ROW:,} characters"
                raise self.problem(what, "line ends, and each quotation mark closed")
            self.offset += len(line) if plain else len(line.encode("utf-8", "surrogateescape"))
            yield line

    def problem(self, what: str, expected: str = "", place: str = "") -> InputError:
        """Something is wrong with the row that is being read, `place`: where in it."""
        where = f"{self.path}: row {self.row}" + (f", {place}" if place else "")
        return InputError([InputProblem(what, where, expected)])
