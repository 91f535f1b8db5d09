"""The attacker of a whole release, with his own exact arithmetic: nothing of the audit's code is used.

He knows the wave (who is where and who answered which item) and every released total, and looks for a sum of
them, each taken with any factor, in which 1 to 9 people count. Unknown is what each block of people gave to
each item. A total is a row: for each block and item the factor with which those answers enter it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import lcm

import numpy as np

from cri.domain.disclosure_cells import Cells, release_cells
from cri.domain.instrument import Instrument, ProfileQuestion
from cri.domain.release import FactorRelease, GroupRelease, ReleasePlan
from cri.domain.sheet import AnswerSheet, Unit
from tests.engine_examples import make_instrument

Row = dict[tuple[int, int], Fraction]
"""(block, item of the instrument) to the factor with which these answers enter a total."""


@dataclass(frozen=True)
class Block:
    """People alike in all that a release can tell apart. `items`: those they answered, by place."""

    people: int
    unit: int
    items: tuple[int, ...]
    options: tuple[int, ...] = ()
    late: bool = False
    excluded: bool = False
    weight: Fraction = Fraction(1)


@dataclass(frozen=True)
class World:
    """A wave: `parents` of its units, `options` of its profile questions, `sizes` of its factors in items."""

    blocks: tuple[Block, ...]
    parents: tuple[int, ...] = ()
    options: tuple[int, ...] = ()
    sizes: tuple[int, ...] = (3,)
    weighted: bool = False
    timed: bool = field(default=False)

    @property
    def starts(self) -> list[int]:
        return [sum(self.sizes[:place]) for place in range(len(self.sizes))]


def sheet_of(world: World, seed: int = 0) -> tuple[Instrument, AnswerSheet, np.ndarray, np.ndarray | None]:
    """(instrument, sheet, excluded, weights) with random answers where there is one."""
    random = np.random.default_rng(seed)
    names = [
        [f"i{start + place}" for place in range(size)]
        for start, size in zip(world.starts, world.sizes, strict=True)
    ]
    plain = make_instrument(*names)
    questions = tuple(
        ProfileQuestion(f"q{place}", tuple(f"o{option}" for option in range(count)))
        for place, count in enumerate(world.options)
    )
    instrument = Instrument("example", "1.0.0", "0" * 64, plain.scale, plain.factors, profile=questions)
    rows = [block for block in world.blocks for _ in range(block.people)]
    answers = np.full((len(rows), sum(world.sizes)), -1, dtype=np.int8)
    for place, block in enumerate(rows):
        answers[place, list(block.items)] = random.integers(1, 8, len(block.items))
    units = tuple(
        Unit(f"u{place}", f"u{parent}" if parent >= 0 else None, "Unit")
        for place, parent in enumerate(world.parents)
    )
    profile = np.array([block.options for block in rows], dtype=np.int8).reshape(len(rows), -1)
    sheet = AnswerSheet(
        answers,
        np.array([block.unit for block in rows], dtype=np.int32),
        units,
        profile=profile if world.options else None,
        late=np.array([block.late for block in rows], dtype=bool) if world.timed else None,
    )
    excluded = np.array([block.excluded for block in rows], dtype=bool)
    weights = np.array([float(block.weight) for block in rows]) if world.weighted else None
    return instrument, sheet, excluded, weights


def cells_of(world: World) -> Cells:
    instrument, sheet, excluded, weights = sheet_of(world)
    return release_cells(instrument, sheet, excluded=excluded, weights=weights)


def inside(world: World, block: Block, unit: int) -> bool:
    place = block.unit
    while place >= 0 and place != unit:
        place = world.parents[place]
    return place == unit and unit >= 0


def members(world: World, groups: GroupRelease) -> Iterator[set[int]]:
    """The blocks of each shown group below the whole wave."""
    kept = {place for place, block in enumerate(world.blocks) if not block.excluded}
    for unit, reason in enumerate(groups.units):
        if reason is None:
            yield {place for place in kept if inside(world, world.blocks[place], unit)}
    for question, reasons in enumerate(groups.options):
        for option, reason in enumerate(reasons):
            if reason is None:
                yield {place for place in kept if world.blocks[place].options[question] == option}
    if groups.halves is None:
        for late in (False, True):
            yield {place for place in kept if world.blocks[place].late is late}


def totals(world: World, factor: int, release: FactorRelease) -> list[Row]:
    """Every released total of a factor: of scores, of items, weighted, unweighted, with the careless."""
    if release.groups.whole is not None:
        return item_totals(world, factor, release)
    everybody = {place for place, block in enumerate(world.blocks) if not block.excluded}
    rows = [score_total(world, factor, everybody)]
    rows += [score_total(world, factor, group) for group in members(world, release.groups)]
    if world.weighted and release.unweighted is None:
        rows.append(score_total(world, factor, everybody, weighted=False))
    if release.with_excluded is None:
        rows.append(score_total(world, factor, everybody, weighted=False))
        rows.append(score_total(world, factor, set(range(len(world.blocks))), weighted=False))
    return rows + item_totals(world, factor, release)


def score_total(world: World, factor: int, group: set[int], *, weighted: bool = True) -> Row:
    """Sum of the factor scores of a group: each is the mean of the items that the person answered."""
    start, size = world.starts[factor], world.sizes[factor]
    row: Row = {}
    for place in group:
        block = world.blocks[place]
        items = [item for item in block.items if start <= item < start + size]
        if 3 * len(items) >= 2 * size:
            for item in items:
                row[place, item] = (block.weight if weighted else Fraction(1)) / len(items)
    return row


def item_totals(world: World, factor: int, release: FactorRelease) -> list[Row]:
    start = world.starts[factor]
    return [
        {
            (place, start + item): block.weight
            for place, block in enumerate(world.blocks)
            if start + item in block.items and not block.excluded
        }
        for item, reason in enumerate(release.items)
        if reason is None
    ]


def isolated(world: World, rows: Sequence[Row], minimum: int = 10) -> set[int] | None:
    """Blocks of 1 to `minimum` - 1 people who alone count in some sum of the rows. Exhaustive and exact.

    A sum that leaves only the blocks S exists if the rows have a lower rank outside S than altogether; it is
    enough to try the largest sets S.
    """
    columns = sorted({column for row in rows for column in row})
    table = [whole_numbers([row.get(column, Fraction(0)) for column in columns]) for row in rows]
    rank = rank_of(table)
    blocks = sorted({block for block, _ in columns})
    for chosen in largest_sets([(block, world.blocks[block].people) for block in blocks], minimum - 1):
        outside = [place for place, (block, _) in enumerate(columns) if block not in chosen]
        if rank_of([[row[place] for place in outside] for row in table]) < rank:
            return set(chosen)
    return None


def largest_sets(blocks: Sequence[tuple[int, int]], room: int) -> Iterator[tuple[int, ...]]:
    """Sets of blocks that hold at most `room` people, and to which no other block could be added."""

    def grow(start: int, chosen: tuple[int, ...], left: int) -> Iterator[tuple[int, ...]]:
        for place in range(start, len(blocks)):
            block, people = blocks[place]
            if people <= left:
                yield from grow(place + 1, (*chosen, block), left - people)
        if chosen and all(people > left for block, people in blocks if block not in chosen):
            yield chosen

    return grow(0, (), room)


def whole_numbers(row: Sequence[Fraction]) -> list[int]:
    shared = lcm(*(value.denominator for value in row)) if row else 1
    return [int(value * shared) for value in row]


def rank_of(table: Sequence[Sequence[int]]) -> int:
    """Rank of a matrix of whole numbers, by elimination without fractions."""
    left = [list(row) for row in table if any(row)]
    rank = 0
    while left:
        row = left.pop()
        pivot = next(place for place, value in enumerate(row) if value)
        rank += 1
        after = []
        for other in left:
            reduced = (
                [value * row[pivot] - mine * other[pivot] for value, mine in zip(other, row, strict=True)]
                if other[pivot]
                else other
            )
            if any(reduced):
                after.append(reduced)
        left = after
    return rank


def exposed(world: World, plan: ReleasePlan) -> tuple[int, set[int]] | None:
    """(factor, blocks) that the plan gives away."""
    for factor, release in enumerate(plan.factors):
        found = isolated(world, totals(world, factor, release), plan.minimum)
        if found is not None:
            return factor, found
    return None
