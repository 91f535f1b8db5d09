"""From a link to what it leads to. Answers in progress are in drafts.py, their end is in submissions.py."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Boolean, Connection, LargeBinary, Row, column, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from cri.adapters.secret_files import Secrets
from cri.db.models import Agency, Invitation, Wave
from cri.db.session import note_agency
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


def find_answered(connection: Connection, secrets: Secrets, token: str, now: datetime) -> Questionnaire:
    """What a used link has led to, for its receipt. `connection`: may commit each statement by itself.

    Raises LinkUnusableError unless the link is used and its wave is not sealed yet.
    """
    row = read_link(connection, digest_of_token(secrets, token))
    if not row.used or row.mailbox_key is None:
        raise LinkUnusableError
    return _questionnaire(row, now)


def _follow(session: Session, secrets: Secrets, token: str) -> Row[Any]:
    """What lies behind a token: its wave, its agency and, unless the link is open, its invitation."""
    row = read_link(session.connection(), digest_of_token(secrets, token))
    note_agency(session, row.agency_id)
    return row


def read_link(
    connection: Connection,
    digest: bytes,
    *,
    waves: Sequence[uuid.UUID] = (),
    drafts: Sequence[bytes] = (),
    saving: bool = False,
) -> Row[Any]:
    """One statement: what lies behind the link with this digest. The transaction enters its agency.

    `waves`, `drafts`: waves known to the caller and the digest that its draft would have in each; the row's
    `draft` is what is kept there, and its `draft_sought` says whether the link's wave was among them.
    `saving`: wave and draft stay locked until the transaction ends. Raises LinkUnusableError.
    """
    asked = {"link": digest, "waves": list(waves), "drafts": list(drafts), "saving": saving}
    row = connection.execute(_FOLLOW, asked).one_or_none()
    if row is None:
        raise LinkUnusableError
    return row


_wave, _agency, _invitation = Wave.__table__.c, Agency.__table__.c, Invitation.__table__.c
_FOLLOW = text("SELECT * FROM follow_link(:link, :waves, :drafts, :saving)").columns(  # migration 0013
    _wave.agency_id,
    column("wave_id", _wave.id.type),
    column("invitation_id", _invitation.id.type),
    _invitation.unit_code,
    column("personal", Boolean),
    _invitation.used,
    column("wave_label", _wave.label.type),
    _wave.instrument_code,
    _wave.instrument_version,
    _wave.languages,
    _wave.noun,
    _wave.minimum,
    _wave.comments_minimum,
    _wave.companion_code,
    _wave.companion_version,
    column("promises", JSONB),
    _wave.synthetic,
    _wave.practice,
    _wave.breakdowns,
    _wave.state,
    _wave.opened_at,
    _wave.closes_at,
    _wave.mailbox_key,
    column("agency_name", _agency.name.type),
    _agency.colour,
    _agency.time_zone,
    column("draft_sought", Boolean),
    column("draft", LargeBinary),
)


def questionnaire_of(row: Row[Any], now: datetime) -> Questionnaire:
    """What a link that may be answered leads to; errors as `find_questionnaire`."""
    if row.used:
        raise AlreadySubmittedError
    if row.state not in ("open", "closing") or row.mailbox_key is None or row.closes_at + GRACE < now:
        raise WaveClosedError
    return _questionnaire(row, now)


def _questionnaire(row: Row[Any], now: datetime) -> Questionnaire:
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
        mailbox_key=row.mailbox_key,
    )
