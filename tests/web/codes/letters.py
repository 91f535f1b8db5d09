"""Codes as they stand in letters, and browsers in which they are typed."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from flask import Flask
from sqlalchemy import Engine, event, update
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Invitation
from cri.db.session import enter_agency
from cri.domain.crockford import write_code
from cri.services import codes
from cri.services.context import Actor, Context, Parts
from tests.factories import OpenedWave
from tests.web.respondent import Page, Respondent

Sessions = sessionmaker[Session]


def codes_of(sessions: Sessions, parts: Parts, wave: OpenedWave) -> list[str]:
    with sessions.begin() as session:
        return list(codes.show_codes(context(session, parts, wave), wave.invitations).values())


def context(session: Session, parts: Parts, wave: OpenedWave) -> Context:
    enter_agency(session, wave.agency_id)
    return Context(session, wave.agency_id, Actor(None, "administrator"), datetime.now(UTC), parts)


def any_code() -> str:
    """A well-formed code that nobody has."""
    code = None
    while code is None:
        code = write_code(secrets.randbits(60), codes.SYMBOLS)
    return code


def typed(browser: Respondent, code: str, box: str = "/s") -> Page:
    return browser.send(browser.open(box), {"code": code})


def browser_at(app: Flask, address: str) -> Respondent:
    """A browser somewhere else in the network."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return Respondent(client)


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def use(sessions: Sessions, wave: OpenedWave, number: int = 0) -> None:
    """One person has answered."""
    with sessions.begin() as session:
        enter_agency(session, wave.agency_id)
        session.execute(update(Invitation).where(Invitation.id == wave.invitations[number]).values(used=True))
