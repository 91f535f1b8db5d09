"""What an extension does to reminders, and the cautions beside results, in a real browser."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Wave
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Parts
from tests.browser.signed_in import PHONE, Enter, sideways
from tests.browser.test_questionnaire_access import axe_findings
from tests.factories import draft_wave, open_wave
from tests.web.visitor import add_results, make_person

Sessions = sessionmaker[Session]


@pytest.mark.parametrize(
    ("look", "language"), [({}, "en"), ({"viewport": PHONE, "color_scheme": "dark"}, "ar")]
)
def test_the_moved_reminders_and_the_cautions_can_be_read_by_everybody(
    enter: Enter,
    live_server: str,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    look: dict[str, object],
    language: str,
) -> None:
    wave = open_wave(sessions, parts, agency_id)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        row = session.get_one(Wave, (agency_id, wave.wave_id))
        assert row.closes_at is not None
        row.first_reminder_at = row.closes_at - timedelta(days=4)
        row.second_reminder_at = row.closes_at - timedelta(days=2)
    results = add_results(sessions, parts, agency_id, served=["ward", "regulated"])
    page = enter(make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)), **look)
    page.goto(f"{live_server}/?language={language}")

    def check() -> None:
        assert axe_findings(page) == []
        assert sideways(page) <= 0

    page.goto(f"{live_server}/waves/{wave.wave_id}/extend")
    check()
    page.fill("#closes_on", (datetime.now(UTC) + timedelta(days=30)).date().isoformat())
    page.fill("#reason", "The depot was closed")
    send = page.locator("main form button[type=submit]").first
    with page.expect_navigation():
        send.click()
    assert page.locator(".govuk-notification-banner__content li").count() == 2
    check()
    with page.expect_navigation():
        send.click()
    check()
    page.goto(f"{live_server}/waves/{draft_wave(sessions, agency_id)}")
    page.locator("main details summary").first.click()
    check()
    page.goto(f"{live_server}/results/{results}")
    assert page.locator("#cautions + dl dt").count() == 2
    check()
