"""Messages in a real browser: from a text to what people would get, with JavaScript and without."""

import uuid
from dataclasses import replace

import pytest
from playwright.sync_api import Page, expect
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.app import make_postman
from cri.db.models import Message
from cri.db.models import Person as Invited
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Parts
from cri.services.message_keys import stop_token
from cri.settings import Settings
from tests.browser.signed_in import PHONE, Enter, sideways
from tests.browser.test_questionnaire_access import axe_findings
from tests.factories import OpenedWave, draft_wave, open_wave
from tests.web.visitor import Person, make_person

pytestmark = pytest.mark.usefixtures("nothing_else_waits")
Sessions = sessionmaker[Session]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A demonstration: it catches what would be sent."""
    return replace(settings, demo=True)


@pytest.fixture
def administrator(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Person:
    return make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR))


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["depot", "garage"])


def deliver(settings: Settings) -> None:
    postman = make_postman(settings, lambda: False)
    assert postman is not None
    try:
        assert postman.run() == 2
    finally:
        postman._engine.dispose()
        postman._parts.pool_sessions.kw["bind"].dispose()


def press(page: Page, name: str) -> None:
    with page.expect_navigation():
        page.get_by_role("button", name=name, exact=True).first.click()


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_a_text_is_written_and_an_invitation_caught(
    enter: Enter,
    live_server: str,
    administrator: Person,
    sessions: Sessions,
    agency_id: uuid.UUID,
    wave: OpenedWave,
    settings: Settings,
    scripts: bool,
) -> None:
    page = enter(administrator, java_script_enabled=scripts)
    draft_id = draft_wave(sessions, agency_id)
    page.goto(f"{live_server}/waves/{draft_id}/messages/texts/invitation/en")
    page.get_by_label("Text").fill("Hello {nmae}")
    press(page, "Save")
    expect(page.get_by_role("alert")).to_contain_text("{nmae}")
    page.get_by_label("Text").fill("Hello {name},\n\n{link}")
    press(page, "Save")
    expect(page.get_by_role("article")).to_contain_text("Hello Ana Ruiz,")
    press(page, "Send it to me as a test")
    expect(page.get_by_role("status")).to_contain_text("A test message is on its way")
    page.goto(f"{live_server}/waves/{wave.wave_id}/messages")
    press(page, "Send now")
    expect(page.get_by_role("status")).to_contain_text("They are being sent")
    deliver(settings)
    page.get_by_role("link", name="See what was caught").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("(3)")
    page.get_by_role("link", name="Your view is asked for: Autumn survey").first.click()
    expect(page.get_by_role("article")).to_contain_text("/s/")


LOOKS: dict[str, dict[str, object]] = {
    "laptop": {},
    "phone": {"viewport": PHONE},
    "dark": {"color_scheme": "dark"},
}


@pytest.mark.parametrize(("look", "language"), [("laptop", "en"), ("phone", "ar"), ("dark", "en")])
def test_axe_finds_nothing_and_nothing_scrolls_sideways(
    enter: Enter,
    live_server: str,
    administrator: Person,
    sessions: Sessions,
    agency_id: uuid.UUID,
    wave: OpenedWave,
    settings: Settings,
    parts: Parts,
    look: str,
    language: str,
) -> None:
    page = enter(administrator, **LOOKS[look])
    page.goto(f"{live_server}/waves/{wave.wave_id}/messages")
    press(page, "Send now")
    deliver(settings)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        for message in session.scalars(select(Message).limit(1)):
            message.state, message.reply = "failed", "550 5.1.1 no such mailbox"
        person_id = session.scalars(select(Invited.id).limit(1)).one()
    page.goto(f"{live_server}/caught-mail?language={language}")
    caught = page.locator("main table a").first.get_attribute("href")
    draft_id = draft_wave(sessions, agency_id)
    findings: dict[str, object] = {}
    for path in (
        f"/waves/{wave.wave_id}/messages",
        f"/waves/{draft_id}/messages",
        f"/waves/{draft_id}/messages/texts/invitation/{language}",
        f"/waves/{wave.wave_id}/letters",
        "/caught-mail",
        str(caught),
        "/stop/" + stop_token(parts.secrets, agency_id, person_id),
    ):
        page.goto(f"{live_server}{path}")
        assert page.locator("html").get_attribute("lang") == language
        findings[path] = axe_findings(page)
        assert sideways(page) <= 0, path
    assert not any(findings.values()), findings
