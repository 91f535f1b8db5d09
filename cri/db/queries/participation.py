"""Who was invited and whether their link is used: all that is known of taking part."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass, replace

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.orm import Session

from cri.db.models import Invitation, Person, WaveUnit
from cri.db.queries.waves import frozen_units
from cri.domain.rates import Count
from cri.domain.sheet import Unit
from cri.domain.tree import counts_below


@dataclass(frozen=True, slots=True)
class InvitedPerson:
    """Somebody who was invited, and the id that their link is derived from. Not whether they answered."""

    invitation_id: uuid.UUID
    name: str
    email: str
    unit_name: str


def counts_per_unit(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID) -> dict[str, Count]:
    """Unit code -> people of the roster directly in it, invited and taken part."""
    used = func.coalesce(func.sum(cast(Invitation.used, Integer)), 0)
    rows = session.execute(
        select(Invitation.unit_code, func.count().label("invited"), used.label("used"))
        .where(
            Invitation.agency_id == agency_id,
            Invitation.wave_id == wave_id,
            Invitation.person_id.is_not(None),
        )
        .group_by(Invitation.unit_code)
    )
    return {row.unit_code: Count(row.invited, int(row.used)) for row in rows}


def units_as_invited(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID) -> tuple[Unit, ...]:
    """The frozen tree, its head-counts raised by those who were invited after the opening."""
    units = frozen_units(session, agency_id, wave_id)
    invited = {code: one.invited for code, one in counts_per_unit(session, agency_id, wave_id).items()}
    now = counts_below(units, invited)
    return tuple(replace(unit, headcount=max(unit.headcount or 0, now[unit.code])) for unit in units)


def open_link_answers(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID) -> int:
    """Answers that came through the open link."""
    return (
        session.scalar(
            select(func.count()).where(
                Invitation.agency_id == agency_id,
                Invitation.wave_id == wave_id,
                Invitation.person_id.is_(None),
                Invitation.used,
            )
        )
        or 0
    )


def invited_people(
    session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID, *, skip: int = 0, most: int | None = None
) -> Iterator[InvitedPerson]:
    """Everybody who was invited and has not left, by unit in the tree's order, then by name."""
    rows = session.execute(
        select(Invitation.id, Person.name, Person.email, WaveUnit.name.label("unit_name"))
        .join(Person, (Person.agency_id == Invitation.agency_id) & (Person.id == Invitation.person_id))
        .join(
            WaveUnit,
            (WaveUnit.agency_id == Invitation.agency_id)
            & (WaveUnit.wave_id == Invitation.wave_id)
            & (WaveUnit.code == Invitation.unit_code),
        )
        .where(
            Invitation.agency_id == agency_id,
            Invitation.wave_id == wave_id,
            Invitation.token_digest.is_not(None),
        )
        .order_by(WaveUnit.position, Person.name, Person.email)
        .offset(skip)
        .limit(most)
    )
    return (InvitedPerson(row.id, row.name, row.email, row.unit_name) for row in rows)


def invited_count(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID) -> int:
    """People of the roster who were invited."""
    return (
        session.scalar(
            select(func.count()).where(
                Invitation.agency_id == agency_id,
                Invitation.wave_id == wave_id,
                Invitation.person_id.is_not(None),
            )
        )
        or 0
    )


def link_count(session: Session, agency_id: uuid.UUID, wave_id: uuid.UUID) -> int:
    """People of the roster who have a link that works: those invited who have not left."""
    return (
        session.scalar(
            select(func.count()).where(
                Invitation.agency_id == agency_id,
                Invitation.wave_id == wave_id,
                Invitation.person_id.is_not(None),
                Invitation.token_digest.is_not(None),
            )
        )
        or 0
    )
