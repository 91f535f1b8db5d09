"""Sending a wave's messages: which begin, who waits, and what became of each.

A message is claimed by one statement that asks anew whether its link is unused, in the instant before the
mail server is told that it is complete. docs/decisions/messages.md says what that guarantees.
"""

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from cri.adapters.public_holidays import calendar_of
from cri.adapters.smtp import Handover, Outcome
from cri.db.models import Agency, Message, MessageBatch, Wave
from cri.db.queries.messages import (
    Waiting,
    add_messages,
    claim_message,
    drop_used,
    mark_unsure,
    next_messages,
    settle_message,
)
from cri.domain.errors import CriError
from cri.domain.message_plan import REMINDERS, Kind, Schedule, due_kinds, next_try
from cri.domain.working_days import is_working_now, local_day
from cri.services.agencies import this_agency
from cri.services.bounces import note_bad_address
from cri.services.context import Context
from cri.services.message_keys import MessageKey, message_id
from cri.services.message_texts import freeze_texts
from cri.services.waves import WaveStateError, find_wave


class MailMissingError(CriError):
    """No mail server is known to send with."""


class KindBegunError(CriError):
    """Messages of this kind have been sent, or a later reminder has: nobody gets one twice."""


class FreeDayError(CriError):
    """Reminders are not sent on a weekend or holiday."""


def schedule_of(wave: Wave, agency: Agency) -> Schedule:
    """When the wave's messages are meant to begin. Of a wave that has a closing time."""
    assert wave.closes_at is not None
    return Schedule(
        {
            Kind.INVITATION: wave.invite_at,
            Kind.FIRST_REMINDER: wave.first_reminder_at,
            Kind.SECOND_REMINDER: wave.second_reminder_at,
        },
        wave.closes_at,
        agency.time_zone,
        calendar_of(agency.country),
    )


def begun_kinds(ctx: Context, wave_id: uuid.UUID) -> dict[Kind, MessageBatch]:
    """The kinds whose sending has begun."""
    rows = ctx.session.scalars(
        select(MessageBatch).where(MessageBatch.agency_id == ctx.agency_id, MessageBatch.wave_id == wave_id)
    )
    return {Kind(row.kind): row for row in rows}


def plan_messages(ctx: Context, wave_id: uuid.UUID) -> bool:
    """Begin what is due, add late joiners, forget those who have answered; whether anything can be sent now.

    A practice wave is tried out by whoever is given its link: it writes to nobody.
    """
    wave = find_wave(ctx, wave_id)
    if wave.state != "open" or wave.practice or ctx.parts.mail is None:
        return False
    begun = begun_kinds(ctx, wave_id)
    for kind in due_kinds(schedule_of(wave, this_agency(ctx)), tuple(begun), ctx.now):
        _begin(ctx, wave_id, kind)
    if Kind.INVITATION in begun:
        add_messages(ctx.session, ctx.agency_id, wave_id, Kind.INVITATION)
    drop_used(ctx.session, ctx.agency_id, wave_id)
    handed = ctx.session.scalar(
        select(func.count()).where(
            Message.agency_id == ctx.agency_id, Message.wave_id == wave_id, Message.state == "handed"
        )
    )
    return bool(handed) or bool(next_messages(ctx.session, ctx.agency_id, wave_id, ctx.now, 1))


def begin_by_hand(ctx: Context, wave_id: uuid.UUID, kind: Kind) -> None:
    """Begin to send messages of a kind now, whatever the schedule says.

    Raises WaveStateError unless the wave is open, MailMissingError, KindBegunError, and FreeDayError for a
    reminder on a day that is not a working day.
    """
    wave, agency = find_wave(ctx, wave_id), this_agency(ctx)
    if wave.state != "open" or wave.practice:
        raise WaveStateError(wave.state)
    if ctx.parts.mail is None:
        raise MailMissingError
    begun = begun_kinds(ctx, wave_id)
    if kind in begun or (kind is Kind.FIRST_REMINDER and Kind.SECOND_REMINDER in begun):
        raise KindBegunError
    if kind in REMINDERS and not is_working_now(ctx.now, agency.time_zone, calendar_of(agency.country)):
        raise FreeDayError
    _begin(ctx, wave_id, kind)
    ctx.parts.defer(ctx.session, "post", ctx.agency_id, wave_id)


def _begin(ctx: Context, wave_id: uuid.UUID, kind: Kind) -> None:
    """Freeze the texts and let messages wait. Done twice, or by two at once, it is done once."""
    freeze_texts(ctx, wave_id)
    day = local_day(ctx.now, this_agency(ctx).time_zone)
    key = {"agency_id": ctx.agency_id, "wave_id": wave_id, "kind": kind.value}
    made = ctx.session.execute(
        insert(MessageBatch)
        .values(**key, day=day, trouble="")
        .on_conflict_do_nothing(index_elements=list(key))
        .returning(MessageBatch.kind)
    ).one_or_none()
    if made is not None:
        add_messages(ctx.session, ctx.agency_id, wave_id, kind)


def find_out_unsure(ctx: Context, wave_id: uuid.UUID) -> int:
    """What a killed sender left in the instant of handing over is unsure from now on; how many.

    Only for a sender who knows to be the only one: another's message in hand would be called unsure.
    """
    return mark_unsure(ctx.session, ctx.agency_id, wave_id)


def can_be_sent(ctx: Context, wave_id: uuid.UUID, most: int) -> tuple[Waiting, ...]:
    """At most so many messages that can be sent now."""
    return tuple(next_messages(ctx.session, ctx.agency_id, wave_id, ctx.now, most))


def claim(ctx: Context, one: Waiting) -> bool:
    """Take a message for sending. False when somebody else has, or it must not be sent any more."""
    return claim_message(ctx.session, ctx.agency_id, one, ctx.now)


def settle(ctx: Context, one: Waiting, handover: Handover) -> None:
    """Write down what became of a message. Doing it twice is harmless."""
    state, reply, retry_at = _settled(one, handover, ctx.now)
    settle_message(
        ctx.session,
        ctx.agency_id,
        one.invitation_id,
        one.kind,
        state,
        before=("waiting", "handed", "unsure"),
        reply=reply,
        retry_at=retry_at,
        counts=handover.outcome is not Outcome.BROKEN,
    )
    if state == "failed" and handover.outcome is Outcome.REFUSED:
        note_bad_address(ctx, one.person_id, one.email)


def _settled(one: Waiting, handover: Handover, now: datetime) -> tuple[str, str, datetime | None]:
    """(state, reply, when to try again)."""
    if (
        handover.outcome is Outcome.BROKEN
    ):  # perhaps nothing to do with this one: it only lets others go first
        return "waiting", "", next_try(1, now)
    if handover.outcome is Outcome.LATER:
        retry_at = next_try(one.tries + 1, now)
        return ("waiting" if retry_at else "failed", handover.reply, retry_at)
    states = {Outcome.ACCEPTED: "sent", Outcome.REFUSED: "failed", Outcome.UNSURE: "unsure"}
    reply = handover.reply if handover.outcome is Outcome.REFUSED else ""
    return states[handover.outcome], reply, None


def settle_by_log(ctx: Context, wave_id: uuid.UUID, logged: Collection[str], domain: str) -> tuple[int, int]:
    """Settle unsure messages by the mail server's own log; how many had arrived, and how many wait again.

    logged: ids of messages that the server took in, of all the time in question. domain: of the sender.
    """
    secrets, arrived, waiting = ctx.parts.secrets, 0, 0
    for row in ctx.session.scalars(
        select(Message).where(
            Message.agency_id == ctx.agency_id, Message.wave_id == wave_id, Message.state == "unsure"
        )
    ):
        key = MessageKey(ctx.agency_id, row.invitation_id, Kind(row.kind))
        there = message_id(secrets, key, domain) in logged
        row.state = "sent" if there else "waiting"
        arrived, waiting = arrived + there, waiting + (not there)
    ctx.session.flush()
    return arrived, waiting


def note_trouble(ctx: Context, wave_id: uuid.UUID, trouble: str) -> None:
    """Tell the wave's pages why nothing goes out; an empty text: that it goes again."""
    for batch in begun_kinds(ctx, wave_id).values():
        if batch.trouble != trouble:
            batch.trouble = trouble
    ctx.session.flush()
