"""Pages that an administrator meets now and then: axe finds nothing on them, and nothing scrolls sideways."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import OrganisationUnit, Person
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Parts
from cri.services.scoring import score_wave
from tests.browser.signed_in import NARROW, Enter, sideways
from tests.browser.test_questionnaire_access import axe_findings
from tests.factories import draft_wave, open_wave
from tests.services.test_answer_imports import sheet
from tests.services.test_companions import run, sealed
from tests.web.visitor import make_person

Sessions = sessionmaker[Session]
Go = Callable[[], None]
LOOKS: dict[str, dict[str, Any]] = {"en": {}, "ar": {"viewport": NARROW, "color_scheme": "dark"}}


def press(page: Page, button: str) -> None:
    with page.expect_navigation():
        page.locator(button).first.click()


@pytest.mark.parametrize("language", LOOKS)
def test_axe_finds_nothing_on_them(
    enter: Enter, live_server: str, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, language: str
) -> None:
    administrator = make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR))
    wave_id = open_wave(sessions, parts, agency_id, people=["garage"]).wave_id
    draft_id = draft_wave(sessions, agency_id)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        person_id = session.scalars(select(Person.id)).one()
        unit = session.scalars(select(OrganisationUnit.code).limit(1)).first()
    page = enter(administrator, **LOOKS[language])
    page.goto(f"{live_server}/?language={language}")

    def check(name: str) -> None:
        assert page.locator("html").get_attribute("lang") == language, name
        assert axe_findings(page) == [], name
        assert sideways(page) <= 0, name

    def open_page(path: str) -> None:
        answer = page.goto(f"{live_server}{path}")
        assert answer is not None
        assert answer.status == 200, path

    open_page(f"/waves/{wave_id}/letters/letters.pdf?unit=depot")
    check("nobody to write to")
    open_page(f"/organisation/people/{person_id}")
    press(page, 'form[action$="/link"] button')
    check("another link")
    assert "/s/" in page.locator("main input[readonly]").input_value()
    open_page(f"/waves/{draft_id}/elsewhere")
    page.fill("#began_on", "2026-03-02")
    page.fill("#ended_on", "2026-03-20")
    answers = {"name": "answers.csv", "mimeType": "text/csv", "buffer": sheet(unit or "")}
    page.set_input_files("#sheet", answers)  # type: ignore[arg-type]  # a file's payload
    press(page, "main form button[type=submit]")
    check("a sheet, checked")
    assert page.locator("input[name=digest]").count() == 1, page.locator("main").inner_text()
    closed, _ = sealed(sessions, parts, agency_id, 12)
    run(sessions, parts, closed, score_wave)
    open_page(f"/results/{closed.wave_id}/publicness")
    check("publicness")
    assert page.locator("main table").count() > 0
