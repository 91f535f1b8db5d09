"""Writing units and people: the only place that changes the organisation's rows."""

from collections.abc import Sequence

from sqlalchemy import delete, select, text, update
from sqlalchemy.dialects.postgresql import insert as upsert

from cri.db.models import Agency, OrganisationUnit, Person
from cri.db.queries.organisation import present_organisation
from cri.domain.roster import PersonRow
from cri.domain.roster_change import Change, Present
from cri.domain.sheet import Unit
from cri.services.context import Context


def lock_organisation(ctx: Context) -> Present:
    """The organisation as it is, and nobody else changes it until this transaction ends."""
    ctx.session.execute(select(Agency.agency_id).where(Agency.agency_id == ctx.agency_id).with_for_update())
    return present(ctx)


def present(ctx: Context) -> Present:
    """The organisation as it is."""
    return present_organisation(ctx.session, ctx.agency_id)


def apply_change(ctx: Context, change: Change) -> None:
    """Write a change that was worked out against the organisation as it is. Nobody is ever deleted."""
    put_units(ctx, (*change.units_added, *change.units_changed))
    put_people(ctx, (*change.people_added, *change.people_changed, *change.people_back), active=True)
    deactivate(ctx, [person.email for person in change.people_deactivated])
    if change.units_removed and change.top is not None:
        # Only people who have left are still in these units; the waves keep their own copy of the tree.
        ctx.session.execute(
            update(Person)
            .where(
                Person.agency_id == ctx.agency_id,
                Person.unit_code.in_(change.units_removed),
                Person.active.is_(False),
            )
            .values(unit_code=change.top)
        )
        remove_units(ctx, change.units_removed)
    settle(ctx)


def put_units(ctx: Context, units: Sequence[Unit]) -> None:
    """Add units, or change the parent and name of those that are there."""
    if not units:
        return
    rows = [
        {"agency_id": ctx.agency_id, "code": unit.code, "parent_code": unit.parent, "name": unit.name}
        for unit in units
    ]
    statement = upsert(OrganisationUnit)
    keep = {"parent_code": statement.excluded.parent_code, "name": statement.excluded.name}
    key = [OrganisationUnit.agency_id, OrganisationUnit.code]
    ctx.session.execute(statement.on_conflict_do_update(index_elements=key, set_=keep), rows)


def remove_units(ctx: Context, codes: Sequence[str]) -> None:
    """Take units out of the tree; nobody may be in them."""
    ctx.session.execute(
        delete(OrganisationUnit).where(
            OrganisationUnit.agency_id == ctx.agency_id, OrganisationUnit.code.in_(codes)
        )
    )


def put_people(ctx: Context, people: Sequence[PersonRow], *, active: bool) -> None:
    """Add people, or change those who are there by their address."""
    if not people:
        return
    rows = [
        {
            "agency_id": ctx.agency_id,
            "name": person.name,
            "email": person.email,
            "unit_code": person.unit,
            "language": person.language,
            "active": active,
        }
        for person in people
    ]
    statement = upsert(Person)
    kept = {name: statement.excluded[name] for name in ("name", "unit_code", "language", "active")}
    key = [Person.email, Person.agency_id]
    ctx.session.execute(statement.on_conflict_do_update(index_elements=key, set_=kept), rows)


def deactivate(ctx: Context, emails: Sequence[str]) -> None:
    """Say of people that they have left."""
    if emails:
        ctx.session.execute(
            update(Person)
            .where(Person.agency_id == ctx.agency_id, Person.email.in_(emails))
            .values(active=False)
            .execution_options(synchronize_session=False)
        )


def settle(ctx: Context) -> None:
    """Let the database check now what it would check at the very end: here an error has a place."""
    ctx.session.flush()
    ctx.session.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    ctx.session.execute(text("SET CONSTRAINTS ALL DEFERRED"))
