"""What a mail service tells of messages that came back."""

import uuid
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.test import TestResponse

from cri.db.models import BadAddress, Message, MessageBatch, Person
from cri.db.session import enter_agency
from cri.domain.message_plan import Kind
from cri.services.context import Parts
from cri.services.message_keys import MessageKey, message_id
from cri.settings import Settings
from tests.factories import OpenedWave, open_wave
from tests.services.conftest import NOW
from tests.web.test_messages import served

Sessions = sessionmaker[Session]
KEY = "a key of a mail service"


@pytest.fixture
def keyed(settings: Settings) -> Iterator[Flask]:
    yield from served(replace(settings, bounce_key=KEY))


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    made = open_wave(sessions, parts, agency_id, people=["depot", "depot"])
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        key = {"agency_id": agency_id, "wave_id": made.wave_id, "kind": "invitation"}
        session.add(MessageBatch(**key, day=NOW.date()))
        session.flush()
        for invitation_id in made.invitations:
            session.add(Message(**key, invitation_id=invitation_id, state="sent"))
    return made


def tell(app: Flask, document: Any, key: str | None = KEY) -> TestResponse:
    headers = {} if key is None else {"Authorization": f"Bearer {key}"}
    return app.test_client().post("/bounces", json=document, headers=headers)


def event(parts: Parts, wave: OpenedWave, place: int = 0, **changed: Any) -> dict[str, Any]:
    key = MessageKey(wave.agency_id, wave.invitations[place], Kind.INVITATION)
    name = message_id(parts.secrets, key, "example.org")
    return {"message_id": f"<{name}>", "reply": "550 5.1.1 gone", "permanent": True, **changed}


def states(sessions: Sessions, wave: OpenedWave) -> list[str]:
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        return sorted(session.scalars(select(Message.state)))


def test_a_bounce_marks_the_message_and_the_address(
    keyed: Flask, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    answer = tell(keyed, {"bounces": [event(parts, wave)]})
    assert (answer.status_code, answer.json) == (200, {"noted": 1})
    assert tell(keyed, {"bounces": [event(parts, wave)]}).json == {"noted": 0}  # told twice
    assert states(sessions, wave) == ["failed", "sent"]
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        bad = session.scalars(select(BadAddress)).one()
        assert session.get_one(Person, (wave.agency_id, bad.person_id)).email == bad.address


@pytest.mark.parametrize("key", [None, "", "wrong", KEY + "x", KEY[:-1], "ключ"])
def test_without_the_key_nothing_is_noted(
    keyed: Flask, sessions: Sessions, parts: Parts, wave: OpenedWave, key: str | None
) -> None:
    if key == "ключ":
        key = key.encode().decode("latin-1")
    assert tell(keyed, {"bounces": [event(parts, wave)]}, key).status_code == 401
    assert states(sessions, wave) == ["sent", "sent"]


def test_where_no_key_is_set_there_is_no_such_address(app: Flask, parts: Parts, wave: OpenedWave) -> None:
    assert tell(app, {"bounces": [event(parts, wave)]}, "").status_code == 404


@pytest.mark.parametrize(
    "document", [None, [], "x", {}, {"bounces": {}}, {"bounces": ["x"]}, {"bounces": [{}] * 1_001}]
)
def test_what_is_no_list_of_bounces_is_refused(keyed: Flask, document: Any) -> None:
    assert tell(keyed, document).status_code == 400


def test_what_is_not_ours_not_permanent_or_elsewhere_is_passed_over(
    keyed: Flask, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    unknown = MessageKey(uuid.uuid4(), uuid.uuid4(), Kind.INVITATION)
    told = [
        {},
        event(parts, wave, permanent=False),
        event(parts, wave, permanent="yes"),
        event(parts, wave, message_id="<forged@example.org>"),
        event(parts, wave, message_id=message_id(parts.secrets, unknown, "example.org")),
        event(parts, wave, recipient="somebody.else@example.org"),
        event(parts, wave, 1, reply="550 \x00\n\u202e" + "x" * 1_000),
    ]
    assert tell(keyed, {"bounces": told}).json == {"noted": 1}
    assert states(sessions, wave) == ["failed", "sent"]
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        reply = session.scalars(select(Message.reply).where(Message.state == "failed")).one()
        assert reply.isprintable()
        assert len(reply) <= 300
