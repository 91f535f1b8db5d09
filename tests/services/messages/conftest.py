"""A mail server for all of a file, an agency that sends through it, and a wave of three people."""

import uuid
from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.mail import MailServer as Route
from cri.app import make_workshop
from cri.services import deliveries
from cri.services.context import Parts
from cri.settings import Settings
from tests.factories import OpenedWave
from tests.jobs.mailing import MailServer, mail_server
from tests.services.messages.sending import Mailing, made

Sessions = sessionmaker[Session]


@pytest.fixture(autouse=True)
def _nothing_else_waits(nothing_else_waits: None) -> None:
    """A postman sends for every agency there is."""


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with mail_server(tmp_path_factory.mktemp("mail")) as server:
        yield server


@pytest.fixture
def server(one_server: MailServer) -> MailServer:
    """A mail server that has taken nothing yet."""
    one_server.log.write_bytes(b"")
    return one_server


@pytest.fixture
def mailing(server: MailServer, settings: Settings) -> Iterator[Mailing]:
    route = Route("127.0.0.1", server.port, "surveys@example.org", security="none", per_minute=0, timeout=30)
    told = replace(settings, mail=route)
    workshop = make_workshop(told)
    yield Mailing(told, server, workshop)
    workshop.close()


@pytest.fixture(autouse=True)
def every_day_is_a_working_day(sessions: Sessions, request: pytest.FixtureRequest) -> None:
    """Tests run on Sundays too. What a weekend means is tested with dates, in tests/unit."""
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    monkeypatch.setattr(deliveries, "is_working_now", lambda *_: True)


@pytest.fixture
def wave(superuser: psycopg.Connection, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return made(superuser, sessions, parts, agency_id, ann=3)
