"""Wanting no e-mail: the press in a mail program (RFC 8058), and a page."""

import uuid

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import OptOut, Person
from cri.db.session import enter_agency
from cri.services.context import Parts
from cri.services.message_keys import stop_token
from tests.database_fixtures import make_agency
from tests.factories import open_wave
from tests.web.visitor import Visitor

Sessions = sessionmaker[Session]
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def token(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> str:
    open_wave(sessions, parts, agency_id, people=["depot"])
    with sessions() as session:
        enter_agency(session, agency_id)
        person_id = session.scalars(select(Person.id)).one()
    return stop_token(parts.secrets, agency_id, person_id)


def opted_out(sessions: Sessions, agency_id: uuid.UUID) -> int:
    with sessions() as session:
        enter_agency(session, agency_id)
        return len(session.scalars(select(OptOut)).all())


def test_one_press_in_a_mail_program_needs_no_page_and_no_cookie(
    app: Flask, sessions: Sessions, agency_id: uuid.UUID, token: str
) -> None:
    for _ in range(2):
        answer = app.test_client().post(f"/stop/{token}", data=ONE_CLICK)
        assert answer.status_code == 200
    assert opted_out(sessions, agency_id) == 1


def test_looking_at_the_page_stops_nothing(
    app: Flask, sessions: Sessions, agency_id: uuid.UUID, token: str
) -> None:
    """Programs that guard mailboxes follow every link in a message."""
    visitor = Visitor(app)
    answer = visitor.get(f"/stop/{token}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert opted_out(sessions, agency_id) == 0
    assert app.test_client().post(f"/stop/{token}").status_code == 400
    assert opted_out(sessions, agency_id) == 0


def test_the_page_stops_messages_and_takes_it_back(
    app: Flask, sessions: Sessions, agency_id: uuid.UUID, token: str
) -> None:
    visitor = Visitor(app)
    visitor.get(f"/stop/{token}")
    visitor.post(f"/stop/{token}/stop")
    assert "You get no more e-mail about surveys of Test agency." in visitor.text
    assert opted_out(sessions, agency_id) == 1
    visitor.post(f"/stop/{token}/again")
    assert "You will get messages about surveys again." in visitor.text
    assert opted_out(sessions, agency_id) == 0


def test_the_pages_own_forms_need_their_token(app: Flask, token: str) -> None:
    for step in ("stop", "again"):
        assert app.test_client().post(f"/stop/{token}/{step}").status_code == 400


def test_a_token_that_was_not_made_here_is_nobodys(
    app: Flask, parts: Parts, sessions: Sessions, agency_id: uuid.UUID, token: str
) -> None:
    other = make_agency(sessions)
    with sessions() as session:
        enter_agency(session, agency_id)
        person_id = session.scalars(select(Person.id)).one()
    forged = [
        token[:-1] + ("a" if token[-1] != "a" else "b"),
        token[:40],
        "a" * len(token),
        stop_token(parts.secrets, other, person_id),  # a person of another agency
        stop_token(parts.secrets, agency_id, uuid.uuid4()),
    ]
    for one in forged:
        assert app.test_client().get(f"/stop/{one}").status_code == 404
        assert app.test_client().post(f"/stop/{one}", data=ONE_CLICK).status_code == 404
    assert opted_out(sessions, agency_id) == 0
