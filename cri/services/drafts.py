"""Answers in progress: kept for the respondent, readable only with the code that they alone hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cri.adapters.envelopes import close_draft, draft_key, make_resume_code, open_draft
from cri.adapters.secret_files import Secrets
from cri.db.models import Draft, Invitation
from cri.domain.wave import Answers, answers_from_document, envelope_length
from cri.services.links import personal_token
from cri.services.responses import LinkUnusableError, Questionnaire, drop_answers, take_link


@dataclass(frozen=True)
class Progress:
    """How far one respondent has come.

    `page`: where they left; `prompted`: the pages whose soft prompt they have seen. Neither is ever
    submitted, nor is any time kept.
    """

    answers: Answers = field(default_factory=Answers)
    page: str = ""
    prompted: frozenset[str] = frozenset()

    def to_document(self) -> dict[str, Any]:
        """JSON-ready."""
        return {**self.answers.to_document(), "page": self.page, "prompted": sorted(self.prompted)}


def progress_from_document(document: Mapping[str, Any]) -> Progress:
    """The inverse of `Progress.to_document`."""
    return Progress(
        answers_from_document(document), document.get("page", ""), frozenset(document.get("prompted", ()))
    )


def start_draft(
    session: Session, secrets: Secrets, questionnaire: Questionnaire, progress: Progress | None = None
) -> str:
    """Begin afresh on this device; returns the resume code, which only the respondent keeps."""
    code = make_resume_code()
    save_draft(session, secrets, questionnaire, code, progress or Progress())
    return code


def save_draft(
    session: Session, secrets: Secrets, questionnaire: Questionnaire, code: str, progress: Progress
) -> None:
    """Keep the answers so far, readable only with `code`."""
    if questionnaire.invitation_id is None:
        raise ValueError("an open link has no draft before it has a link of its own")
    key, digest = draft_key(secrets.draft, code, questionnaire.wave_id.bytes)
    statement = insert(Draft).values(
        agency_id=questionnaire.agency_id,
        wave_id=questionnaire.wave_id,
        key_digest=digest,
        invitation_id=questionnaire.invitation_id,
        ciphertext=close_draft(key, progress.to_document(), envelope_length(questionnaire.instrument)),
    )
    session.execute(
        statement.on_conflict_do_update(
            index_elements=[Draft.agency_id, Draft.wave_id, Draft.key_digest],
            set_={"ciphertext": statement.excluded.ciphertext},
            where=Draft.invitation_id == questionnaire.invitation_id,  # nobody writes through another's link
        )
    )


def load_draft(
    session: Session, secrets: Secrets, questionnaire: Questionnaire, code: str, *, lock: bool = False
) -> Progress | None:
    """What is kept under `code`, or None when there is no such draft for this link.

    `lock`: it will be saved again in this transaction; a second tab waits, so neither loses answers.
    """
    key, digest = draft_key(secrets.draft, code, questionnaire.wave_id.bytes)
    statement = select(Draft.ciphertext).where(
        Draft.agency_id == questionnaire.agency_id,
        Draft.wave_id == questionnaire.wave_id,
        Draft.key_digest == digest,
        Draft.invitation_id == questionnaire.invitation_id,
    )
    ciphertext = session.scalar(statement.with_for_update() if lock else statement)
    document = open_draft(key, ciphertext) if ciphertext else None
    return progress_from_document(document) if document is not None else None


def find_resumable(session: Session, secrets: Secrets, questionnaire: Questionnaire, code: str) -> str | None:
    """Token of the link that the draft under `code` was begun with, or None when none can be gone on with.

    From an open link it leads to the link that its start made; from any other link only to itself.
    """
    _, digest = draft_key(secrets.draft, code, questionnaire.wave_id.bytes)
    found = session.execute(
        select(Invitation.id, Invitation.person_id)
        .join(Draft, (Draft.agency_id == Invitation.agency_id) & (Draft.invitation_id == Invitation.id))
        .where(
            Draft.agency_id == questionnaire.agency_id,
            Draft.wave_id == questionnaire.wave_id,
            Draft.key_digest == digest,
            Invitation.used.is_(False),
        )
    ).one_or_none()
    if found is None:
        return None
    open_again = questionnaire.invitation_id is None and found.person_id is None
    if not open_again and found.id != questionnaire.invitation_id:
        return None
    return personal_token(secrets, found.id)


def submit_draft(session: Session, secrets: Secrets, questionnaire: Questionnaire, code: str) -> None:
    """Submit what is kept under `code`, in the caller's transaction. Errors as `responses.submit`.

    The link is taken before the draft is read: of two clicks the second never finds half a draft.
    """
    take_link(session, questionnaire)
    progress = load_draft(session, secrets, questionnaire, code)
    if progress is None:  # sealing destroys drafts, and then there is nothing to submit
        raise LinkUnusableError
    drop_answers(session, questionnaire, progress.answers)
