"""Somebody types for half a day: the page asks in time, and goes on with everything that was typed."""

import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.access import Role
from cri.services.context import Parts
from cri.web.views.staying import WARN_SECONDS
from tests.browser.signed_in import NARROW, Enter, sideways
from tests.browser.test_questionnaire_access import axe_findings
from tests.web.visitor import PASSWORD, Person, make_person

Sessions = sessionmaker[Session]
LASTS = int(timedelta(hours=12).total_seconds())


@pytest.fixture
def administrator(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Person:
    return make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR))


def typing(page: Page, live_server: str) -> None:
    """A form is open and something is typed; the page's clock is the test's."""
    page.clock.install()
    page.goto(f"{live_server}/waves/new")
    page.get_by_label("Name of the survey").fill("Autumn 2026")


def let_pass(page: Page, seconds: int) -> None:
    page.clock.fast_forward(seconds * 1000)


def save(page: Page) -> None:
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Autumn 2026")


def test_who_is_asked_in_time_goes_on(enter: Enter, administrator: Person, live_server: str) -> None:
    page = enter(administrator, viewport=NARROW, color_scheme="dark")
    dialog = page.get_by_role("dialog")
    typing(page, live_server)
    let_pass(page, LASTS - 2 * WARN_SECONDS)
    expect(dialog).to_be_hidden()
    let_pass(page, WARN_SECONDS + 60)
    expect(dialog).to_contain_text("you will be signed out in a few minutes")
    assert axe_findings(page) == []
    assert sideways(page) <= 0
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog).to_be_hidden()
    save(page)


def test_who_comes_back_too_late_signs_in_beside_it_and_loses_nothing(
    enter: Enter, administrator: Person, live_server: str
) -> None:
    page = enter(administrator)
    dialog = page.get_by_role("dialog")
    typing(page, live_server)
    page.context.clear_cookies()  # what the end of the session comes to
    let_pass(page, LASTS + 60)
    expect(dialog).to_contain_text("You have been signed out.")
    assert axe_findings(page) == []
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog).to_contain_text("You have been signed out.")
    with page.context.expect_page() as opened:
        dialog.get_by_role("link", name="Sign in").click()
    beside = opened.value
    beside.get_by_label("E-mail address").fill(administrator.email)
    beside.get_by_label("Password").fill(PASSWORD)
    beside.get_by_role("main").get_by_role("button", name="Sign in").click()
    expect(beside.get_by_role("heading", level=1)).to_have_text("Overview")
    dialog.get_by_role("button", name="Go on").click()
    expect(dialog).to_be_hidden()
    save(page)
