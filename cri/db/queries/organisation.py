"""The organisation tree and the roster as they are now."""

import uuid

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cri.db.models import OrganisationUnit, Person
from cri.domain.roster import PersonRow
from cri.domain.roster_change import Present, PresentPerson
from cri.domain.sheet import Unit


def present_units(session: Session, agency_id: uuid.UUID) -> tuple[Unit, ...]:
    """The units by code, without head-counts."""
    rows = session.execute(
        select(OrganisationUnit.code, OrganisationUnit.parent_code, OrganisationUnit.name)
        .where(OrganisationUnit.agency_id == agency_id)
        .order_by(OrganisationUnit.code)
    )
    return tuple(Unit(row.code, row.parent_code, row.name) for row in rows)


def present_organisation(session: Session, agency_id: uuid.UUID) -> Present:
    """Units by code and everybody who is or was on the roster, by e-mail address."""
    rows = session.execute(
        select(Person.name, Person.email, Person.unit_code, Person.language, Person.active)
        .where(Person.agency_id == agency_id)
        .order_by(Person.email)
    )
    people = tuple(
        PresentPerson(PersonRow(row.name, row.email, row.unit_code, row.language), row.active) for row in rows
    )
    return Present(present_units(session, agency_id), people)


def people_per_unit(session: Session, agency_id: uuid.UUID) -> dict[str, int]:
    """Unit code -> active people directly in it; units without any are absent."""
    rows = session.execute(
        select(Person.unit_code, func.count().label("people"))
        .where(Person.agency_id == agency_id, Person.active)
        .group_by(Person.unit_code)
    )
    return {row.unit_code: row.people for row in rows}


def people_count(session: Session, agency_id: uuid.UUID) -> int:
    """Active people on the roster."""
    return sum(people_per_unit(session, agency_id).values())
