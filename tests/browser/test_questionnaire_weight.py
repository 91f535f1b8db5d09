"""What a phone has to load: at most 50 KB for the first page with everything, 15 KB for each next."""

import uuid
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page
from sqlalchemy.orm import Session, sessionmaker

from cri.services.context import Parts
from cri.web.language import interface_languages
from tests.browser.questionnaire_walk import FACTORS, PHONE, Walk
from tests.factories import open_wave

FIRST, NEXT_PAGE = 50_000, 15_000


class Meter:
    """Bytes as sent over the wire, heads included, since the last reading."""

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.bytes = 0
        session = context.new_cdp_session(page)
        session.send("Network.enable")
        session.on("Network.loadingFinished", lambda one: self._add(one["encodedDataLength"]))

    def _add(self, sent: float) -> None:
        self.bytes += int(sent)

    def read(self) -> int:
        read, self.bytes = self.bytes, 0
        return read


@pytest.mark.parametrize("language", ["en", "ar"])
def test_pages_are_light(
    new_context: Callable[..., BrowserContext],
    live_server: str,
    sessions: sessionmaker[Session],
    parts: Parts,
    agency_id: uuid.UUID,
    language: str,
) -> None:
    wave = open_wave(sessions, parts, agency_id, languages=interface_languages())
    context = new_context(viewport=PHONE, locale=language)
    page = context.new_page()
    walk, meter = Walk(page, f"{live_server}/s/{wave.tokens[0]}"), Meter(context, page)
    page.goto(walk.address, wait_until="networkidle")
    weights = {"welcome": meter.read()}
    walk.next()
    for number, factor in enumerate(FACTORS, start=1):
        page.wait_for_load_state("networkidle")
        weights[f"section {number}"] = meter.read()
        page.locator("#questionnaire").evaluate("form => form.removeAttribute('data-autosave')")
        walk.answer_section(factor)
        page.wait_for_timeout(400)
        meter.read()  # saving each answer is not part of the next page
        walk.next()
    for name in ("closing", "check", "receipt"):
        page.wait_for_load_state("networkidle")
        weights[name] = meter.read()
        if name != "receipt":
            walk.next()
    assert page.locator('[data-page="receipt"]').count() == 1
    assert 5_000 < weights.pop("welcome") <= FIRST
    assert {name: weight for name, weight in weights.items() if not 1_000 < weight <= NEXT_PAGE} == {}
