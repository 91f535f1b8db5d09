"""What a phone has to load: at most 50 KB for the first page with everything, 15 KB for each next."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy.orm import Session, sessionmaker

from cri.services.context import Parts
from cri.web.language import interface_languages
from tests.browser.questionnaire_walk import FACTORS, PHONE, Walk
from tests.factories import open_wave

FIRST, NEXT_PAGE = 50_000, 15_000


class Meter:
    """Bytes as sent over the wire, heads included, since the last reading.

    Saving each answer is not part of the next page.
    """

    def __init__(self, context: BrowserContext, page: Page) -> None:
        self.bytes = 0
        self.saves: set[str] = set()
        session = context.new_cdp_session(page)
        session.on("Network.requestWillBeSent", self._ask)
        session.on("Network.loadingFinished", self._add)
        session.send("Network.enable")

    def _ask(self, one: dict[str, Any]) -> None:
        if one["request"]["headers"].get("X-Requested-With") == "autosave":
            self.saves.add(one["requestId"])

    def _add(self, one: dict[str, Any]) -> None:
        if one["requestId"] not in self.saves:
            self.bytes += int(one["encodedDataLength"])

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
        walk.answer_section(factor)
        expect(page.locator(".cri-saved")).not_to_be_empty()
        walk.next()
    for name in ("closing", "check", "receipt"):
        page.wait_for_load_state("networkidle")
        weights[name] = meter.read()
        if name != "receipt":
            walk.next()
    assert page.locator('[data-page="receipt"]').count() == 1
    assert meter.saves
    assert 5_000 < weights.pop("welcome") <= FIRST
    assert {name: weight for name, weight in weights.items() if not 1_000 < weight <= NEXT_PAGE} == {}
