"""Several files as one ZIP, the same bytes each time."""

import io
import zipfile
from collections.abc import Iterable
from typing import Final

LONG_AGO: Final = (1980, 1, 1, 0, 0, 0)
"""The time of every file: that of its making would be another one in each ZIP."""
PACKED: Final = (".pdf", ".pptx", ".xlsx")
"""Endings of what is compressed already."""


def zipped(files: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a ZIP of files by name, in their order."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w") as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, LONG_AGO)
            entry.external_attr = 0o644 << 16
            method = zipfile.ZIP_STORED if name.endswith(PACKED) else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, method)
    return data.getvalue()


def name_on_any_system(text: str) -> str:
    """Return a text as part of a file's name: whatever is no plain letter, digit, - or _ becomes _."""
    return "".join(sign if sign.isascii() and (sign.isalnum() or sign in "-_") else "_" for sign in text)
