"""Who is asked in a wave: its frozen tree, and an invitation for each person. Later: wave_people.py."""

import uuid
from collections.abc import Sequence

from sqlalchemy import insert, select

from cri.db.models import Invitation, Person, WaveUnit
from cri.db.queries.organisation import people_per_unit, present_units
from cri.domain.tree import counts_below, in_tree_order
from cri.services.context import Context
from cri.services.links import digest_of_token, personal_token

_BATCH = 5_000
Invitee = tuple[uuid.UUID, str]
"""A person's id, and the code of the wave's unit that their answer belongs to."""


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
