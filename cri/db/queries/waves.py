"""What is known of a wave, for use cases that come after it was opened."""

import uuid
from datetime import datetime

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cri.db.models import MailboxEntry, MixedEntry, Wave, WaveUnit
from cri.domain.sheet import Unit


def lock_wave(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID) -> Wave:
    """The wave, locked against every change and every submission until the transaction ends.

    Raises sqlalchemy.exc.NoResultFound when the agency has no such wave.
    """
    statement = select(Wave).where(Wave.agency_id == agency_id, Wave.id == wave_id).with_for_update()
    return session.scalars(statement).one()


def waves_to_open(session: Session, now: datetime) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(agency id, wave id) of every draft whose opening time has come, across agencies: ids only."""
    due = text("SELECT agency_id, wave_id FROM lookup.waves_to_open(:now)")
    return [(row.agency_id, row.wave_id) for row in session.execute(due, {"now": now})]


def frozen_units(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID) -> tuple[Unit, ...]:
    """The organisation tree as it was when the wave opened, in the tree's order."""
    rows = session.scalars(
        select(WaveUnit)
        .where(WaveUnit.agency_id == agency_id, WaveUnit.wave_id == wave_id)
        .order_by(WaveUnit.position, WaveUnit.code)
    )
    return tuple(Unit(row.code, row.parent_code, row.name, row.headcount) for row in rows)


def envelopes(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID) -> list[bytes]:
    """Every sealed submission of the wave, mixed or still in the mailbox."""
    found: list[bytes] = []
    for table in (MixedEntry, MailboxEntry):
        statement = select(table.ciphertext).where(table.agency_id == agency_id, table.wave_id == wave_id)
        found.extend(session.scalars(statement))
    return found
