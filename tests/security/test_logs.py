"""What a fault leaves in the web server's log: which view it was, never whose link."""

import json
import os
import subprocess
import sys
import traceback
import uuid

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.embedded_postgres import EmbeddedPostgres
from cri.db.migrate import ROOT
from cri.db.models import Account, OrganisationUnit, Person
from cri.db.session import enter_agency
from cri.services.context import Parts
from cri.settings import Settings
from cri.web.database import db
from tests.database_fixtures import Database, make_agency
from tests.factories import open_wave


def test_a_fault_on_a_personal_link_does_not_write_the_link(
    app: Flask,
    sessions: sessionmaker[Session],
    parts: Parts,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    wave = open_wave(sessions, parts, make_agency(sessions))

    def fail() -> None:
        raise RuntimeError("the commit failed")

    with app.app_context():
        monkeypatch.setattr(type(db.session), "commit", lambda _session: fail())
    app.testing = False
    answer = app.test_client().get(f"/s/{wave.tokens[0]}")
    assert answer.status_code == 500
    assert "exception in questionnaire.welcome" in caplog.text
    assert "the commit failed" in caplog.text
    assert wave.tokens[0] not in caplog.text


CANARY = "ana.canary@example.org"


def account(email: str = CANARY) -> Account:
    return Account(id=uuid.uuid4(), email=email, name="Ana", active=True, fs_uniquifier=uuid.uuid4().hex)


def traceback_of_an_address_that_comes_twice(sessions: sessionmaker[Session]) -> str:
    """Of a table without row-level security: of the others PostgreSQL itself tells no values."""
    with sessions() as session:
        session.add(account())
        session.flush()
        session.add(account())
        try:
            session.flush()
        except IntegrityError:
            return traceback.format_exc()
        finally:
            session.rollback()
    raise AssertionError("the second one was taken")


def test_an_address_that_comes_twice_is_in_no_error_and_in_no_log(
    sessions: sessionmaker[Session], postgres: EmbeddedPostgres
) -> None:
    told = traceback_of_an_address_that_comes_twice(sessions)
    assert "uq_account_email" in told  # which rule was broken is said
    assert CANARY not in told
    server = postgres.data.with_name(f"{postgres.data.name}.log").read_text()
    assert "uq_account_email" in server
    assert CANARY not in server


def test_the_database_itself_tells_the_address(database: Database) -> None:
    """The control: the error as it comes from the driver, whatever hides the statement's parameters."""
    insert = "INSERT INTO account (id, email, name, active, fs_uniquifier)"
    values = "VALUES (gen_random_uuid(), %s, 'Ana', true, gen_random_uuid())"
    with psycopg.connect(database.application.replace("+psycopg", "")) as connection:
        connection.execute(f"{insert} {values}", [CANARY])
        with pytest.raises(psycopg.errors.UniqueViolation, match=CANARY):
            connection.execute(f"{insert} {values}", [CANARY])
        connection.rollback()


def test_a_person_that_comes_twice_is_not_told_either(
    sessions: sessionmaker[Session], agency_id: uuid.UUID
) -> None:
    with sessions() as session:
        enter_agency(session, agency_id)
        session.add(OrganisationUnit(agency_id=agency_id, code="all", name="All"))
        session.flush()
        row = {"agency_id": agency_id, "name": "Ana", "email": CANARY, "unit_code": "all", "language": "en"}
        session.add(Person(**row))
        session.flush()
        session.add(Person(**row))
        with pytest.raises(IntegrityError) as refused:
            session.flush()
    assert CANARY not in str(refused.value)


def test_a_value_of_another_type_is_not_told(sessions: sessionmaker[Session], agency_id: uuid.UUID) -> None:
    with sessions() as session:
        enter_agency(session, agency_id)
        with pytest.raises(DataError) as refused:
            session.execute(text("SELECT CAST(:typed AS uuid)"), {"typed": CANARY})
    assert CANARY not in str(refused.value)
    assert "22P02" in str(refused.value)


WEB_SERVER = """
import logging, sys
gunicorn = logging.getLogger("gunicorn.error")
gunicorn.propagate = False
gunicorn.addHandler(logging.StreamHandler(sys.stderr))
import wsgi
gunicorn.error("Error handling request %s %s", "GET", "/s/canary")
gunicorn.warning("Invalid request from ip=192.0.2.7: canary")
gunicorn.error("Worker (pid:%s) exited", 7)
wsgi.app.logger.error("a fault", extra={"typed": "canary"})
"""


def test_the_web_server_writes_allowed_fields_and_no_request(settings: Settings) -> None:
    environment = {
        "DATABASE_URL": str(settings.database_url),
        "DATABASE_POOL_URL": str(settings.database_pool_url),
        "CRI_VAR": str(settings.var),
    }
    command = [sys.executable, "-c", WEB_SERVER]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, check=True, capture_output=True, text=True
    )
    first, second, third = done.stderr.splitlines()
    assert (first, second) == ("Error handling a request", "Worker (pid:7) exited")
    assert json.loads(third).keys() == {"event", "level", "logger", "timestamp"}
