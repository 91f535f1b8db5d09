"""Figures taken away and gone through by keyboard, and the pages of units, surveys and comments, by axe."""

import json
import re
import uuid
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.access import Role
from cri.services.context import Parts
from tests.browser.signed_in import NARROW, Enter, sideways
from tests.browser.test_questionnaire_access import axe_findings
from tests.web.test_results_units import add_waves
from tests.web.visitor import add_results, make_person

Sessions = sessionmaker[Session]
OUTSIDE = """() => {
    const sheet = document.querySelector('svg').getBoundingClientRect()
    return [...document.querySelectorAll('text')].filter((text) => {
        const box = text.getBoundingClientRect()
        const [left, right, top] = [sheet.left - box.left, box.right - sheet.right, sheet.top - box.top]
        return box.width && Math.max(left, right, top) > 1
    }).map((text) => text.textContent)
}"""


def taken(page: Page) -> str:
    """The first figure of the page as the SVG file that its button gives."""
    with page.expect_download() as download:
        page.get_by_role("button", name="Figure as SVG").first.click()
    assert download.value.suggested_filename.endswith(".svg")
    return Path(download.value.path()).read_text(encoding="utf-8")


def test_a_figure_is_taken_as_svg_with_words_inside_and_nothing_hidden(
    enter: Enter, live_server: str, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    page = enter(make_person(sessions, parts, (agency_id, Role.LEADER)), color_scheme="dark")
    blank = page.context.new_page()
    for path in ("", "/units", "/units?unit=desk"):
        page.goto(f"{live_server}/results/{wave_id}{path}")
        drawn = taken(page)
        assert ET.fromstring(drawn).tag.endswith("svg")  # our own browser drew it
        assert "Northbank Water and Sanitation" in drawn
        assert "Service laboratory" not in drawn or path == "/units"  # there a hatched row without a number
        assert not re.search(r">\d+\.\d{2,}<", drawn)
        blank.set_content(drawn)
        assert blank.evaluate(OUTSIDE) == []


def test_the_marks_of_a_figure_are_gone_through_by_arrow_keys(
    enter: Enter, live_server: str, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    page = enter(make_person(sessions, parts, (agency_id, Role.VIEWER)))
    page.goto(f"{live_server}/results/{wave_id}")
    plot = page.get_by_role("group", name=re.compile("Arrow keys"))
    plot.focus()
    said = page.locator("#places + [aria-live]")
    for name in ("The index", "Customer insight"):
        page.keyboard.press("ArrowDown")
        expect(said).to_contain_text(name)
    page.keyboard.press("ArrowUp")
    expect(said).to_contain_text("The index")
    expect(page.get_by_role("button", name="Figure as SVG")).to_have_count(0)  # who only views takes nothing


@pytest.mark.parametrize(("look", "language"), [("light", "en"), ("dark", "ar")])
def test_axe_finds_nothing_on_units_surveys_and_comments_at_320_px(
    enter: Enter,
    live_server: str,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    look: str,
    language: str,
) -> None:
    wave_id = add_waves(sessions, agency_id)
    said = {"first_change": [f"We wait long for answers, Kostas says so {n:03}" for n in range(30)]}
    parts.blobs.put(f"sheet/{agency_id}/{wave_id}/comments.json", json.dumps(said).encode())
    page = enter(
        make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)), viewport=NARROW, color_scheme=look
    )
    base = f"{live_server}/results/{wave_id}"
    page.goto(f"{base}/comments")
    with page.expect_navigation():
        page.locator("main form button").click()
    findings: dict[str, list[str]] = {}
    for path in ("units", "units?unit=field", "waves", "comments/clearing", "comments"):
        mark = "&" if "?" in path else "?"
        page.goto(f"{base}/{path}{mark}language={language}")
        page.wait_for_load_state("networkidle")
        found = axe_findings(page)
        if sideways(page) > 0:
            found.append(f"{sideways(page)} px wider than the window")
        findings[path] = found
    assert {name: found for name, found in findings.items() if found} == {}
