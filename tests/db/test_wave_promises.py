"""What a wave promised the database keeps, against SQL with the service's own rights; and a practice wave."""

import hashlib
import uuid
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, ProgrammingError
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Report, StoredPack, StoredScorecard, Wave, WaveLog, WaveUnit
from cri.db.session import enter_agency, make_engine, make_sessions
from cri.services.context import Parts
from tests.database_fixtures import Database
from tests.factories import draft_wave, open_wave

Sessions = sessionmaker[Session]
NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
FROZEN: dict[str, Any] = {
    "label": "Another survey",
    "instrument_code": "mri",
    "instrument_version": "9.9.9",
    "languages": ["en"],
    "noun": "patients",
    "relationship": "ward",
    "service_lines": [{"name": "All", "relationship": "ward"}],
    "breakdowns": [],
    "minimum": 11,
    "comments_minimum": 31,
    "opened_at": NOW,
    "mailbox_key": b"a key that somebody else has",
    "state": "draft",
}


def change(sessions: Sessions, agency_id: uuid.UUID, wave_id: uuid.UUID, **values: Any) -> None:
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.execute(update(Wave).where(Wave.id == wave_id).values(**values))


@pytest.mark.parametrize("column", FROZEN)
def test_what_opening_froze_is_not_changed(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID, column: str
) -> None:
    wave = open_wave(sessions, parts, agency_id, minimum=20)
    with pytest.raises(IntegrityError, match=r"promised|not made"):
        change(sessions, agency_id, wave.wave_id, **{column: FROZEN[column]})


def test_a_minimum_is_not_lowered_after_the_opening_nor_ever_below_ten(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = open_wave(sessions, parts, agency_id, minimum=20)
    with pytest.raises(IntegrityError, match="promised"):
        change(sessions, agency_id, wave.wave_id, minimum=10)
    draft = draft_wave(sessions, agency_id)
    change(sessions, agency_id, draft, minimum=20, comments_minimum=40)
    change(sessions, agency_id, draft, minimum=10, comments_minimum=30)
    for values in ({"minimum": 9}, {"comments_minimum": 29}):
        with pytest.raises(IntegrityError, match="never_lowered"):
            change(sessions, agency_id, draft, **values)


def test_the_control_without_the_trigger_the_minimum_falls(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID, superuser: psycopg.Connection
) -> None:
    """The naive schema, with checks alone, takes the statement that is refused above."""
    wave = open_wave(sessions, parts, agency_id, minimum=20)
    with superuser.transaction(force_rollback=True):
        superuser.execute("SET LOCAL session_replication_role = replica")  # no trigger fires
        done = superuser.execute("UPDATE wave SET minimum = 10 WHERE id = %s", [wave.wave_id])
        assert done.rowcount == 1


def test_a_draft_is_changed_and_an_open_wave_extended(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    """The control: the same statements go through where nothing was promised yet."""
    draft = draft_wave(sessions, agency_id)
    for column, value in FROZEN.items():
        change(sessions, agency_id, draft, **{column: value})
    wave = open_wave(sessions, parts, agency_id)
    change(sessions, agency_id, wave.wave_id, closes_at=NOW)
    change(sessions, agency_id, wave.wave_id, state="closing", closed_at=NOW)
    with pytest.raises(IntegrityError, match="promised"):
        change(sessions, agency_id, wave.wave_id, closes_at=datetime.now(UTC))
    change(sessions, agency_id, wave.wave_id, state="sealed", sheet_sha256="0" * 64, mailbox_key=None)
    with pytest.raises(IntegrityError, match="promised"):
        change(sessions, agency_id, wave.wave_id, sheet_sha256="1" * 64)
    with pytest.raises(IntegrityError, match="not made"):
        change(sessions, agency_id, wave.wave_id, state="open")


def test_breakdowns_are_registered_before_the_opening(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = open_wave(sessions, parts, agency_id)
    row = {"agency_id": agency_id, "name": "New", "headcount": 1, "position": 9, "parent_code": None}
    with sessions() as session:
        enter_agency(session, agency_id)
        with pytest.raises(IntegrityError, match="before a wave opens"):
            session.execute(insert(WaveUnit).values(**row, wave_id=wave.wave_id, code="new"))
        session.rollback()
        with pytest.raises(ProgrammingError, match="permission denied"):
            session.execute(text("UPDATE wave_unit SET headcount = 500"))
    draft = draft_wave(sessions, agency_id)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.execute(insert(WaveUnit).values(**row, wave_id=draft, code="new"))


def test_the_log_is_written_and_never_rewritten(sessions: Sessions, agency_id: uuid.UUID) -> None:
    draft = draft_wave(sessions, agency_id)
    row = {"agency_id": agency_id, "id": uuid.uuid4(), "wave_id": draft, "at": NOW, "event": "opened"}
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.execute(insert(WaveLog).values(**row, reason="", details={}))
    for statement in ("UPDATE wave_log SET reason = 'another'", "DELETE FROM wave_log"):
        with sessions() as session:
            enter_agency(session, agency_id)
            with pytest.raises(ProgrammingError, match="permission denied"):
                session.execute(text(statement))


PRACTICE_MADE_REAL: dict[str, dict[str, Any]] = {
    "called real": {"practice": False},
    "of no draft": {"practice_of": None, "practice": False},
    "sealed": {"state": "sealed", "sheet_sha256": "0" * 64},
    "scored": {"state": "scored", "sheet_sha256": "0" * 64},
    "given a sheet": {"sheet_sha256": "0" * 64},
}


@pytest.mark.parametrize("attack", PRACTICE_MADE_REAL)
def test_a_practice_wave_is_never_made_real(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID, attack: str
) -> None:
    wave = open_wave(sessions, parts, agency_id, practice=True)
    draft = draft_wave(sessions, agency_id, practice=True)
    for wave_id in (wave.wave_id, draft):
        with pytest.raises(IntegrityError, match=r"real or practice|state_known|open_since"):
            change(sessions, agency_id, wave_id, **PRACTICE_MADE_REAL[attack])


def test_a_real_wave_is_never_called_practice_nor_thrown_away(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = open_wave(sessions, parts, agency_id)
    for values in ({"practice": True}, {"practice_of": wave.wave_id}, {"state": "discarded"}):
        with pytest.raises(IntegrityError, match=r"real or practice|state_known"):
            change(sessions, agency_id, wave.wave_id, **values)


def made_from(agency_id: uuid.UUID, wave_id: uuid.UUID) -> dict[str, Any]:
    key = {"agency_id": agency_id, "wave_id": wave_id}
    return {
        "scorecard": insert(StoredScorecard).values(**key, sha256="0", document={}),
        "pack": insert(StoredPack).values(**key, kind="leader", document={}),
        "report": insert(Report).values(
            **key, id=uuid.uuid4(), kind="leader", locale="en", sha256="0", manifest={}, made_at=NOW
        ),
    }


@pytest.mark.parametrize("made", ["scorecard", "pack", "report"])
def test_nothing_is_made_from_a_practice_wave(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID, made: str
) -> None:
    practice = open_wave(sessions, parts, agency_id, practice=True)
    real = open_wave(sessions, parts, agency_id)
    with sessions() as session:
        enter_agency(session, agency_id)
        with pytest.raises(IntegrityError, match="wave_id_practice"):
            session.execute(made_from(agency_id, practice.wave_id)[made])
        session.rollback()
        session.execute(made_from(agency_id, real.wave_id)[made])  # the control: of a real wave it is
        session.rollback()
        with pytest.raises(ProgrammingError, match=r"generated|non-DEFAULT"):
            session.execute(
                text(
                    "INSERT INTO scorecard (agency_id, wave_id, sha256, document, practice) "
                    "VALUES (:agency, :wave, '0', '{}', true)"
                ),
                {"agency": agency_id, "wave": practice.wave_id},
            )


def test_answers_to_a_practice_wave_are_not_moved_to_a_real_one(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    practice = open_wave(sessions, parts, agency_id, practice=True)
    real = open_wave(sessions, parts, agency_id)
    values = {"real": real.wave_id, "practice": practice.wave_id}
    for table in ("mailbox_entry", "mixed_entry"):
        with sessions() as session:
            enter_agency(session, agency_id)
            with pytest.raises(ProgrammingError, match="permission denied"):
                session.execute(text(f"UPDATE {table} SET wave_id = :real WHERE wave_id = :practice"), values)
    with sessions() as session:
        enter_agency(session, agency_id)
        keys = dict(session.execute(select(Wave.id, Wave.mailbox_key)).all())
    assert keys[practice.wave_id] != keys[real.wave_id]  # copied over, they could not be opened


def test_the_pool_refuses_a_contribution_of_practice(database: Database) -> None:
    engine = make_engine(database.pool)
    row = (
        "INSERT INTO pool.contribution (id, pseudonym, owner_pseudonym, sheet_sha256, instrument_code, "
        "instrument_version, synthetic, practice, aggregates) "
        "VALUES (gen_random_uuid(), 'p', 'o', :sheet, 'cri', '1.0.0', false, :practice, '{}')"
    )
    try:
        with make_sessions(engine)() as session:
            sheet = hashlib.sha256(uuid.uuid4().bytes).hexdigest()
            session.execute(text(row), {"sheet": sheet, "practice": False})  # the control
            with pytest.raises(IntegrityError, match="never_practice"):
                session.execute(text(row), {"sheet": sheet[::-1], "practice": True})
            session.rollback()
    finally:
        engine.dispose()
