"""The open link of a poster: counted apart, limited, and never closed by whoever starts often."""

import re
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Draft
from cri.db.session import enter_agency
from cri.domain.wave import Answers
from cri.services import attempts, drafts, open_links
from cri.services.context import Parts
from cri.services.drafts import Progress, load_draft, start_draft
from cri.services.responses import LinkUnusableError, find_questionnaire
from tests.factories import OpenedWave, received
from tests.web.codes.letters import browser_at, context
from tests.web.respondent import Respondent

Sessions = sessionmaker[Session]


def poster_of(sessions: Sessions, parts: Parts, wave: OpenedWave, unit: str) -> str:
    with sessions.begin() as session:
        ctx = context(session, parts, wave)
        address = open_links.unit_link(ctx, wave.wave_id, unit)
        assert address == open_links.unit_link(ctx, wave.wave_id, unit)
    return address.removeprefix(parts.external_url)


def test_a_poster_of_a_unit_counts_apart_and_for_its_unit(
    app: Flask, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    path = poster_of(sessions, parts, wave, "depot")
    ann = Respondent(app.test_client())
    assert "North depot, 24 people" in ann.open(path).text
    page = ann.send(ann.open(path))
    while not page.is_receipt:
        page = ann.answer_all(page)
    (submission,) = received(sessions, parts, wave)
    assert (submission.unit, submission.open_link) == ("depot", True)
    again = ann.open(path)  # one answer a browser session
    assert again.status == 404
    assert not Respondent(app.test_client()).open(path).is_receipt


def test_a_poster_of_a_unit_that_is_not_there(sessions: Sessions, parts: Parts, wave: OpenedWave) -> None:
    with sessions() as session:
        ctx = context(session, parts, wave)
        with pytest.raises(open_links.UnitMissingError):
            open_links.unit_link(ctx, wave.wave_id, "nowhere")


@pytest.mark.usefixtures("one_window")
def test_starts_through_a_poster_are_limited_and_personal_links_are_not(
    app: Flask, wave: OpenedWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_links, "STARTS", attempts.Allowance("open link", near=2, far=9, few=1))
    started = [Respondent(app.test_client()).start(wave.open_token) for _ in range(3)]
    assert [page.status for page in started] == [200, 200, 429]
    assert "Please wait a while" in started[2].text
    assert Respondent(app.test_client()).start(wave.tokens[0]).status == 200
    assert browser_at(app, "192.0.2.7").start(wave.open_token).status == 200


@pytest.mark.parametrize("refusing", [False, True])
def test_a_full_poster_makes_room_for_whoever_comes(
    app: Flask, sessions: Sessions, wave: OpenedWave, monkeypatch: pytest.MonkeyPatch, *, refusing: bool
) -> None:
    """The control: a poster that refuses when it is full is closed for good by whoever starts often."""
    monkeypatch.setattr(open_links, "LEAST_ROOM", 2)
    monkeypatch.setattr(open_links, "ROOM_A_PERSON", 0)
    if refusing:
        monkeypatch.setattr(open_links, "_make_room", _refuse)
    started = [Respondent(app.test_client()).start(wave.open_token).status for _ in range(4)]
    assert started == ([200, 200, 429, 429] if refusing else [200] * 4)
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        assert session.scalar(select(func.count()).select_from(Draft)) == 2


def _refuse(*_: object) -> None:
    raise open_links.PosterFullError


@pytest.mark.parametrize("naive", [False, True])
def test_whoever_has_answered_something_is_the_last_to_make_room_on_a_full_poster(
    sessions: Sessions, parts: Parts, wave: OpenedWave, monkeypatch: pytest.MonkeyPatch, *, naive: bool
) -> None:
    """A script that only starts costs nobody an answer. The control: a script that answers as well, so that
    lots are drawn among all, as they were before."""
    monkeypatch.setattr(open_links, "LEAST_ROOM", 3)
    monkeypatch.setattr(open_links, "ROOM_A_PERSON", 0)
    monkeypatch.setattr(open_links, "STARTS", attempts.Allowance("open link", near=999, far=999, few=1))
    given = Progress(Answers(items={"insight1": 4}))
    token, code = came(sessions, parts, wave, given)
    for _ in range(40):  # by lot among three, somebody is still there once in ten million times
        came(sessions, parts, wave, given if naive else Progress())
    with sessions() as session:
        if naive:
            with pytest.raises(LinkUnusableError):
                find_questionnaire(session, parts.secrets, token, datetime.now(UTC))
        else:
            found = find_questionnaire(session, parts.secrets, token, datetime.now(UTC))
            assert load_draft(session, parts.secrets, found, code) == given


def came(sessions: Sessions, parts: Parts, wave: OpenedWave, given: Progress) -> tuple[str, str]:
    """Somebody through the poster; their link and resume code."""
    now, secret = datetime.now(UTC), parts.secrets
    with sessions.begin() as session:
        found = find_questionnaire(session, secret, wave.open_token, now)
        open_links.may_start(session, secret, found, "192.0.2.0/24", now)
        token = open_links.start_from_open_link(session, secret, found)
        own = find_questionnaire(session, secret, token, now)
        return token, start_draft(session, secret, own, given)


def test_a_link_begun_too_often_is_told_and_a_resume_code_still_works(
    app: Flask, wave: OpenedWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 2)
    devices = [Respondent(app.test_client()) for _ in range(3)]
    for one in devices[:2]:
        one.answer_all(one.start(wave.tokens[0]), "4")
    page = devices[2].start(wave.tokens[0])
    assert (page.status, page.read.heading) == (409, "This link was begun too often")
    assert f"/s/{wave.tokens[0]}" in page.html
    again = devices[0].open(f"/s/{wave.tokens[0]}")
    assert again.read.heading == "Section 2 of 6"
    code = devices[0].open(f"/s/{wave.tokens[0]}/later").read.text
    found = re.search(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]", code)
    assert found
    welcome = devices[2].open(f"/s/{wave.tokens[0]}")
    resumed = devices[2].send(welcome, {"code": found[0]}, form=welcome.read.forms["resume"])
    assert resumed.read.heading == "Section 2 of 6"
