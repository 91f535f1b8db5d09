"""From a link to what it leads to. Answers in progress are in drafts.py, their end is in submissions.py."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import text
from sqlalchemy.orm import Session

from cri.adapters.secret_files import Secrets
from cri.db.session import note_agency
from cri.db.single_statements import SingleStatements
from cri.domain.errors import CriError
from cri.domain.instrument import Instrument
from cri.domain.sections import promise_instrument
from cri.domain.wave import GRACE, in_second_half
from cri.services.instruments import asked_instrument, released_instrument
from cri.services.links import digest_of_token


class LinkUnusableError(CriError):
    """The link is wrong, used or too late. One answer for all three: nothing to be learnt by trying."""


class AlreadySubmittedError(LinkUnusableError):
    """The link is used: perhaps by this very person's second click, other tab or other device."""


class WaveClosedError(LinkUnusableError):
    """The link was good, and its wave takes no answers any more."""


class FollowedLink(NamedTuple):
    """What `follow_link` (migration 0013) answers, column by column."""

    agency_id: uuid.UUID
    wave_id: uuid.UUID
    invitation_id: uuid.UUID | None
    unit_code: str | None
    personal: bool
    used: bool
    wave_label: str
    instrument_code: str
    instrument_version: str
    languages: list[str]
    noun: str
    minimum: int
    comments_minimum: int
    companion_code: str | None
    companion_version: str | None
    promises: list[dict[str, str]] | None
    synthetic: bool
    practice: bool
    breakdowns: list[str] | None
    state: str
    opened_at: datetime
    closes_at: datetime
    mailbox_key: bytes | None
    agency_name: str
    colour: str
    time_zone: str
    draft_sought: bool
    draft: bytes | None


@dataclass(frozen=True)
class Questionnaire:
    """What a link leads to. `invitation_id` is None on an open link before its start.

    `practice`: whatever is answered is thrown away. `instrument`: with the profile questions that are asked.

    `may_start`: whether somebody may still begin; who began before the closing time has GRACE. `late`:
    whether what is submitted now comes in the second half of the wave.
    """

    agency_id: uuid.UUID
    wave_id: uuid.UUID
    invitation_id: uuid.UUID | None
    unit_code: str | None
    personal: bool
    agency_name: str
    colour: str
    time_zone: str
    synthetic: bool
    practice: bool
    label: str
    instrument: Instrument
    companion: Instrument | None
    promises: tuple[Mapping[str, str], ...]
    languages: tuple[str, ...]
    noun: str
    minimum: int
    comments_minimum: int
    closes_at: datetime
    may_start: bool
    late: bool
    mailbox_key: bytes

    @property
    def promised(self) -> Instrument | None:
        """What asks about the promises of an earlier wave, if there are any."""
        return promise_instrument(len(self.promises)) if self.promises else None

    @property
    def asked(self) -> tuple[Instrument, ...]:
        """Everything that is asked: the wave's instrument first, then what goes beside it."""
        return tuple(one for one in (self.instrument, self.companion, self.promised) if one is not None)

    @property
    def closing(self) -> Instrument:
        """What is asked beside the statements: of the main instrument, and all open questions."""
        return _closing_of(self.asked)


@lru_cache(100)
def _closing_of(asked: tuple[Instrument, ...]) -> Instrument:
    questions = tuple(question for one in asked for question in one.questions)
    return replace(asked[0], questions=questions)


def find_questionnaire(session: Session, secrets: Secrets, token: str, now: datetime) -> Questionnaire:
    """What `token` leads to; the session enters its agency.

    Raises LinkUnusableError for an unknown token, AlreadySubmittedError for a used one and
    WaveClosedError when the wave is not open.
    """
    return questionnaire_of(_follow(session, secrets, token), now)


def find_answered(alone: SingleStatements, secrets: Secrets, token: str, now: datetime) -> Questionnaire:
    """What a used link has led to, for its receipt.

    Raises LinkUnusableError unless the link is used and its wave is not sealed yet.
    """
    link = read_link(alone, digest_of_token(secrets, token))
    if not link.used or link.mailbox_key is None:
        raise LinkUnusableError
    return _questionnaire(link, link.mailbox_key, now)


def _follow(session: Session, secrets: Secrets, token: str) -> FollowedLink:
    """What lies behind a token: its wave, its agency and, unless the link is open, its invitation."""
    link = hold_link(session, digest_of_token(secrets, token))
    note_agency(session, link.agency_id)
    return link


def read_link(
    alone: SingleStatements, digest: bytes, waves: Sequence[uuid.UUID] = (), drafts: Sequence[bytes] = ()
) -> FollowedLink:
    """One statement: what lies behind the link with this digest.

    `waves`, `drafts`: waves known to the caller and the digest that its draft would have in each; the
    `draft` is what is kept there, and `draft_sought` says whether the link's wave was among them. Raises
    LinkUnusableError.
    """
    return _followed(alone.one(_FOLLOW, (digest, list(waves), list(drafts))))


def hold_link(
    session: Session,
    digest: bytes,
    waves: Sequence[uuid.UUID] = (),
    drafts: Sequence[bytes] = (),
    *,
    saving: bool = False,
) -> FollowedLink:
    """The same in a session's transaction, which enters the agency.

    `saving`: wave and draft stay locked until the transaction ends. Raises LinkUnusableError.
    """
    asked = {"link": digest, "waves": list(waves), "drafts": list(drafts), "saving": saving}
    row = session.connection().execute(_FOLLOW_AND_HOLD, asked).one_or_none()
    return _followed(None if row is None else tuple(row))


def _followed(row: tuple[Any, ...] | None) -> FollowedLink:
    if row is None:
        raise LinkUnusableError
    return FollowedLink._make(row)


_FOLLOW: Final = "SELECT * FROM follow_link(%s, %s, %s, false)"
_FOLLOW_AND_HOLD: Final = text("SELECT * FROM follow_link(:link, :waves, :drafts, :saving)")


def questionnaire_of(row: FollowedLink, now: datetime) -> Questionnaire:
    """What a link that may be answered leads to; errors as `find_questionnaire`."""
    if row.used:
        raise AlreadySubmittedError
    if row.state not in ("open", "closing") or row.mailbox_key is None or row.closes_at + GRACE < now:
        raise WaveClosedError
    return _questionnaire(row, row.mailbox_key, now)


def _questionnaire(row: FollowedLink, mailbox_key: bytes, now: datetime) -> Questionnaire:
    return Questionnaire(
        agency_id=row.agency_id,
        wave_id=row.wave_id,
        invitation_id=row.invitation_id,
        unit_code=row.unit_code,
        personal=row.personal or (row.practice and row.invitation_id is not None),
        agency_name=row.agency_name,
        colour=row.colour,
        time_zone=row.time_zone,
        synthetic=row.synthetic,
        practice=row.practice,
        label=row.wave_label,
        instrument=asked_instrument(row.instrument_code, row.instrument_version, row.breakdowns),
        companion=released_instrument(row.companion_code, row.companion_version)
        if row.companion_code
        else None,
        promises=tuple(row.promises or ()),
        languages=tuple(row.languages),
        noun=row.noun,
        minimum=row.minimum,
        comments_minimum=row.comments_minimum,
        closes_at=row.closes_at,
        may_start=row.state == "open" and now < row.closes_at,
        late=in_second_half(row.opened_at, row.closes_at, now),
        mailbox_key=mailbox_key,
    )
