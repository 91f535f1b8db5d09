"""Fixtures for tests that touch data: real roles, real policies, a database of the worker's own.

Isolation comes from tenancy itself: a test makes its own agency and never sees another's rows.
"""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.embedded_postgres import EmbeddedPostgres
from cri.adapters.secret_files import read_or_make_secrets
from cri.db.models import Agency
from cri.db.roles import APPLICATION, OWNER, POOL, derive_passwords, make_database
from cri.db.session import enter_agency, make_engine, make_sessions
from cri.db.single_statements import SINGLE_OPTIONS, SingleStatements
from cri.services.context import Parts
from cri.settings import Settings
from tests.conftest import SECRET, TEMPLATE


@dataclass(frozen=True)
class Database:
    """Addresses of the worker's database, one a role."""

    application: str
    owner: str
    pool: str
    superuser: str


@pytest.fixture(scope="session")
def database(postgres: EmbeddedPostgres, worker_id: str) -> Database:
    """The worker's own database, copied from the migrated template."""
    name = f"cri_{worker_id}"
    make_database(postgres.superuser_url, name, template=TEMPLATE)
    passwords = derive_passwords(SECRET)
    return Database(
        application=postgres.url(APPLICATION, passwords.application, name),
        owner=postgres.url(OWNER, passwords.owner, name),
        pool=postgres.url(POOL, passwords.pool, name),
        superuser=postgres.url("postgres", postgres.password, name),
    )


@pytest.fixture
def settings(database: Database, tmp_path: Path) -> Settings:
    """Settings of an installation of the test's own: its folders are its own, its database the worker's."""
    secrets_dir = tmp_path / "secrets"
    return Settings(
        var=tmp_path,
        host="127.0.0.1",
        port=0,
        external_url="http://127.0.0.1",
        database_url=database.application,
        database_owner_url=database.owner,
        database_pool_url=database.pool,
        blob_url=f"file://{tmp_path / 'blobs'}",
        secrets=read_or_make_secrets(secrets_dir),
        secrets_dir=secrets_dir,
        demo=False,
        web_workers=1,
        web_threads=4,
    )


@pytest.fixture
def parts(settings: Settings) -> Iterator[Parts]:
    """The installation's parts, as jobs and requests get them."""
    from cri.app import make_parts

    made = make_parts(settings)
    yield made
    made.pool_sessions.kw["bind"].dispose()


@pytest.fixture(scope="session")
def engine(database: Database) -> Iterator[Engine]:
    """Connections of the application role."""
    engine = make_engine(database.application)
    yield engine
    engine.dispose()


@pytest.fixture
def sessions(engine: Engine) -> sessionmaker[Session]:
    """Sessions of the application role, without a tenant until they enter one."""
    return make_sessions(engine)


@pytest.fixture
def alone(database: Database) -> Iterator[SingleStatements]:
    """Statements that are a transaction each, of the application role."""
    engine = make_engine(database.application, **SINGLE_OPTIONS)
    yield SingleStatements(engine)
    engine.dispose()


@pytest.fixture
def superuser(database: Database) -> Iterator[psycopg.Connection]:
    """Somebody who may read every row of every table: the operator of the attack tests."""
    with psycopg.connect(database.superuser.replace("+psycopg", ""), autocommit=True) as connection:
        yield connection


@pytest.fixture
def nothing_else_waits(superuser: psycopg.Connection) -> None:
    """No message of an earlier test waits: a postman sends for every agency there is."""
    superuser.execute("DELETE FROM message WHERE state IN ('waiting', 'handed')")


def make_agency(
    sessions: sessionmaker[Session], name: str = "Test agency", *, synthetic: bool = False
) -> uuid.UUID:
    """A new, empty agency; returns its id."""
    agency_id = uuid.uuid4()
    with sessions() as session:
        enter_agency(session, agency_id)
        session.add(Agency(agency_id=agency_id, name=name, synthetic=synthetic))
        session.commit()
    return agency_id


@pytest.fixture
def agency_id(sessions: sessionmaker[Session]) -> uuid.UUID:
    """An agency of the test's own."""
    return make_agency(sessions)


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The web application as it is deployed, on the test's own settings."""
    from cri.app import create_app
    from cri.web.database import db

    made = create_app(settings)
    made.testing = True
    yield made
    with made.app_context():
        for engine in db.engines.values():
            engine.dispose()
    made.extensions["cri"].pool_sessions.kw["bind"].dispose()
