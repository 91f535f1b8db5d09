"""CSV for spreadsheets: no cell of it is ever run as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

FORMULA_SIGNS: Final = ("=", "+", "-", "@", "\t", "\r")
_MARK: Final = "'"
_BOM: Final = "\ufeff"  # without it Excel reads UTF-8 as something else


def write_csv(header: Sequence[str], rows: Iterable[Sequence[str | int | Decimal]]) -> bytes:
    """A table as CSV in UTF-8 with a byte order mark, an apostrophe before what looks like a formula.

    A number stays one, its sign as well.
    """
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow([safe_cell(cell) for cell in header])
    lines.writerows([safe_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
    return (_BOM + text.getvalue()).encode()


def safe_cell(text: str) -> str:
    """The text as a spreadsheet shows it and does not run it."""
    return _MARK + text if text.startswith(FORMULA_SIGNS) else text


def plain_cell(text: str) -> str:
    """The inverse of `safe_cell`, so that a table that was downloaded can be sent back."""
    return text[1:] if text.startswith(_MARK) and text[1:].startswith(FORMULA_SIGNS) else text
