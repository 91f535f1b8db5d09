"""Another closing time for a wave that is open: later, or now. Always with a reason, always in the log."""

import uuid
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select

from cri.db.models import MessageBatch, Wave
from cri.domain.errors import InputError, InputProblem
from cri.domain.wave_schedule import LONGEST, REMINDERS, Moment, moved_reminders
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.wave_log import Event, check_reason, record
from cri.services.waves import WaveStateError, close_if_due, lock_in


def extend_wave(ctx: Context, wave_id: uuid.UUID, closes_at: datetime, reason: str) -> None:
    """Keep a wave open until later than was told. Reminders that are still to come move with the closing.

    Raises InputError for a time that is not later, or over a year after the opening, and for a missing
    reason; WaveStateError unless it is open.
    """
    wave = lock_in(ctx, wave_id, "open")
    was, opened = _times(wave)
    why = check_reason(reason)
    if not max(was, ctx.now) < closes_at <= opened + LONGEST:
        expected = f"later than {max(was, ctx.now):%Y-%m-%d %H:%M} UTC, within a year of the opening"
        raise InputError([InputProblem(f"{closes_at:%Y-%m-%d %H:%M} UTC", "closing time", expected)])
    told: dict[str, object] = _step(was, closes_at)
    reminders = reminders_to_move(ctx, wave, closes_at)
    if reminders:
        told["reminders"] = {moment.value: _step(*step) for moment, step in reminders.items()}
    for moment, (_from, to) in reminders.items():
        setattr(wave, moment.value, to)
    wave.closes_at = closes_at
    record(ctx, wave_id, Event.EXTENDED, reason=why, details=told)


def reminders_to_move(
    ctx: Context, wave: Wave, closes_at: datetime
) -> Mapping[Moment, tuple[datetime, datetime]]:
    """What an extension of an open wave to `closes_at` would do to its reminders: moment -> (from, to).

    Those that are still to come go as far into the time that is left as before. What has begun stays, as does
    what waits for a working day.
    """
    was, _opened = _times(wave)
    begun = set(
        ctx.session.scalars(
            select(MessageBatch.kind).where(
                MessageBatch.agency_id == ctx.agency_id, MessageBatch.wave_id == wave.id
            )
        )
    )
    planned = {
        moment: at
        for moment in REMINDERS
        if (at := getattr(wave, moment.value)) is not None and moment.value.removesuffix("_at") not in begun
    }
    return moved_reminders(planned, ctx.now, was, closes_at, this_agency(ctx).time_zone)


def close_early(ctx: Context, wave_id: uuid.UUID, reason: str) -> bool:
    """Let nobody begin any more, from now on; who has begun keeps the same grace as at a timed closing.

    Says whether the wave is closed already because nobody had begun; else the next run of the closing job
    after the grace closes it. Raises InputError for a missing reason, WaveStateError once its time is over.
    """
    wave = lock_in(ctx, wave_id, "open")
    was, _opened = _times(wave)
    why = check_reason(reason)
    if was <= ctx.now:
        raise WaveStateError("closing")
    wave.closes_at = ctx.now
    record(ctx, wave_id, Event.CLOSED_EARLY, reason=why, details=_step(was, ctx.now))
    return close_if_due(ctx, wave_id)


def _step(was: datetime, to: datetime) -> dict[str, object]:
    return {"from": was.isoformat(), "to": to.isoformat()}


def _times(wave: Wave) -> tuple[datetime, datetime]:
    assert wave.closes_at is not None
    assert wave.opened_at is not None
    return wave.closes_at, wave.opened_at
