"""What PDF/UA asks and the library leaves out, put right in the moment before the file is written.

What repeats at the head and foot of pages is no content: WeasyPrint tags its text like any other and then
leaves it out of the structure tree, so that it is neither content nor artifact. And where an Arabic font
joins letters over a mark, all their text goes to one of the glyphs and the other has none.
"""

import re
from collections.abc import Iterator
from typing import Any, Final

import pydyf  # type: ignore[import-untyped]

NOTHING_TO_READ: Final = "<2060>"
"""Word joiner: a sign that is neither shown nor spoken, for a glyph whose text its neighbour has."""
MUTE: Final = re.compile(r"(<[0-9a-f]{4}>) <>")


def complete_tags(_document: Any, pdf: pydyf.PDF) -> None:
    """Turn marked content that the structure tree does not hold into artifacts; give each glyph a text."""
    root = _found(pdf, pdf.catalog["StructTreeRoot"])
    held = set(_below(pdf, root["K"]))
    numbers = _found(pdf, root["ParentTree"])["Nums"]
    for page_number, elements in zip(numbers[::2], numbers[1::2], strict=True):
        if not isinstance(elements, pydyf.Array):
            continue  # of a note, not of a page
        loose = {mark for mark, element in enumerate(elements) if _number(element) not in held}
        page = _found(pdf, pdf.page_references[page_number])
        _retag(_found(pdf, page["Contents"]).stream, loose)
        for mark in loose:
            elements[mark] = "null"
    for font in pdf.objects:
        if isinstance(font, dict) and "ToUnicode" in font:
            _give_text(_found(pdf, font["ToUnicode"]).stream)


def _retag(stream: list[Any], loose: set[int]) -> None:
    """Replace "/Span <</MCID 7>> BDC" of loose marks, in place."""
    for place, operator in enumerate(stream):
        if operator == b"BDC" and stream[place - 1].get("MCID") in loose:
            stream[place - 2] = "/Artifact"
            stream[place - 1] = pydyf.Dictionary({"Type": "/Pagination"})


def _give_text(stream: list[Any]) -> None:
    """Give every glyph of a font's map that has no text one that says nothing, in place."""
    for place, line in enumerate(stream):
        text = line.decode() if isinstance(line, bytes) else line
        stream[place] = MUTE.sub(rf"\1 {NOTHING_TO_READ}", text).encode()


def _below(pdf: pydyf.PDF, kids: Any) -> Iterator[int]:
    """Numbers of all objects that the tree holds."""
    for kid in kids:
        if isinstance(kid, bytes):
            number = _number(kid)
            yield number
            yield from _below(pdf, pdf.objects[number].get("K", ()))


def _found(pdf: pydyf.PDF, reference: bytes) -> Any:
    return pdf.objects[_number(reference)]


def _number(reference: bytes) -> int:
    """Of a reference as "12 0 R"."""
    return int(reference.split()[0])
