"""A duty on the platform is given by the owner of the database; the service itself cannot."""

import uuid

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from cri.db.duties import appoint
from cri.domain.access import Duty
from cri.domain.errors import InputError
from cri.services.context import Parts
from tests.database_fixtures import Database
from tests.web.visitor import make_person


def test_the_owner_appoints_a_steward_once(
    database: Database, sessions: sessionmaker[Session], parts: Parts, superuser: psycopg.Connection
) -> None:
    person = make_person(sessions, parts)
    for _ in range(2):
        appoint(database.owner, f" {person.email.upper()} ", Duty.STEWARD)
    found = superuser.execute(
        "SELECT name FROM platform_duty JOIN platform_role ON id = role_id WHERE user_id = %s",
        [person.account_id],
    )
    assert found.fetchall() == [("steward",)]


def test_an_address_without_an_account_is_refused(database: Database) -> None:
    with pytest.raises(InputError, match=r"nobody@example\.org: no account has it"):
        appoint(database.owner, "nobody@example.org", Duty.STEWARD)


def test_the_service_cannot_make_anybody_a_steward(
    sessions: sessionmaker[Session], parts: Parts, database: Database
) -> None:
    person = make_person(sessions, parts)
    for role in (database.application, database.pool):
        with pytest.raises(ProgrammingError, match="permission denied"):
            appoint(role, person.email, Duty.STEWARD)
    with sessions() as session, pytest.raises(ProgrammingError, match="permission denied"):
        session.execute(
            text("INSERT INTO platform_role (id, name) VALUES (:id, 'king')"), {"id": uuid.uuid4()}
        )
