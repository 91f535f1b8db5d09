"""An administrator's way through in a real browser, with JavaScript and without."""

import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Invitation
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Parts
from tests.browser.signed_in import NARROW, Enter, hold_still, sideways, wave_id_of
from tests.browser.test_questionnaire_access import axe_findings
from tests.web.visitor import Person, make_person

Sessions = sessionmaker[Session]
TREE = "code\tparent\tname\nall\t\tCity Council\nhou\tall\tHousing\nlib\tall\tLibraries\nrep\thou\tRepairs\n"
ROSTER = "name\temail\tunit\tlanguage\n" + "".join(
    f"Person {n:02}\tp{n}@example.org\t{('rep', 'lib', 'hou')[n % 3]}\ten\n" for n in range(36)
)


@pytest.fixture
def administrator(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Person:
    return make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR))


def bring_people(page: Page) -> None:
    page.get_by_role("link", name="Organisation").click()
    page.get_by_role("link", name="Bring in units and people").click()
    page.get_by_label("Paste the units").fill(TREE)
    page.get_by_label("Paste the people").fill(ROSTER)
    page.get_by_role("button", name="Check and preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check the change")
    page.get_by_role("button", name="Accept and store").click()
    expect(page.get_by_role("status")).to_have_text("Stored. The organisation now has 4 units and 36 people.")


def make_wave(page: Page) -> None:
    page.get_by_role("link", name="Survey waves").click()
    page.get_by_role("link", name="Set up the first survey").click()
    page.get_by_label("Name of the survey").fill("Autumn 2026")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Autumn 2026")


def open_it(page: Page) -> None:
    page.get_by_role("link", name="Open the survey").click()
    page.get_by_role("button", name="Open the survey now").click()
    expect(page.get_by_role("status")).to_contain_text("The survey is open")


def answer_some(sessions: Sessions, agency_id: uuid.UUID, count: int) -> None:
    """So many people have taken part; what they answered is no business of this test."""
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        for invitation in session.scalars(select(Invitation).order_by(Invitation.id).limit(count)):
            invitation.used = True


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_from_an_empty_agency_to_a_closed_wave(
    enter: Enter, administrator: Person, sessions: Sessions, agency_id: uuid.UUID, scripts: bool
) -> None:
    page = enter(administrator, java_script_enabled=scripts)
    bring_people(page)
    make_wave(page)
    open_it(page)
    links = page.locator("code.cri-link").all_inner_texts()
    assert len(set(links)) == 36
    with page.expect_download() as download:
        page.get_by_role("link", name="Download all as CSV").click()
    assert Path(download.value.path()).read_text(encoding="utf-8-sig").count("/s/") == 36
    page.get_by_role("navigation", name="Breadcrumb").get_by_role("link", name="Autumn 2026").click()
    expect(page.locator("main")).to_contain_text("0 of 36")
    answer_some(sessions, agency_id, 20)
    page.reload()
    expect(page.locator("main")).to_contain_text("20 of 36")
    expect(page.locator("main")).to_contain_text("56%")
    page.get_by_role("link", name="Close the survey").click()
    page.get_by_label("Why?").fill("Everybody has answered")
    page.get_by_role("button", name="Close it now").click()
    expect(page.locator("main")).to_contain_text("the results are being made")
    expect(page.get_by_role("link", name="Look again now")).to_be_visible()


def test_a_file_can_be_chosen(enter: Enter, live_server: str, administrator: Person, tmp_path: Path) -> None:
    page = enter(administrator)
    page.goto(f"{live_server}/organisation/import")
    for name, text in (("tree", TREE), ("roster", ROSTER)):
        file = tmp_path / f"{name}.csv"
        file.write_text(text, encoding="utf-16")
        page.set_input_files(f"#{name}_file", file)
    page.get_by_role("button", name="Check and preview").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Check the change")


def test_what_was_typed_wrong_stays_and_the_summary_leads_to_it(
    enter: Enter, live_server: str, administrator: Person
) -> None:
    page = enter(administrator)
    page.goto(f"{live_server}/organisation/import")
    typed = ROSTER.replace("p3@example.org", "not an address")
    page.get_by_label("Paste the units").fill(TREE)
    page.get_by_label("Paste the people").fill(typed)
    page.get_by_role("button", name="Check and preview").click()
    summary = page.get_by_role("alert")
    expect(summary).to_contain_text("One thing is wrong in the table. Nothing was stored.")
    expect(summary).to_be_focused()
    expect(page.get_by_label("Paste the people")).to_have_value(typed)
    assert axe_findings(page) == []
    page.goto(f"{live_server}/waves/new")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("alert").get_by_role("link").first.click()
    expect(page.get_by_label("Name of the survey")).to_be_focused()
    assert axe_findings(page) == []


LOOKS: dict[str, dict[str, Any]] = {
    "laptop": {},
    "400 %": {"viewport": NARROW},
    "dark": {"color_scheme": "dark"},
    "forced colours": {"forced_colors": "active"},
}


@pytest.mark.parametrize(
    ("look", "language"),
    [("laptop", "en"), ("400 %", "ar"), ("dark", "es"), ("forced colours", "fr")],
)
def test_axe_finds_nothing_on_any_page_and_nothing_scrolls_sideways(
    enter: Enter,
    live_server: str,
    administrator: Person,
    sessions: Sessions,
    agency_id: uuid.UUID,
    look: str,
    language: str,
) -> None:
    page = enter(administrator, **LOOKS[look])
    page.goto(f"{live_server}/?language={language}")
    send = page.locator("main form button[type=submit]").first  # whatever the language calls it
    findings: dict[str, list[str]] = {}

    def check(name: str, path: str | None = None) -> None:
        if path is not None:
            page.goto(f"{live_server}{path}")
        assert page.locator("html").get_attribute("lang") == language
        findings[name] = axe_findings(page)
        if sideways(page) > 0:
            findings[name].append(f"{sideways(page)} px wider than the window")

    def press() -> None:
        with page.expect_navigation():
            send.click()

    for name in ("", "organisation", "waves", "results", "organisation/import"):
        check(f"empty: /{name}", f"/{name}")
    page.fill("#tree", TREE)
    page.fill("#roster", ROSTER)
    press()
    check("preview")
    press()
    check("organisation")
    check("new wave", "/waves/new")
    page.fill("#label", "Autumn 2026")
    press()
    wave = f"/waves/{wave_id_of(page)}"
    check("draft")
    check("whom we serve", "/whom-we-serve")
    page.locator("#name-1").fill("Licences")
    press()
    check("the map")
    for name in ("promises", "elsewhere", "schedule", "groups", "try"):
        check(name, f"{wave}/{name}")
    press()
    check("try-out")
    check("confirm opening", f"{wave}/open")
    press()
    check("links")
    answer_some(sessions, agency_id, 20)
    for path in (wave, f"{wave}/links/posters", f"{wave}/letters", "/waves", "/", "/taking-part"):
        check(f"open: {path}", path)
    check("extension", f"{wave}/extend")
    press()
    check("extension without a reason")
    check("confirm closing", f"{wave}/close")
    page.fill("#reason", "Everybody has answered")
    hold_still(page, wave)
    press()
    check("closing")
    assert {name: found for name, found in findings.items() if found} == {}


def test_sign_in_and_error_pages_are_accessible_too(
    new_context: Callable[..., BrowserContext], live_server: str
) -> None:
    for look, language in (("laptop", "ar"), ("400 %", "es"), ("dark", "fr"), ("forced colours", "en")):
        page = new_context(**LOOKS[look]).new_page()
        for path in ("/sign-in", "/nothing-here"):
            page.goto(f"{live_server}{path}?language={language}")
            assert axe_findings(page) == []
            assert sideways(page) <= 0


def test_the_keyboard_is_enough(enter: Enter, live_server: str, administrator: Person) -> None:
    page = enter(administrator)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
    menu = page.locator("details.cri-menu--end summary")
    menu.focus()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Sign out").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    page.goto(f"{live_server}/waves")
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
