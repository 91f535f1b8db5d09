"""Choosing whom to be compared with, in a real browser: by a form, with and without scripts, by anybody."""

import uuid
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from playwright.sync_api import expect
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Agency
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Parts
from tests.browser.signed_in import PHONE, Enter, sideways
from tests.browser.test_questionnaire_access import axe_findings
from tests.web.compared_examples import FACETS, edition, published
from tests.web.visitor import Person, add_results, make_person

Sessions = sessionmaker[Session]


@pytest.fixture
def leader(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Person:
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.execute(update(Agency).where(Agency.agency_id == agency_id).values(**FACETS))
    return make_person(sessions, parts, (agency_id, Role.LEADER))


@pytest.fixture
def wave_id(
    sessions: Sessions, parts: Parts, superuser: psycopg.Connection, agency_id: uuid.UUID
) -> Iterator[uuid.UUID]:
    """A scored wave, and two editions that it can be placed in."""
    with published(parts, superuser, edition("2025.2", 24, before=False), edition("2026.1", 36)):
        yield add_results(sessions, parts, agency_id)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
def test_the_choice_is_made_in_a_form_and_stands_in_the_address(
    enter: Enter, live_server: str, leader: Person, wave_id: uuid.UUID, scripts: bool
) -> None:
    page = enter(leader, java_script_enabled=scripts)
    page.goto(f"{live_server}/results/{wave_id}/compared?edition=2026.1")
    page.get_by_label("Peer group", exact=True).select_option("sector=water")
    page.get_by_label("Edition", exact=True).select_option("2025.2")
    with page.expect_navigation():
        page.get_by_role("button", name="Compare").click()
    assert "peers=sector%3Dwater" in page.url
    assert "edition=2025.2" in page.url
    expect(page.get_by_label("Edition", exact=True)).to_have_value("2025.2")
    expect(page.get_by_label("Peer group", exact=True)).to_have_value("sector=water")
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("link", name="Targets").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Targets")
    expect(page.get_by_label("Edition", exact=True)).to_have_value("2025.2")
    if scripts:
        expect(page.locator("#targets .scatterlayer .trace")).to_have_count(4)
        page.locator(".cri-figure__twin summary").click()
    expect(page.locator("table .cri-strip__target")).to_have_count(7)


LOOKS: dict[str, dict[str, Any]] = {
    "laptop": {},
    "dark phone": {"viewport": PHONE, "color_scheme": "dark"},
}


@pytest.mark.parametrize(("look", "language"), [("laptop", "en"), ("dark phone", "ar")])
def test_axe_finds_nothing_on_comparisons_and_targets(
    enter: Enter, live_server: str, leader: Person, wave_id: uuid.UUID, look: str, language: str
) -> None:
    page = enter(leader, **LOOKS[look])
    for path in ("compared?edition=2026.1&peers=sector%3Dwater", "targets?edition=2026.1"):
        page.goto(f"{live_server}/results/{wave_id}/{path}&language={language}")
        page.wait_for_load_state("networkidle")
        for twin in page.locator("details.cri-figure__twin").all():
            twin.evaluate("twin => twin.open = true")
        assert axe_findings(page) == [], path
        assert sideways(page) == 0, path
