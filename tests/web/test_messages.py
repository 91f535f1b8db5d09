"""Pages of messages: texts checked and tried out, invitations begun, bounces mended, letters printed."""

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.mail import MailServer as Route
from cri.adapters.mail_routes import PATIENCE_SECONDS
from cri.app import create_app, make_postman
from cri.db.models import Message, MessageBatch, MessageText, Person
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services import messages
from cri.services.context import Parts
from cri.settings import Settings
from cri.web.database import db
from tests.database_fixtures import make_agency
from tests.factories import OpenedWave, draft_wave, open_wave
from tests.jobs.mailing import MailServer, mail_server
from tests.web.visitor import Visitor, make_person, visit

pytestmark = pytest.mark.usefixtures("nothing_else_waits")
Sessions = sessionmaker[Session]


def served(settings: Settings) -> Iterator[Flask]:
    made = create_app(settings)
    made.testing = True
    yield made
    with made.app_context():
        for engine in db.engines.values():
            engine.dispose()
    made.extensions["cri"].pool_sessions.kw["bind"].dispose()


@pytest.fixture
def demo(settings: Settings) -> Settings:
    return replace(settings, demo=True)


@pytest.fixture
def demo_app(demo: Settings) -> Iterator[Flask]:
    yield from served(demo)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["depot", "depot", "front"])


def administrator(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))


def deliver(settings: Settings) -> int:
    postman = make_postman(settings, lambda: False)
    assert postman is not None
    try:
        return postman.run()
    finally:
        postman._engine.dispose()
        postman._parts.pool_sessions.kw["bind"].dispose()


def test_a_text_is_changed_checked_and_taken_back(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    visitor = administrator(app, sessions, parts, agency_id)
    path = f"/waves/{draft_wave(sessions, agency_id)}/messages/texts/invitation/en"
    visitor.get(path)
    assert "Your view is asked for" in visitor.text
    wrong = visitor.post(path, {"subject": "Hi", "body": "Dear {nmae}, {link}"})
    assert wrong.status_code == 422
    assert "“{nmae}” is none of the words that are filled in" in visitor.text
    assert "Dear {nmae}" in visitor.text  # what was typed stays
    assert visitor.post(path, {"subject": "Hi", "body": "Dear {name}"}).status_code == 422
    assert "The text must hold “{link}”" in visitor.text
    visitor.post(path, {"subject": "Hello {name}", "body": "Dear <b>{name}</b>\r\n\r\n{link}"})
    assert "Saved." in visitor.text
    assert "Hello Ana Ruiz" in visitor.text
    assert "<b>" not in visitor.page.split("cri-mail__text")[1]
    visitor.post(f"{path}/ours")
    assert "Your view is asked for" in visitor.text
    with sessions() as session:
        enter_agency(session, agency_id)
        assert session.scalars(select(MessageText)).all() == []


@pytest.mark.parametrize("part", ["texts/nothing/en", "texts/invitation/xx", "texts/invitation/fr"])
def test_a_text_that_the_wave_has_not_is_not_found(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, part: str
) -> None:
    visitor = administrator(app, sessions, parts, agency_id)
    assert visitor.get(f"/waves/{draft_wave(sessions, agency_id)}/messages/{part}").status_code == 404


def test_texts_of_an_open_wave_stay(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave: OpenedWave
) -> None:
    visitor = administrator(app, sessions, parts, agency_id)
    path = f"/waves/{wave.wave_id}/messages/texts/invitation/en"
    visitor.get(path)
    assert "fixed when the survey opened" in visitor.text
    assert visitor.post(path, {"subject": "Hi", "body": "{link}"}).status_code == 409
    assert visitor.post(f"{path}/ours").status_code == 409


def test_a_test_goes_to_whoever_asks_and_to_the_fixed_address_only(
    settings: Settings, server: MailServer, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    route = Route("127.0.0.1", server.port, "surveys@example.org", security="none")
    wave_id = draft_wave(sessions, agency_id)
    for app in served(replace(settings, mail=route)):
        person = make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR))
        visitor = visit(app, person)
        path = f"/waves/{wave_id}/messages/texts/first_reminder/ar"
        visitor.get(path, headers={"Host": "evil.example"})
        visitor.get(path)
        visitor.post(path, {"subject": "x", "body": "{link}", "go": "test"})
        assert f"A test message is on its way to {person.email}" in visitor.text
        assert dict(server.reached()) == {person.email: 1}
        assert "evil.example" not in visitor.page


def test_a_mail_server_that_does_not_say_whether_it_takes_a_test_is_told(
    settings: Settings,
    server: MailServer,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It has heard the last line and says nothing: nobody knows, so nothing else is said."""
    assert messages.send_test.__defaults__ == (PATIENCE_SECONDS,)
    monkeypatch.setattr(messages.send_test, "__defaults__", (2.5,))
    wave_id = draft_wave(sessions, agency_id)
    route = Route("127.0.0.1", server.port, "surveys@example.org", security="none")
    for app in served(replace(settings, mail=route)):
        person = make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR), beginning="silent-")
        visitor = visit(app, person)
        path = f"/waves/{wave_id}/messages/texts/invitation/en"
        visitor.get(path)
        visitor.post(path, {"subject": "x", "body": "Hello {name}, {link}", "go": "test"})
        assert "has not said whether it takes the message. Look into your mailbox." in visitor.text
        assert "Hello Ana Ruiz," in visitor.text
        assert "on its way" not in visitor.text


def test_a_mail_server_that_is_away_is_told_and_nothing_breaks(
    settings: Settings, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = draft_wave(sessions, agency_id)
    for app in served(replace(settings, mail=Route("127.0.0.1", 9, "surveys@example.org", timeout=2))):
        visitor = administrator(app, sessions, parts, agency_id)
        path = f"/waves/{wave_id}/messages/texts/invitation/en"
        visitor.get(path)
        answer = visitor.post(path, {"subject": "x", "body": "{link}", "go": "test"})
        assert answer.status_code == 200
        assert "The mail server takes no messages now" in visitor.text


def test_the_demonstration_catches_what_would_be_sent(
    demo: Settings, demo_app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave: OpenedWave
) -> None:
    visitor = administrator(demo_app, sessions, parts, agency_id)
    visitor.get("/caught-mail")
    assert "Nothing has been caught yet" in visitor.text
    page = f"/waves/{wave.wave_id}/messages"
    visitor.get(page)
    visitor.post(f"{page}/invitation/send")
    assert "They are being sent" in visitor.text
    visitor.post(f"{page}/invitation/send")
    assert "nobody gets one twice" in visitor.text
    assert deliver(demo) == 3
    assert deliver(demo) == 0
    visitor.get("/caught-mail")
    names = re.findall(r'href="/caught-mail/([0-9a-f]{32})"', visitor.page)
    assert len(set(names)) == 3
    visitor.get(f"/caught-mail/{names[0]}")
    assert "/s/" in visitor.text
    assert "List-Unsubscribe-Post" in visitor.text
    source = visitor.client.get(f"/caught-mail/{names[0]}/source")
    assert source.mimetype == "message/rfc822"
    stranger = administrator(demo_app, sessions, parts, make_agency(sessions))
    assert stranger.get(f"/caught-mail/{names[0]}").status_code == 404
    assert stranger.get("/caught-mail/..%2f..%2fsecrets").status_code == 404


def test_outside_a_demonstration_there_is_no_catcher(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    assert administrator(app, sessions, parts, agency_id).get("/caught-mail").status_code == 404


def test_without_a_mail_server_the_page_says_so(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave: OpenedWave
) -> None:
    visitor = administrator(app, sessions, parts, agency_id)
    visitor.get(f"/waves/{wave.wave_id}/messages")
    assert "no mail server yet" in visitor.text
    visitor.post(f"/waves/{wave.wave_id}/messages/invitation/send")
    assert "no mail server yet" in visitor.text
    with sessions() as session:
        enter_agency(session, agency_id)
        assert session.scalars(select(MessageBatch)).all() == []


def test_a_bounce_is_noted_and_mended_by_hand(
    demo: Settings, demo_app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave: OpenedWave
) -> None:
    visitor = administrator(demo_app, sessions, parts, agency_id)
    page = f"/waves/{wave.wave_id}/messages"
    visitor.get(page)
    visitor.post(f"{page}/invitation/send")
    deliver(demo)
    with sessions() as session:
        enter_agency(session, agency_id)
        person = session.scalars(select(Person).limit(1)).one()
    visitor.post(f"{page}/came-back", {"address": "nobody@example.org"})
    assert "Nobody who is invited has that address" in visitor.text
    visitor.post(f"{page}/came-back", {"address": person.email})
    assert "Noted." in visitor.text
    assert person.email in visitor.page
    visitor.post(f"{page}/mend", {"person": str(person.id), "address": "not one"})
    assert "That is no e-mail address" in visitor.text
    assert visitor.post(f"{page}/mend", {"person": "x", "address": "a@example.org"}).status_code == 404
    visitor.get(page)
    new = f"{uuid.uuid4().hex}@example.org"
    visitor.post(f"{page}/mend", {"person": str(person.id), "address": new})
    assert "The invitation goes out again" in visitor.text
    assert deliver(demo) == 1
    with sessions() as session:
        enter_agency(session, agency_id)
        assert {row.state for row in session.scalars(select(Message))} == {"sent"}


def test_letters_are_sorted_one_a_page_each_with_a_code_that_works(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave: OpenedWave
) -> None:
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        people = session.scalars(select(Person).where(Person.unit_code == "depot")).all()
        people[0].name, people[1].name = "Zoe Adler", "Ann Byrne"
        people[1].language = "ar"
    visitor = administrator(app, sessions, parts, agency_id)
    visitor.get(f"/waves/{wave.wave_id}/letters")
    assert "North depot" in visitor.text
    answer = visitor.client.get(f"/waves/{wave.wave_id}/letters/letters.pdf?unit=depot")
    pages = [page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages]
    assert ["Ann Byrne" in pages[0], "Zoe Adler" in pages[1], len(pages)] == [True, True, 2]
    code = re.search(r"\w{4}-\w{4}-\w{4}-\S", pages[1])
    assert code is not None
    reader = Visitor(app)
    reader.get("/s")
    reader.post("/s", {"code": code.group(0).lower()})
    assert "How well does Test agency respond" in reader.text
    assert visitor.client.get(f"/waves/{wave.wave_id}/letters/letters.pdf?unit=nothing").status_code == 404
    assert visitor.client.get(f"/waves/{wave.wave_id}/letters/poster.pdf?unit=nothing").status_code == 404


def test_a_poster_has_a_page_for_each_language_and_the_open_link(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave: OpenedWave
) -> None:
    visitor = administrator(app, sessions, parts, agency_id)
    answer = visitor.client.get(f"/waves/{wave.wave_id}/letters/poster.pdf")
    pages = [page.extract_text() for page in PdfReader(BytesIO(answer.data)).pages]
    assert len(pages) == 2
    assert wave.open_token in pages[0].replace("\n", "")
