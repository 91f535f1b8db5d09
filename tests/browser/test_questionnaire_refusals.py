"""Pages that let nobody begin for now: a full poster, a link begun too often; on a phone, also in Arabic."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, expect
from sqlalchemy.orm import Session, sessionmaker

from cri.services import drafts, open_links
from cri.services.context import Parts
from tests.browser.questionnaire_walk import PHONE, Walk
from tests.browser.signed_in import sideways
from tests.browser.test_questionnaire_access import axe_findings
from tests.factories import OpenedWave, open_wave
from tests.services.test_responses import GIVEN, begin

Sessions = sessionmaker[Session]
OFTEN = ("This link was begun too often", "بدأ الاستطلاع بهذا الرابط مرات كثيرة جدًا")
FULL = ("This poster cannot be used just now", "لا يمكن استخدام هذا الملصق الآن")


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage"])


@pytest.mark.parametrize("place", [0, 1], ids=["en", "ar"])
def test_who_cannot_begin_is_told_why_and_what_to_do(
    new_context: Callable[..., BrowserContext],
    live_server: str,
    sessions: Sessions,
    parts: Parts,
    wave: OpenedWave,
    monkeypatch: pytest.MonkeyPatch,
    place: int,
) -> None:
    for _ in range(drafts.MOST_DRAFTS):
        begin(sessions, parts, wave.tokens[0], drafts.Progress(GIVEN))
    monkeypatch.setattr(open_links, "LEAST_ROOM", 0)
    monkeypatch.setattr(open_links, "ROOM_A_PERSON", 0)
    page = new_context(
        viewport=PHONE, locale=("en", "ar")[place], color_scheme=("light", "dark")[place]
    ).new_page()
    for token, heading in ((wave.tokens[0], OFTEN[place]), (wave.open_token, FULL[place])):
        walk = Walk(page, f"{live_server}/s/{token}").open()
        walk.submit("#questionnaire button")
        expect(page.get_by_role("heading", level=1)).to_have_text(heading)
        assert axe_findings(page) == []
        assert sideways(page) <= 0
    page.goto(f"{live_server}/s/{wave.tokens[0]}")
    walk.submit("#questionnaire button")
    with page.expect_navigation():
        page.get_by_role("main").get_by_role("link").click()
    expect(page.locator("#code")).to_be_visible()  # where a resume code is typed
