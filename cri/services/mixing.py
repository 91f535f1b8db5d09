"""Tearing submissions away from the transactions they came in."""

import uuid
from secrets import SystemRandom

from sqlalchemy import delete, insert, select, text
from sqlalchemy.orm import Session

from cri.adapters.envelopes import reseal_answers
from cri.adapters.secret_files import WaveKeys
from cri.db.models import MailboxEntry, MixedEntry, Wave
from cri.domain.wave import MINIMUM

MOST = 10_000
"""Entries of one batch: what is left waits for the next, so that a backlog neither fills the memory nor
exceeds the 65,535 parameters of a statement."""


def waves_in(session: Session, state: str) -> list[tuple[uuid.UUID, uuid.UUID]]:
    """(agency id, wave id) of every wave in `state`, across agencies: ids only, for the worker."""
    rows = session.execute(text("SELECT agency_id, wave_id FROM lookup.waves(:state)"), {"state": state})
    return [(row.agency_id, row.wave_id) for row in rows]


def mix(session: Session, keys: WaveKeys, agency_id: uuid.UUID, wave_id: uuid.UUID) -> int:
    """Move a wave's mailbox on, in the caller's transaction; returns how many entries moved.

    Nothing moves while fewer than ten wait. Those that do are encrypted anew, get new random ids and
    are inserted in random order by one transaction, so that neither id, ciphertext, order, ctid nor
    xmin says which of the ten or more arrivals a mixed entry was.
    """
    wave = session.scalar(
        select(Wave)
        .where(Wave.agency_id == agency_id, Wave.id == wave_id)
        .with_for_update(key_share=True)  # one mixer at a time; submissions go on
    )
    if wave is None or wave.state not in ("open", "closing") or wave.mailbox_key is None:
        return 0
    here = (MailboxEntry.agency_id == agency_id, MailboxEntry.wave_id == wave_id)
    waiting = session.execute(select(MailboxEntry.id, MailboxEntry.ciphertext).where(*here).limit(MOST)).all()
    if len(waiting) < MINIMUM:
        return 0
    private, public = keys.private(str(wave_id)), wave.mailbox_key
    rows = [
        {
            "agency_id": agency_id,
            "wave_id": wave_id,
            "id": uuid.uuid4(),
            "ciphertext": reseal_answers(private, public, entry.ciphertext),
        }
        for entry in waiting
    ]
    SystemRandom().shuffle(rows)
    session.execute(insert(MixedEntry), rows)
    session.execute(delete(MailboxEntry).where(*here, MailboxEntry.id.in_([entry.id for entry in waiting])))
    return len(rows)
