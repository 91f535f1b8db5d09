"""What is settled about a draft besides its name and words: when, in which groups, what is asked besides."""

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime

from cri.domain.errors import CriError, InputError, InputProblem
from cri.domain.wave import COMMENTS_MINIMUM, MINIMUM
from cri.domain.wave_schedule import Moment, Schedule, Wrong, schedule_problems
from cri.services.context import Context
from cri.services.instruments import COMPANIONS, Release, released_instrument, released_languages
from cri.services.wave_log import Event, record
from cri.services.waves import lock_in

LARGEST_MINIMUM = 1_000


class ScheduleError(CriError):
    """Moments of a schedule that are past or out of order."""

    def __init__(self, wrong: Mapping[Moment, Wrong]) -> None:
        self.wrong = dict(wrong)
        super().__init__("; ".join(f"{moment}: {why}" for moment, why in wrong.items()))


def change_schedule(ctx: Context, wave_id: uuid.UUID, schedule: Schedule) -> None:
    """Say what is to happen to a draft by itself. Raises ScheduleError, WaveStateError once it is open."""
    wave = lock_in(ctx, wave_id, "draft")
    if wrong := schedule_problems(schedule, ctx.now):
        raise ScheduleError(wrong)
    if wave.opens_at != schedule.opens_at:
        told = {"opens_at": _iso(schedule.opens_at)}
        record(ctx, wave_id, Event.SCHEDULED, details=told)
    for moment in Moment:
        setattr(wave, moment.value, schedule.at(moment))
    ctx.session.flush()


def change_groups(
    ctx: Context,
    wave_id: uuid.UUID,
    *,
    minimum: int,
    comments_minimum: int,
    breakdowns: Collection[str],
) -> None:
    """Settle the smallest groups of a draft, and which profile questions are asked.

    The service's minimums may be raised, never lowered; what is not asked cannot be broken down by.
    Raises InputError (`where`: minimum, comments_minimum or breakdowns), WaveStateError once it is open.
    """
    wave = lock_in(ctx, wave_id, "draft")
    known = [one.code for one in released_instrument(wave.instrument_code, wave.instrument_version).profile]
    problems = []
    for where, value, least in (
        ("minimum", minimum, MINIMUM),
        ("comments_minimum", comments_minimum, COMMENTS_MINIMUM),
    ):
        if not least <= value <= LARGEST_MINIMUM:
            problems.append(InputProblem(f"{value}", where, f"{least} to {LARGEST_MINIMUM}"))
    if not set(breakdowns) <= set(known):
        problems.append(InputProblem("not all are known", "breakdowns", ", ".join(known)))
    if problems:
        raise InputError(problems)
    wave.minimum, wave.comments_minimum = minimum, max(comments_minimum, minimum)
    wave.breakdowns = [code for code in known if code in breakdowns]
    ctx.session.flush()


def change_companion(ctx: Context, wave_id: uuid.UUID, companion: Release | None) -> None:
    """Choose what is asked after the main instrument of a draft, or nothing.

    Raises InputError for one that is not offered or not written in all of the draft's languages.
    """
    wave = lock_in(ctx, wave_id, "draft")
    if companion is not None:
        known = companion in COMPANIONS
        if not known or not set(wave.languages) <= set(released_languages(*companion)):
            expected = "one that is offered in all of the survey's languages"
            raise InputError([InputProblem("cannot be asked", "companion", expected)])
    wave.companion_code, wave.companion_version = companion or (None, None)
    ctx.session.flush()


def _iso(at: datetime | None) -> str | None:
    return at.isoformat() if at else None
