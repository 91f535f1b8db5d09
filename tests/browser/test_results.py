"""A leader reads the results in a real browser and takes the report away: both say the same numbers."""

import re
import uuid
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.charts import ChartBrowser
from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.report_print import Report, print_pack
from cri.adapters.report_text import ReportText
from cri.domain.access import Role
from cri.domain.pack import section_of
from cri.services.context import Parts
from tests.browser.signed_in import PHONE, Enter, sideways
from tests.browser.test_questionnaire_access import axe_findings
from tests.reports.documents import make_pack, scorecard
from tests.web.visitor import Person, add_results, make_person

Sessions = sessionmaker[Session]
FACTORS = ("insight", "foresight", "peripheral", "empowerment", "collaboration", "alignment")
NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


@pytest.fixture
def leader(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Person:
    return make_person(sessions, parts, (agency_id, Role.LEADER))


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Report]:
    """The example's report in both languages, printed as the worker prints it."""
    folder = tmp_path_factory.mktemp("charts")
    with ChartBrowser() as browser:
        return {
            locale: print_pack(
                make_pack("full"),
                locale=locale,
                texts=load_texts(find_instrument("cri"), locale),
                browser=browser,
                chart_cache=folder,
            )
            for locale in ("en", "ar")
        }


def numbers_in(text: str) -> set[str]:
    return set(NUMBER.findall(text))


def words_of(page: Page) -> str:
    """All text of the page's content, the table twin's too, whether it is folded or not."""
    return str(
        page.locator("main").evaluate(
            """main => {
                const walker = document.createTreeWalker(main, NodeFilter.SHOW_TEXT), found = []
                while (walker.nextNode()) {
                    const text = walker.currentNode
                    if (!text.parentElement.closest("svg")) found.push(text.data)
                }
                return found.join(" ")
            }"""
        )
    )


@pytest.mark.parametrize("locale", ["en", "ar"])
@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_page_and_report_say_the_same_numbers(
    enter: Enter,
    live_server: str,
    leader: Person,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    printed: dict[str, Report],
    locale: str,
    scripts: bool,
) -> None:
    wave_id = add_results(sessions, parts, agency_id, printed=lambda code: printed[code].data)
    page = enter(leader, java_script_enabled=scripts)
    page.goto(f"{live_server}/results/{wave_id}?language={locale}")
    with page.expect_download() as download:
        page.locator(f'a[href$="/report/{locale}.pdf"]').click()
    data = Path(download.value.path()).read_bytes()
    assert data == printed[locale].data
    report = numbers_in(" ".join(sheet.extract_text() for sheet in PdfReader(BytesIO(data)).pages))
    if locale == "ar":  # text that runs from the right comes out of a PDF in pieces: its record completes it
        report |= numbers_in(" ".join(figure["text"] for figure in printed[locale].manifest["figures"]))
    first = words_of(page)
    assert len(numbers_in(first)) > 40
    assert numbers_in(first) - report == set()
    in_summary = {
        figure["text"] for figure in printed[locale].manifest["figures"] if figure["where"] == "summary"
    }
    assert len(in_summary) > 30
    assert {text for text in in_summary if text not in first} == set()
    for code in FACTORS:
        page.goto(f"{live_server}/results/{wave_id}/factors/{code}")
        assert numbers_in(words_of(page)) - report - drawn_only(code, locale) == set()


def drawn_only(code: str, locale: str) -> set[str]:
    """What a factor's page writes besides: ends of its strip, its units' intervals, how alike people see it.

    The report draws the first two; the third is a claim of the scorecard, which the workshop pack prints.
    """
    pack = make_pack("full")
    text = ReportText(pack, locale, None)
    units = [unit for unit in section_of(pack, code)["units"] if unit["interval"]]
    ends = {text.number("score", end) for unit in units for end in unit["interval"]}
    said = [claim for claim in scorecard()["claims"] if claim["id"].startswith("agreement.")]
    own = [claim for claim in said if claim["subject"] == code]
    agreement = numbers_in(" ".join(f"{text.sentence(claim)} {text.reason(claim)}" for claim in own))
    return ends | agreement | {text.tick(end) for end in pack["axis"]}


def test_the_figure_is_drawn_in_the_pages_own_colours_and_its_twin_is_a_table(
    enter: Enter, live_server: str, leader: Person, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    page = enter(leader)
    page.goto(f"{live_server}/results/{wave_id}")
    plot = page.locator("#places")
    expect(plot.locator("svg.main-svg").first).to_be_visible()
    expect(plot.locator(".scatterlayer .point")).to_have_count(7)
    expect(plot).to_contain_text("Strategicalignment")  # on two lines
    assert "--" not in plot.locator("svg.main-svg").first.evaluate("svg => svg.innerHTML")
    table = page.get_by_role("table")
    expect(table).to_be_hidden()
    page.locator(".cri-figure__twin summary").focus()
    page.keyboard.press("Enter")
    expect(table).to_be_visible()
    expect(table.get_by_role("row")).to_have_count(8)
    plot.locator(".scatterlayer .point").nth(1).hover(force=True)
    expect(plot.locator(".hoverlayer")).to_contain_text("Customer insight")


def test_without_javascript_the_table_stands_open_with_its_strips(
    enter: Enter, live_server: str, leader: Person, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    page = enter(leader, java_script_enabled=False)
    page.goto(f"{live_server}/results/{wave_id}")
    expect(page.get_by_role("table")).to_be_visible()
    expect(page.locator("table .cri-strip svg[role=img]")).to_have_count(7)
    expect(page.locator("#places")).to_be_hidden()


LOOKS: dict[str, dict[str, Any]] = {
    "laptop": {},
    "phone": {"viewport": PHONE},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
}


@pytest.mark.parametrize(
    ("case", "look", "language"),
    [
        ("full", "laptop", "en"),
        ("full", "phone", "ar"),
        ("few", "dark", "ar"),
        ("long", "phone", "en"),
        ("thin", "forced colours", "en"),
    ],
)
def test_axe_finds_nothing_on_results(
    enter: Enter,
    live_server: str,
    leader: Person,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    case: str,
    look: str,
    language: str,
) -> None:
    wave_id = add_results(sessions, parts, agency_id, case)
    page = enter(leader, **LOOKS[look])
    findings: dict[str, list[str]] = {}
    for name, path in (
        ("home", "/"),
        ("results", f"/results/{wave_id}"),
        ("factor", f"/results/{wave_id}/factors/foresight"),
    ):
        page.goto(f"{live_server}{path}?language={language}")
        page.wait_for_load_state("networkidle")
        for unfolded in (False, True):
            for twin in page.locator("details.cri-figure__twin").all():
                twin.evaluate(f"twin => twin.open = {str(unfolded).lower()}")
            found = axe_findings(page)
            if sideways(page) > 0:
                found.append(f"{sideways(page)} px wider than the window")
            findings[f"{name}, table {'open' if unfolded else 'folded'}"] = found
    assert {name: found for name, found in findings.items() if found} == {}


def test_a_leader_finds_the_way_from_signing_in(
    enter: Enter, leader: Person, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    add_results(sessions, parts, agency_id)
    page = enter(leader)
    page.get_by_role("link", name="See the results").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Spring 2026")
    page.get_by_role("main").get_by_role("listitem").get_by_role("link", name="Empowerment").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Empowerment")
    expect(page.get_by_role("link", name="Organisation")).to_have_count(0)
