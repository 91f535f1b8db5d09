"""Rows that tests start from: an agency with an open wave, and the links into it."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.envelopes import unseal_answers
from cri.db.models import (
    Agency,
    Invitation,
    MailboxEntry,
    OrganisationUnit,
    Person,
    Wave,
    WavePromise,
    WaveUnit,
)
from cri.db.session import enter_agency
from cri.domain.sheet import Unit
from cri.domain.wave import Submission, submission_from_document
from cri.services.context import Parts
from cri.services.instruments import OFFERED, Release
from cri.services.links import digest_of_token, open_token, personal_token

TREE = (
    Unit("all", None, "Borough of Elm", 240),
    Unit("streets", "all", "Streets and parks", 60),
    Unit("depot", "streets", "North depot", 24),
    Unit("garage", "depot", "Garage", 6),
    Unit("front", "all", "Front desk", 30),
)


@dataclass(frozen=True)
class OpenedWave:
    """Handles of a wave that is open. `tokens`: one link for each person, in the order given."""

    agency_id: uuid.UUID
    wave_id: uuid.UUID
    tokens: tuple[str, ...]
    invitations: tuple[uuid.UUID, ...]
    open_token: str


def open_wave(
    sessions: sessionmaker[Session],
    parts: Parts,
    agency_id: uuid.UUID,
    people: Sequence[str] = ("garage",),
    languages: Sequence[str] = ("en", "ar"),
    *,
    units: Sequence[Unit] = TREE,
    closes_in: timedelta = timedelta(days=7),
    noun: str = "residents",
    minimum: int = 10,
    instrument: Release = OFFERED[0],
    practice: bool = False,
    companion: Release | None = None,
    promises: Sequence[Mapping[str, str]] = (),
) -> OpenedWave:
    """A wave of an instrument, open now. `people`: the unit's code of each person on the roster.

    `promises`: language -> text, of each that is asked about.
    """
    wave_id, now = uuid.uuid4(), datetime.now(UTC)
    invitations = tuple(uuid.uuid4() for _ in people)
    with sessions() as session:
        enter_agency(session, agency_id)
        agency = session.get_one(Agency, agency_id)
        session.add(
            wave := Wave(
                agency_id=agency_id,
                id=wave_id,
                label="Autumn survey",
                instrument_code=instrument[0],
                instrument_version=instrument[1],
                companion_code=companion[0] if companion else None,
                companion_version=companion[1] if companion else None,
                languages=list(languages),
                noun=noun,
                minimum=minimum,
                synthetic=agency.synthetic,
                practice=practice,
                opened_at=min(now, now + closes_in) - timedelta(days=1),
                closes_at=now + closes_in,
                mailbox_key=parts.wave_keys.make(str(wave_id)),
                open_link_digest=digest_of_token(parts.secrets, open_token(parts.secrets, wave_id)),
            )
        )
        session.flush()
        _add_units(session, agency_id, wave_id, units)
        for place, texts in enumerate(promises, start=1):
            session.add(WavePromise(agency_id=agency_id, wave_id=wave_id, place=place, texts=dict(texts)))
        session.flush()
        wave.state = "open"  # the database takes no unit after that
        for unit_code, invitation_id in zip(people, invitations, strict=True):
            person_id = uuid.uuid4()
            session.add(
                Person(
                    agency_id=agency_id,
                    id=person_id,
                    name="Somebody",
                    email=f"{person_id}@example.org",
                    unit_code=unit_code,
                )
            )
            session.flush()
            token = personal_token(parts.secrets, invitation_id)
            session.add(
                Invitation(
                    agency_id=agency_id,
                    id=invitation_id,
                    wave_id=wave_id,
                    person_id=person_id,
                    unit_code=unit_code,
                    token_digest=digest_of_token(parts.secrets, token),
                )
            )
        session.commit()
    return OpenedWave(
        agency_id=agency_id,
        wave_id=wave_id,
        tokens=tuple(personal_token(parts.secrets, one) for one in invitations),
        invitations=invitations,
        open_token=open_token(parts.secrets, wave_id),
    )


def draft_wave(sessions: sessionmaker[Session], agency_id: uuid.UUID, *, practice: bool = False) -> uuid.UUID:
    """A wave that is not open yet, with a closing time and nothing else ready; returns its id."""
    wave_id = uuid.uuid4()
    with sessions() as session:
        enter_agency(session, agency_id)
        session.add(
            Wave(
                agency_id=agency_id,
                id=wave_id,
                label="Spring survey",
                instrument_code=OFFERED[0][0],
                instrument_version=OFFERED[0][1],
                languages=["en", "ar"],
                noun="residents",
                synthetic=session.get_one(Agency, agency_id).synthetic,
                practice=practice,
                closes_at=datetime.now(UTC) + timedelta(days=7),
            )
        )
        session.commit()
    return wave_id


def _add_units(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID, units: Sequence[Unit]) -> None:
    known = set(session.scalars(select(OrganisationUnit.code)))
    for position, unit in enumerate(units):
        if unit.code not in known:
            session.add(
                OrganisationUnit(agency_id=agency_id, code=unit.code, parent_code=unit.parent, name=unit.name)
            )
        session.add(
            WaveUnit(
                agency_id=agency_id,
                wave_id=wave_id,
                code=unit.code,
                parent_code=unit.parent,
                name=unit.name,
                headcount=unit.headcount or 0,
                position=position,
            )
        )
    session.flush()


def received(sessions: sessionmaker[Session], parts: Parts, wave: OpenedWave) -> list[Submission]:
    """What lies in the wave's mailbox, opened with its key."""
    private = parts.wave_keys.private(str(wave.wave_id))
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        rows = session.scalars(select(MailboxEntry.ciphertext).where(MailboxEntry.wave_id == wave.wave_id))
        return [submission_from_document(unseal_answers(private, row)) for row in rows]


def change_wave(sessions: sessionmaker[Session], wave: OpenedWave, **values: Any) -> None:
    """Set columns of the wave, in a transaction of its own."""
    with sessions.begin() as session:
        enter_agency(session, wave.agency_id)
        session.execute(update(Wave).where(Wave.id == wave.wave_id).values(**values))
