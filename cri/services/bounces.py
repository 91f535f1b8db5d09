"""Messages that came back, addresses that mail does not reach, and people who want none.

While a wave is open its administrators see only addresses that an invitation did not reach: one that a
reminder did not reach would say that its owner had not answered until then (docs/anonymity.md).
"""

import uuid
from dataclasses import dataclass

from sqlalchemy import delete, exists, func, select, true
from sqlalchemy.dialects.postgresql import insert

from cri.adapters.smtp import MOST_REPLY, without_addresses
from cri.db.models import BadAddress, Invitation, Message, OptOut, Person, WaveUnit
from cri.db.queries.messages import settle_message
from cri.domain.errors import CriError
from cri.domain.message_plan import Kind
from cri.domain.roster import is_email
from cri.services.context import Context

BY_HAND = ""
"""What the server said of an address that an administrator reports: nothing that we heard."""


class PersonMissingError(CriError):
    """The wave has not invited such a person."""


class NoAddressError(CriError):
    """What was typed is no e-mail address."""


class AddressTakenError(CriError):
    """Another person on the roster has that address."""


@dataclass(frozen=True, slots=True)
class Unreached:
    """Somebody whom the invitation did not reach. reply: what their mail server said, or nothing."""

    person_id: uuid.UUID
    name: str
    unit: str
    email: str
    reply: str


def note_bounce(ctx: Context, invitation_id: uuid.UUID, kind: Kind, reply: str, address: str = "") -> bool:
    """A message came back: it has failed, and so has its recipient's address, unless it is another by now.

    address: where it came back from, if that is known. False where no such message has gone out.
    """
    person = _invited(ctx, Invitation.id == invitation_id)
    if person is None or (address and address.lower() != person.email):
        return False
    key = (ctx.session, ctx.agency_id, invitation_id, kind.value, "failed")
    told = without_addresses(reply, person.email)[:MOST_REPLY]
    if not settle_message(*key, before=("sent", "unsure"), reply=told):
        return False
    note_bad_address(ctx, person.id, person.email)
    return True


def note_bounce_by_hand(ctx: Context, wave_id: uuid.UUID, address: str) -> None:
    """An administrator got a message back: no message goes to that address any more.

    Raises PersonMissingError where nobody with that address is invited.
    """
    person = _invited(ctx, Person.email == address.strip().lower(), Invitation.wave_id == wave_id)
    if person is None:
        raise PersonMissingError
    invitation_id = _invitation_of(ctx, wave_id, person.id)
    key = (ctx.session, ctx.agency_id, invitation_id, Kind.INVITATION.value, "failed")
    settle_message(*key, before=("sent", "unsure", "waiting"), reply=BY_HAND)
    note_bad_address(ctx, person.id, person.email)


def note_bad_address(ctx: Context, person_id: uuid.UUID, address: str) -> None:
    """Write to this address no more; to another one of the same person, yes."""
    key = {"agency_id": ctx.agency_id, "person_id": person_id}
    ctx.session.execute(
        insert(BadAddress)
        .values(**key, address=address)
        .on_conflict_do_update(index_elements=list(key), set_={"address": address})
    )


def unreached(ctx: Context, wave_id: uuid.UUID) -> list[Unreached]:
    """Whom the invitation did not reach, by unit and name. Never who has answered or not."""
    failed = (  # a list of its own: the planner would look for these few among all pairs of people
        select(Message.agency_id, Message.invitation_id, Message.reply)
        .where(
            Message.agency_id == ctx.agency_id,
            Message.wave_id == wave_id,
            Message.kind == Kind.INVITATION.value,
            Message.state == "failed",
        )
        .cte()
        .prefix_with("MATERIALIZED", dialect="postgresql")
    )
    invited = (
        select(Invitation.unit_code, Invitation.person_id)
        .where(Invitation.agency_id == failed.c.agency_id, Invitation.id == failed.c.invitation_id)
        .limit(1)
        .lateral()
    )
    person = (
        select(Person.id, Person.name, Person.email)
        .where(Person.agency_id == failed.c.agency_id, Person.id == invited.c.person_id)
        .limit(1)
        .lateral()
    )
    rows = ctx.session.execute(
        select(person.c.id, person.c.name, WaveUnit.name.label("unit"), person.c.email, failed.c.reply)
        .select_from(failed)
        .join(invited, true())
        .join(person, true())
        .join(
            WaveUnit,
            (WaveUnit.agency_id == failed.c.agency_id)
            & (WaveUnit.wave_id == wave_id)
            & (WaveUnit.code == invited.c.unit_code),
        )
        .order_by(WaveUnit.position, person.c.name, person.c.email)
    )
    return [Unreached(*row) for row in rows]


def mend_address(ctx: Context, wave_id: uuid.UUID, person_id: uuid.UUID, address: str) -> None:
    """Give a person another address, or try the same once more, and let their invitation go out again.

    Raises NoAddressError, AddressTakenError, PersonMissingError.
    """
    person = _invited(ctx, Person.id == person_id, Invitation.wave_id == wave_id)
    if person is None:
        raise PersonMissingError
    wanted = address.strip().lower()
    if not is_email(wanted):
        raise NoAddressError
    taken = exists().where(Person.agency_id == ctx.agency_id, Person.email == wanted, Person.id != person_id)
    if ctx.session.scalar(select(taken)):
        raise AddressTakenError
    person.email = wanted
    ctx.session.flush()
    ctx.session.execute(
        delete(BadAddress).where(BadAddress.agency_id == ctx.agency_id, BadAddress.person_id == person_id)
    )
    invitation_id = _invitation_of(ctx, wave_id, person_id)
    key = (ctx.session, ctx.agency_id, invitation_id, Kind.INVITATION.value, "waiting")
    if settle_message(*key, before=("failed",)):
        ctx.parts.defer(ctx.session, "post", ctx.agency_id, wave_id)


def send_unsure_again(ctx: Context, wave_id: uuid.UUID, kind: Kind) -> int:
    """Send once more what perhaps went out, under the same message ids; how many. Somebody decides this."""
    rows = ctx.session.scalars(
        select(Message).where(
            Message.agency_id == ctx.agency_id,
            Message.wave_id == wave_id,
            Message.kind == kind.value,
            Message.state == "unsure",
        )
    ).all()
    for row in rows:
        row.state = "waiting"
    ctx.session.flush()
    if rows:
        ctx.parts.defer(ctx.session, "post", ctx.agency_id, wave_id)
    return len(rows)


def opted_out_count(ctx: Context, wave_id: uuid.UUID) -> int:
    """How many of those invited want no e-mail. A number: who they are is nobody's business."""
    return (
        ctx.session.scalar(
            select(func.count())
            .select_from(OptOut)
            .join(
                Invitation,
                (Invitation.agency_id == OptOut.agency_id) & (Invitation.person_id == OptOut.person_id),
            )
            .where(Invitation.agency_id == ctx.agency_id, Invitation.wave_id == wave_id)
        )
        or 0
    )


def opt_out(ctx: Context, person_id: uuid.UUID) -> None:
    """Write to this person no more. Raises PersonMissingError; once or twice is the same."""
    _person(ctx, person_id)
    key = {"agency_id": ctx.agency_id, "person_id": person_id}
    ctx.session.execute(insert(OptOut).values(**key).on_conflict_do_nothing(index_elements=list(key)))


def opt_in(ctx: Context, person_id: uuid.UUID) -> None:
    """Take that back. Raises PersonMissingError."""
    _person(ctx, person_id)
    ctx.session.execute(
        delete(OptOut).where(OptOut.agency_id == ctx.agency_id, OptOut.person_id == person_id)
    )


def is_opted_out(ctx: Context, person_id: uuid.UUID) -> bool:
    """Whether this person wants no e-mail. Raises PersonMissingError."""
    _person(ctx, person_id)
    return ctx.session.get(OptOut, (ctx.agency_id, person_id)) is not None


def _person(ctx: Context, person_id: uuid.UUID) -> Person:
    found = ctx.session.get(Person, (ctx.agency_id, person_id))
    if found is None:
        raise PersonMissingError
    return found


def _invited(ctx: Context, *which: object) -> Person | None:
    return ctx.session.scalars(
        select(Person)
        .join(Invitation, (Invitation.agency_id == Person.agency_id) & (Invitation.person_id == Person.id))
        .where(Person.agency_id == ctx.agency_id, *which)  # type: ignore[arg-type]  # conditions
        .limit(1)
    ).one_or_none()


def _invitation_of(ctx: Context, wave_id: uuid.UUID, person_id: uuid.UUID) -> uuid.UUID:
    statement = select(Invitation.id).where(
        Invitation.agency_id == ctx.agency_id,
        Invitation.wave_id == wave_id,
        Invitation.person_id == person_id,
    )
    return ctx.session.scalars(statement).one()
