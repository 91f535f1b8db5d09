"""Packs of units in a real browser: chosen, stopped, for anybody, in the dark and from right to left."""

import uuid
from typing import Any

import pytest
from playwright.sync_api import expect
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.access import Role
from cri.services.context import Parts
from tests.browser.signed_in import PHONE, Enter, hold_still, sideways
from tests.browser.test_questionnaire_access import axe_findings
from tests.web.visitor import add_results, make_person

LOOKS: dict[str, dict[str, Any]] = {
    "laptop": {"viewport": {"width": 1280, "height": 900}},
    "dark phone": {"viewport": PHONE, "color_scheme": "dark", "java_script_enabled": False},
}


@pytest.mark.parametrize(
    ("look", "language", "words"),
    [
        ("laptop", "en", ("Make these packs", "Stop", "Choose units")),
        ("dark phone", "ar", ("أعدّ هذه الملفات", "إيقاف", "اختر الوحدات")),
    ],
)
def test_units_are_chosen_watched_and_stopped(
    enter: Enter,
    live_server: str,
    sessions: sessionmaker[Session],
    parts: Parts,
    agency_id: uuid.UUID,
    look: str,
    language: str,
    words: tuple[str, str, str],
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    page = enter(make_person(sessions, parts, (agency_id, Role.LEADER)), **LOOKS[look])
    hold_still(page, f"/results/{wave_id}/unit-packs")
    scripts = LOOKS[look].get("java_script_enabled", True)
    page.goto(f"{live_server}/results/{wave_id}/unit-packs?language={language}")
    make, stop, choose = words
    for button in (make, stop):
        if scripts:
            assert axe_findings(page) == []
        assert sideways(page) <= 0
        with page.expect_navigation():
            page.get_by_role("button", name=button).click()
        if button == make:
            expect(page.locator("progress")).to_have_attribute("max", "4")
            expect(page.get_by_role("heading", name=choose)).to_have_count(0)
    expect(page.get_by_role("heading", name=choose)).to_be_visible()
