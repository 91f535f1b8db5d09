"""From answers to a submission: the link used, the answers sealed. Nothing here knows when, or from where."""

import uuid
from typing import Final, cast

from sqlalchemy import Table, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from cri.adapters.envelopes import seal_answers
from cri.db.models import Draft, Invitation, MailboxEntry, Wave
from cri.domain.wave import Answers, Submission, envelope_length
from cri.services.responses import AlreadySubmittedError, Questionnaire, WaveClosedError

_HELD: Final = "held wave"

# Written once, not at each request.
_invitations, _drafts = cast("Table", Invitation.__table__), cast("Table", Draft.__table__)
_TAKE = (
    update(_invitations)
    .where(
        _invitations.c.agency_id == bindparam("agency"),
        _invitations.c.id == bindparam("link"),
        _invitations.c.used.is_(False),
    )
    .values(used=True)
    .returning(_invitations.c.id)
)
_DROP = insert(cast("Table", MailboxEntry.__table__))
_FORGET = delete(_drafts).where(
    _drafts.c.agency_id == bindparam("agency"), _drafts.c.invitation_id == bindparam("link")
)


def hold_open(session: Session, questionnaire: Questionnaire) -> None:
    """Keep sealing from beginning before this transaction ends: what it writes is destroyed with the rest.

    Raises WaveClosedError when sealing came first; it would never see what is written now.
    """
    if is_held(session, questionnaire.wave_id):
        return
    wave_open = session.scalar(
        select(Wave.state.in_(["open", "closing"]))
        .where(Wave.agency_id == questionnaire.agency_id, Wave.id == questionnaire.wave_id)
        .with_for_update(read=True, key_share=True)
    )
    if not wave_open:
        raise WaveClosedError


def note_held(session: Session, questionnaire: Questionnaire) -> None:
    """Remember that this very transaction has locked the wave, and found it open after that."""
    session.info[_HELD] = (session.get_transaction(), questionnaire.wave_id)


def is_held(session: Session, wave_id: uuid.UUID) -> bool:
    """Whether the transaction that is under way has locked the wave."""
    transaction, held = session.info.get(_HELD, (None, None))
    return transaction is not None and transaction is session.get_transaction() and held == wave_id


def submit(
    session: Session, questionnaire: Questionnaire, answers: Answers, seconds: int | None = None
) -> None:
    """Mark the link used and drop the sealed answers into the mailbox, in the caller's transaction.

    `seconds`: the median an item, None where it was not measured.

    The two rows share no key and no time. They do share this transaction, which is why the mailbox
    holds only what the database cannot read, until mixing has torn the two apart.
    Raises AlreadySubmittedError when the link is used already, WaveClosedError when sealing has begun.
    """
    take_link(session, questionnaire)
    drop_answers(session, questionnaire, answers, seconds)


def take_link(session: Session, questionnaire: Questionnaire) -> None:
    """Mark the link used: the first half of `submit`, with its errors. Whoever comes second waits here."""
    hold_open(session, questionnaire)
    link = {"agency": questionnaire.agency_id, "link": questionnaire.invitation_id}
    taken = session.connection().execute(_TAKE, link).one_or_none()
    if taken is None:
        raise AlreadySubmittedError


def drop_answers(
    session: Session, questionnaire: Questionnaire, answers: Answers, seconds: int | None
) -> None:
    """Put the answers into the mailbox and destroy the link's drafts: the second half of `submit`."""
    submission = Submission(
        answers,
        questionnaire.unit_code,
        open_link=not questionnaire.personal,
        late=questionnaire.late,
        seconds=seconds,
    )
    length = envelope_length(*questionnaire.asked) + 128  # room for the unit's code
    session.connection().execute(
        _DROP,
        {
            "agency_id": questionnaire.agency_id,
            "wave_id": questionnaire.wave_id,
            "ciphertext": seal_answers(questionnaire.mailbox_key, submission.to_document(), length),
        },
    )
    link = {"agency": questionnaire.agency_id, "link": questionnaire.invitation_id}
    session.connection().execute(_FORGET, link)
