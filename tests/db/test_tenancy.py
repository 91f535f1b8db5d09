"""Every hole in the wall between agencies that somebody could try, tried as the application role."""

import uuid

import psycopg
import pytest
from sqlalchemy import Engine, create_engine, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Agency, Base, OrganisationUnit, Person
from cri.db.session import enter_agency, leave_agency, make_sessions
from tests.database_fixtures import Database, make_agency

Sessions = sessionmaker[Session]
TENANT_TABLES = sorted(
    table.name for table in Base.metadata.tables.values() if table.schema is None and "agency_id" in table.c
)


@pytest.fixture
def other(sessions: Sessions) -> uuid.UUID:
    """Another agency, with one unit and one person on its roster."""
    agency_id = make_agency(sessions, "The other agency")
    with sessions() as session:
        enter_agency(session, agency_id)
        session.add(OrganisationUnit(agency_id=agency_id, code="north", name="North"))
        session.flush()
        session.add(Person(agency_id=agency_id, name="Ann", email="ann@example.org", unit_code="north"))
        session.commit()
    return agency_id


def test_every_tenant_table_is_forced_and_leads_with_the_agency(engine: Engine) -> None:
    assert len(TENANT_TABLES) >= 13
    with engine.connect() as connection:
        rows = connection.execute(
            text(
                "SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity, "
                "(SELECT count(*) FROM pg_policy p WHERE p.polrelid = c.oid AND p.polname = 'tenant') "
                "AS policies, "
                "(SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = c.oid "
                "AND a.attnum = i.indkey[0] WHERE i.indrelid = c.oid AND i.indisprimary) AS leads "
                "FROM pg_class c WHERE c.relname = ANY(:names) AND c.relkind = 'r'"
            ),
            {"names": TENANT_TABLES},
        ).all()
    assert {row.relname for row in rows} == set(TENANT_TABLES)
    assert all(row.relrowsecurity and row.relforcerowsecurity and row.policies == 1 for row in rows)
    assert {row.leads for row in rows} == {"agency_id"}


def test_every_foreign_key_between_tenant_tables_carries_the_agency() -> None:
    for name in TENANT_TABLES:
        for key in Base.metadata.tables[name].foreign_key_constraints:
            if key.referred_table.name in TENANT_TABLES:
                assert key.column_keys[0] == "agency_id", f"{name}: {key.name}"


def test_the_application_role_neither_owns_nor_bypasses(engine: Engine) -> None:
    with engine.connect() as connection:
        role = connection.execute(
            text("SELECT rolsuper, rolbypassrls, rolcreaterole FROM pg_roles WHERE rolname = current_user")
        ).one()
        owned = connection.scalar(
            text(
                "SELECT count(*) FROM pg_class "
                "WHERE relowner = (SELECT oid FROM pg_roles WHERE rolname = current_user)"
            )
        )
    assert tuple(role) == (False, False, False)
    assert owned == 0


@pytest.mark.parametrize("table", TENANT_TABLES)
def test_without_a_tenant_there_is_nothing(sessions: Sessions, other: uuid.UUID, table: str) -> None:
    with sessions() as session:
        assert session.scalar(text(f"SELECT count(*) FROM {table}")) == 0


def test_the_naive_connection_sees_everything(superuser: psycopg.Connection, other: uuid.UUID) -> None:
    """The control: the same count without the wall is not nought, so the tests above could fail."""
    count = superuser.execute("SELECT count(*) FROM person WHERE agency_id = %s", [other]).fetchone()
    assert count == (1,)


def test_text_sql_core_and_count_see_only_the_tenant(
    sessions: Sessions, agency_id: uuid.UUID, other: uuid.UUID
) -> None:
    with sessions() as session:
        enter_agency(session, agency_id)
        assert session.scalar(text("SELECT count(*) FROM person")) == 0
        assert (
            session.scalar(text("SELECT count(*) FROM person WHERE agency_id = :other"), {"other": other})
            == 0
        )
        assert session.execute(select(Person.__table__.c.email)).all() == []
        assert session.scalar(select(func.count()).select_from(Agency)) == 1
        assert session.get(Agency, other) is None


def test_another_tenants_rows_cannot_be_written(
    sessions: Sessions, agency_id: uuid.UUID, other: uuid.UUID
) -> None:
    row = {"agency_id": other, "id": uuid.uuid4(), "code": "x", "name": "X"}
    with sessions() as session:
        enter_agency(session, agency_id)
        with pytest.raises(ProgrammingError, match="row-level security"):
            session.execute(insert(OrganisationUnit), [row, {**row, "id": uuid.uuid4(), "code": "y"}])
    with sessions() as session:
        enter_agency(session, agency_id)
        changed = session.execute(update(Person).values(name="Mallory"))
        assert changed.rowcount == 0  # type: ignore[attr-defined]
        deleted = session.execute(text("DELETE FROM person"))
        assert deleted.rowcount == 0  # type: ignore[attr-defined]


def test_a_row_cannot_be_moved_to_another_tenant(
    sessions: Sessions, other: uuid.UUID, agency_id: uuid.UUID
) -> None:
    with sessions() as session:
        enter_agency(session, other)
        with pytest.raises((ProgrammingError, IntegrityError)):
            session.execute(update(Person).values(agency_id=agency_id))


def test_a_foreign_key_cannot_reach_another_tenants_unit(
    sessions: Sessions, agency_id: uuid.UUID, other: uuid.UUID
) -> None:
    with sessions() as session:
        enter_agency(session, agency_id)
        session.add(Person(agency_id=agency_id, name="Bob", email="bob@example.org", unit_code="north"))
        with pytest.raises(IntegrityError):
            session.commit()


def test_no_tenant_no_write(sessions: Sessions, other: uuid.UUID) -> None:
    with sessions() as session, pytest.raises(ProgrammingError, match="row-level security"):
        session.execute(insert(OrganisationUnit).values(agency_id=other, id=uuid.uuid4(), code="z", name="Z"))


def test_objects_loaded_under_one_tenant_do_not_refresh_under_another(
    sessions: Sessions, agency_id: uuid.UUID, other: uuid.UUID
) -> None:
    """Lazy loading is a query like any other: after a switch of tenant it finds nothing."""
    with sessions() as session:
        enter_agency(session, other)
        person = session.scalars(select(Person)).one()
        session.expire(person)
        enter_agency(session, agency_id)
        with pytest.raises(Exception, match=r"deleted|not present|Instance"):
            _ = person.email


def test_a_reused_connection_has_forgotten_its_tenant(database: Database, other: uuid.UUID) -> None:
    engine = create_engine(database.application, pool_size=1, max_overflow=0)
    try:
        with make_sessions(engine)() as session:
            enter_agency(session, other)
            first = session.scalar(text("SELECT pg_backend_pid()"))
            assert session.scalar(text("SELECT count(*) FROM person")) == 1
            session.commit()
        with make_sessions(engine)() as session:
            assert session.scalar(text("SELECT pg_backend_pid()")) == first
            assert session.scalar(text("SELECT count(*) FROM person")) == 0
    finally:
        engine.dispose()


def test_the_tenant_survives_commits_and_ends_with_leaving(sessions: Sessions, other: uuid.UUID) -> None:
    with sessions() as session:
        enter_agency(session, other)
        session.commit()
        assert session.scalar(text("SELECT count(*) FROM person")) == 1
        leave_agency(session)
        assert session.scalar(text("SELECT count(*) FROM person")) == 0


def test_the_service_cannot_see_the_pool_nor_the_pool_a_tenant(
    engine: Engine, database: Database, other: uuid.UUID
) -> None:
    with engine.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
        connection.execute(text("SELECT * FROM pool.contribution"))
    pool = create_engine(database.pool)
    try:
        with pool.connect() as connection, pytest.raises(ProgrammingError, match="permission denied"):
            connection.execute(text("SELECT * FROM person"))
    finally:
        pool.dispose()
