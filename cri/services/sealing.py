"""Closing time: from encrypted submissions to one answer sheet, and nothing else left.

The order of the steps makes it safe to kill the process at any instant. The sheet is written under
its own digest and read back before the one transaction that destroys the submissions commits; only
after that is the wave's key destroyed. Done again, each step finds its work done.
"""

import hashlib
import json
import uuid

from sqlalchemy import Engine, delete, text, update

from cri.adapters.answer_sheets import decode_sheet, encode_sheet
from cri.adapters.blobs import BlobStore
from cri.adapters.envelopes import unseal_answers
from cri.adapters.secret_files import WaveKeys
from cri.db.models import Draft, Invitation, MailboxEntry, MixedEntry
from cri.db.queries.waves import envelopes, frozen_units, lock_wave
from cri.domain.errors import CriError
from cri.domain.sealed_sheet import comments_to_keep, make_sheet
from cri.domain.wave import Submission, submission_from_document
from cri.services.context import Context
from cri.services.instruments import released_instrument
from cri.services.practice import discard


class SealingError(CriError):
    """The sheet could not be stored or read back; nothing was destroyed."""


def sheet_key(agency_id: uuid.UUID, wave_id: uuid.UUID, sha256: str) -> str:
    """Where a wave's answer sheet lies in the blob store."""
    return f"{_folder(agency_id, wave_id)}/{sha256}.parquet"


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
    sheet = make_sheet(instrument, frozen_units(session, agency_id, wave_id), submissions)
    data = encode_sheet(sheet, instrument)
    sha256 = hashlib.sha256(data).hexdigest()
    key = sheet_key(agency_id, wave_id, sha256)
    _put_and_check(context.parts.blobs, key, data)
    decode_sheet(context.parts.blobs.get(key), instrument)
    _keep_comments(context.parts.blobs, agency_id, wave_id, submissions, wave.comments_minimum)
    for table in (MailboxEntry, MixedEntry, Draft):
        session.execute(delete(table).where(table.agency_id == agency_id, table.wave_id == wave_id))
    session.execute(
        update(Invitation)
        .where(Invitation.agency_id == agency_id, Invitation.wave_id == wave_id)
        .values(token_digest=None)
    )
    wave.state = "sealed"
    wave.sheet_sha256 = sha256
    wave.open_link_digest = None
    wave.mailbox_key = None
    session.flush()
    context.parts.defer(session, "score", agency_id, wave_id)


def forget_wave(
    keys: WaveKeys, blobs: BlobStore, agency_id: uuid.UUID, wave_id: uuid.UUID, sha256: str | None
) -> None:
    """After sealing has committed: destroy the wave's key and the sheets of interrupted attempts.

    sha256: of the sheet, None for a practice wave, which has none.
    """
    keys.destroy(str(wave_id))
    kept = sheet_key(agency_id, wave_id, sha256) if sha256 is not None else None
    for key in blobs.keys(_folder(agency_id, wave_id)):
        if key.endswith(".parquet") and key != kept:
            blobs.delete(key)


def vacuum_submissions(engine: Engine) -> None:
    """Give the destroyed rows' pages back, so that no dead row outlives its wave for long.

    Before PostgreSQL 17 only an owner may; there the server says so and autovacuum does it later.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in (Invitation, Draft, MailboxEntry, MixedEntry):
            connection.execute(text(f"VACUUM {table.__tablename__}"))


def _folder(agency_id: uuid.UUID, wave_id: uuid.UUID) -> str:
    return f"sheet/{agency_id}/{wave_id}"


def _put_and_check(blobs: BlobStore, key: str, data: bytes) -> None:
    blobs.put(key, data)
    if blobs.get(key) != data:
        raise SealingError(f"{key}: the store gave back other bytes than were put in; nothing was destroyed")


def _keep_comments(
    blobs: BlobStore, agency_id: uuid.UUID, wave_id: uuid.UUID, submissions: list[Submission], minimum: int
) -> None:
    kept = comments_to_keep(submissions, minimum)
    if kept:
        data = json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()
        _put_and_check(blobs, f"{_folder(agency_id, wave_id)}/comments.json", data)
