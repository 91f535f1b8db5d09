"""Results for all staff in a real browser: without an account, on a phone, in both directions."""

import uuid

from playwright.sync_api import Page, expect
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.access import Role
from cri.services.context import Parts
from cri.services.message_keys import staff_token
from tests.browser.signed_in import PHONE, Enter, sideways
from tests.browser.test_questionnaire_access import axe_findings
from tests.web.visitor import add_results, make_person

Sessions = sessionmaker[Session]


def test_staff_read_what_a_leader_shows(
    enter: Enter, page: Page, live_server: str, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id, "no norm")
    leader = enter(make_person(sessions, parts, (agency_id, Role.LEADER)))
    leader.goto(f"{live_server}/results/{wave_id}/staff")
    assert axe_findings(leader) == []
    address = f"{live_server}/staff/{staff_token(parts.secrets, agency_id, wave_id)}"
    page.goto(address)
    expect(page.get_by_role("heading", name="What we said together")).to_have_count(0)
    with leader.expect_navigation():
        leader.get_by_role("button", name="Show it to staff").click()
    expect(leader.get_by_text("Staff with the address can see the results now.")).to_be_visible()
    for language in ("en", "ar"):
        page.set_viewport_size({"width": PHONE["width"], "height": PHONE["height"]})
        page.goto(f"{address}?language={language}")
        assert not sideways(page)
        assert axe_findings(page) == []
    with leader.expect_navigation():
        leader.get_by_role("button", name="Take it off again").click()
    page.goto(address)
    expect(page.get_by_role("heading", name="What we said together")).to_have_count(0)
