"""Who has taken part, told while a wave is open so that nobody can be singled out.

A unit's rate is exact only where at least ten people were invited and where taking the exact units from the
one above leaves nobody or at least ten; everything else is told in coarse steps, or not at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cri.domain.sheet import Unit

FEWEST_FOR_A_STEP: Final = 5
"""Below this even a step is nearly a name: one of two people, or none of them."""


class Step(StrEnum):
    """How many of a small unit have taken part; no step stands for one number."""

    FEW = "few or none"
    SOME = "some"
    MOST = "most"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Count:
    """People invited and those of them who have taken part."""

    invited: int
    used: int

    def __add__(self, other: "Count") -> "Count":
        return Count(self.invited + other.invited, self.used + other.used)

    @property
    def rate(self) -> float:
        """Share who have taken part, 0 to 1; 0 where nobody was invited."""
        return self.used / self.invited if self.invited else 0.0


@dataclass(frozen=True, slots=True)
class UnitRate:
    """One unit with everything below it: exactly (`count`) or in a step, never both."""

    code: str
    name: str
    depth: int
    invited: int
    count: Count | None
    step: Step | None


def unit_rates(units: Sequence[Unit], own: Mapping[str, Count], minimum: int) -> tuple[UnitRate, ...]:
    """The rate of each unit with all below it, in the order given (parents before their children).

    units: the frozen tree; own: counts of those directly in each unit; minimum: the smallest group shown.
    """
    children: dict[str, list[str]] = {unit.code: [] for unit in units}
    for unit in units:
        if unit.parent is not None:
            children[unit.parent].append(unit.code)
    totals = {unit.code: own.get(unit.code, Count(0, 0)) for unit in units}
    for unit in reversed(units):
        if unit.parent is not None:
            totals[unit.parent] += totals[unit.code]
    depth: dict[str, int] = {}
    exact: set[str] = set()
    for unit in units:
        depth[unit.code] = 0 if unit.parent is None else depth[unit.parent] + 1
        if unit.parent is None and totals[unit.code].invited >= minimum:
            exact.add(unit.code)
        if unit.code in exact:
            exact.update(_exact_children(unit.code, children[unit.code], totals, minimum))
    return tuple(_told(unit, depth[unit.code], totals[unit.code], unit.code in exact) for unit in units)


def _exact_children(
    parent: str, children: Sequence[str], totals: Mapping[str, Count], minimum: int
) -> list[str]:
    """The children that can be exact: what is left of the parent without them is nobody, or enough people."""
    shown = sorted(
        (code for code in children if totals[code].invited >= minimum),
        key=lambda code: (-totals[code].invited, code),
    )
    while shown:
        rest = totals[parent].invited - sum(totals[code].invited for code in shown)
        if rest == 0 or rest >= minimum:
            break
        shown.pop()
    return shown


def _told(unit: Unit, depth: int, total: Count, exactly: bool) -> UnitRate:
    if exactly:
        return UnitRate(unit.code, unit.name, depth, total.invited, total, None)
    return UnitRate(unit.code, unit.name, depth, total.invited, None, step_of(total))


def step_of(count: Count) -> Step:
    """The step of a group that may not be told exactly: thirds, each of which holds more than one number."""
    if count.invited < FEWEST_FOR_A_STEP:
        return Step.HIDDEN
    if 3 * count.used < count.invited:
        return Step.FEW
    return Step.SOME if 3 * count.used <= 2 * count.invited else Step.MOST
