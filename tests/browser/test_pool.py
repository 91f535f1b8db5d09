"""The pool in a real browser: axe finds nothing, nothing runs off a narrow phone, in both directions."""

import uuid

import psycopg
import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.access import Role
from cri.services.context import Parts
from cri.services.draft_making import make_drafts
from cri.services.editions import Steward, ask_for_draft
from tests.browser.signed_in import Enter, sideways
from tests.browser.test_questionnaire_access import axe_findings
from tests.services.conftest import NOW
from tests.web.test_pool import fill
from tests.web.visitor import add_results, make_steward

Sessions = sessionmaker[Session]
NARROW = {"width": 320, "height": 640}


@pytest.mark.parametrize("language", ["en", "ar", "fr"])
def test_every_page_of_the_pool_can_be_read_by_anybody(
    enter: Enter,
    live_server: str,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    superuser: psycopg.Connection,
    language: str,
) -> None:
    instrument = fill(parts, held=True)
    wave_id = add_results(sessions, parts, agency_id)
    person = make_steward(sessions, parts, superuser, (agency_id, Role.ADMINISTRATOR))
    kind = (instrument["code"], instrument["version"], False)
    draft_id = ask_for_draft(parts, kind, "2026.1", Steward(person.account_id, NOW))
    make_drafts(parts)
    page = enter(person, viewport=NARROW)
    addresses = (
        *("/pool", "/pool/contributions", "/pool/quarantine", f"/pool/drafts/{draft_id}", "/pool/editions"),
        *("/taking-part", f"/results/{wave_id}/compared"),
    )
    for address in addresses:
        page.goto(f"{live_server}{address}?language={language}")
        assert page.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
        assert axe_findings(page) == [], address
        assert sideways(page) == 0, address
