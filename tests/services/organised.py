"""An organisation for tests that need one and do not import it."""

import uuid
from collections.abc import Mapping

from cri.db.models import OrganisationUnit, Person
from cri.services.context import Context


def organise(ctx: Context, people: Mapping[str, int]) -> None:
    """A unit "all" with these units in it, each with so many people, p-UNIT-0@example.org and so on."""
    whole = OrganisationUnit(agency_id=ctx.agency_id, id=uuid.uuid4(), code="all", name="The agency")
    ctx.session.add(whole)
    ctx.session.flush()
    for code in people:
        add_unit(ctx, code, "all")
    for code, count in people.items():
        for number in range(count):
            add_person(ctx, code, number)


def add_unit(ctx: Context, code: str, parent: str | None) -> None:
    """One more unit."""
    ctx.session.add(
        OrganisationUnit(agency_id=ctx.agency_id, code=code, parent_code=parent, name=code.title())
    )
    ctx.session.flush()


def add_person(ctx: Context, unit: str, number: int) -> uuid.UUID:
    """One more person; returns their id."""
    person = Person(
        agency_id=ctx.agency_id,
        id=uuid.uuid4(),
        name=f"Person {number} of {unit}",
        email=f"p-{unit}-{number}@example.org",
        unit_code=unit,
    )
    ctx.session.add(person)
    ctx.session.flush()
    return person.id
