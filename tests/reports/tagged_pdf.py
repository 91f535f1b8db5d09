"""What a tagged PDF must hold, looked for with a reader that knows nothing of how it was made.

The list is docs/decisions/tagged-documents.md; each fault here carries the number of its line there.
"""

import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Any

from pypdf import PageObject, PdfReader
from pypdf.generic import ContentStream, DictionaryObject, IndirectObject

_TAGS = """
Document Part Art Sect Div BlockQuote Caption TOC TOCI Index NonStruct Private P H H1 H2 H3 H4 H5 H6 L LI Lbl
LBody Table TR TH TD THead TBody TFoot Span Quote Note Reference BibEntry Code Link Annot Figure Formula Form
"""
STANDARD = set(_TAGS.split())
CHILDREN = {
    "Table": {"THead", "TBody", "TFoot", "TR", "Caption"},
    "THead": {"TR"},
    "TBody": {"TR"},
    "TFoot": {"TR"},
    "TR": {"TH", "TD"},
    "L": {"LI", "Caption", "L"},
    "LI": {"Lbl", "LBody"},
}
PARENTS = {"TR": {"Table", "THead", "TBody", "TFoot"}, "TH": {"TR"}, "TD": {"TR"}, "LI": {"L"}}
PAINTING = {b"Tj", b"TJ", b"'", b'"', b"S", b"s", b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"Do", b"sh"}
TEXT = {b"Tj", b"TJ", b"'", b'"'}
FORBIDDEN = {"/AA", "/OpenAction", "/AcroForm", "/Collection", "/AF", "/Encrypt"}
NO_TEXT = {"", "\x00", "\ufeff", "\ufffe", "\ufffd"}


@dataclass(frozen=True)
class Element:
    """An element of the structure tree. marks: (page, id) of the content right below it."""

    kind: str
    data: DictionaryObject
    children: tuple["Element", ...]
    marks: tuple[tuple[int, int], ...]

    def walk(self) -> Iterator["Element"]:
        """This element and all below it, in reading order."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True)
class Painted:
    """What a page's stream paints. loose: operators outside all tags; used: codes of each font."""

    loose: tuple[str, ...]
    marks: tuple[int, ...]
    used: dict[str, set[int]]


def find_faults(data: bytes, locale: str) -> list[str]:
    """Return the faults of a PDF as "number: what", in the order of the list; none for a sound one."""
    pdf = PdfReader(io.BytesIO(data))
    pages = [_painted(page, pdf) for page in pdf.pages]
    found = [*_document_faults(pdf, locale), *_page_faults(pdf, pages), *_font_faults(pdf, pages)]
    tree = _tree(pdf)
    if tree is None:
        return [*found, "2: no structure tree"]
    elements = list(tree.walk())
    found += [*_mark_faults(elements, pages), *_nesting_faults(elements), *_heading_faults(elements)]
    found += [*_figure_faults(elements), *_table_faults(elements)]
    return sorted(set(found), key=lambda fault: (int(fault.split(":")[0]), fault))


def figure_texts(data: bytes) -> list[str]:
    """Return the texts of a PDF's figures, in reading order."""
    tree = _tree(PdfReader(io.BytesIO(data)))
    elements = tree.walk() if tree else ()
    return [str(element.data.get("/Alt", "")) for element in elements if element.kind == "Figure"]


def _document_faults(pdf: PdfReader, locale: str) -> Iterator[str]:
    root: Any = pdf.root_object
    if not _is_set(root, "/MarkInfo", "/Marked") or _is_set(root, "/MarkInfo", "/Suspects"):
        yield "1: not marked as tagged"
    packet = root["/Metadata"].get_data().decode() if "/Metadata" in root else ""
    if not re.search(r'pdfuaid:part(="1"|>1<)', packet):
        yield "1: no identifier of PDF/UA"
    if root.get("/Lang") != locale:
        yield f"3: the language is {root.get('/Lang')}"
    title = str(pdf.metadata.title if pdf.metadata else "").strip()
    if not title or "dc:title" not in packet:
        yield "4: no title"
    if not _is_set(root, "/ViewerPreferences", "/DisplayDocTitle"):
        yield "4: the title is not shown"
    yield from _bookmark_faults(pdf)
    for key in sorted(FORBIDDEN & (root.keys() | pdf.trailer.keys())):
        yield f"13: holds {key}"
    names = root.get("/Names", {})
    for key in ("/JavaScript", "/EmbeddedFiles"):
        if key in names:
            yield f"13: holds {key}"


def _is_set(root: Any, *keys: str) -> bool:
    """Whether what lies at the end of keys is true: an object of a PDF always is, whatever it says."""
    for key in keys[:-1]:
        root = root.get(key, {})
    found = root.get(keys[-1])
    return found is not None and bool(found.value)


def _bookmark_faults(pdf: PdfReader) -> Iterator[str]:
    top = [entry for entry in pdf.outline if not isinstance(entry, list)]
    places = [pdf.get_destination_page_number(entry) or 0 for entry in top]
    if not top or any(not str(entry.title).strip() for entry in top):
        yield "5: no bookmarks, or one without words"
    if any(before > after for before, after in pairwise(places)):
        yield "5: bookmarks out of order"


def _page_faults(pdf: PdfReader, pages: list[Painted]) -> Iterator[str]:
    sheets: list[Any] = list(pdf.pages)
    for number, (page, painted) in enumerate(zip(sheets, pages, strict=True), start=1):
        if page.get("/Tabs") != "/S":
            yield f"6: tab order of page {number} is not that of the structure"
        if painted.loose:
            yield f"2: page {number} paints outside of tags: {' '.join(sorted(set(painted.loose)))}"
        for note in page.get("/Annots", []):
            if note.get_object().get("/Subtype") != "/Link" or "/URI" in note.get_object().get("/A", {}):
                yield f"13: page {number} has a note or an address"


def _mark_faults(elements: list[Element], pages: list[Painted]) -> Iterator[str]:
    read = [mark for element in elements for mark in element.marks]
    painted = {(place, mark) for place, page in enumerate(pages) for mark in page.marks}
    twice = [mark for mark, count in Counter(read).items() if count > 1]
    if twice or set(read) != painted:
        count = len(set(read) ^ painted) + len(twice)
        yield f"2: {count} pieces of content have no place in the tree, or two"
    if any(before > after for (before, _), (after, _) in pairwise(read)):
        yield "7: the reading order leaves the order of pages"


def _nesting_faults(elements: list[Element]) -> Iterator[str]:
    for element in elements:
        if element.kind not in STANDARD:
            yield f"2: no standard tag: {element.kind}"
        allowed = CHILDREN.get(element.kind)
        for child in element.children:
            if (allowed and child.kind not in allowed) or element.kind not in PARENTS.get(
                child.kind, {element.kind}
            ):
                yield f"10: {child.kind} in {element.kind}"


def _heading_faults(elements: list[Element]) -> Iterator[str]:
    levels = [int(element.kind[1]) for element in elements if re.fullmatch("H[1-6]", element.kind)]
    if levels[:1] != [1]:
        yield "8: the first heading is not of the first level"
    for before, after in pairwise(levels):
        if after > before + 1:
            yield f"8: a heading of level {after} under one of level {before}"


def _figure_faults(elements: list[Element]) -> Iterator[str]:
    for element in elements:
        if element.kind == "Figure":
            if not str(element.data.get("/Alt", "")).strip():
                yield "9: a figure without a text"
            if "/BBox" not in element.data.get("/A", {}):
                yield "9: a figure without a box"


def _table_faults(elements: list[Element]) -> Iterator[str]:
    for table in (element for element in elements if element.kind == "Table"):
        cells = [cell for cell in table.walk() if cell.kind in {"TH", "TD"}]
        heads = {str(cell.data["/ID"]) for cell in cells if cell.kind == "TH" and "/ID" in cell.data}
        scoped = all("/Scope" in _layout(cell) for cell in cells if cell.kind == "TH")
        if not any(cell.kind == "TH" for cell in cells):
            yield "11: a table without a head"
        for cell in cells:
            named = {str(name) for name in _layout(cell).get("/Headers", [])}
            if cell.kind == "TD" and not (named & heads) and not (scoped and heads):
                yield "11: a cell that names no head"
            if named - heads:
                yield "11: a cell that names a head which is not there"


def _font_faults(pdf: PdfReader, pages: list[Painted]) -> Iterator[str]:
    sheets: list[Any] = list(pdf.pages)
    for number, (page, painted) in enumerate(zip(sheets, pages, strict=True), start=1):
        fonts = page["/Resources"].get("/Font", {})
        for name, codes in painted.used.items():
            font = fonts[name].get_object()
            below = font.get("/DescendantFonts", [font])[0].get_object().get("/FontDescriptor", {})
            if not {"/FontFile", "/FontFile2", "/FontFile3"} & below.keys():
                yield f"12: {font['/BaseFont']} is not embedded"
            if not re.match(r"/[A-Z]{6}\+", str(font["/BaseFont"])):
                yield f"12: {font['/BaseFont']} is whole"
            texts = _texts(font["/ToUnicode"].get_data()) if "/ToUnicode" in font else {}
            mute = sorted(code for code in codes if texts.get(code, "") in NO_TEXT)
            if mute:
                yield f"12: page {number} prints {len(mute)} signs of {font['/BaseFont']} that have no text"


def _layout(element: Element) -> Any:
    return element.data.get("/A", {})


def _tree(pdf: PdfReader) -> Element | None:
    if "/StructTreeRoot" not in pdf.root_object:
        return None
    pages: list[Any] = list(pdf.pages)
    root: Any = pdf.root_object
    places = {page.indirect_reference.idnum: place for place, page in enumerate(pages)}
    top = root["/StructTreeRoot"]["/K"]
    return _element(top[0] if isinstance(top, list) else top, places, 0)


def _element(given: Any, places: dict[int, int], page: int) -> Element:
    data = given.get_object()
    here = _place(data, places, page)
    inner = data.get("/K", [])
    children: list[Element] = []
    marks: list[tuple[int, int]] = []
    for one in inner if isinstance(inner, list) else [inner]:
        entry: Any = one.get_object() if isinstance(one, IndirectObject) else one
        if isinstance(entry, int):
            marks.append((here, int(entry)))
        elif entry.get("/Type") == "/MCR":
            marks.append((_place(entry, places, here), int(entry["/MCID"])))
        elif entry.get("/Type") != "/OBJR":
            children.append(_element(entry, places, here))
    return Element(str(data["/S"]).removeprefix("/"), data, tuple(children), tuple(marks))


def _place(data: DictionaryObject, places: dict[int, int], page: int) -> int:
    return places[data.raw_get("/Pg").idnum] if "/Pg" in data else page


def _painted(page: PageObject, pdf: PdfReader) -> Painted:
    open_tags: list[bool] = []
    loose: list[str] = []
    marks: list[int] = []
    used: dict[str, set[int]] = {}
    font = ""
    for operands, operator in ContentStream(page.get_contents(), pdf).operations:
        if operator in {b"BMC", b"BDC"}:
            mark = operands[1].get("/MCID") if operator == b"BDC" else None
            open_tags.append(operands[0] == "/Artifact" or mark is not None)
            marks += [] if mark is None else [int(mark)]
        elif operator == b"EMC":
            open_tags.pop()
        elif operator == b"Tf":
            font = str(operands[0])
        elif operator in PAINTING and not any(open_tags):
            loose.append(operator.decode())
        if operator in TEXT:
            used.setdefault(font, set()).update(_codes(operands))
    return Painted(tuple(loose), tuple(marks), used)


def _codes(operands: Any) -> Iterator[int]:
    for one in operands:
        if isinstance(one, list):
            yield from _codes(one)
        elif hasattr(one, "original_bytes") or isinstance(one, bytes):
            raw = one if isinstance(one, bytes) else one.original_bytes
            yield from (int.from_bytes(raw[at : at + 2], "big") for at in range(0, len(raw), 2))


@cache
def _texts(stream: bytes) -> dict[int, str]:
    """What each code of a font reads as, from its ToUnicode map."""
    found: dict[int, str] = {}
    text = stream.decode("latin-1")
    for part in re.findall(r"beginbfchar(.*?)endbfchar", text, re.DOTALL):
        for code, read in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]*)>", part):
            found[int(code, 16)] = bytes.fromhex(read).decode("utf-16-be", "replace")
    for part in re.findall(r"beginbfrange(.*?)endbfrange", text, re.DOTALL):
        for low, high, read in re.findall(r"<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>\s*<([0-9a-fA-F]+)>", part):
            for step, code in enumerate(range(int(low, 16), int(high, 16) + 1)):
                found[code] = chr(int(read, 16) + step)
    return found
