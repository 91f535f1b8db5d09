"""Another closing time for a wave that is open: later, or now. Always with a reason, always in the log."""

import uuid
from datetime import datetime

from cri.db.models import Wave
from cri.domain.errors import InputError, InputProblem
from cri.domain.wave_schedule import LONGEST
from cri.services.context import Context
from cri.services.wave_log import Event, check_reason, record
from cri.services.waves import WaveStateError, close_if_due, lock_in


def extend_wave(ctx: Context, wave_id: uuid.UUID, closes_at: datetime, reason: str) -> None:
    """Keep a wave open until later than was told.

    Raises InputError for a time that is not later, or over a year after the opening, and for a missing
    reason; WaveStateError unless it is open.
    """
    wave = lock_in(ctx, wave_id, "open")
    was, opened = _times(wave)
    why = check_reason(reason)
    if not max(was, ctx.now) < closes_at <= opened + LONGEST:
        expected = f"later than {max(was, ctx.now):%Y-%m-%d %H:%M} UTC, within a year of the opening"
        raise InputError([InputProblem(f"{closes_at:%Y-%m-%d %H:%M} UTC", "closing time", expected)])
    wave.closes_at = closes_at
    moved = {"from": was.isoformat(), "to": closes_at.isoformat()}
    record(ctx, wave_id, Event.EXTENDED, reason=why, details=moved)


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
    moved = {"from": was.isoformat(), "to": ctx.now.isoformat()}
    record(ctx, wave_id, Event.CLOSED_EARLY, reason=why, details=moved)
    return close_if_due(ctx, wave_id)


def _times(wave: Wave) -> tuple[datetime, datetime]:
    assert wave.closes_at is not None
    assert wave.opened_at is not None
    return wave.closes_at, wave.opened_at
