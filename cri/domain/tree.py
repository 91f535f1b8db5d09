"""Walking an organisation tree."""

from collections.abc import Mapping, Sequence

from cri.domain.sheet import Unit


def in_tree_order(units: Sequence[Unit]) -> tuple[tuple[Unit, int], ...]:
    """(unit, depth) from the top down, each unit before those below it, siblings by code."""
    children: dict[str | None, list[Unit]] = {}
    for unit in sorted(units, key=lambda unit: unit.code, reverse=True):
        children.setdefault(unit.parent, []).append(unit)
    ordered: list[tuple[Unit, int]] = []
    waiting = [(unit, 0) for unit in children.get(None, [])]
    while waiting:
        unit, depth = waiting.pop()
        ordered.append((unit, depth))
        waiting.extend((child, depth + 1) for child in children.get(unit.code, []))
    return tuple(ordered)


def counts_below(ordered: Sequence[Unit], own: Mapping[str, int]) -> dict[str, int]:
    """Unit code -> people in the unit and all units below it. `ordered`: parents before their children."""
    below = {unit.code: own.get(unit.code, 0) for unit in ordered}
    for unit in reversed(ordered):
        if unit.parent is not None:
            below[unit.parent] += below[unit.code]
    return below
