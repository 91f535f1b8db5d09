"""What became of units between two waves, and how much of a unit can be set beside what it was.

A unit goes on under its code unless somebody recorded otherwise. What was recorded counts from its day on:
all of one day at once, day after day. docs/decisions/lineage.md says why it is done so.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from cri.domain.sheet import Unit

COMPARABLE_SHARE: Final = 0.8
"""Of a unit's people now, and of those it is compared with, the share that must belong together."""

Reason = Literal["new", "reorganised", "headcounts"]


@dataclass(frozen=True, slots=True)
class Succession:
    """From `day` on, `before` goes on in `after`: codes of units, the same one where a unit keeps a part."""

    day: date
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class History:
    """What a unit can be compared with. `reason`: why no trend may be drawn, None where one may.

    `predecessors`: the units before, none of them below another. `share` (0-1) by head-count; None where
    there is no predecessor, or head-counts are missing that it depends on.
    """

    predecessors: tuple[str, ...]
    share: float | None
    reason: Reason | None

    @property
    def drawn(self) -> bool:
        """Whether a trend may be drawn."""
        return self.reason is None


def contradictions(steps: Iterable[Succession]) -> tuple[tuple[date, str], ...]:
    """(day, code) of each unit that on one day both became another and was made of another: circles, chains.

    In which order that happened nobody could tell. A unit that keeps a part is no contradiction.
    """
    left: set[tuple[date, str]] = set()
    joined: set[tuple[date, str]] = set()
    for step in steps:
        if step.before != step.after:
            left.add((step.day, step.before))
            joined.add((step.day, step.after))
    return tuple(sorted(left & joined))


def successors(
    codes: Iterable[str], steps: Iterable[Succession], since: date, until: date
) -> dict[str, frozenset[str]]:
    """Each unit of a tree of day `since` -> the codes in which it goes on on day `until`.

    A tree knows what happened on its own day: steps count after `since` and up to `until`. Raises ValueError
    if steps contradict each other, or days run backwards.
    """
    if until < since:
        raise ValueError(f"{until} is before {since}")
    within = [step for step in steps if since < step.day <= until]
    if wrong := contradictions(within):
        raise ValueError(f"on {wrong[0][0]} the unit {wrong[0][1]} became another and was made of another")
    became = {code: frozenset((code,)) for code in codes}
    for day in sorted({step.day for step in within}):
        goes_on: dict[str, set[str]] = {}
        for step in within:
            if step.day == day:
                goes_on.setdefault(step.before, set()).add(step.after)
        for code, now in became.items():
            if not goes_on.keys().isdisjoint(now):
                became[code] = frozenset().union(*(goes_on.get(one, {one}) for one in now))
    return became


def histories(
    before: Sequence[Unit],
    after: Sequence[Unit],
    became: Mapping[str, Collection[str]],
    shown: Collection[str] | None = None,
) -> dict[str, History]:
    """Each unit of the tree `after` -> what it can be compared with in the tree `before`.

    `became`: as from `successors`. `shown`: the units of before that have figures; None: all. A unit's
    predecessors are those of `shown` that go on in it; where there are none, as with a unit made to hold
    others, those of the units right below it. Both sides are taken with everybody in and below them. `share`
    is the smaller of two: of those before, who went on in the unit now; and of those now, who come from its
    predecessors. People of a divided unit count in proportion to the units it was divided into. Somebody in
    a unit of which nothing is known comes from nowhere and goes nowhere.
    """
    then, now = _Tree(before), _Tree(after)
    goes_to = {code: [one for one in found if one in now.own] for code, found in became.items()}
    comes_from: dict[str, list[str]] = {code: [] for code in now.own}
    for code in then.own:
        for one in goes_to.get(code, []):
            comes_from[one].append(code)
    found: dict[str, tuple[str, ...]] = {}
    for unit in now.leaves_first:
        direct = [code for code in comes_from[unit] if shown is None or code in shown]
        found[unit] = then.topmost(direct or [one for child in now.below[unit] for one in found[child]])
    return {
        unit.code: _history(found[unit.code], unit.code, then, now, goes_to, comes_from) for unit in after
    }


def _history(
    predecessors: tuple[str, ...],
    code: str,
    then: "_Tree",
    now: "_Tree",
    goes_to: Mapping[str, Sequence[str]],
    comes_from: Mapping[str, Sequence[str]],
) -> History:
    if not predecessors:
        return History((), None, "new")
    theirs = {one for top in predecessors for one in then.inside(top)}
    ours = now.inside(code)
    kept = _share(theirs, ours, goes_to, then.own, now.own)
    known = _share(ours, theirs, comes_from, now.own, then.own)
    if kept is None or known is None:
        return History(predecessors, None, "headcounts")
    share = min(kept, known)
    return History(predecessors, share, None if share >= COMPARABLE_SHARE else "reorganised")


def _share(
    group: Collection[str],
    other: Collection[str],
    linked: Mapping[str, Sequence[str]],
    people: Mapping[str, int | None],
    others: Mapping[str, int | None],
) -> float | None:
    """Of the people directly in the units of `group`, the share linked with units of `other`.

    1 without any counting if all links lead there; None where a head-count is missing that is needed.
    """
    inside = {code: [one in other for one in linked.get(code, [])] for code in group}
    if all(any(found) and all(found) for found in inside.values()):
        return 1.0
    total = part = 0.0
    for code, found in inside.items():
        count = people[code]
        if count is None:
            return None
        total += count
        if count and any(found):
            weights = [1 if all(found) else others[one] for one in linked[code]]
            if None in weights:
                return None
            known = [weight or 0 for weight in weights]
            if not any(known):  # nobody is directly in any of them: the units count alike
                known = [1] * len(known)
            part += count * sum(n for n, here in zip(known, found, strict=True) if here) / sum(known)
    return part / total if total else None


class _Tree:
    """`own`: code -> people directly in the unit, None if not known; `below`: the units right below each."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.parent = {unit.code: unit.parent for unit in units}
        self.below: dict[str, list[str]] = {unit.code: [] for unit in units}
        for unit in units:
            if unit.parent is not None:
                self.below[unit.parent].append(unit.code)
        counts = {unit.code: unit.headcount for unit in units}
        self.own = {
            code: _difference(counts[code], [counts[one] for one in self.below[code]]) for code in counts
        }
        self.leaves_first = [code for top in units if top.parent is None for code in self.inside(top.code)][
            ::-1
        ]

    def inside(self, top: str) -> dict[str, None]:
        """The unit and all below it, parents first."""
        found = {top: None}
        waiting = [top]
        while waiting:
            children = self.below[waiting.pop()]
            found.update(dict.fromkeys(children))
            waiting += children
        return found

    def topmost(self, codes: Iterable[str]) -> tuple[str, ...]:
        """Those of the codes that are not below another one, each once, in order."""
        wanted = set(codes)
        return tuple(sorted(code for code in wanted if wanted.isdisjoint(self._above(code))))

    def _above(self, code: str) -> Iterable[str]:
        above = self.parent[code]
        while above is not None:
            yield above
            above = self.parent[above]


def _difference(whole: int | None, parts: Sequence[int | None]) -> int | None:
    if whole is None or None in parts:
        return None
    return max(0, whole - sum(part or 0 for part in parts))
