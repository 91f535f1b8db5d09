"""Synthetic data cannot enter a real edition: the database refuses, whatever the code does."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Contribution, DraftStep, Edition, EditionDraft, EditionMember, Wave
from cri.db.session import enter_agency, make_engine, make_sessions
from tests.database_fixtures import Database, make_agency

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def pool(database: Database, superuser: psycopg.Connection) -> Iterator[sessionmaker[Session]]:
    """Sessions of the pool's role. What they commit is taken away again: other tests read the whole pool."""
    engine = make_engine(database.pool)
    yield make_sessions(engine)
    engine.dispose()
    superuser.rollback()
    superuser.execute(
        "DELETE FROM pool.edition_member USING pool.edition WHERE edition = number AND sha256 = '0'"
    )
    superuser.execute("DELETE FROM pool.edition WHERE sha256 = '0'")
    superuser.execute("DELETE FROM pool.contribution WHERE aggregates = '{}'")
    superuser.commit()


def contribution(*, synthetic: bool) -> Contribution:
    return Contribution(
        id=uuid.uuid4(),
        pseudonym="p",
        owner_pseudonym="o",
        sheet_sha256=uuid.uuid4().hex,
        instrument_code="cri",
        instrument_version="1.0.0",
        synthetic=synthetic,
        aggregates={},
    )


def edition(
    *, synthetic: bool, says: bool | None = None, version: str = "1.0.0", origin: str = "imported"
) -> Edition:
    document: dict[str, Any] = {"synthetic": synthetic if says is None else says}
    number = uuid.uuid4().hex[:12]
    return Edition(
        number=number,
        instrument_code="cri",
        instrument_version=version,
        synthetic=synthetic,
        sha256="0",
        document=document,
        origin=origin,
    )


def member(of: Edition, who: Contribution, *, synthetic: bool) -> EditionMember:
    return EditionMember(
        edition=of.number,
        instrument_code="cri",
        instrument_version=of.instrument_version,
        contribution_id=who.id,
        synthetic=synthetic,
    )


def test_real_in_real_and_synthetic_in_synthetic_are_accepted(pool: sessionmaker[Session]) -> None:
    for synthetic in (False, True):
        with pool() as session:  # never committed: other tests read the whole pool
            made, who = edition(synthetic=synthetic), contribution(synthetic=synthetic)
            session.add_all([made, who])
            session.flush()
            session.add(member(made, who, synthetic=synthetic))
            session.flush()


@pytest.mark.parametrize("claimed", [False, True])
def test_a_synthetic_contribution_cannot_enter_a_real_edition(
    pool: sessionmaker[Session], claimed: bool
) -> None:
    with pool() as session:
        made, who = edition(synthetic=False), contribution(synthetic=True)
        session.add_all([made, who])
        session.flush()
        session.add(member(made, who, synthetic=claimed))
        with pytest.raises(IntegrityError, match="fk_edition_member"):
            session.flush()


def test_a_contribution_cannot_enter_an_edition_of_another_version(pool: sessionmaker[Session]) -> None:
    with pool() as session:
        made, who = edition(synthetic=False, version="1.1.0"), contribution(synthetic=False)
        session.add_all([made, who])
        session.flush()
        session.add(member(made, who, synthetic=False))
        with pytest.raises(IntegrityError, match="fk_edition_member_contribution_version"):
            session.flush()


def test_a_real_edition_that_was_made_here_names_its_approval(pool: sessionmaker[Session]) -> None:
    with pool() as session:
        session.add(edition(synthetic=False, origin="made"))
        with pytest.raises(IntegrityError, match="approved_if_real"):
            session.flush()


@pytest.mark.parametrize("first", ["asked", "previewed"])
def test_nobody_approves_what_they_asked_for_or_previewed(pool: sessionmaker[Session], first: str) -> None:
    who, draft_id = uuid.uuid4(), uuid.uuid4()
    with pool() as session:
        session.add(
            EditionDraft(
                id=draft_id,
                number="2026.1",
                instrument_code="cri",
                instrument_version="1.0.0",
                synthetic=False,
            )
        )
        session.flush()
        session.add(DraftStep(draft_id=draft_id, step=first, account_id=who, taken_at=NOW))
        session.flush()
        session.add(DraftStep(draft_id=draft_id, step="approved", account_id=who, taken_at=NOW))
        with pytest.raises(IntegrityError, match=f"not_who_{first}"):
            session.flush()


def test_an_edition_cannot_say_other_than_it_is(pool: sessionmaker[Session]) -> None:
    with pool() as session:
        session.add(edition(synthetic=False, says=True))
        with pytest.raises(IntegrityError, match="says_what_it_is"):
            session.flush()


def test_an_edition_cannot_be_silent_about_it(pool: sessionmaker[Session]) -> None:
    with pool() as session:
        made = edition(synthetic=False)
        made.document = {"edition": made.number}
        session.add(made)
        with pytest.raises(IntegrityError, match="says_what_it_is"):
            session.flush()


def test_a_contribution_cannot_be_turned_real_afterwards(
    pool: sessionmaker[Session], superuser: psycopg.Connection
) -> None:
    with pool.begin() as session:
        made, who = edition(synthetic=True), contribution(synthetic=True)
        session.add_all([made, who])
        session.flush()
        session.add(member(made, who, synthetic=True))
        key = who.id
    with pool() as session:
        session.get_one(Contribution, key).synthetic = False
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.flush()
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        superuser.execute("UPDATE pool.contribution SET synthetic = false WHERE id = %s", [key])


def test_a_wave_is_as_synthetic_as_its_agency(sessions: sessionmaker[Session]) -> None:
    agency_id = make_agency(sessions, synthetic=True)
    with sessions() as session:
        enter_agency(session, agency_id)
        session.add(
            Wave(
                agency_id=agency_id,
                label="Passing for real",
                instrument_code="cri",
                instrument_version="1.0.0",
                languages=["en"],
                noun="residents",
                synthetic=False,
            )
        )
        with pytest.raises(IntegrityError, match="fk_wave"):
            session.flush()


def test_published_documents_cannot_be_changed(pool: sessionmaker[Session]) -> None:
    with pool.begin() as session:
        made = edition(synthetic=True)
        session.add(made)
        key = (made.number, "cri")
    with pool() as session:
        session.get_one(Edition, key).document = {"synthetic": True, "forged": True}
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.flush()
