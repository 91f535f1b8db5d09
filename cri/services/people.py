"""One person at a time: somebody joins, changes their unit or name, or leaves. Open waves follow."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from cri.db.models import OrganisationUnit, Person
from cri.db.queries.organisation import present_units
from cri.domain.errors import CriError
from cri.domain.roster import PERSON_COLUMNS, PersonRow, Table, read_people
from cri.domain.roster_problems import ROSTER, RowProblem
from cri.domain.staff_numbers import NUMBER, address_of, number_of
from cri.services import roster_rows, wave_people
from cri.services.context import Context
from cri.services.instruments import offered_languages
from cri.services.rosters import RosterError


class PersonMissingError(CriError):
    """The agency has no such person: whether another has one is not said."""


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person on the roster, with the name of their unit."""

    id: uuid.UUID
    row: PersonRow
    unit_name: str
    active: bool


def list_people(ctx: Context, search: str, *, skip: int, most: int) -> tuple[tuple[Somebody, ...], int]:
    """(People on the roster whose name, address or unit holds `search`, by name; how many there are)."""
    wanted = _wanted(ctx, search)
    count = ctx.session.scalar(
        select(func.count()).select_from(Person).join(OrganisationUnit, _unit()).where(*wanted)
    )
    rows = ctx.session.execute(
        select(Person, OrganisationUnit.name)
        .join(OrganisationUnit, _unit())
        .where(*wanted)
        .order_by(func.lower(Person.name), Person.email)
        .offset(skip)
        .limit(most)
    )
    return tuple(_somebody(row.Person, row.name) for row in rows), count or 0


def find_person(ctx: Context, person_id: uuid.UUID) -> Somebody:
    """One person who is or was on the roster. Raises PersonMissingError."""
    row = ctx.session.execute(
        select(Person, OrganisationUnit.name)
        .join(OrganisationUnit, _unit())
        .where(Person.agency_id == ctx.agency_id, Person.id == person_id)
    ).one_or_none()
    if row is None:
        raise PersonMissingError
    return _somebody(row.Person, row.name)


def add_person(ctx: Context, given: PersonRow) -> PersonRow:
    """Put somebody on the roster, or back on it; open waves invite them.

    Raises RosterError with what is wrong, also for an address that somebody on the roster has already.
    """
    present = roster_rows.lock_organisation(ctx)
    row, problems = _read(ctx, given)
    taken = {person.row.email for person in present.people if person.active}
    if row.email in taken:
        problems.append(RowProblem(ROSTER, "on_roster", 1, "email", {"value": row.email}))
    _write(ctx, row, problems)
    wave_people.let_in(ctx, [row.email])
    return row


def change_person(ctx: Context, person_id: uuid.UUID, given: PersonRow) -> PersonRow:
    """Give somebody another name, unit or language; the address stays. In open waves nothing changes.

    Raises PersonMissingError, RosterError.
    """
    roster_rows.lock_organisation(ctx)
    somebody = find_person(ctx, person_id)
    if not somebody.active:
        raise PersonMissingError
    row, problems = _read(ctx, PersonRow(given.name, somebody.row.email, given.unit, given.language))
    _write(ctx, row, problems)
    return row


def leave(ctx: Context, person_id: uuid.UUID) -> Somebody:
    """Take somebody off the roster: their links in open waves are dead. Raises PersonMissingError."""
    roster_rows.lock_organisation(ctx)
    somebody = find_person(ctx, person_id)
    wave_people.let_go(ctx, [somebody.row.email])
    roster_rows.deactivate(ctx, [somebody.row.email])
    roster_rows.settle(ctx)
    return somebody


def _read(ctx: Context, given: PersonRow) -> tuple[PersonRow, list[RowProblem]]:
    """The row as a table of one row would be read."""
    key = address_of(given.email), number_of(given.email)
    cells = (given.name, key[0], given.unit, given.language or offered_languages()[0], key[1])
    table = Table(ROSTER, (*PERSON_COLUMNS, NUMBER), ((1, cells),))
    units = present_units(ctx.session, ctx.agency_id)
    rows, problems = read_people(table, units, offered_languages())
    return rows[0] if rows else given, problems


def _write(ctx: Context, row: PersonRow, problems: Sequence[RowProblem]) -> None:
    if problems:
        raise RosterError(problems)
    roster_rows.put_people(ctx, [row], active=True)
    roster_rows.settle(ctx)


def _somebody(person: Person, unit_name: str) -> Somebody:
    row = PersonRow(person.name, person.email, person.unit_code, person.language)
    return Somebody(person.id, row, unit_name, person.active)


def _unit() -> ColumnElement[bool]:
    return (OrganisationUnit.agency_id == Person.agency_id) & (OrganisationUnit.code == Person.unit_code)


def _wanted(ctx: Context, search: str) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = [Person.agency_id == ctx.agency_id, Person.active.is_(True)]
    if search:
        columns = (Person.name, Person.email, OrganisationUnit.name, OrganisationUnit.code)
        wanted.append(or_(*(column.icontains(search, autoescape=True) for column in columns)))
    return wanted
