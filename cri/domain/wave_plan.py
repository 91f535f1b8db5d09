"""What a wave needs before it can open, and the local time it closes at."""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from cri.domain.errors import InputError, InputProblem


class Missing(StrEnum):
    """What stands between a draft and an open wave, in the order in which somebody would see to it."""

    TREE = "tree"
    ROSTER = "roster"
    CLOSING_TIME = "closing time"
    CLOSING_TIME_PAST = "closing time past"


@dataclass(frozen=True, slots=True)
class Preparation:
    """What is ready of a draft wave."""

    units: int
    people: int
    closes_at: datetime | None


def what_is_missing(ready: Preparation, now: datetime) -> tuple[Missing, ...]:
    """Everything that keeps the wave from opening; empty when it can."""
    missing = []
    if ready.units == 0:
        missing.append(Missing.TREE)
    if ready.people == 0:
        missing.append(Missing.ROSTER)
    if ready.closes_at is None:
        missing.append(Missing.CLOSING_TIME)
    elif ready.closes_at <= now:
        missing.append(Missing.CLOSING_TIME_PAST)
    return tuple(missing)


def moment_of(local: datetime, time_zone: str) -> datetime:
    """The moment (UTC) of a date and time on the wall in a time zone.

    A time that comes twice, when clocks go back, is the later of the two. Raises InputError for one that does
    not come at all, when they go forward.
    """
    zone = ZoneInfo(time_zone)
    moment = local.replace(tzinfo=zone, fold=1).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) != local:
        what = f"there is no {local:%H:%M} on {local:%Y-%m-%d} in {time_zone}: the clocks go forward"
        raise InputError([InputProblem(what, "closing time", "another hour")])
    return moment
