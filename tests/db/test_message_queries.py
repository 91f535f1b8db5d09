"""Finding who is written to next: as much work as messages are wanted, not the square of a staff."""

import json
import uuid
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import MessageBatch
from cri.db.queries import messages
from cri.db.queries.messages import add_messages
from cri.db.session import enter_agency
from cri.services.context import Parts
from tests.database_fixtures import make_agency
from tests.factories import OpenedWave
from tests.jobs.mailing import invite

Sessions = sessionmaker[Session]
STAFF, WANTED = 400, 20

NAIVE = f"""
    SELECT i.id, m.kind, m.tries, p.id, p.name, p.email, p.language
    FROM message m JOIN invitation i ON i.agency_id = m.agency_id AND i.id = m.invitation_id
    JOIN person p ON p.agency_id = i.agency_id AND p.id = i.person_id
    WHERE m.agency_id = :agency_id AND m.wave_id = :wave_id AND m.state = 'waiting'
    AND (m.retry_at IS NULL OR m.retry_at <= :now) AND {messages._MAY_BE_WRITTEN}
    ORDER BY m.kind, m.invitation_id LIMIT :most
"""
"""The control: what anybody would write first."""


@pytest.fixture
def newly_invited(
    superuser: psycopg.Connection, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> OpenedWave:
    """A staff whose roster came in after statistics were last gathered, as any new agency's does."""
    invite(superuser, sessions, parts, make_agency(sessions), {"other": STAFF})
    superuser.execute("ANALYZE person, invitation, message")
    return invite(superuser, sessions, parts, agency_id, {"new": STAFF})


def pages_read(sessions: Sessions, wave: OpenedWave, statement: str) -> tuple[int, int]:
    """(pages of the database that a statement looks at, rows that it finds)."""
    key = {"agency_id": wave.agency_id, "wave_id": wave.wave_id}
    now = datetime.now(UTC)
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        session.add(MessageBatch(**key, kind="invitation", day=now.date(), trouble=""))
        session.flush()
        add_messages(session, wave.agency_id, wave.wave_id, "invitation")
        told = session.scalar(
            text(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"), {**key, "now": now, "most": WANTED}
        )
    plan = (told if isinstance(told, list) else json.loads(str(told)))[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], round(plan["Actual Rows"])


def test_only_those_who_are_wanted_are_looked_up(sessions: Sessions, newly_invited: OpenedWave) -> None:
    pages, found = pages_read(sessions, newly_invited, messages._NEXT.text)
    assert found == WANTED
    assert pages < 1_000


def test_a_plain_join_compares_everybody_with_everybody(
    sessions: Sessions, newly_invited: OpenedWave
) -> None:
    pages, found = pages_read(sessions, newly_invited, NAIVE)
    assert found == WANTED
    assert pages > 50 * STAFF
