"""A link is replaced: what comes back of the old message says nothing about the new link."""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from cri.adapters.mail import MailServer as Route
from cri.adapters.smtp import Handover, Outcome
from cri.db.models import BadAddress, Invitation, Message
from cri.db.queries.messages import Waiting
from cri.domain.message_plan import Kind
from cri.services import deliveries
from cri.services.bounces import note_bounce
from cri.services.context import Context
from cri.services.message_keys import MessageKey, message_id, read_message_id
from cri.services.messages import Composer
from cri.services.wave_people import replace_link
from cri.services.waves import create_wave, find_wave, open_wave
from tests.services.conftest import NOW
from tests.services.organised import organise

ROUTE = Route("127.0.0.1", 9, "surveys@example.org")
TAKEN = Handover(Outcome.ACCEPTED, "250 taken")


@pytest.fixture
def mailing(ctx: Context) -> Context:
    """The same administrator of a service that sends."""
    return replace(ctx, parts=replace(ctx.parts, mail=ROUTE))


@pytest.fixture
def wave_id(mailing: Context) -> uuid.UUID:
    """A wave of one person, whose invitation waits to be sent."""
    organise(mailing, {"north": 1})
    closes_at = NOW + timedelta(days=14)
    made = create_wave(mailing, "Autumn", languages=["en"], noun="residents", closes_at=closes_at)
    open_wave(mailing, made)
    deliveries.begin_by_hand(mailing, made, Kind.INVITATION)
    return made


def state(ctx: Context, wave_id: uuid.UUID) -> str:
    ctx.session.expire_all()
    return ctx.session.scalars(select(Message.state).where(Message.wave_id == wave_id)).one()


def invitation_of(ctx: Context, wave_id: uuid.UUID) -> uuid.UUID:
    return ctx.session.scalars(select(Invitation.id).where(Invitation.wave_id == wave_id)).one()


def in_hand(ctx: Context, wave_id: uuid.UUID) -> Waiting:
    (one,) = deliveries.can_be_sent(ctx, wave_id, 10)
    return one


def sent_and_replaced(ctx: Context, wave_id: uuid.UUID) -> tuple[Waiting, str]:
    """The old message, which was taken, and the id it carries; its link is another by now."""
    one = in_hand(ctx, wave_id)
    assert deliveries.claim(ctx, one)
    deliveries.settle(ctx, one, TAKEN)
    carried = message_id(
        ctx.parts.secrets, MessageKey(ctx.agency_id, one.invitation_id, Kind.INVITATION), "example.org"
    )
    replace_link(ctx, wave_id, one.person_id)
    return one, carried


def test_a_bounce_of_the_old_message_marks_nothing(mailing: Context, wave_id: uuid.UUID) -> None:
    one, carried = sent_and_replaced(mailing, wave_id)
    key = read_message_id(mailing.parts.secrets, carried)
    assert key is not None
    assert not note_bounce(mailing, key.invitation_id, key.kind, "550 unknown", one.email)
    assert state(mailing, wave_id) == "sent"
    assert mailing.session.scalars(select(BadAddress)).all() == []


def test_a_bounce_looked_up_by_its_recipient_would_mark_the_new_one(
    mailing: Context, wave_id: uuid.UUID
) -> None:
    """The control: whoever keeps to the address takes the old message for the new."""
    one, _carried = sent_and_replaced(mailing, wave_id)
    mailing.session.expire_all()
    by_address = mailing.session.scalars(
        select(Invitation.id).where(Invitation.person_id == one.person_id, Invitation.wave_id == wave_id)
    ).one()
    assert note_bounce(mailing, by_address, Kind.INVITATION, "550 unknown", one.email)
    assert state(mailing, wave_id) == "failed"


def test_the_new_link_has_ids_of_its_own(mailing: Context, wave_id: uuid.UUID) -> None:
    _one, carried = sent_and_replaced(mailing, wave_id)
    new = MessageKey(mailing.agency_id, invitation_of(mailing, wave_id), Kind.FIRST_REMINDER)
    assert message_id(mailing.parts.secrets, new, "example.org") != carried


def test_a_message_that_was_made_before_is_not_sent_with_the_dead_link(
    mailing: Context, wave_id: uuid.UUID
) -> None:
    one = in_hand(mailing, wave_id)
    dead = Composer(mailing, find_wave(mailing, wave_id), ROUTE).message(one, NOW)
    replace_link(mailing, wave_id, one.person_id)
    assert not deliveries.claim(mailing, one)  # asked anew in the instant before its last line
    again = in_hand(mailing, wave_id)
    assert again.invitation_id != one.invitation_id
    assert Composer(mailing, find_wave(mailing, wave_id), ROUTE).message(again, NOW).data != dead.data


def test_one_that_is_replaced_between_claim_and_answer_is_told_as_unsure(
    mailing: Context, wave_id: uuid.UUID
) -> None:
    """Its dead link is under way: it is not called sent, and somebody may send the new one."""
    one = in_hand(mailing, wave_id)
    assert deliveries.claim(mailing, one)
    replace_link(mailing, wave_id, one.person_id)
    deliveries.settle(mailing, one, TAKEN)
    assert state(mailing, wave_id) == "handed"
    assert deliveries.find_out_unsure(mailing, wave_id) == 1
    assert state(mailing, wave_id) == "unsure"
