"""Printed packs are sound tagged documents; each line of docs/decisions/tagged-documents.md has a control."""

import io
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import BooleanObject, DecodedStreamObject, NameObject, NullObject, TextStringObject
from weasyprint import HTML

from cri.adapters.pdf import OURS, Asset, AssetFetcher, render_pdf
from cri.adapters.report_files import data_url, font_faces, fonts, unpacked
from cri.domain.pack_kinds import PACK_KINDS
from tests.reports.conftest import MakeReport
from tests.reports.tagged_pdf import find_faults

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h9v9h-9z"/></svg>'
IMAGE = data_url("image/svg+xml", SVG)
RUNNING = "@page { @top-center { content: element(head) } } .head { position: running(head) }"
BODY = (
    '<div class="head">Head</div><h1>One</h1><p>Text</p>'
    '<img src="{image}" alt="A picture" width="9" height="9">'
    '<table><thead><tr><th scope="col">A</th><th scope="col">B</th></tr></thead>'
    '<tbody><tr><th scope="row">C</th><td>1</td></tr></tbody></table>'
    '<section style="break-before: page"><h1>Two</h1><h2>Three</h2><p>Text</p></section>'
)
Change = Callable[[PdfWriter], object]


def page_of(body: str, style: str = RUNNING) -> str:
    """A page in our fonts."""
    faces = font_faces({font.path: f"{OURS}{font.path.name}" for font in fonts()})
    own = f"{faces} html {{ font-family: 'IBM Plex Sans', 'IBM Plex Sans Arabic' }} {style}"
    return f'<html lang="en"><head><title>t</title><style>{own}</style></head><body>{body}</body></html>'


def assets() -> Mapping[str, Asset]:
    """Our fonts."""
    return {font.path.name: Asset("font/ttf", unpacked(font.path)) for font in fonts()}


def rendered(body: str = "", style: str = RUNNING) -> bytes:
    """A small PDF made as packs are."""
    return render_pdf(page_of(body or BODY.format(image=IMAGE), style), assets())


@pytest.fixture(scope="module")
def sound() -> bytes:
    """A small PDF with nothing wrong."""
    return rendered()


def changed(data: bytes, change: Change) -> bytes:
    """A PDF with one thing made wrong."""
    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(data)))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


# What the kinds have in common is looked at in one of them: printing is the dear part
PRINTED = [
    ("leader", "full", "en"),
    ("leader", "full", "ar"),
    ("leader", "long", "en"),
    ("leader", "few", "en"),
]
PRINTED += [(kind, "full", locale) for kind in PACK_KINDS if kind != "leader" for locale in ("en", "ar")]


@pytest.mark.parametrize(("kind", "case", "locale"), PRINTED)
def test_a_printed_pack_has_no_fault(make_report: MakeReport, kind: str, case: str, locale: str) -> None:
    _, report = make_report(case, locale, "pdf", kind)
    assert find_faults(report.data, locale) == []
    # a letter that our fonts lack would be taken from whatever fonts a machine has
    assert {name for name in fonts_of(report.data) if not name.startswith("IBM-Plex-Sans")} == set()


def test_a_letter_that_our_fonts_lack_is_found_out() -> None:
    assert fonts_of(rendered(BODY.format(image=IMAGE).replace("</p>", " \u25b2</p>", 1))) - fonts_of(
        rendered()
    )


def fonts_of(data: bytes) -> set[str]:
    """Names of a PDF's fonts, without the sign that they are cut down."""
    found = set()
    for sheet in PdfReader(io.BytesIO(data)).pages:
        resources: Any = sheet["/Resources"]
        for font in resources.get_object()["/Font"].values():
            found.add(str(font.get_object()["/BaseFont"]).rpartition("+")[2])
    return found


def test_a_small_page_has_no_fault(sound: bytes) -> None:
    assert find_faults(sound, "en") == []


def root(writer: PdfWriter) -> Any:
    return writer.root_object


def elements(writer: PdfWriter, kind: str) -> list[Any]:
    """All structure elements of a kind, in the order of the file."""
    found = [writer.get_object(number) for number in range(1, len(writer._objects) + 1)]
    return [one for one in found if isinstance(one, dict) and one.get("/S") == kind]


def set_stream(writer: PdfWriter, key: str, owner: Any, change: Callable[[bytes], bytes]) -> None:
    """Change what a stream holds."""
    stream = DecodedStreamObject()
    stream.set_data(change(owner[key].get_object().get_data()))
    owner[NameObject(key)] = writer._add_object(stream)


def font_of(writer: PdfWriter) -> Any:
    page: Any = writer.pages[0]
    return next(iter(page["/Resources"]["/Font"].values())).get_object()


def swap(items: Any) -> None:
    items[0], items[-1] = items[-1], items[0]


def put(owner: Any, key: str, value: Any) -> None:
    owner[NameObject(key)] = value


def replace(key: str, old: bytes, new: bytes) -> Callable[[PdfWriter, Any], None]:
    """A change of what an owner's stream holds, where it does hold it."""

    def change(writer: PdfWriter, owner: Any) -> None:
        before = owner[key].get_object().get_data()
        assert old in before
        set_stream(writer, key, owner, lambda data: data.replace(old, new))

    return change


def shown(writer: PdfWriter) -> Any:
    return root(writer)["/ViewerPreferences"]


def top(writer: PdfWriter) -> Any:
    return root(writer)["/StructTreeRoot"]["/K"][0].get_object()["/K"]


def described(writer: PdfWriter) -> Any:
    return font_of(writer)["/DescendantFonts"][0].get_object()["/FontDescriptor"]


def rename(writer: PdfWriter, kind: str, place: int, other: str) -> None:
    put(elements(writer, kind)[place], "/S", NameObject(other))


no_part = replace("/Metadata", b"pdfuaid:part", b"pdfuaid:other")
no_text = replace("/ToUnicode", b"<0065>", b"<0000>")
no_marks = replace("/Contents", b"/MCID", b"/Other")
CHANGES: dict[str, tuple[str, Change]] = {
    "not marked": ("1", lambda pdf: root(pdf).pop("/MarkInfo")),
    "no identifier": ("1", lambda pdf: no_part(pdf, root(pdf))),
    "no tree": ("2", lambda pdf: root(pdf).pop("/StructTreeRoot")),
    "untagged text": ("2", lambda pdf: no_marks(pdf, pdf.pages[0])),
    "unknown tag": ("2", lambda pdf: rename(pdf, "/P", 0, "/Absatz")),
    "piece dropped": ("2", lambda pdf: elements(pdf, "/P")[0].pop("/K")),
    "another language": ("3", lambda pdf: put(root(pdf), "/Lang", TextStringObject("fr"))),
    "no title": ("4", lambda pdf: pdf.add_metadata({"/Title": " "})),
    "title not shown": ("4", lambda pdf: put(shown(pdf), "/DisplayDocTitle", BooleanObject(value=False))),
    "no tab order": ("6", lambda pdf: pdf.pages[1].pop("/Tabs")),
    "order of reading": ("7", lambda pdf: swap(top(pdf))),
    "cell in a list": ("10", lambda pdf: rename(pdf, "/TR", 1, "/LI")),
    "cell without head": ("11", lambda pdf: elements(pdf, "/TD")[0]["/A"].pop("/Headers")),
    "head not there": ("11", lambda pdf: elements(pdf, "/TH")[1].pop("/ID")),
    "no text of signs": ("12", lambda pdf: font_of(pdf).pop("/ToUnicode")),
    "signs without text": ("12", lambda pdf: no_text(pdf, font_of(pdf))),
    "whole font": ("12", lambda pdf: put(font_of(pdf), "/BaseFont", NameObject("/IBM-Plex-Sans"))),
    "font elsewhere": ("12", lambda pdf: described(pdf).pop("/FontFile2")),
    "opening action": ("13", lambda pdf: put(root(pdf), "/OpenAction", NullObject())),
    "attachment": ("13", lambda pdf: pdf.add_attachment("passwd", b"CANARY")),
}


@pytest.mark.parametrize("case", CHANGES)
def test_a_document_that_lacks_one_thing_is_found_out(sound: bytes, case: str) -> None:
    number, change = CHANGES[case]
    assert number in {fault.split(":")[0] for fault in find_faults(changed(sound, change), "en")}


PAGES = {
    "no bookmarks": ("5", "", f"{RUNNING} h1, h2 {{ bookmark-level: none }}"),
    "a level left out": ("8", "<h1>One</h1><h3>Three</h3>", ""),
    "no first heading": ("8", "<h2>Two</h2>", ""),
    "a picture without words": ("9", f'<h1>One</h1><img src="{IMAGE}" width="9" height="9">', ""),
    "a table without heads": ("11", "<h1>One</h1><table><tr><td>1</td></tr></table>", ""),
    "an address": ("13", '<h1>One</h1><a href="https://example.org/">there</a>', ""),
}


@pytest.mark.parametrize("case", PAGES)
def test_a_page_that_is_not_sound_is_found_out(case: str) -> None:
    number, body, style = PAGES[case]
    assert number in {fault.split(":")[0] for fault in find_faults(rendered(body, style), "en")}


JOINED = '<h1>One</h1><p lang="ar">\u0645\u0645\u064a\u0651\u0632\u0629 \u0633\u064a\u0651\u0631</p>'
"""Yeh and zain, yeh and reh, joined over a shadda."""


@pytest.mark.parametrize(("body", "number"), [(BODY.format(image=IMAGE), "2"), (JOINED, "12")])
def test_left_to_the_library_heads_and_feet_and_joined_letters_would_be_faults(
    body: str, number: str
) -> None:
    naive = HTML(string=page_of(body), url_fetcher=AssetFetcher(assets())).write_pdf(pdf_variant="pdf/ua-1")
    assert [fault.split(":")[0] for fault in find_faults(naive, "en")] == [number]
    assert find_faults(rendered(body), "en") == []
