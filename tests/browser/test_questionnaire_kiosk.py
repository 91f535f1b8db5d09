"""A tablet for all in a real browser: it asks, clears itself, and its Back button shows nobody's answers."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, Route, expect
from sqlalchemy.orm import Session, sessionmaker

from cri.services.context import Parts
from cri.web.views.kiosk import IDLE, IDLE_AT_RECEIPT, WARN
from tests.browser.questionnaire_walk import PHONE, Walk
from tests.factories import OpenedWave, open_wave, received
from tests.web.codes.letters import codes_of

Sessions = sessionmaker[Session]

SLACK = 30
"""Seconds that a busy machine may take for a step: the page's clock goes on by itself as well."""


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage", "front"])


@pytest.fixture
def tablet(
    new_context: Callable[..., BrowserContext],
    live_server: str,
    sessions: Sessions,
    parts: Parts,
    wave: OpenedWave,
) -> Walk:
    """At the first section, by the first letter's code; its clock is the test's."""
    page = new_context(viewport=PHONE).new_page()
    page.clock.install()
    walk = Walk(page, f"{live_server}/kiosk").open()
    page.fill("#code", codes_of(sessions, parts, wave)[0])
    walk.submit("#questionnaire button")
    walk.address = f"{live_server}/s/kiosk"
    walk.next()
    walk.at("1")
    return walk


def wait(page: Page, seconds: int) -> None:
    """That time passes, as the page sees it."""
    page.clock.run_for(seconds * 1000)


def test_who_goes_quiet_is_asked_and_may_stay(tablet: Walk) -> None:
    page, dialog = tablet.page, tablet.page.get_by_role("dialog")
    tablet.choose("insight1", "6")
    wait(page, IDLE - SLACK)
    expect(dialog).to_be_hidden()
    wait(page, SLACK + 1)
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("returns to its start")
    expect(page.get_by_role("button", name="I am still here")).to_be_focused()
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    wait(page, WARN + 5)
    tablet.at("1")
    assert tablet.chosen() == {"insight1": "6"}


def test_a_tablet_that_was_left_clears_itself_and_back_shows_nothing(
    tablet: Walk, live_server: str, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    page = tablet.page
    tablet.choose("insight1", "6")
    tablet.next()
    wait(page, IDLE + WARN + 2)
    expect(page).to_have_url(f"{live_server}/kiosk")
    assert page.context.cookies(f"{live_server}/s/kiosk/1") == [
        one for one in page.context.cookies() if one["name"] not in {"link", "draft"}
    ]
    for _ in range(3):
        page.go_back()
        expect(page).to_have_url(f"{live_server}/kiosk")
    page.goto(f"{live_server}/s/kiosk/1")
    expect(page).to_have_url(f"{live_server}/kiosk")
    assert received(sessions, parts, wave) == []


def test_the_receipt_returns_to_the_start_by_itself(
    tablet: Walk, live_server: str, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    page = tablet.page
    page.goto(f"{live_server}/s/kiosk/check")
    tablet.next()
    expect(page.locator('[data-page="receipt"]')).to_be_visible()
    wait(page, IDLE_AT_RECEIPT + WARN // 3 + 2)
    expect(page).to_have_url(f"{live_server}/kiosk")
    expect(page.get_by_label("Code from your letter")).to_have_value("")
    assert len(received(sessions, parts, wave)) == 1


def test_it_goes_once_and_shows_nothing_meanwhile(tablet: Walk, live_server: str) -> None:
    """On a slow line, going again at each look would begin the journey anew until the end of days."""
    page, asked = tablet.page, list[str]()

    def without_a_page(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(status=204)  # the browser stays where it is, as it does while an answer is on its way

    page.route(f"{live_server}/kiosk", without_a_page)
    tablet.choose("insight1", "6")
    wait(page, IDLE + WARN + 10)
    expect(page.locator("body")).to_be_hidden()
    wait(page, 10)
    assert len(asked) == 1
