"""Reorganisations as they are recorded, and those that a new tree and roster look like."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from cri.domain.lineage import Succession, contradictions
from cri.domain.roster_change import Change, Present
from cri.domain.sheet import Unit

NOTABLE: Final = 0.2
"""Share of a unit's people who went the same way from which it is proposed that the unit did."""


class Kind(StrEnum):
    """What happened to units."""

    RENAME = "rename"
    MOVE = "move"
    MERGE = "merge"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Proposal:
    """What a change looks like. `people` of the `known` ones went that way; `pairs`: codes before, after."""

    kind: Kind
    pairs: tuple[tuple[str, str], ...]
    people: int = 0
    known: int = 0

    @property
    def key(self) -> str:
        """A name for it in a form."""
        return "|".join(f"{before}>{after}" for before, after in self.pairs)

    def steps(self, day: date) -> tuple[Succession, ...]:
        """What it says from `day` on."""
        return tuple(Succession(day, before, after) for before, after in self.pairs)


def kind_of(pairs: Iterable[tuple[str, str]]) -> Kind:
    """What units that went on as others were: one as one, several as one, or as several."""
    before, after = ({pair[side] for pair in pairs} for side in (0, 1))
    if len(before) == len(after) == 1:
        return Kind.RENAME
    return Kind.MERGE if len(after) < len(before) else Kind.SPLIT


def plain_events(present: Present, change: Change) -> tuple[Proposal, ...]:
    """Units of the same code that have another name, or another place: this needs no guess."""
    before = {unit.code: unit for unit in present.units}
    found = []
    for unit in change.units_changed:
        was, pair = before[unit.code], ((unit.code, unit.code),)
        if was.name != unit.name:
            found.append(Proposal(Kind.RENAME, pair))
        if was.parent != unit.parent:
            found.append(Proposal(Kind.MOVE, pair))
    return tuple(found)


def likely_events(present: Present, change: Change) -> tuple[Proposal, ...]:
    """Renames, mergers and splits that the change looks like, by where people went; for somebody to judge.

    A unit that is gone went where at least a fifth of its people who stay went, or, where nobody stays, on as
    a new unit of the same name; a new unit came from where at least a fifth of its known people came from.
    What hangs together is one event. What would contradict a larger one within a day is not proposed.
    """
    flows = _flows(present, change)
    gone, new = frozenset(change.units_removed), frozenset(unit.code for unit in change.units_added)
    left, came = Counter[str](), Counter[str]()
    for (before, after), people in flows.items():
        left[before] += people
        came[after] += people
    edges = {
        (before, after)
        for (before, after), people in flows.items()
        if (before in gone and people >= NOTABLE * left[before])
        or (after in new and people >= NOTABLE * came[after])
    }
    edges |= _same_name(present, change, {code for code in gone if not left[code]})
    proposals = []
    for together in _components(edges):
        pairs = set(together)
        pairs |= {(code, code) for code, _ in together if code not in gone}
        pairs |= {(code, code) for _, code in together if code not in new}
        ordered = tuple(sorted(pairs))
        sources = {before for before, _ in ordered}
        proposal = Proposal(
            kind_of(ordered),
            ordered,
            sum(flows[pair] for pair in ordered),
            sum(left[code] for code in sources),
        )
        proposals.append(proposal)
    kept: list[Proposal] = []
    for proposal in sorted(proposals, key=lambda one: (-one.people, one.key)):
        steps = (step for one in (*kept, proposal) for step in one.steps(date.min))
        if not contradictions(steps):
            kept.append(proposal)
    return tuple(kept)


def _flows(present: Present, change: Change) -> Counter[tuple[str, str]]:
    """(unit before, unit after) -> people directly in them who stay."""
    leaving = {row.email for row in change.people_deactivated}
    now = {row.email: row.unit for row in change.people_changed}
    return Counter(
        (person.row.unit, now.get(person.row.email, person.row.unit))
        for person in present.people
        if person.active and person.row.email not in leaving
    )


def _same_name(present: Present, change: Change, gone: set[str]) -> set[tuple[str, str]]:
    new: Mapping[str, Unit] = {unit.name.casefold(): unit for unit in change.units_added}
    return {
        (unit.code, new[unit.name.casefold()].code)
        for unit in present.units
        if unit.code in gone and unit.name.casefold() in new
    }


def _components(edges: set[tuple[str, str]]) -> list[list[tuple[str, str]]]:
    """Edges that hang together through a unit before or a unit after."""
    together: list[list[tuple[str, str]]] = []
    for edge in sorted(edges):
        joined = [edge]
        apart: list[list[tuple[str, str]]] = []
        for group in together:
            touches = any(edge[0] == before or edge[1] == after for before, after in group)
            joined, apart = (joined + group, apart) if touches else (joined, [*apart, group])
        together = [*apart, joined]
    return together
