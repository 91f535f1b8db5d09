"""Groups of neighbours instead of agencies: what a norm edition may publish about a list of scores.

Sorted scores are cut into runs that hold at least four owners each, as equal as possible, larger ones in the
middle, at most 200; a run is published as its size and unweighted mean to one decimal (method.md, section 5).
"""

import heapq
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LEAST_OWNERS = 4
MOST_GROUPS = 200
MEAN_DECIMALS = 1  # a full double of a mean of four splits into the four: docs/decisions/released-numbers.md
ITEM_DECIMALS = 2  # of an item's mean, which is in points of its own scale
LARGEST_SHARE = (2, 5)  # no owner holds over 40 % of a cell; a ratio of integers, so that 2 of 5 is not over

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Group:
    """A run of neighbouring agencies: how many there are, and the unweighted mean of their scores (0-100).

    The mean has one decimal.
    """

    size: int
    mean: float


def microaggregate(scores: Floats, owners: Integers, most: int = MOST_GROUPS) -> tuple[Group, ...]:
    """Cut one cell's scores into publishable groups, lowest first.

    scores: float (agencies,), any order; equal scores keep the order they come in, so callers fix that order.
    owners: int (agencies,), equal for agencies of one owner, who counts once towards the four.
    Returns no group at all where fewer than four owners take part. Source: method.md, section 5.
    """
    return groups_of(scores, neighbours(scores, owners, most))


def neighbours(scores: Floats, owners: Integers, most: int = MOST_GROUPS) -> tuple[Integers, ...]:
    """Who is in which group: positions in `scores`, lowest group first; at most `most` groups."""
    order = np.argsort(scores, kind="stable")
    ends = cut(owners[order], most)
    return tuple(np.split(order, ends[:-1])) if ends else ()


def groups_of(scores: Floats, members: Sequence[Integers]) -> tuple[Group, ...]:
    """Size and mean of each group of positions in `scores`; groups come lowest first, in order of score."""
    if not members:
        return ()
    ends = tuple(np.cumsum([len(one) for one in members]).tolist())
    starts = (0, *ends[:-1])
    ranked = scores[np.concatenate(members)]
    sums = np.add.reduceat(ranked, starts)
    sizes = np.diff((0, *ends))
    # Errors of the division must not put means out of order; rounding to decimals never does.
    means = np.clip(sums / sizes, ranked[list(starts)], ranked[np.array(ends) - 1]).round(MEAN_DECIMALS)
    return tuple(Group(int(size), float(mean)) for size, mean in zip(sizes, means, strict=True))


def cut(owners: Integers, most: int = MOST_GROUPS) -> tuple[int, ...]:
    """Ends (exclusive, ascending, the last is the number of agencies) of the groups along a sorted list.

    owners: int (agencies,) in the order of their scores. most: groups at most. Empty where fewer than four
    owners take part.
    """
    total = len(owners)
    distinct = len(np.unique(owners))
    if distinct < LEAST_OWNERS:
        return ()
    if distinct == total:
        return even_ends(total, min(most, total // LEAST_OWNERS))
    earliest = _earliest_ends(owners)
    groups = min(most, _most_groups(earliest))
    ends = even_ends(total, groups)
    if all(earliest[start] <= end for start, end in zip((0, *ends[:-1]), ends, strict=True)):
        return ends
    latest = tuple(total - end for end in reversed(_earliest_ends(owners[::-1])))
    return _levelled(_clamped(ends, earliest, latest), earliest, latest)


def even_ends(total: int, groups: int) -> tuple[int, ...]:
    """Ends of `groups` runs over `total` places; sizes differ by at most one, larger ones in the middle."""
    base, larger = divmod(total, groups)
    first = (groups - larger) // 2
    sizes = [base + (first <= number < first + larger) for number in range(groups)]
    return tuple(np.cumsum(sizes).tolist())


def within_share(owners: Sequence[int]) -> tuple[int, ...]:
    """Positions kept so that no owner has over 40 % of what is kept; an owner's last ones go first.

    The caller's order is therefore the draw that decides who is left out. Empty where there are only one or
    two owners: one of two always holds half or more.
    """
    top, bottom = LARGEST_SHARE
    if bottom * max(Counter(owners).values(), default=0) <= top * len(owners):
        return tuple(range(len(owners)))
    held: dict[int, list[int]] = {}
    for position, owner in enumerate(owners):
        held.setdefault(owner, []).append(position)
    kept = len(owners)
    largest_first = [(-len(positions), owner) for owner, positions in held.items()]
    heapq.heapify(largest_first)
    while largest_first and bottom * -largest_first[0][0] > top * kept:
        size, owner = largest_first[0]
        held[owner].pop()
        heapq.heapreplace(largest_first, (size + 1, owner))
        kept -= 1
    return tuple(sorted(position for positions in held.values() for position in positions))


def _earliest_ends(owners: Integers) -> list[int]:
    """For each start the earliest end that holds four owners; total + 1 where none does. Two pointers."""
    total = len(owners)
    inside: dict[int, int] = {}
    ends: list[int] = []
    end = 0
    codes = owners.tolist()
    for start in range(total):
        while len(inside) < LEAST_OWNERS and end < total:
            inside[codes[end]] = inside.get(codes[end], 0) + 1
            end += 1
        ends.append(end if len(inside) >= LEAST_OWNERS else total + 1)
        inside[codes[start]] -= 1
        if not inside[codes[start]]:
            del inside[codes[start]]
    return ends


def _most_groups(earliest: Sequence[int]) -> int:
    """How many valid groups a list can be cut into: closing each as early as possible is best."""
    total, start, groups = len(earliest), 0, 0
    while start < total and earliest[start] <= total:
        start = earliest[start]
        groups += 1
    return groups


def _clamped(ends: Sequence[int], earliest: Sequence[int], latest: Sequence[int]) -> list[int]:
    """The valid ends nearest to the wished ones, left to right.

    latest[end - 1] is the latest start of a valid group that ends there; following it back from the right
    gives each end the last place at which the groups after it are still possible.
    """
    bounds = [ends[-1]]
    for _ in range(len(ends) - 1):
        bounds.append(latest[bounds[-1] - 1])
    valid: list[int] = []
    start = 0
    for wished, bound in zip(ends, reversed(bounds), strict=True):
        start = min(max(wished, earliest[start]), bound)
        valid.append(start)
    return valid


def _levelled(ends: list[int], earliest: Sequence[int], latest: Sequence[int]) -> tuple[int, ...]:
    """Move each inner end towards the middle between its neighbours until none can move.

    Each move lowers the sum of squared sizes, so this ends; it is as equal as single moves can make it.
    """
    moved = True
    while moved:
        moved = False
        for number in range(len(ends) - 1):
            left = ends[number - 1] if number else 0
            right = ends[number + 1]
            place = min(max((left + right) // 2, earliest[left]), latest[right - 1])
            now = ends[number]
            if abs(2 * place - left - right) < abs(2 * now - left - right):
                ends[number] = place
                moved = True
    return tuple(ends)
