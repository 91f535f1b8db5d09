"""People who come, go and lose their link while a wave is open.

Nothing here looks at whether somebody has answered, and nothing it does turns out differently for those who
have: docs/anonymity.md, "Joining, leaving". Who moves to another unit keeps the one of the opening.
"""

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ARRAY, String, Uuid, bindparam, delete, func, insert, select, update

from cri.db.models import Draft, Invitation, InvitationCode, Person, Wave
from cri.db.queries.organisation import present_units
from cri.db.queries.waves import frozen_units
from cri.domain.errors import CriError
from cri.services.context import Context
from cri.services.links import digest_of_token, link_url, personal_token

_BATCH = 20_000
"""People at a time. Each time may read the whole roster once: it has no statistics while it comes in."""


class NoLinkError(CriError):
    """The person has no link in this wave, it is not open, or they have left."""


def open_waves(ctx: Context) -> tuple[Wave, ...]:
    """The agency's waves that take answers now, practice left aside, by label."""
    found = select(Wave).where(
        Wave.agency_id == ctx.agency_id, Wave.state == "open", Wave.practice.is_(False)
    )
    return tuple(ctx.session.scalars(found.order_by(Wave.label, Wave.id)))


def let_in(ctx: Context, emails: Sequence[str]) -> None:
    """Invite people to all open waves: late joiners by a new link; those who are back by their old one.

    A late joiner belongs to their unit, or, where the wave does not know it, to the nearest one above.
    """
    for wave in _held_open(ctx, emails):
        units = _unit_in_wave(ctx, wave)
        for start in range(0, len(emails), _BATCH):
            _invite(ctx, wave.id, units, emails[start : start + _BATCH])
    ctx.session.flush()


def let_go(ctx: Context, emails: Sequence[str]) -> None:
    """Make the links of people who have left dead in all open waves, whatever was done with them.

    They stay among those invited: a rate that changed by one only for who has not answered would tell.
    """
    for wave in _held_open(ctx, emails):
        for start in range(0, len(emails), _BATCH):
            left = [person.id for person in _people(ctx, emails[start : start + _BATCH])]
            gone = [row.id for row in _invitations(ctx, wave.id, left)]
            here = (Invitation.agency_id == ctx.agency_id, Invitation.id.in_(gone))
            ctx.session.execute(update(Invitation).where(*here).values(token_digest=None))
            ctx.session.execute(
                delete(Draft).where(Draft.agency_id == ctx.agency_id, Draft.invitation_id.in_(gone))
            )
    ctx.session.flush()


def replace_link(ctx: Context, wave_id: uuid.UUID, person_id: uuid.UUID) -> str:
    """Give a person another link in place of a lost one, which is dead from now on, and so is its code.

    Returns its address. What was begun stays with the invitation, for whoever has the resume code. Raises
    NoLinkError.
    """
    wave = ctx.session.scalar(
        select(Wave)
        .where(Wave.agency_id == ctx.agency_id, Wave.id == wave_id, Wave.state == "open")
        .with_for_update(read=True, key_share=True)
    )
    old = ctx.session.scalar(
        select(Invitation.id)
        .where(
            Invitation.agency_id == ctx.agency_id,
            Invitation.wave_id == wave_id,
            Invitation.person_id == person_id,
            Invitation.token_digest.is_not(None),
        )
        .with_for_update()
    )
    if wave is None or old is None:
        raise NoLinkError
    new = uuid.uuid4()
    ctx.session.execute(
        delete(InvitationCode).where(
            InvitationCode.agency_id == ctx.agency_id, InvitationCode.invitation_id == old
        )
    )
    token = personal_token(ctx.parts.secrets, new)
    ctx.session.execute(
        update(Invitation)
        .where(Invitation.agency_id == ctx.agency_id, Invitation.id == old)
        .values(id=new, token_digest=digest_of_token(ctx.parts.secrets, token))
        .execution_options(synchronize_session=False)
    )
    ctx.session.flush()
    return link_url(ctx.parts.external_url, token)


def _held_open(ctx: Context, emails: Sequence[str]) -> Iterator[Wave]:
    """The open waves, none of which closes before this transaction ends; none if there is nobody."""
    if not emails:
        return
    for wave in open_waves(ctx):
        still = ctx.session.scalar(
            select(Wave.state == "open")
            .where(Wave.agency_id == ctx.agency_id, Wave.id == wave.id)
            .with_for_update(read=True, key_share=True)
        )
        if still:
            yield wave


def _invite(ctx: Context, wave_id: uuid.UUID, units: Mapping[str, str], emails: Sequence[str]) -> None:
    """By new rows, in the order of random ids, or by the digest that a row had before."""
    secrets = ctx.parts.secrets
    people = _people(ctx, emails)
    known = {row.person_id: row.id for row in _invitations(ctx, wave_id, [person.id for person in people])}
    back = [
        {
            "agency_id": ctx.agency_id,
            "id": one,
            "token_digest": digest_of_token(secrets, personal_token(secrets, one)),
        }
        for one in sorted(known.values())
    ]
    if back:
        ctx.session.execute(update(Invitation), back)
    rows = [
        {
            "agency_id": ctx.agency_id,
            "id": (invitation_id := uuid.uuid4()),
            "wave_id": wave_id,
            "person_id": person.id,
            "unit_code": units[person.unit_code],
            "token_digest": digest_of_token(secrets, personal_token(secrets, invitation_id)),
            "used": False,
        }
        for person in people
        if person.active and person.id not in known
    ]
    if rows:
        ctx.session.execute(insert(Invitation), rows)


def _invitations(ctx: Context, wave_id: uuid.UUID, people: Collection[uuid.UUID]) -> Sequence[Any]:
    """Rows (id, person_id) of the invitations of some people.

    One table, not joined to the roster: of rows that have just come PostgreSQL has no statistics, and
    it would read the whole roster again for each invitation (10,000 people took more than two minutes).
    """
    statement = select(Invitation.id, Invitation.person_id).where(
        Invitation.agency_id == ctx.agency_id,
        Invitation.wave_id == wave_id,
        Invitation.person_id == func.any(bindparam("people", list(people), type_=ARRAY(Uuid))),
    )
    return ctx.session.execute(statement).all()


def _people(ctx: Context, emails: Sequence[str]) -> Sequence[Any]:
    """Rows (id, unit_code, active) of the people with these addresses, in the order of their random ids."""
    statement = (
        select(Person.id, Person.unit_code, Person.active)
        .where(
            Person.agency_id == ctx.agency_id,
            Person.email == func.any(bindparam("emails", list(emails), type_=ARRAY(String))),
        )
        .order_by(Person.id)
    )
    return ctx.session.execute(statement).all()


def _unit_in_wave(ctx: Context, wave: Wave) -> dict[str, str]:
    """Unit of today -> the wave's unit in which somebody from there is invited."""
    frozen = frozen_units(ctx.session, ctx.agency_id, wave.id)
    known = {unit.code for unit in frozen}
    top = next(unit.code for unit in frozen if unit.parent is None)
    parent_of = {unit.code: unit.parent for unit in present_units(ctx.session, ctx.agency_id)}
    found = {}
    for code in parent_of:
        above: str | None = code
        while above is not None and above not in known:
            above = parent_of[above]
        found[code] = above or top
    return found
