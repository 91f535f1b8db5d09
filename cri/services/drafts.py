"""Answers in progress: kept for the respondent, readable only with the code that they alone hold."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, cast

from sqlalchemy import Table, bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cri.adapters.envelopes import close_draft, draft_key, make_resume_code, open_draft, writing_of
from cri.adapters.secret_files import Secrets
from cri.db.models import Draft, Invitation
from cri.db.single_statements import SingleStatements
from cri.domain.errors import CriError
from cri.domain.wave import Answers, answers_from_document, envelope_length, seconds_an_item
from cri.services.links import personal_token
from cri.services.responses import LinkUnusableError, Questionnaire
from cri.services.submissions import drop_answers, hold_open, take_link

MOST_DRAFTS: Final = 20
"""How often one link may have been begun and not ended: more devices than anybody has."""


class DraftMovedError(CriError):
    """The draft is not any more what this request has read: another tab saved, or all is over. Read again."""


class TooManyDraftsError(CriError):
    """The link was begun too often, and answers are saved in each of these drafts: none can make room."""


@dataclass(frozen=True)
class Progress:
    """How far one respondent has come.

    `page`: where they left; `prompted`: the pages whose soft prompt they have seen; `spent`: factor code ->
    seconds on its page as the browser counted them, None where it did not. None of these is ever
    submitted: of the seconds only the median an item is. `seen`: which writing of the draft it was read
    from; kept nowhere.
    """

    answers: Answers = field(default_factory=Answers)
    page: str = ""
    prompted: frozenset[str] = frozenset()
    spent: Mapping[str, int | None] = field(default_factory=dict)
    seen: bytes = field(default=b"", compare=False, repr=False)

    def to_document(self) -> dict[str, Any]:
        """JSON-ready."""
        way = {"page": self.page, "prompted": sorted(self.prompted), "spent": dict(self.spent)}
        return {**self.answers.to_document(), **way}


def progress_from_document(document: Mapping[str, Any]) -> Progress:
    """The inverse of `Progress.to_document`."""
    return Progress(
        answers_from_document(document),
        document.get("page", ""),
        frozenset(document.get("prompted", ())),
        document.get("spent", {}),
    )


# Written once, not at each request: these run on every page.
_table = cast("Table", Draft.__table__)
_draft = _table.c
_LOAD = select(_draft.ciphertext).where(
    _draft.agency_id == bindparam("agency"),
    _draft.wave_id == bindparam("wave"),
    _draft.key_digest == bindparam("digest"),
    _draft.invitation_id == bindparam("invitation"),
)
_LOAD_TO_SAVE = _LOAD.with_for_update()
_link = cast("Table", Invitation.__table__).c
_LOCK_LINK = (
    select(_link.id)
    .where(_link.agency_id == bindparam("agency"), _link.id == bindparam("link"))
    .with_for_update(key_share=True)
)
_OF_LINK = (_draft.agency_id == bindparam("agency"), _draft.invitation_id == bindparam("link"))
_SAVE_OVER: Final = "SELECT save_over(%s, %s, %s, %s, %s, %s, %s)"  # migration 0019
_HOW_MANY = select(func.count()).where(*_OF_LINK)
_ANY = select(exists().where(*_OF_LINK))
_insert = insert(_table)
_SAVE = _insert.on_conflict_do_update(
    index_elements=["agency_id", "wave_id", "key_digest"],
    set_={"ciphertext": _insert.excluded.ciphertext, "answered": _insert.excluded.answered},
    where=_draft.invitation_id == _insert.excluded.invitation_id,  # nobody writes through another's link
)


def start_draft(
    session: Session, secrets: Secrets, questionnaire: Questionnaire, progress: Progress | None = None
) -> str:
    """Begin afresh on this device; returns the resume code, which only the respondent keeps.

    Where the link was begun MOST_DRAFTS times, a draft without any answer makes room. Raises
    TooManyDraftsError when there is none, WaveClosedError when sealing has begun.
    """
    hold_open(session, questionnaire)
    _make_room(session, questionnaire)
    code = make_resume_code()
    save_draft(session, secrets, questionnaire, code, progress or Progress())
    return code


def _make_room(session: Session, questionnaire: Questionnaire) -> None:
    """Whoever begins with the same link at the same moment waits here, and then counts this draft."""
    agency_id, link = questionnaire.agency_id, questionnaire.invitation_id
    asked, connection = {"agency": agency_id, "link": link}, session.connection()
    connection.execute(_LOCK_LINK, asked)
    if connection.execute(_HOW_MANY, asked).scalar_one() < MOST_DRAFTS:
        return
    of_link = (Draft.agency_id == agency_id, Draft.invitation_id == link)
    # In no order: when a draft was begun is known to nobody. One that is being saved has somebody at it.
    empty = (
        select(Draft.key_digest)
        .where(*of_link, Draft.answered.is_(False))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    chosen = session.scalar(empty)
    if chosen is None:
        raise TooManyDraftsError
    session.execute(delete(Draft).where(*of_link, Draft.key_digest == chosen))


def save_draft(
    session: Session, secrets: Secrets, questionnaire: Questionnaire, code: str, progress: Progress
) -> None:
    """Keep the answers so far, readable only with `code`. Raises WaveClosedError when sealing has begun."""
    if questionnaire.invitation_id is None:
        raise ValueError("an open link has no draft before it has a link of its own")
    hold_open(session, questionnaire)
    digest, ciphertext = _closed(secrets, questionnaire, code, progress)
    session.connection().execute(
        _SAVE,
        {
            "agency_id": questionnaire.agency_id,
            "wave_id": questionnaire.wave_id,
            "key_digest": digest,
            "invitation_id": questionnaire.invitation_id,
            "ciphertext": ciphertext,
            "answered": progress.answers != Answers(),
        },
    )


def save_over(
    alone: SingleStatements, secrets: Secrets, questionnaire: Questionnaire, code: str, progress: Progress
) -> None:
    """Keep the answers so far in place of the writing that `progress` was read from, and commit.

    Raises DraftMovedError, having kept nothing, where that is not there any more or sealing has begun.
    """
    digest, ciphertext = _closed(secrets, questionnaire, code, progress)
    where = (questionnaire.agency_id, questionnaire.wave_id, questionnaire.invitation_id, digest)
    kept = (progress.seen, ciphertext, progress.answers != Answers())
    if alone.one(_SAVE_OVER, (*where, *kept)) != (True,):
        raise DraftMovedError


def _closed(
    secrets: Secrets, questionnaire: Questionnaire, code: str, progress: Progress
) -> tuple[bytes, bytes]:
    """(digest, ciphertext) of a draft."""
    key, digest = draft_key(secrets.draft, code, questionnaire.wave_id.bytes)
    return digest, close_draft(key, progress.to_document(), envelope_length(*questionnaire.asked))


def load_draft(
    session: Session, secrets: Secrets, questionnaire: Questionnaire, code: str, *, lock: bool = False
) -> Progress | None:
    """What is kept under `code`, or None when there is no such draft for this link.

    `lock`: it will be saved again in this transaction; a second tab waits, so neither loses answers.
    """
    key, digest = draft_key(secrets.draft, code, questionnaire.wave_id.bytes)
    found = session.connection().execute(
        _LOAD_TO_SAVE if lock else _LOAD,
        {
            "agency": questionnaire.agency_id,
            "wave": questionnaire.wave_id,
            "digest": digest,
            "invitation": questionnaire.invitation_id,
        },
    )
    return read_progress(key, found.scalar_one_or_none())


def read_progress(key: bytes, ciphertext: bytes | None) -> Progress | None:
    """What was closed with `key`; None where nothing is kept, or nothing that this key opens."""
    document = open_draft(key, ciphertext) if ciphertext else None
    if ciphertext is None or document is None:
        return None
    return replace(progress_from_document(document), seen=writing_of(ciphertext))


def has_draft(session: Session, questionnaire: Questionnaire) -> bool:
    """Whether this link was begun somewhere. Of an open link, which many begin with, it is not said."""
    if questionnaire.invitation_id is None:
        return False
    asked = {"agency": questionnaire.agency_id, "link": questionnaire.invitation_id}
    return bool(session.connection().execute(_ANY, asked).scalar_one())


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
    """Submit what is kept under `code`, in the caller's transaction. Errors as `submissions.submit`.

    The link is taken before the draft is read: of two clicks the second never finds half a draft.
    """
    take_link(session, questionnaire)
    progress = load_draft(session, secrets, questionnaire, code)
    if progress is None:  # sealing destroys drafts, and then there is nothing to submit
        raise LinkUnusableError
    seconds = seconds_an_item(questionnaire.instrument, progress.answers, progress.spent)
    drop_answers(session, questionnaire, progress.answers, seconds)
