"""Units, people and their history in a real browser: on a phone, without JavaScript, in Arabic, dark."""

import uuid

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.access import Role
from cri.services.context import Parts
from tests.browser.signed_in import PHONE, Enter, sideways
from tests.browser.test_questionnaire_access import axe_findings
from tests.factories import open_wave
from tests.web.visitor import Person, make_person

Sessions = sessionmaker[Session]
LONG = "Directorate for the Coordination of Neighbourhood Maintenance, Emergency Repairs and Everything Else"
TREE = (
    f"Código;Unidad superior;Nombre\nall;;{LONG}\nnord;all;إدارة الشمال للصيانة والطوارئ والخدمات المساندة\n"
)
ODD = "who;mail;where;born\n" + "".join(f"عمر سعيد {n};omar{n}@example.org;nord;1980\n" for n in range(12))
SEND, STORE = "Check and preview", "Accept and store"


@pytest.fixture
def administrator(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Person:
    return make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR))


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name=name).click()


def check(page: Page) -> None:
    """Nothing that a program can find is wrong, and nothing runs over the side."""
    assert axe_findings(page) == []
    assert sideways(page) <= 0


def bring_in(page: Page, url: str) -> None:
    page.goto(f"{url}/organisation/import")
    page.get_by_label("Paste the units").fill(TREE)
    page.get_by_label("Paste the people").fill(ODD)
    press(page, SEND)
    expect(page.get_by_role("heading", level=1)).to_have_text("Which column is which?")
    page.get_by_label("Name", exact=True).select_option("0")
    page.get_by_label("Unit, by code or name").select_option("2")


def test_a_phone_without_javascript_brings_people_in_finds_one_and_undoes_it_all(
    enter: Enter, administrator: Person, live_server: str
) -> None:
    page = enter(administrator, java_script_enabled=False, viewport=PHONE)
    bring_in(page, live_server)
    assert sideways(page) <= 0
    press(page, SEND)
    expect(page.get_by_role("heading", level=1)).to_have_text("Check the change")
    assert sideways(page) <= 0
    press(page, STORE)
    page.get_by_role("link", name="See the roster").click()
    page.get_by_label("Name, e-mail address or unit").fill("omar7")
    press(page, "Search")
    page.get_by_role("link", name="عمر سعيد 7").click()
    page.get_by_label("Name").fill("Omar Said")
    press(page, "Store")
    expect(page.get_by_role("status")).to_have_text("Stored: Omar Said.")
    page.get_by_role("link", name="Organisation").first.click()
    page.get_by_role("link", name="Undo the last update").click()
    page.get_by_label("Yes, these people are to leave the roster").check()
    press(page, "Undo it")
    expect(page.get_by_role("status")).to_contain_text("has been changed since")


def test_every_page_of_it_is_sound(
    enter: Enter,
    administrator: Person,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    live_server: str,
) -> None:
    page = enter(administrator, viewport=PHONE, color_scheme="dark")
    page.goto(f"{live_server}/organisation/people")
    check(page)  # nobody yet
    bring_in(page, live_server)
    check(page)
    press(page, SEND)
    check(page)
    press(page, STORE)
    open_wave(sessions, parts, agency_id, people=["garage"])
    page.goto(f"{live_server}/organisation/people")
    check(page)
    page.get_by_role("link", name="عمر سعيد 11").click()
    check(page)
    for path in ("", "/people/new", "/undo", "/history", "/history/new"):
        page.goto(f"{live_server}/organisation{path}")
        check(page)
    press(page, "Record it")
    expect(page.get_by_role("alert")).to_contain_text("Name at least one unit.")
    check(page)


def test_pages_in_arabic_run_from_the_right(enter: Enter, administrator: Person, live_server: str) -> None:
    page = enter(administrator, viewport=PHONE)
    page.goto(f"{live_server}/organisation/import?language=ar")
    assert page.locator("html").get_attribute("dir") == "rtl"
    page.locator("textarea[name=tree]").fill(TREE)
    page.locator("textarea[name=roster]").fill(
        ODD.replace("who;mail;where", "الاسم;البريد الإلكتروني;الوحدة")
    )
    with page.expect_navigation():
        page.locator("main form button[type=submit]").first.click()
    assert page.url.endswith("/preview")
    check(page)
