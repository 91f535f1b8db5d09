"""The staff's two pages and the facilitator's guide as they are printed."""

import io
import re
from pathlib import Path

import page as pdf_ua
import pytest
from pypdf import PdfReader

from cri.adapters.charts import ChartBrowser
from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.report_files import load_own_words, load_report_words
from cri.adapters.report_print import Report, print_pack
from cri.adapters.report_text import ReportText
from tests.reports.documents import make_benchmark, make_facilitator, make_staff, make_workshop
from tests.reports.test_leader_report import numbers, squeezed, told


def printed(pack: dict[str, object], locale: str, browser: ChartBrowser, cache: Path) -> Report:
    texts = load_texts(find_instrument("cri"), locale)
    return print_pack(pack, locale=locale, texts=texts, browser=browser, chart_cache=cache)


@pytest.fixture(scope="module")
def guide(chart_browser: ChartBrowser, chart_cache: Path) -> Report:
    """The guide of the agency with a norm."""
    return printed(make_facilitator("full"), "en", chart_browser, chart_cache)


@pytest.mark.parametrize(("case", "locale"), [("full", "en"), ("small", "ar"), ("full", "fr")])
def test_staff_get_two_pages(case: str, locale: str, chart_browser: ChartBrowser, chart_cache: Path) -> None:
    report = printed(make_staff(case), locale, chart_browser, chart_cache)
    assert len(PdfReader(io.BytesIO(report.data)).pages) == 2
    found = pdf_ua.validate_pdf_bytes(report.data, profile=pdf_ua.ValidationProfile.PDF_UA_1)
    assert found.is_compliant, [str(failure) for failure in found.failures]
    known = {float(number) for number in numbers(make_staff(case))}
    for figure in report.manifest["figures"]:
        assert figure["value"] in {told(figure["kind"], number) for number in known}


def test_the_leaders_report_has_a_page_for_each_section(
    chart_browser: ChartBrowser, chart_cache: Path
) -> None:
    """In the language that takes most room; its other pages have tests of their own."""
    pack = make_benchmark("full")
    report = printed(pack, "fr", chart_browser, chart_cache)
    assert len(PdfReader(io.BytesIO(report.data)).pages) == len(pack["sections"]) == 11
    found = pdf_ua.validate_pdf_bytes(report.data, profile=pdf_ua.ValidationProfile.PDF_UA_1)
    assert found.is_compliant, [str(failure) for failure in found.failures]


def test_a_guide_has_a_page_for_each_section_tagged_and_bookmarked_once(guide: Report) -> None:
    pack, pdf = make_facilitator("full"), PdfReader(io.BytesIO(guide.data))
    assert len(pdf.pages) == len(pack["sections"]) == 15
    top = [entry for entry in pdf.outline if not isinstance(entry, list)]
    assert [pdf.get_destination_page_number(entry) for entry in top] == list(range(15))
    found = pdf_ua.validate_pdf_bytes(guide.data, profile=pdf_ua.ValidationProfile.PDF_UA_1)
    assert found.is_compliant, [str(failure) for failure in found.failures]


def test_a_guide_shows_the_very_pages_of_the_participants(guide: Report) -> None:
    """The words of a page of theirs stand, small, on the page of the step that it belongs to."""
    pdf = PdfReader(io.BytesIO(guide.data))
    sections = make_facilitator("full")["sections"]
    at = next(number for number, one in enumerate(sections) if one["id"] == "guide.debate")
    text = squeezed(pdf.pages[at].extract_text())
    words = load_report_words("en", "workshop")
    assert squeezed(words["debate"]["accepted"]) in text
    assert squeezed(words["debate"]["outside_for"]["source"]) in text
    number = [one["id"] for one in make_workshop("full")["sections"]].index("debate") + 1
    assert f"Page{number}" in text


def test_each_sentence_about_a_number_in_a_guide_is_a_claim() -> None:
    """Its own words hold no number but those of minutes, people at a table, points and pages."""
    pack = make_facilitator("full")
    text = ReportText(pack, "en", load_texts(find_instrument("cri"), "en"))
    for claim in pack["claims"].values():
        assert "{" not in text.sentence(claim)
        assert text.reason(claim)
    own = load_own_words("en", "facilitator")
    scores = re.compile(r"\d+\.\d|\d+\s?%|percentile \d")
    assert not any(scores.search(line) for one in own["steps"].values() for line in one.get("say", ()))
