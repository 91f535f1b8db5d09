"""What was done to a wave as a whole: who, when and why. Never who answered, what, or when."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import select

from cri.db.models import Account, WaveLog
from cri.domain.errors import InputError, InputProblem
from cri.services.context import Context

REASON_LENGTH = 500


class Event(StrEnum):
    """What a wave's log knows."""

    SCHEDULED = "scheduled"
    NOT_OPENED = "not opened"
    OPENED = "opened"
    EXTENDED = "extended"
    CLOSED_EARLY = "closed early"
    CLOSED = "closed"
    DISCARDED = "discarded"
    SHOWN_TO_STAFF = "shown to staff"
    TAKEN_FROM_STAFF = "taken from staff"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log. who: the account's name, None for what happened by itself."""

    at: datetime
    event: Event
    who: str | None
    reason: str
    details: Mapping[str, Any]


def record(
    ctx: Context,
    wave_id: uuid.UUID,
    event: Event,
    *,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write a line, in the caller's transaction. details: JSON-ready moments or counts."""
    ctx.session.add(
        WaveLog(
            agency_id=ctx.agency_id,
            wave_id=wave_id,
            at=ctx.now,
            account_id=ctx.actor.account_id,
            event=event.value,
            reason=reason,
            details=dict(details or {}),
        )
    )
    ctx.session.flush()


def check_reason(reason: str) -> str:
    """A reason as it is kept. Raises InputError for none, or one that is too long."""
    tidied = " ".join(reason.split())
    if not 0 < len(tidied) <= REASON_LENGTH:
        raise InputError(
            [InputProblem(f"{len(tidied)} characters", "reason", f"1 to {REASON_LENGTH} characters")]
        )
    return tidied


def log_of(ctx: Context, wave_id: uuid.UUID) -> list[Entry]:
    """A wave's log, the newest first."""
    rows = ctx.session.execute(
        select(WaveLog.at, WaveLog.event, WaveLog.reason, WaveLog.details, Account.name)
        .outerjoin(Account, Account.id == WaveLog.account_id)
        .where(WaveLog.agency_id == ctx.agency_id, WaveLog.wave_id == wave_id)
        .order_by(WaveLog.at.desc(), WaveLog.id)
    )
    return [Entry(row.at, Event(row.event), row.name, row.reason, row.details) for row in rows]
