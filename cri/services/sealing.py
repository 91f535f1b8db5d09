"""Closing time: from encrypted submissions to one answer sheet, and nothing else left.

The order of the steps makes it safe to kill the process at any instant. The sheet is written under
its own digest and read back before the one transaction that destroys the submissions commits; only
after that is the wave's key destroyed. Done again, each step finds its work done.
"""

import json
import uuid
from collections.abc import Collection

from sqlalchemy import Engine, delete, select, text, update
from sqlalchemy.orm import Session

from cri.adapters.blobs import BlobStore
from cri.adapters.envelopes import unseal_answers
from cri.adapters.secret_files import WaveKeys
from cri.db.models import Draft, Invitation, InvitationCode, MailboxEntry, MixedEntry, UnitLink
from cri.db.queries.participation import units_as_invited
from cri.db.queries.waves import envelopes, lock_wave
from cri.domain.sealed_sheet import comments_to_keep, make_sheet
from cri.domain.wave import Submission, submission_from_document
from cri.services.companions import seal_further
from cri.services.context import Context
from cri.services.instruments import released_instrument
from cri.services.practice import discard
from cri.services.sheets import put_and_check, put_sheet, sheet_folder, sheet_key


def seal_wave(context: Context, wave_id: uuid.UUID) -> None:
    """Make the answer sheet of a closing wave, destroy its submissions, drafts and links, ask for scoring.

    Of a practice wave no sheet is made: what was answered is destroyed unread. Raises SealingError when the
    store does not give back what was put in it.
    """
    session, agency_id = context.session, context.agency_id
    wave = lock_wave(session, agency_id, wave_id)
    if wave.state != "closing":
        return
    if wave.practice:
        discard(context, wave)
        return
    instrument = released_instrument(wave.instrument_code, wave.instrument_version)
    private = context.parts.wave_keys.private(str(wave_id))
    submissions = [
        submission_from_document(unseal_answers(private, ciphertext))
        for ciphertext in envelopes(session, agency_id, wave_id)
    ]
    sheet = make_sheet(instrument, units_as_invited(session, agency_id, wave_id), submissions)
    sha256 = put_sheet(context.parts.blobs, agency_id, wave_id, sheet, instrument)
    seal_further(context, wave, submissions)
    _keep_comments(context.parts.blobs, agency_id, wave_id, submissions, wave.comments_minimum)
    for table in (MailboxEntry, MixedEntry, Draft):
        session.execute(delete(table).where(table.agency_id == agency_id, table.wave_id == wave_id))
    session.execute(
        update(Invitation)
        .where(Invitation.agency_id == agency_id, Invitation.wave_id == wave_id)
        .values(token_digest=None)
    )
    _forget_other_ways_in(session, agency_id, wave_id)
    wave.state = "sealed"
    wave.sheet_sha256 = sha256
    wave.open_link_digest = None
    wave.mailbox_key = None
    session.flush()
    context.parts.defer(session, "score", agency_id, wave_id)


def forget_wave(
    keys: WaveKeys,
    blobs: BlobStore,
    agency_id: uuid.UUID,
    wave_id: uuid.UUID,
    sha256: str | None,
    further: Collection[str] = (),
) -> None:
    """After sealing has committed: destroy the wave's key and the sheets of interrupted attempts.

    sha256: of the sheet, None for a practice wave, which has none. further: of the sheets beside it.
    """
    keys.destroy(str(wave_id))
    kept = {sheet_key(agency_id, wave_id, one) for one in (sha256, *further) if one is not None}
    for key in blobs.keys(sheet_folder(agency_id, wave_id)):
        if key.endswith(".parquet") and key not in kept:
            blobs.delete(key)


def vacuum_submissions(engine: Engine) -> None:
    """Give the destroyed rows' pages back, so that no dead row outlives its wave for long.

    Before PostgreSQL 17 only an owner may; there the server says so and autovacuum does it later.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in (Invitation, Draft, MailboxEntry, MixedEntry):
            connection.execute(text(f"VACUUM {table.__tablename__}"))


def _forget_other_ways_in(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID) -> None:
    """Typed codes and posters lead nowhere now, and are not kept."""
    session.execute(delete(UnitLink).where(UnitLink.agency_id == agency_id, UnitLink.wave_id == wave_id))
    invited = select(Invitation.id).where(Invitation.agency_id == agency_id, Invitation.wave_id == wave_id)
    session.execute(
        delete(InvitationCode).where(
            InvitationCode.agency_id == agency_id, InvitationCode.invitation_id.in_(invited)
        )
    )


def _keep_comments(
    blobs: BlobStore, agency_id: uuid.UUID, wave_id: uuid.UUID, submissions: list[Submission], minimum: int
) -> None:
    kept = comments_to_keep(submissions, minimum)
    if kept:
        data = json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()
        put_and_check(blobs, f"{sheet_folder(agency_id, wave_id)}/comments.json", data)
