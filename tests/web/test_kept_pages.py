"""Pages that are filled in are the pages that would be made; and nothing of anybody is in what is kept."""

import re
import secrets
import uuid
from collections.abc import Sequence
from typing import Any, Protocol

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.sections import Section
from cri.services.context import Parts
from cri.web.kept_pages import WHICHEVER, Shelf, blank, split_page
from cri.web.views import (
    questionnaire_closing,
    questionnaire_kept,
    questionnaire_pages,
    questionnaire_steps,
)
from cri.web.views.questionnaire_visits import Visit
from tests.factories import open_wave
from tests.web.respondent import Page, Respondent

Sessions = sessionmaker[Session]


class Switch(Protocol):
    def __call__(self, *, off: bool) -> None: ...


TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


@pytest.fixture
def shelves(monkeypatch: pytest.MonkeyPatch) -> list[Shelf]:
    """Empty ones, for this test alone."""
    pages, items = Shelf(500), Shelf(5_000)
    monkeypatch.setattr(questionnaire_kept, "PAGES", pages)
    monkeypatch.setattr(questionnaire_kept, "ITEMS", items)
    return [pages, items]


@pytest.fixture
def never_kept(monkeypatch: pytest.MonkeyPatch) -> Switch:
    """Call it with off=True, and every page is made at its request."""

    def switch(*, off: bool) -> None:
        for module in (questionnaire_steps, questionnaire_closing, questionnaire_pages):
            monkeypatch.setattr(
                module, "is_ordinary", (lambda *_: False) if off else questionnaire_kept.is_ordinary
            )

    return switch


def without_token(page: Page) -> str:
    assert page.status == 200
    return TOKEN.sub("", page.html)


@pytest.mark.parametrize(
    ("language", "instrument"),
    [("en", ("cri", "1.1.0")), ("ar", ("mri", "1.0.0"))],
    ids=["cri in English", "mri in Arabic"],
)
def test_a_page_filled_in_is_the_page_as_it_would_be_made(
    app: Flask,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    shelves: list[Shelf],
    never_kept: Switch,
    language: str,
    instrument: tuple[str, str],
) -> None:
    wave = open_wave(
        *(sessions, parts, agency_id),
        people=["garage"],
        languages=[language, "en", "fr" if language == "ar" else "ar"],
        instrument=instrument,
        companion=("publicness", "1.0.0"),
    )
    ann = Respondent(app.test_client())

    def same(address: str) -> str:
        never_kept(off=False)
        filled = without_token(ann.open(address))
        never_kept(off=True)
        assert filled == without_token(ann.open(address))
        never_kept(off=False)
        return filled

    link = f"/s/{wave.tokens[0]}"
    fresh = same(link)
    Respondent(app.test_client()).start(wave.tokens[0])
    assert same(link) != fresh, "it says that the link was begun elsewhere"
    page = ann.start(wave.tokens[0])
    compared = set()
    while not page.path.endswith("/check"):
        step = page.path
        texts = {name: "<b>&\"'" + secrets.token_hex(4) for name in page.form.texts}
        some = {
            name: values[place % len(values)] for place, (name, values) in enumerate(page.form.radios.items())
        }
        empty = without_token(ann.open(step))
        ann.post(f"{step}/save", {**page.form.hidden, **some, **texts})
        filled = [same(address) for address in (step, step, f"{step}?back=check")]
        assert empty not in filled
        compared.add(step)
        page = ann.send(ann.open(step), {**some, **texts})
    assert len(compared) >= 8
    assert "&lt;b&gt;" in same(page.path)
    page = ann.send(page, {})
    assert page.path.endswith("/receipt")
    same(page.path)
    assert shelves[0].everything()
    assert shelves[1].everything()


def personal_traces(app: Flask, tokens: Sequence[str]) -> set[str]:
    """What people leave behind who answer: their links, codes, forgery tokens, seconds and texts."""
    traces = set()
    for number, token in enumerate(tokens):
        ann = Respondent(app.test_client())
        page = ann.start(token)
        traces.add(token)
        cookie = ann.client.get_cookie("draft", path=f"/s/{token}")
        assert cookie is not None
        traces.add(cookie.value)
        for _ in range(6):
            traces.update(TOKEN.findall(page.html))
            seconds = str(1_000 + 7 * number)
            traces.add(f'data-spent="{seconds}"')
            page = ann.send(
                page, {**{name: str(2 + number) for name in page.form.radios}, "seconds": seconds}
            )
            page = ann.open(page.path)
        text = secrets.token_hex(8)
        traces.add(text)
        ann.send(ann.open(f"/s/{token}/closing"), {"easier": text})
        traces.update(TOKEN.findall(ann.open(f"/s/{token}/closing").html))
        ann.open(f"/s/{token}/3")
    assert len(traces) > 4 * len(tokens)
    return traces


def found_in(kept: str, traces: set[str]) -> set[str]:
    return {trace for trace in traces | {" checked"} if trace in kept}


def test_nothing_of_anybody_is_in_what_is_kept(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, shelves: list[Shelf]
) -> None:
    wave = open_wave(sessions, parts, agency_id, people=["garage", "front", "front", "garage"])
    traces = personal_traces(app, wave.tokens[:2])
    kept = [repr(one) for shelf in shelves for one in shelf.everything()]
    assert len(kept) > 40  # the statements and the pages
    assert found_in("".join(kept), traces) == set()
    before = len(kept)
    personal_traces(app, wave.tokens[2:])
    after = sum(len(shelf.everything()) for shelf in shelves)
    assert after == before, "what is kept grows with what is asked, not with who answers"


def test_control_pages_kept_as_they_were_sent_are_caught_by_the_same_checks(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The naive cache: whole pages by their number."""
    kept: dict[int, str] = {}
    as_it_is = questionnaire_kept.section_from_kept

    def naive(visit: Visit, number: int, section: Section, frame: dict[str, Any], spent: int) -> str:
        if number not in kept:
            kept[number] = as_it_is(visit, number, section, frame, spent)
        return kept[number]

    monkeypatch.setattr(questionnaire_steps, "section_from_kept", naive)
    wave = open_wave(sessions, parts, agency_id, people=["garage", "front"])
    first, second = (Respondent(app.test_client()).start(token).html for token in wave.tokens[:2])
    assert first == second
    assert len(found_in(kept[1], {wave.tokens[0], *TOKEN.findall(first)})) == 2


def test_typed_text_never_makes_a_hole_or_a_choice() -> None:
    mark = str(blank("csrf"))
    page = split_page(f'<p>{mark}</p><input type="radio" name="a" value="1" checked><i>{blank("text")}</i>')
    assert page.holes == ("csrf", ("a", "1"), "text")
    typed = mark + '<input type="radio" name="a" value="1" checked>'
    filled = page.fill({"csrf": "T", "text": typed}, {"a": None})
    assert filled.count("T</p>") == 1
    assert 'value="1"><i>' in filled
    assert "&lt;input" in filled


def test_whichever_is_every_choice_and_only_while_a_page_is_made() -> None:
    assert WHICHEVER == "1"
    assert WHICHEVER == "DK"
    assert WHICHEVER != 1


def test_a_shelf_keeps_no_more_than_it_has_room_for() -> None:
    shelf = Shelf(2)
    for key in ("a", "b", "a", "c"):
        shelf.take(key, lambda key=key: split_page(key))  # type: ignore[misc]  # bound early on purpose
    assert [key for key, _ in shelf.everything()] == ["a", "c"]
