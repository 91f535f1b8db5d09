"""What accepting a new tree and roster would change, worked out before anything is changed."""

from collections import Counter
from dataclasses import dataclass, replace
from typing import Final

from cri.domain.roster import Organisation, PersonRow
from cri.domain.roster_problems import TREE, RowProblem
from cri.domain.sheet import Unit

MANY: Final = 0.4
"""A change that would deactivate more than this share of the people stops and asks."""


@dataclass(frozen=True, slots=True)
class PresentPerson:
    """Somebody on the roster as it is now."""

    row: PersonRow
    active: bool


@dataclass(frozen=True, slots=True)
class Present:
    """The organisation as it is now."""

    units: tuple[Unit, ...]
    people: tuple[PresentPerson, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """What is different between now and then. Nobody is ever deleted: those who go are deactivated."""

    units_added: tuple[Unit, ...]
    units_changed: tuple[Unit, ...]
    units_removed: tuple[str, ...]
    people_added: tuple[PersonRow, ...]
    people_changed: tuple[PersonRow, ...]
    people_back: tuple[PersonRow, ...]
    people_deactivated: tuple[PersonRow, ...]
    units_after: int
    people_after: int
    top: str | None

    @property
    def is_empty(self) -> bool:
        """Whether nothing would change."""
        return not any(
            (
                self.units_added,
                self.units_changed,
                self.units_removed,
                self.people_added,
                self.people_changed,
                self.people_back,
                self.people_deactivated,
            )
        )

    @property
    def deactivates_many(self) -> bool:
        """Whether this looks like the wrong file: over 40 % of those who are active now would go."""
        gone, stay = len(self.people_deactivated), self.people_after
        before = gone + stay - len(self.people_added) - len(self.people_back)
        return gone > MANY * before


def plan_change(present: Present, coming: Organisation, default_language: str) -> Change:
    """What accepting `coming` would do to `present`. `default_language`: for people without one."""
    units_now = {unit.code: unit for unit in present.units}
    units = {unit.code: unit for unit in (present.units if coming.units is None else coming.units)}
    people_now = {person.row.email: person for person in present.people}
    active_now = [person.row for person in present.people if person.active]
    people = {
        row.email: _with_language(row, people_now.get(row.email), default_language)
        for row in (active_now if coming.people is None else coming.people)
    }
    added = [row for email, row in people.items() if email not in people_now]
    known = [row for email, row in people.items() if email in people_now]
    return Change(
        units_added=tuple(unit for code, unit in units.items() if code not in units_now),
        units_changed=tuple(unit for code, unit in units.items() if units_now.get(code, unit) != unit),
        units_removed=tuple(code for code in units_now if code not in units),
        people_added=tuple(added),
        people_changed=tuple(
            row for row in known if people_now[row.email].active and people_now[row.email].row != row
        ),
        people_back=tuple(row for row in known if not people_now[row.email].active),
        people_deactivated=tuple(row for row in active_now if row.email not in people),
        units_after=len(units),
        people_after=len(people),
        top=next((unit.code for unit in units.values() if unit.parent is None), None),
    )


@dataclass(frozen=True, slots=True)
class UnitCount:
    """What a change means for the people directly in one unit."""

    code: str
    name: str
    before: int
    new: int
    arrive: int
    move_away: int
    gone: int

    @property
    def after(self) -> int:
        """People afterwards."""
        return self.before + self.new + self.arrive - self.move_away - self.gone


def count_by_unit(present: Present, change: Change) -> tuple[UnitCount, ...]:
    """Units whose people change, by name: new (or back), moved in and out, gone."""
    unit_of = {person.row.email: person.row.unit for person in present.people if person.active}
    moved = [row for row in change.people_changed if unit_of[row.email] != row.unit]
    new = Counter(row.unit for row in (*change.people_added, *change.people_back))
    arrive = Counter(row.unit for row in moved)
    away = Counter(unit_of[row.email] for row in moved)
    gone = Counter(unit_of[row.email] for row in change.people_deactivated)
    before = Counter(unit_of.values())
    names = {unit.code: unit.name for unit in (*present.units, *change.units_changed, *change.units_added)}
    counts = [
        UnitCount(code, names[code], before[code], new[code], arrive[code], away[code], gone[code])
        for code in {*new, *arrive, *away, *gone}
    ]
    return tuple(sorted(counts, key=lambda count: (count.name, count.code)))


def moved_people(present: Present, change: Change) -> tuple[PersonRow, ...]:
    """Those who stay and would be in another unit."""
    unit_of = {person.row.email: person.row.unit for person in present.people}
    return tuple(row for row in change.people_changed if unit_of[row.email] != row.unit)


def _with_language(row: PersonRow, present: PresentPerson | None, default_language: str) -> PersonRow:
    """A blank language leaves what is known; somebody new gets the survey's first."""
    return replace(row, language=row.language or (present.row.language if present else default_language))


def units_missed(present: Present, coming: Organisation) -> list[RowProblem]:
    """Units that a new tree leaves out though the roster, which stays as it is, has people in them."""
    if coming.units is None or coming.people is not None:
        return []
    kept = {unit.code for unit in coming.units}
    people_in = Counter(person.row.unit for person in present.people if person.active)
    return [
        RowProblem(TREE, "unit_in_use", values={"value": code, "people": str(count)})
        for code, count in people_in.items()
        if code not in kept
    ]
