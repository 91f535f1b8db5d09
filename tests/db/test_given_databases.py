"""On an operator's own server: which roles the service refuses to serve with, and starting it again."""

import uuid
from dataclasses import replace

import psycopg
import pytest
from psycopg import sql

from cri.adapters.embedded_postgres import EmbeddedPostgres
from cri.cli.databases import prepare_given
from cri.cli.service import given_databases
from cri.db.roles import derive_passwords
from cri.domain.errors import InputError
from cri.settings import Settings
from tests.conftest import SECRET
from tests.database_fixtures import Database

PASSWORDS = derive_passwords(SECRET)


def test_a_superuser_is_refused_whichever_addresses_come_with_it(
    database: Database, settings: Settings
) -> None:
    with pytest.raises(InputError, match="DATABASE_URL"):
        prepare_given(database.superuser, database.owner, database.pool, PASSWORDS)
    mighty = replace(settings, database_url=database.superuser, database_owner_url=None)
    with pytest.raises(InputError, match="DATABASE_URL"), given_databases(mighty):
        pass


def test_the_owner_of_the_tables_is_refused(database: Database) -> None:
    """Whoever owns the lookup functions' role sees all agencies' invitations through its policies."""
    with pytest.raises(InputError, match="DATABASE_URL"):
        prepare_given(database.owner, database.owner, database.pool, PASSWORDS)


def test_the_three_roles_are_accepted_as_they_are(database: Database, settings: Settings) -> None:
    addresses = prepare_given(database.application, database.owner, database.pool, PASSWORDS)
    assert addresses.application == database.application
    with given_databases(replace(settings, database_owner_url=None)) as ready:
        assert ready.database_url == database.application


def test_an_administrator_who_is_no_superuser_may_start_it_again(
    postgres: EmbeddedPostgres, superuser: psycopg.Connection
) -> None:
    """As on most managed servers: may make roles and databases, and nothing more."""
    name = f"admin_{uuid.uuid4().hex[:8]}"
    made = "CREATE ROLE {} LOGIN PASSWORD 'x' CREATEROLE"
    superuser.execute(sql.SQL(made).format(sql.Identifier(name)))
    granted = "GRANT cri_owner, cri_app, cri_pool, cri_lookup TO {} WITH ADMIN OPTION"  # as their maker has
    superuser.execute(sql.SQL(granted).format(sql.Identifier(name)))
    superuser.execute(sql.SQL("CREATE DATABASE {0} OWNER {0}").format(sql.Identifier(name)))
    for _ in range(2):
        prepare_given(postgres.url(name, "x", name), None, None, PASSWORDS)
