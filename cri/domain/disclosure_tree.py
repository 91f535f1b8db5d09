"""Which groups of a tree to hide so that nobody is had by subtraction, hiding as few people as possible.

Shown groups are nested or apart, so whatever can be had by adding and subtracting them is made of
remainders: a shown group less the shown groups closest inside it. Each must be nobody or enough people.
Method section 6.
"""

from collections.abc import Sequence

import numpy as np

_Backs = tuple[tuple[int, ...], bool]


def hide_least(
    everybody: int,
    sizes: Sequence[int],
    parents: Sequence[int],
    minimum: int,
    hidden: Sequence[bool],
) -> list[bool]:
    """Whether each unit is to be hidden: those given, those under the minimum, and as few people besides.

    `everybody`: people of the whole wave; shown if that is enough. `sizes`: people in each unit and below it;
    `parents`: index of each unit's parent, below 0 at the top. Of several cheapest choices the one with the
    fewest groups. Exact, by one pass over the tree: for each unit, the least it costs to hand 0, 1, ... or
    enough people up to the nearest shown group above. Cost grows linearly with the units.
    """
    forced = [given or size < minimum for size, given in zip(sizes, hidden, strict=True)]
    if everybody < minimum:
        return [True] * len(sizes)
    if not any(0 < rest < minimum for rest in remainders(everybody, sizes, parents, forced)):
        return forced
    children = _children(parents)
    order = _downwards(children)
    handed: list[dict[int, tuple[int, int]]] = [{} for _ in sizes]
    backs: list[dict[int, _Backs]] = [{} for _ in sizes]
    for unit in reversed(order):
        own = sizes[unit] - sum(sizes[child] for child in children[unit])
        inside = _together(own, [handed[child] for child in children[unit]], minimum)
        price = 0 if forced[unit] else sizes[unit]
        for rest, (cost, groups, ways) in inside.items():
            _keep(handed[unit], backs[unit], rest, (cost + price, groups + 1), (ways, True))
            if not forced[unit] and rest in (0, minimum):
                _keep(handed[unit], backs[unit], 0, (cost, groups), (ways, False))
    own = everybody - sum(sizes[child] for child in children[-1])
    inside = _together(own, [handed[child] for child in children[-1]], minimum)
    ways = min(inside[rest] for rest in (0, minimum) if rest in inside)[2]
    return _follow(ways, children, backs, len(sizes))


def remainders(
    everybody: int, sizes: Sequence[int], parents: Sequence[int], hidden: Sequence[bool]
) -> list[int]:
    """People of the whole wave, and of each shown unit, less the shown units closest inside. 0 for hidden."""
    above = nearest_shown(parents, hidden)
    left = [0 if is_hidden else size for size, is_hidden in zip(sizes, hidden, strict=True)]
    left.append(everybody)
    for unit, size in enumerate(sizes):
        if not hidden[unit]:
            left[above[unit]] -= size
    return left


def nearest_shown(parents: Sequence[int], hidden: Sequence[bool]) -> list[int]:
    """Index of the nearest shown unit above each; -1 for the whole wave."""
    above = np.append(
        np.maximum(np.asarray(parents, dtype=np.int64), -1), -1
    )  # the last: above the whole wave
    is_hidden = np.append(np.asarray(hidden, dtype=bool), False)
    # Each round jumps twice as far up as the one before, so that deep trees take few.
    while (jumping := is_hidden[above]).any():
        above[jumping] = above[above[jumping]]
    nearest: list[int] = above[:-1].tolist()
    return nearest


def _children(parents: Sequence[int]) -> list[list[int]]:
    """Units directly below each; the last list is for the whole wave."""
    children: list[list[int]] = [[] for _ in range(len(parents) + 1)]
    for unit, parent in enumerate(parents):
        children[max(parent, -1)].append(unit)
    return children


def _downwards(children: list[list[int]]) -> list[int]:
    """Units, each before those below it."""
    order = list(children[-1])
    for unit in order:
        order += children[unit]
    return order


def _together(
    own: int, below: Sequence[dict[int, tuple[int, int]]], minimum: int
) -> dict[int, tuple[int, int, tuple[int, ...]]]:
    """For each number of people left over in a group: (cost, groups hidden, what each child hands up)."""
    reached: dict[int, tuple[int, int, tuple[int, ...]]] = {min(own, minimum): (0, 0, ())}
    trails: list[dict[int, tuple[int, int]]] = []
    for handed in below:
        after: dict[int, tuple[int, int, tuple[int, ...]]] = {}
        trail: dict[int, tuple[int, int]] = {}
        for rest, (cost, groups, _) in reached.items():
            for more, (price, hidden) in handed.items():
                total = min(rest + more, minimum)
                found = (cost + price, groups + hidden, ())
                if total not in after or found < after[total]:
                    after[total], trail[total] = found, (rest, more)
        reached = after
        trails.append(trail)
    return {rest: (cost, groups, _ways(rest, trails)) for rest, (cost, groups, _) in reached.items()}


def _ways(rest: int, trails: Sequence[dict[int, tuple[int, int]]]) -> tuple[int, ...]:
    found = []
    for trail in reversed(trails):
        rest, more = trail[rest]
        found.append(more)
    return tuple(reversed(found))


def _keep(
    handed: dict[int, tuple[int, int]],
    backs: dict[int, _Backs],
    rest: int,
    cost: tuple[int, int],
    way: _Backs,
) -> None:
    if rest not in handed or cost < handed[rest]:
        handed[rest], backs[rest] = cost, way


def _follow(
    ways: tuple[int, ...], children: list[list[int]], backs: list[dict[int, _Backs]], count: int
) -> list[bool]:
    """Walk down the cheapest choice."""
    hidden = [True] * count
    waiting = [(-1, ways)]
    while waiting:
        group, ways = waiting.pop()
        for child, rest in zip(children[group], ways, strict=True):
            inside, hidden[child] = backs[child][rest]
            waiting.append((child, inside))
    return hidden
