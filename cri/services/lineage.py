"""What happened to units, recorded by people, and what it means between two waves."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import delete, select

from cri.db.models import UnitEvent, UnitSuccession, Wave, WaveUnit
from cri.db.queries.organisation import present_units
from cri.db.queries.waves import frozen_units
from cri.domain.errors import CriError, InputError, InputProblem
from cri.domain.lineage import History, Succession, contradictions, histories, successors
from cri.domain.sheet import Unit
from cri.domain.unit_events import Kind, kind_of
from cri.services.agencies import this_agency
from cri.services.context import Context

MOST_UNITS: Final = 100
"""Of one event, before or after: more is a new tree, not a reorganisation that somebody can check."""


class EventGoneError(CriError):
    """The agency has no such event, or it is gone already."""


class EventError(InputError):
    """An event that cannot be: `kinds` says what is wrong, as (field, kind, unit's code)."""

    def __init__(self, kinds: Iterable[tuple[str, str, str]]) -> None:
        self.kinds = tuple(kinds)
        super().__init__(InputProblem(f"{kind} {code}".strip(), field) for field, kind, code in self.kinds)


@dataclass(frozen=True, slots=True)
class Part:
    """One unit and what it went on in, as they were called then."""

    before: Unit
    after: Unit


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to units."""

    id: uuid.UUID
    kind: Kind
    day: date
    parts: tuple[Part, ...]

    def units(self, side: str) -> tuple[Unit, ...]:
        """The units "before" or "after", each once, by code."""
        found = {unit.code: unit for part in self.parts for unit in [getattr(part, side)]}
        return tuple(found[code] for code in sorted(found))


def events(ctx: Context) -> tuple[Event, ...]:
    """All that was recorded, the latest first."""
    rows = ctx.session.execute(
        select(UnitEvent, UnitSuccession)
        .join(
            UnitSuccession,
            (UnitSuccession.agency_id == UnitEvent.agency_id) & (UnitSuccession.event_id == UnitEvent.id),
        )
        .where(UnitEvent.agency_id == ctx.agency_id)
        .order_by(UnitEvent.happened_on.desc(), UnitEvent.recorded_at.desc(), UnitEvent.id)
        .order_by(UnitSuccession.before_code, UnitSuccession.after_code)
    )
    found: dict[uuid.UUID, tuple[UnitEvent, list[Part]]] = {}
    for event, row in rows:
        parts = found.setdefault(event.id, (event, []))[1]
        before = Unit(row.before_code, row.before_parent, row.before_name)
        parts.append(Part(before, Unit(row.after_code, row.after_parent, row.after_name)))
    return tuple(
        Event(event.id, Kind(event.kind), event.happened_on, tuple(parts)) for event, parts in found.values()
    )


def record_event(ctx: Context, before: Sequence[str], after: Sequence[str], day: date) -> Kind:
    """Record that the units `before` went on as the units `after` from `day` on; returns what that is.

    Raises EventError: for codes that no tree has had, that contradict each other or another event of that
    day, for a unit that is still there and is not among those after, or for a day that is yet to come.
    """
    now = {unit.code: unit for unit in present_units(ctx.session, ctx.agency_id)}
    once = _units_of_waves(ctx) | now
    pairs = tuple((one, other) for one in dict.fromkeys(before) for other in dict.fromkeys(after))
    wrong = [("before", "unknown", code) for code in before if code not in once]
    wrong += [("after", "unknown", code) for code in after if code not in once]
    wrong += [
        ("after", "still_there", code) for code in before if code in now and code not in after and after
    ]
    wrong += [(field, "empty", "") for field, codes in (("before", before), ("after", after)) if not codes]
    if len(set(before)) > MOST_UNITS or len(set(after)) > MOST_UNITS:
        wrong.append(("before", "too_many", ""))
    if pairs and all(one == other for one, other in pairs):
        wrong.append(("after", "same", ""))
    if day > local_day(ctx):
        wrong.append(("day", "future", ""))
    if not wrong:
        steps = [*_steps(events(ctx)), *(Succession(day, one, other) for one, other in pairs)]
        wrong += [("after", "contradiction", code) for found, code in contradictions(steps) if found == day]
    if wrong:
        raise EventError(wrong)
    kind = kind_of(pairs)
    write_event(ctx, kind, pairs, day, once, once)
    return kind


def write_event(
    ctx: Context,
    kind: Kind,
    pairs: Sequence[tuple[str, str]],
    day: date,
    before: Mapping[str, Unit],
    after: Mapping[str, Unit],
    *,
    import_id: uuid.UUID | None = None,
) -> None:
    """Write down what has been checked. before, after: the units by code, as they were called and stood."""
    event_id = uuid.uuid4()
    ctx.session.add(
        UnitEvent(
            agency_id=ctx.agency_id,
            id=event_id,
            kind=kind.value,
            happened_on=day,
            recorded_at=ctx.now,
            recorded_by=ctx.actor.account_id,
            import_id=import_id,
        )
    )
    ctx.session.flush()
    ctx.session.add_all(
        UnitSuccession(
            agency_id=ctx.agency_id,
            event_id=event_id,
            before_code=one,
            after_code=other,
            before_name=before[one].name,
            after_name=after[other].name,
            before_parent=before[one].parent,
            after_parent=after[other].parent,
        )
        for one, other in pairs
    )
    ctx.session.flush()


def take_back(ctx: Context, event_id: uuid.UUID) -> None:
    """Delete an event that was a mistake. Scorecards that exist keep what they say. Raises EventGoneError."""
    found = ctx.session.execute(
        delete(UnitEvent)
        .where(UnitEvent.agency_id == ctx.agency_id, UnitEvent.id == event_id)
        .returning(UnitEvent.id)
    ).one_or_none()
    if found is None:
        raise EventGoneError


def histories_since(
    ctx: Context, earlier: Wave, later: Wave, shown: Collection[str] | None = None
) -> dict[str, History]:
    """Each unit of the later wave -> what it can be compared with in the earlier one. Both have opened.

    shown: units of the earlier wave that have figures.
    """
    trees = [frozen_units(ctx.session, ctx.agency_id, wave.id) for wave in (earlier, later)]
    zone = ZoneInfo(this_agency(ctx).time_zone)
    days = [wave.opened_at.astimezone(zone).date() for wave in (earlier, later) if wave.opened_at]
    since, until = min(days), max(days)
    became = successors([unit.code for unit in trees[0]], _usable(_steps(events(ctx))), since, until)
    return histories(trees[0], trees[1], became, shown)


def local_day(ctx: Context) -> date:
    """Today, where the agency is."""
    return ctx.now.astimezone(ZoneInfo(this_agency(ctx).time_zone)).date()


def _steps(recorded: Iterable[Event]) -> list[Succession]:
    """What events say of codes; a new name, or another place, under the same code says nothing."""
    return [
        Succession(event.day, part.before.code, part.after.code)
        for event in recorded
        if event.kind is not Kind.MOVE and any(one.before.code != one.after.code for one in event.parts)
        for part in event.parts
    ]


def _usable(steps: Sequence[Succession]) -> list[Succession]:
    """The steps without the days that contradict themselves: of two imports on one day, say."""
    wrong = {day for day, _ in contradictions(steps)}
    return [step for step in steps if step.day not in wrong]


def _units_of_waves(ctx: Context) -> dict[str, Unit]:
    """Every unit that any wave's frozen tree has had, as the latest wave has it."""
    rows = ctx.session.execute(
        select(WaveUnit.code, WaveUnit.parent_code, WaveUnit.name)
        .join(Wave, (Wave.agency_id == WaveUnit.agency_id) & (Wave.id == WaveUnit.wave_id))
        .where(WaveUnit.agency_id == ctx.agency_id)
        .order_by(Wave.opened_at, WaveUnit.position)
    )
    return {row.code: Unit(row.code, row.parent_code, row.name) for row in rows}
