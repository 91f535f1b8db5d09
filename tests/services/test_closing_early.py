"""Extending a wave and closing it early: logged, with the same grace as a timed closing."""

import uuid
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from cri.db.models import Account, Invitation, MessageBatch
from cri.domain.errors import InputError
from cri.domain.wave import GRACE, Answers
from cri.domain.wave_schedule import Moment
from cri.services.closing_early import close_early, extend_wave, reminders_to_move
from cri.services.context import Context
from cri.services.drafts import start_draft, submit_draft
from cri.services.links import open_token, personal_token
from cri.services.responses import LinkUnusableError, find_questionnaire
from cri.services.sealing import seal_wave
from cri.services.submissions import submit
from cri.services.wave_log import Event, log_of
from cri.services.waves import WaveStateError, close_if_due, close_wave, create_wave, find_wave, open_wave
from tests.services.conftest import NOW
from tests.services.organised import organise

LATER = NOW + timedelta(days=14)
DAY_9 = NOW + timedelta(days=9)


@pytest.fixture
def day_9(ctx: Context) -> Context:
    """The same administrator nine days later."""
    return replace(ctx, now=DAY_9)


@pytest.fixture
def wave_id(ctx: Context) -> uuid.UUID:
    """A wave that is open for a fortnight, with twelve people."""
    organise(ctx, {"north": 12})
    made = create_wave(ctx, "Autumn", languages=["en"], noun="residents", closes_at=LATER)
    open_wave(ctx, made)
    return made


def links(ctx: Context, wave_id: uuid.UUID) -> list[str]:
    found = ctx.session.query(Invitation.id).filter(Invitation.wave_id == wave_id).order_by(Invitation.id)
    return [personal_token(ctx.parts.secrets, row.id) for row in found]


def follow(ctx: Context, token: str) -> Any:
    return find_questionnaire(ctx.session, ctx.parts.secrets, token, ctx.now)


def test_who_has_begun_keeps_the_grace_and_nobody_else_begins(day_9: Context, wave_id: uuid.UUID) -> None:
    begun, fresh, *_ = links(day_9, wave_id)
    code = start_draft(day_9.session, day_9.parts.secrets, follow(day_9, begun))
    assert close_early(day_9, wave_id, "Everybody has had their chance") is False
    assert find_wave(day_9, wave_id).state == "open"
    soon = replace(day_9, now=DAY_9 + GRACE - timedelta(seconds=1))
    assert not close_if_due(soon, wave_id)
    assert not follow(soon, fresh).may_start
    assert not follow(soon, open_token(soon.parts.secrets, wave_id)).may_start
    submit_draft(soon.session, soon.parts.secrets, follow(soon, begun), code)
    after = replace(day_9, now=DAY_9 + GRACE)
    assert close_if_due(after, wave_id)
    assert find_wave(after, wave_id).closed_at == after.now


def test_the_naive_closing_loses_what_was_begun(day_9: Context, wave_id: uuid.UUID) -> None:
    """The control: closing at once, as the button did before, and the same person cannot send."""
    begun = links(day_9, wave_id)[0]
    code = start_draft(day_9.session, day_9.parts.secrets, follow(day_9, begun))
    close_wave(day_9, wave_id)
    seal_wave(day_9, wave_id)
    with pytest.raises(LinkUnusableError):
        submit_draft(day_9.session, day_9.parts.secrets, follow(day_9, begun), code)


def test_where_nobody_has_begun_it_closes_at_once(day_9: Context, wave_id: uuid.UUID) -> None:
    submit(day_9.session, follow(day_9, links(day_9, wave_id)[0]), Answers())
    assert close_early(day_9, wave_id, "All have answered") is True
    assert find_wave(day_9, wave_id).state == "closing"


def test_a_timed_closing_waits_for_them_as_well(ctx: Context, wave_id: uuid.UUID) -> None:
    start_draft(ctx.session, ctx.parts.secrets, follow(ctx, links(ctx, wave_id)[0]))
    waits = [timedelta(seconds=-1), timedelta(), GRACE - timedelta(seconds=1), GRACE]
    assert [close_if_due(replace(ctx, now=LATER + wait), wave_id) for wait in waits] == [
        False,
        False,
        False,
        True,
    ]


def test_everything_is_logged_with_who_when_and_why(day_9: Context, wave_id: uuid.UUID) -> None:
    extend_wave(day_9, wave_id, LATER + timedelta(days=7), "  Holidays\nin the depot ")
    assert find_wave(day_9, wave_id).closes_at == LATER + timedelta(days=7)
    close_early(day_9, wave_id, "Enough")
    who = day_9.session.get_one(Account, day_9.actor.account_id).name
    told = [(one.at, one.event, one.who, one.reason) for one in log_of(day_9, wave_id)]
    assert (NOW, Event.OPENED, who, "") in told
    assert (DAY_9, Event.EXTENDED, who, "Holidays in the depot") in told
    assert (DAY_9, Event.CLOSED_EARLY, who, "Enough") in told
    extended = next(one for one in log_of(day_9, wave_id) if one.event is Event.EXTENDED)
    assert extended.details == {
        "from": LATER.isoformat(),
        "to": (LATER + timedelta(days=7)).isoformat(),
    }


def test_reminders_to_come_move_with_an_extension_and_sent_ones_stay(
    day_9: Context, wave_id: uuid.UUID
) -> None:
    wave, week = find_wave(day_9, wave_id), timedelta(days=7)
    sent, planned = DAY_9 + timedelta(days=1), DAY_9 + timedelta(days=2)
    wave.first_reminder_at, wave.second_reminder_at = sent, planned
    day_9.session.add(
        MessageBatch(
            agency_id=day_9.agency_id, wave_id=wave_id, kind="first_reminder", day=DAY_9.date(), trouble=""
        )
    )
    day_9.session.flush()
    to = DAY_9 + timedelta(days=5)  # two of five days are 4.8 of twelve: the day on which that falls
    assert reminders_to_move(day_9, wave, LATER + week) == {Moment.SECOND_REMINDER: (planned, to)}
    assert (wave.first_reminder_at, wave.second_reminder_at) == (sent, planned)  # told, not done
    extend_wave(day_9, wave_id, LATER + week, "Holidays")
    assert (wave.first_reminder_at, wave.second_reminder_at) == (sent, to)
    extended = next(one for one in log_of(day_9, wave_id) if one.event is Event.EXTENDED)
    assert extended.details["reminders"] == {
        "second_reminder_at": {"from": planned.isoformat(), "to": to.isoformat()}
    }


def test_a_wave_that_closed_early_can_be_extended_within_the_grace(
    day_9: Context, wave_id: uuid.UUID
) -> None:
    begun, fresh, *_ = links(day_9, wave_id)
    start_draft(day_9.session, day_9.parts.secrets, follow(day_9, begun))
    close_early(day_9, wave_id, "A slip")
    extend_wave(day_9, wave_id, LATER, "Taken back")
    assert follow(day_9, fresh).may_start


@pytest.mark.parametrize("closes_at", [LATER, DAY_9, NOW, NOW + timedelta(days=400)])
def test_an_extension_is_later_and_within_a_year(day_9: Context, wave_id: uuid.UUID, closes_at: Any) -> None:
    with pytest.raises(InputError) as refused:
        extend_wave(day_9, wave_id, closes_at, "Because")
    assert [problem.where for problem in refused.value.problems] == ["closing time"]
    assert find_wave(day_9, wave_id).closes_at == LATER


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 501])
def test_without_a_reason_nothing_happens(day_9: Context, wave_id: uuid.UUID, reason: str) -> None:
    with pytest.raises(InputError):
        close_early(day_9, wave_id, reason)
    with pytest.raises(InputError):
        extend_wave(day_9, wave_id, LATER + timedelta(days=1), reason)
    assert [one.event for one in log_of(day_9, wave_id)] == [Event.OPENED]


def test_what_is_over_is_neither_closed_again_nor_extended(day_9: Context, wave_id: uuid.UUID) -> None:
    close_early(day_9, wave_id, "Enough")
    seal_wave(day_9, wave_id)
    with pytest.raises(WaveStateError):
        close_early(day_9, wave_id, "Again")
    with pytest.raises(WaveStateError):
        extend_wave(day_9, wave_id, LATER + timedelta(days=1), "More")
    with pytest.raises(LinkUnusableError):
        follow(day_9, open_token(day_9.parts.secrets, wave_id))
