"""Who is asked in a wave: its frozen tree, an invitation for each person, what changes while it is open."""

import uuid
from collections.abc import Sequence

from sqlalchemy import delete, exists, insert, select, update

from cri.db.models import Invitation, InvitationCode, OrganisationUnit, Person, WaveUnit
from cri.db.queries.organisation import people_per_unit, present_units
from cri.domain.errors import CriError
from cri.domain.tree import counts_below, in_tree_order
from cri.services.context import Context
from cri.services.links import digest_of_token, personal_token

_BATCH = 5_000
Invitee = tuple[uuid.UUID, str]
"""A person's id, and the code of the wave's unit that their answer belongs to."""


class NotInvitedError(CriError):
    """The wave has no such invitation of a person's own."""


def freeze_units(ctx: Context, wave_id: uuid.UUID) -> None:
    """Copy the tree in its order, with everybody in and below each unit."""
    units = [unit for unit, _ in in_tree_order(present_units(ctx.session, ctx.agency_id))]
    headcounts = counts_below(units, people_per_unit(ctx.session, ctx.agency_id))
    rows = [
        {
            "agency_id": ctx.agency_id,
            "wave_id": wave_id,
            "code": unit.code,
            "parent_code": unit.parent,
            "name": unit.name,
            "headcount": headcounts[unit.code],
            "position": position,
        }
        for position, unit in enumerate(units)
    ]
    if rows:
        ctx.session.execute(insert(WaveUnit), rows)


def invite_everybody(ctx: Context, wave_id: uuid.UUID) -> None:
    """One invitation for each active person, in the order of their random ids."""
    people = ctx.session.execute(
        select(Person.id, Person.unit_code)
        .where(Person.agency_id == ctx.agency_id, Person.active)
        .order_by(Person.id)
    ).all()
    _invite(ctx, wave_id, [(person.id, person.unit_code) for person in people])


def latecomers(ctx: Context, wave_id: uuid.UUID) -> list[Invitee]:
    """Active people who have no invitation to the wave: they came after it had opened.

    Somebody in a unit that is newer than the wave belongs to the nearest unit above that the wave knows;
    somebody in a tree that it knows nothing of is left out: no breakdown could hold them.
    """
    invited = exists().where(
        Invitation.agency_id == Person.agency_id,
        Invitation.wave_id == wave_id,
        Invitation.person_id == Person.id,
    )
    people = ctx.session.execute(
        select(Person.id, Person.unit_code)
        .where(Person.agency_id == ctx.agency_id, Person.active, ~invited)
        .order_by(Person.id)
    ).all()
    if not people:
        return []
    known = set(
        ctx.session.scalars(
            select(WaveUnit.code).where(WaveUnit.agency_id == ctx.agency_id, WaveUnit.wave_id == wave_id)
        )
    )
    above = dict(
        ctx.session.execute(
            select(OrganisationUnit.code, OrganisationUnit.parent_code).where(
                OrganisationUnit.agency_id == ctx.agency_id
            )
        ).all()
    )
    found = []
    for person in people:
        code: str | None = person.unit_code
        while code is not None and code not in known:
            code = above.get(code)
        if code is not None:
            found.append((person.id, code))
    return found


def invite_latecomers(ctx: Context, wave_id: uuid.UUID) -> int:
    """Invite those people; returns how many. Doing it twice invites nobody twice. The wave must be locked."""
    found = latecomers(ctx, wave_id)
    _invite(ctx, wave_id, found)
    return len(found)


def replace_link(ctx: Context, wave_id: uuid.UUID, invitation_id: uuid.UUID) -> uuid.UUID:
    """Give somebody's invitation a new id, and with it a new link and code: the old ones lead nowhere.

    What was begun goes with it, and a used link stays used: whether it is used is not said, and cannot be
    told from what this does. Raises NotInvitedError.
    """
    new_id = uuid.uuid4()
    secrets = ctx.parts.secrets
    ctx.session.execute(
        delete(InvitationCode).where(
            InvitationCode.agency_id == ctx.agency_id, InvitationCode.invitation_id == invitation_id
        )
    )
    changed = ctx.session.execute(
        update(Invitation)
        .where(
            Invitation.agency_id == ctx.agency_id,
            Invitation.wave_id == wave_id,
            Invitation.id == invitation_id,
            Invitation.person_id.is_not(None),
        )
        .values(id=new_id, token_digest=digest_of_token(secrets, personal_token(secrets, new_id)))
        .returning(Invitation.id)
    ).one_or_none()
    if changed is None:
        raise NotInvitedError
    return new_id


def _invite(ctx: Context, wave_id: uuid.UUID, people: Sequence[Invitee]) -> None:
    secrets = ctx.parts.secrets
    for start in range(0, len(people), _BATCH):
        rows = []
        for person_id, unit_code in people[start : start + _BATCH]:
            invitation_id = uuid.uuid4()
            token = personal_token(secrets, invitation_id)
            rows.append(
                {
                    "agency_id": ctx.agency_id,
                    "id": invitation_id,
                    "wave_id": wave_id,
                    "person_id": person_id,
                    "unit_code": unit_code,
                    "token_digest": digest_of_token(secrets, token),
                    "used": False,
                }
            )
        ctx.session.execute(insert(Invitation), rows)
