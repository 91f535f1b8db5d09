"""Whatever people type into a name stays text: no markup, no address, no file, and turns no neighbour."""

import io
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pypdf import PdfReader
from weasyprint import HTML

from cri.adapters import report_print
from cri.adapters.charts import ChartBrowser
from cri.adapters.pdf import RefusedAddressError
from cri.adapters.report_print import print_pack
from cri.adapters.report_text import ReportText
from cri.domain.pack_kinds import PACK_KINDS
from cri.domain.sheet import Unit
from tests.reports.documents import UNITS, cri_instrument, scorecard
from tests.reports.tagged_pdf import find_faults

SECRET = "file:///etc/hostname"
TYPED = (
    f'<img src="{SECRET}" alt="x">',
    f"</style><style>@import url({SECRET});</style>",
    f'<link rel="attachment" href="{SECRET}">',
    f'"><iframe src="{SECRET}"></iframe>',
    f'<svg onload="alert(1)"><image href="{SECRET}"/></svg>',
    f'<object data="{SECRET}"></object>',
    f"x; background: url({SECRET})",
    '<a href="javascript:alert(1)">here</a>',
    '<p style="content: attr(title); position: fixed">over everything</p>',
    "{{ words }}{% include '/etc/passwd' %}{# #}${7*7}",
    "&lt;b&gt; &#60;b&#62; &amp;lt; &nbsp;",
    "<!-- ]]> --> <![CDATA[ <?xml version='1.0'?>",
    "\\0041 \\22 */ } body { display: none } /*",
    "<h1>Another heading</h1><table><tr><td>1",
)
TURNING = "Depots \u202e\u2067\u2069\u0000\u0008\u200b turned\r\nunder"


class Shape(HTMLParser):
    """The tags of a page with the names of their attributes, and its comments: what text can never change."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, ...]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, *(name for name, _ in attrs)))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data))


def pack_with(names: tuple[str, ...], kind: str = "leader") -> dict[str, Any]:
    """A pack whose agency, wave and units are called by these names in turn."""
    ring = [names[place % len(names)] for place in range(8)]
    units = tuple(
        Unit(unit.code, unit.parent, name, unit.headcount) for unit, name in zip(UNITS, ring, strict=False)
    )
    card = scorecard(agency=ring[6], units=units)
    card["wave"]["label"] = ring[7]
    return PACK_KINDS[kind](card, instrument=cri_instrument(), noun="residents")


@pytest.fixture(scope="module")
def printing(chart_browser: ChartBrowser, chart_cache: Path) -> Any:
    """Return printing(pack, file_format) -> bytes, in English without the instrument's words."""
    given: dict[str, Any] = {
        "locale": "en",
        "texts": None,
        "browser": chart_browser,
        "chart_cache": chart_cache,
    }
    return lambda pack, file_format: print_pack(pack, file_format=file_format, **given).data


HALVES = (TYPED[:7], TYPED[7:])


def harmless(names: tuple[str, ...]) -> tuple[str, ...]:
    """Names as long, with a letter for every sign that could be more than text."""
    return tuple(re.sub(r"[^A-Za-z0-9 .]", "o", name) for name in names)


@pytest.mark.parametrize("names", HALVES)
def test_no_name_makes_a_tag_or_an_attribute(printing: Any, names: tuple[str, ...]) -> None:
    page = printing(pack_with(names), "html").decode()
    assert Shape(page).found == Shape(printing(pack_with(harmless(names)), "html").decode()).found
    assert "&lt;" in page
    assert "words }}" not in page.replace("{{ words }}", "", page.count("{{ words }}"))


def test_no_name_reaches_a_file_or_an_address_through_the_pdf(printing: Any) -> None:
    """Printing ends where anything is asked for that is not ours; so a finished PDF has asked for nothing."""
    data = printing(pack_with(TYPED[:8]), "pdf")
    pdf = PdfReader(io.BytesIO(data))
    assert find_faults(data, "en") == []
    assert b"javascript:" not in data
    assert not any(page.get("/Annots") for page in pdf.pages)
    assert "<img src=" in pdf.pages[0].extract_text() + pdf.pages[2].extract_text()


def test_without_escaping_names_would_make_tags_and_reach_files(
    printing: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the naive way, on the same names, is found out by both."""

    def naive(**given: Any) -> ImmutableSandboxedEnvironment:
        return ImmutableSandboxedEnvironment(**{**given, "autoescape": False})

    monkeypatch.setattr(report_print, "ImmutableSandboxedEnvironment", naive)
    for names in HALVES:
        page = printing(pack_with(names), "html").decode()
        assert Shape(page).found != Shape(printing(pack_with(harmless(names)), "html").decode()).found
    with pytest.raises(RefusedAddressError, match=re.escape(SECRET)):
        printing(pack_with(TYPED[:7]), "pdf")


def test_the_library_by_itself_would_have_taken_the_file(tmp_path: Path) -> None:
    """The control of the control: without our fetcher the file's bytes are in the PDF."""
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY " * 9)
    page = f'<html lang="en"><title>t</title><link rel="attachment" href="{secret.as_uri()}"><h1>t</h1>'
    pdf = PdfReader(io.BytesIO(HTML(string=page).write_pdf()))
    (attached,) = pdf.attachments.values()
    assert attached[0].startswith(b"CANARY")


def test_a_name_cannot_turn_the_numbers_beside_it() -> None:
    pack = pack_with((TURNING,))
    text = ReportText(pack, "en", None)
    assert (
        text.unit_name("depot") == text.pack["agency"] == text.pack["wave"]["label"] == "Depots turned under"
    )
    assert TURNING in {unit["name"] for unit in pack["units"]}  # the control: the pack itself has them
    spread = next(claim for claim in pack["claims"].values() if claim["text_key"].startswith("units."))
    assert text.sentence(spread).count("Depots turned under") == 2


@pytest.mark.parametrize(("locale", "name"), [("en", "بلدية النور"), ("ar", "Depots"), ("ar", "بلدية النور")])
def test_a_name_that_runs_the_other_way_does_not_reorder_a_sentence(locale: str, name: str) -> None:
    text = ReportText(pack_with((name,)), locale, None)
    spread = next(claim for claim in text.pack["claims"].values() if claim["text_key"].startswith("units."))
    assert text.sentence(spread).count(f"\u2068{name}\u2069") == 2


def test_names_in_the_pages_own_script_bring_no_unseen_characters() -> None:
    text = ReportText(pack_with(("Depots",)), "en", None)
    assert not any("\u2068" in text.sentence(claim) for claim in text.pack["claims"].values())
