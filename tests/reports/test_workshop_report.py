"""The workshop pack as a room gets it: its pages, its claims, its tags, always the same."""

import io
import json
import re
from pathlib import Path

import page as pdf_ua
import pytest
from pypdf import PdfReader

from cri.adapters.charts import ChartBrowser
from cri.adapters.document_schemas import validate
from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.report_files import load_report_words
from cri.adapters.report_print import Report, print_pack
from cri.adapters.report_text import ReportText
from cri.domain.document_blocks import PAGE
from tests.reports.documents import CASES, make_pack, make_workshop
from tests.reports.test_leader_report import numbers, squeezed, told


@pytest.fixture(scope="module")
def full(chart_browser: ChartBrowser, chart_cache: Path) -> Report:
    """The pack of the agency with a norm, in English, as PDF."""
    return printed("full", "en", "pdf", chart_browser, chart_cache)


@pytest.fixture(scope="module")
def page_text(chart_browser: ChartBrowser, chart_cache: Path) -> str:
    """The same as one HTML file."""
    return printed("full", "en", "html", chart_browser, chart_cache).data.decode()


def printed(case: str, locale: str, file_format: str, browser: ChartBrowser, cache: Path) -> Report:
    """One printing of a workshop pack."""
    texts = load_texts(find_instrument("cri"), locale)
    return print_pack(
        make_workshop(case),
        locale=locale,
        texts=texts,
        browser=browser,
        chart_cache=cache,
        file_format=file_format,
    )


@pytest.mark.parametrize("case", CASES)
def test_it_keeps_to_its_schema_and_every_reference_leads_somewhere(case: str) -> None:
    pack = make_workshop(case)
    validate(pack, "pack")
    assert json.loads(json.dumps(pack, allow_nan=False)) == pack
    blocks = json.dumps([section for section in pack["sections"] if section["key"] == PAGE])
    named = [
        key for group in re.findall(r'"claims": \[([^\]]*)\]', blocks) for key in json.loads(f"[{group}]")
    ]
    assert named
    assert set(named) <= pack["claims"].keys()
    assert set(re.findall(r'"figure": "([^"]+)"', blocks)) <= pack["figures"].keys()
    ids = [section["id"] for section in pack["sections"]]
    assert len(ids) == len(set(ids))


def test_it_says_of_a_number_what_the_leaders_report_says() -> None:
    workshop, leader = make_workshop("full"), make_pack("full")
    assert {key: workshop["claims"][key] for key in leader["claims"]} == leader["claims"]
    assert workshop["inputs"] == leader["inputs"]


def test_it_has_a_page_for_each_section_tagged_and_bookmarked(full: Report) -> None:
    pack = make_workshop("full")
    pdf = PdfReader(io.BytesIO(full.data))
    assert len(pdf.pages) == len(pack["sections"]) == 30
    top = [entry for entry in pdf.outline if not isinstance(entry, list)]
    assert [pdf.get_destination_page_number(entry) for entry in top] == list(range(30))
    found = pdf_ua.validate_pdf_bytes(full.data, profile=pdf_ua.ValidationProfile.PDF_UA_1)
    assert found.is_compliant, [str(failure) for failure in found.failures]


def test_a_small_agency_gets_a_sound_pack_in_arabic(chart_browser: ChartBrowser, chart_cache: Path) -> None:
    report = printed("few", "ar", "pdf", chart_browser, chart_cache)
    pdf = PdfReader(io.BytesIO(report.data))
    assert len(pdf.pages) == len(make_workshop("few")["sections"])
    pages = {section["id"] for section in make_workshop("few")["sections"] if section["key"] == PAGE}
    told_there = {figure["kind"] for figure in report.manifest["figures"] if figure["where"] in pages}
    assert told_there <= {"count"}
    found = pdf_ua.validate_pdf_bytes(report.data, profile=pdf_ua.ValidationProfile.PDF_UA_1)
    assert found.is_compliant, [str(failure) for failure in found.failures]


def test_nothing_is_revealed_before_the_forecast(full: Report) -> None:
    """But for the strips on the cover, which have no names, no page before the guess holds a score."""
    ids = [section["id"] for section in make_workshop("full")["sections"]]
    before = set(ids[: ids.index("forecast") + 1])
    shown = {figure["kind"] for figure in full.manifest["figures"] if figure["where"] in before}
    assert "score" not in shown


def test_every_sentence_about_a_number_is_a_claim(page_text: str) -> None:
    pack = make_workshop("full")
    text, words = ReportText(pack, "en", None), load_report_words("en", "workshop")
    said = re.findall(r'<p class="said">(.*?)</p>', page_text, re.DOTALL)
    assert len(said) > 60
    patterns = [re.escape(template) for template in words["claims"].values()]
    shapes = [re.compile(re.sub(r"\\\{\w+\\\}", ".+?", pattern) + "$", re.DOTALL) for pattern in patterns]
    for sentence in said:
        plain = re.sub(r"<[^>]+>", "", sentence).strip()
        plain = plain.removeprefix(words["verdicts"]["not_to_say"]).strip()
        assert any(shape.match(plain) for shape in shapes), plain
    assert page_text.count('<p class="why">') == len(said)
    assert all(text.reason(claim) for claim in pack["claims"].values())


def test_every_figure_of_the_manifest_is_a_number_of_the_pack(full: Report) -> None:
    known = {float(number) for number in numbers(make_workshop("full"))}
    for figure in full.manifest["figures"]:
        where = {told(figure["kind"], number) for number in known}
        counted = figure["kind"] == "count"
        assert figure["value"] in where or counted, figure


def test_a_debate_card_says_how_many_people_it_rests_on(page_text: str) -> None:
    debate = page_text[page_text.index('id="debate"') :]
    debate = debate[: debate.index("</section>")]
    assert len(re.findall(r'<p class="measure">n = \d+', debate)) >= 2
    assert debate.count('<div class="card plain">') == 2


def test_typed_names_are_text_and_its_html_asks_for_nothing(
    chart_browser: ChartBrowser, chart_cache: Path
) -> None:
    html = printed("long", "en", "html", chart_browser, chart_cache).data.decode()
    assert "<b>Public</b>" not in html
    assert "<script" not in html
    asked = re.findall(r"""(?:src|href)=["']([^"']{0,40})|url\(["']?([^"')]{0,40})""", html)
    assert all((first or second).startswith("data:") for first, second in asked)


def test_the_same_inputs_give_the_same_bytes_whatever_the_cache_and_order_of_keys(
    page_text: str, chart_browser: ChartBrowser, tmp_path: Path
) -> None:
    """The page is all that the PDF is made of; of the leader's the bytes of two processes are compared."""
    stored = json.loads(json.dumps(make_workshop("full"), sort_keys=True))
    texts = load_texts(find_instrument("cri"), "en")
    again = print_pack(
        stored, locale="en", texts=texts, browser=chart_browser, chart_cache=tmp_path, file_format="html"
    )
    assert again.data.decode() == page_text


def test_its_title_says_what_it_is(full: Report) -> None:
    pdf = PdfReader(io.BytesIO(full.data))
    assert pdf.metadata is not None
    assert str(pdf.metadata.title).endswith("Workshop pack")
    assert squeezed("Workshop pack") in squeezed(pdf.pages[0].extract_text())
