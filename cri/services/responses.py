"""Answering: from a link to a draft to a submission. Nothing here knows when, or from where."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cri.adapters.envelopes import close_draft, draft_key, make_resume_code, open_draft, seal_answers
from cri.adapters.secret_files import Secrets
from cri.db.models import Agency, Draft, Invitation, MailboxEntry, Wave
from cri.db.session import enter_agency
from cri.domain.errors import CriError
from cri.domain.instrument import Instrument
from cri.domain.wave import Answers, Submission, answers_from_document, envelope_length
from cri.services.instruments import released_instrument
from cri.services.links import digest_of_token, personal_token

GRACE = timedelta(minutes=30)
"""A page opened before the closing time may still be submitted this long after it."""


class LinkUnusableError(CriError):
    """The link is wrong, used or too late. One answer for all three: nothing to be learnt by trying."""


class AlreadySubmittedError(CriError):
    """The link was used while this page was open: by a second click, another tab or device."""


@dataclass(frozen=True)
class Questionnaire:
    """What a valid link leads to. `invitation_id` is None on an open link before its start."""

    agency_id: uuid.UUID
    wave_id: uuid.UUID
    invitation_id: uuid.UUID | None
    unit_code: str | None
    personal: bool
    agency_name: str
    colour: str
    synthetic: bool
    label: str
    instrument: Instrument
    languages: tuple[str, ...]
    noun: str
    minimum: int
    closes_at: datetime
    mailbox_key: bytes


def find_questionnaire(session: Session, secrets: Secrets, token: str, now: datetime) -> Questionnaire:
    """What `token` leads to; the session enters its agency.

    Raises LinkUnusableError for a token that is unknown or used, or whose wave is not open.
    """
    digest = digest_of_token(secrets, token)
    found = session.execute(
        text("SELECT agency_id, wave_id, invitation_id FROM lookup.link(:digest)"), {"digest": digest}
    ).one_or_none()
    if found is None:
        raise LinkUnusableError
    enter_agency(session, found.agency_id)
    row = session.execute(
        select(Wave, Agency, Invitation)
        .join(Agency, Agency.agency_id == Wave.agency_id)
        .outerjoin(
            Invitation, (Invitation.agency_id == Wave.agency_id) & (Invitation.id == found.invitation_id)
        )
        .where(Wave.agency_id == found.agency_id, Wave.id == found.wave_id)
    ).one()
    wave, agency, invitation = row
    if wave.state not in ("open", "closing") or wave.closes_at is None or wave.closes_at + GRACE < now:
        raise LinkUnusableError
    if wave.mailbox_key is None or (invitation is not None and invitation.used):
        raise LinkUnusableError
    return Questionnaire(
        agency_id=wave.agency_id,
        wave_id=wave.id,
        invitation_id=invitation.id if invitation else None,
        unit_code=invitation.unit_code if invitation else None,
        personal=invitation is not None and invitation.person_id is not None,
        agency_name=agency.name,
        colour=agency.colour,
        synthetic=wave.synthetic,
        label=wave.label,
        instrument=released_instrument(wave.instrument_code, wave.instrument_version),
        languages=tuple(wave.languages),
        noun=wave.noun,
        minimum=wave.minimum,
        closes_at=wave.closes_at,
        mailbox_key=wave.mailbox_key,
    )


def start_from_open_link(session: Session, secrets: Secrets, questionnaire: Questionnaire) -> str:
    """Give the browser that came through an open link a link of its own; returns the new token."""
    invitation_id = uuid.uuid4()
    token = personal_token(secrets, invitation_id)
    session.add(
        Invitation(
            agency_id=questionnaire.agency_id,
            id=invitation_id,
            wave_id=questionnaire.wave_id,
            unit_code=questionnaire.unit_code,
            token_digest=digest_of_token(secrets, token),
        )
    )
    session.flush()
    return token


def start_draft(session: Session, secrets: Secrets, questionnaire: Questionnaire) -> str:
    """Begin afresh on this device; returns the resume code, which only the respondent keeps."""
    code = make_resume_code()
    save_draft(session, secrets, questionnaire, code, Answers())
    return code


def save_draft(
    session: Session, secrets: Secrets, questionnaire: Questionnaire, code: str, answers: Answers
) -> None:
    """Keep the answers so far, readable only with `code`."""
    key, digest = _keys(secrets, questionnaire, code)
    length = envelope_length(questionnaire.instrument)
    values = {
        "agency_id": questionnaire.agency_id,
        "wave_id": questionnaire.wave_id,
        "key_digest": digest,
        "invitation_id": questionnaire.invitation_id,
        "ciphertext": close_draft(key, answers.to_document(), length),
    }
    statement = insert(Draft).values(values)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Draft.agency_id, Draft.wave_id, Draft.key_digest],
            set_={"ciphertext": statement.excluded.ciphertext},
        )
    )


def load_draft(session: Session, secrets: Secrets, questionnaire: Questionnaire, code: str) -> Answers | None:
    """The answers kept under `code`, or None when there is no such draft for this link."""
    key, digest = _keys(secrets, questionnaire, code)
    ciphertext = session.scalar(
        select(Draft.ciphertext).where(
            Draft.agency_id == questionnaire.agency_id,
            Draft.wave_id == questionnaire.wave_id,
            Draft.key_digest == digest,
        )
    )
    document = open_draft(key, ciphertext) if ciphertext else None
    return answers_from_document(document) if document is not None else None


def submit(session: Session, questionnaire: Questionnaire, answers: Answers) -> None:
    """Mark the link used and drop the sealed answers into the mailbox, in the caller's transaction.

    The two rows share no key and no time. They do share this transaction, which is why the mailbox
    holds only what the database cannot read, until mixing has torn the two apart.
    Raises AlreadySubmittedError when the link is used already, LinkUnusableError when sealing has begun.
    """
    key = [questionnaire.agency_id, questionnaire.invitation_id]
    wave_open = session.scalar(
        select(Wave.state.in_(["open", "closing"]))
        .where(Wave.agency_id == questionnaire.agency_id, Wave.id == questionnaire.wave_id)
        .with_for_update(read=True, key_share=True)
    )
    if not wave_open:
        raise LinkUnusableError
    taken = session.execute(
        update(Invitation)
        .where(Invitation.agency_id == key[0], Invitation.id == key[1], Invitation.used.is_(False))
        .values(used=True)
        .returning(Invitation.id)
    ).one_or_none()
    if taken is None:
        raise AlreadySubmittedError
    submission = Submission(answers, questionnaire.unit_code, open_link=not questionnaire.personal)
    length = envelope_length(questionnaire.instrument) + 128  # room for the unit's code
    session.add(
        MailboxEntry(
            agency_id=questionnaire.agency_id,
            wave_id=questionnaire.wave_id,
            ciphertext=seal_answers(questionnaire.mailbox_key, submission.to_document(), length),
        )
    )
    session.execute(delete(Draft).where(Draft.agency_id == key[0], Draft.invitation_id == key[1]))
    session.flush()


def _keys(secrets: Secrets, questionnaire: Questionnaire, code: str) -> tuple[bytes, bytes]:
    if questionnaire.invitation_id is None:
        raise ValueError("an open link has no draft before it has a link of its own")
    return draft_key(secrets.draft, code, questionnaire.invitation_id.bytes)
