"""What PowerPoint and Excel files share: a fixed date inside, fixed times in the archive, safe worksheets."""

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

from xlsxwriter import Workbook

Document = Mapping[str, Any]

EPOCH: Final = (1980, 1, 1, 0, 0, 0)  # the earliest time that an archive can hold
NO_DATE: Final = datetime(1980, 1, 1, tzinfo=UTC)
TYPED_IS_TEXT: Final = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
"""A unit may be called "=1+1": what was typed stays text, and no cell is ever a formula."""


def dated(pack: Document) -> datetime:
    """Return the day that the wave closed, at midnight UTC: a document's date that no clock changes."""
    closed = pack["wave"]["closed"]
    if not closed:
        return NO_DATE
    day = date.fromisoformat(closed[:10])
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def new_workbook(file: io.BytesIO, made: datetime) -> Workbook:
    """Return a workbook that takes what is typed as text and is dated as told."""
    workbook = Workbook(file, TYPED_IS_TEXT)
    workbook.set_properties({"created": made.replace(tzinfo=None)})
    return workbook


def timeless(archive: bytes) -> bytes:
    """Return a zip archive with the same parts in the same order, all of one fixed time."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive)) as given,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as fixed,
    ):
        for part in given.infolist():
            entry = zipfile.ZipInfo(part.filename, EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 0
            fixed.writestr(entry, given.read(part))
    return packed.getvalue()
