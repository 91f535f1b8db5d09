"""From answers to sums: everything a scorecard needs to know about a sheet, in one pass down its columns.

Method section 3. Reverse-key (x' = min + max - x); a respondent's factor score is the mean of the answered
items if at least two thirds are answered; the agency's is the mean over respondents; 0-100 by
100 (x - min) / (max - min). No loop over respondents; units by counting, then adding up the tree.
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from cri.domain.answer_columns import UInt8, check_fits, check_points, keyed_steps
from cri.domain.factor_values import FactorValues, factor_values, index_sums
from cri.domain.groupings import Groupings, read_groupings
from cri.domain.histograms import Counting, Group, GroupSums, WholeWeights, group_sums
from cri.domain.instrument import Factor, Instrument, Item, Scale
from cri.domain.item_counts import ItemCounts, count_dont_know, count_item, count_items
from cri.domain.pair_sums import PairSums, count_pairs
from cri.domain.sheet import AnswerSheet, subtree_sums
from cri.domain.side_by_side import side_by_side
from cri.domain.statistics import Moments

Bool = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FactorSums:
    """One factor. Sums of scores are on the response scale, keyed.

    `whole`: everybody, one group. `units`: each unit with those below it; `own`: each unit's own people, for
    the analysis of variance, never weighted. `options`: for each profile question its options. `halves`:
    early and late. `item_units`: int64 (units, items, points), keyed answers in each unit and below it.
    """

    code: str
    whole: GroupSums
    units: GroupSums
    own: GroupSums
    options: tuple[GroupSums, ...]
    halves: GroupSums | None
    items: tuple[ItemCounts, ...]
    item_units: Int64
    pairs: PairSums

    @property
    def everybody(self) -> Moments:
        """Scores of everybody, unweighted, in exact numbers."""
        return self.whole.moments(0)


@dataclass(frozen=True, eq=False)
class WaveSums:
    """A sheet, summed up. Counts are of usable respondents, except `responses`, the rows, and `excluded`.

    `units`, `options`, `halves`: int64, how many in each unit (with those below it), option, half. `index`:
    those who have every factor. `outcomes`: items that belong to no factor. `values`: for each factor what
    each respondent scored.
    """

    responses: int
    excluded: int
    usable: int
    units: Int64
    options: tuple[Int64, ...]
    halves: Int64 | None
    index: GroupSums
    factors: tuple[FactorSums, ...]
    outcomes: tuple[ItemCounts, ...]
    values: tuple[FactorValues, ...]


def sum_wave(
    instrument: Instrument,
    sheet: AnswerSheet,
    excluded: Bool | None = None,
    weights: WholeWeights | None = None,
) -> WaveSums:
    """Everything countable in the sheet. A respondent is usable who is not excluded and answered an item.

    `excluded`: bool (respondents,). Fastest on a sheet as from `by_columns`. Raises ValueError if the sheet
    is not of this instrument: other columns, points off the scale.
    """
    check_fits(instrument, sheet)
    groups = read_groupings(instrument, sheet)
    left_out = None if excluded is None else np.flatnonzero(excluded)
    counting = Counting(sheet.respondents, weights)

    def one(factor: Factor) -> tuple[FactorSums, FactorValues, Bool]:
        columns = list(sheet.answers[:, instrument.columns[factor.code]].T)
        check_points(columns, instrument.scale)
        steps = [
            keyed_steps(column, item, instrument.scale, left_out)
            for column, item in zip(columns, factor.items, strict=True)
        ]
        value, answered = factor_values(factor, instrument.scale, steps)
        unknown = [count_dont_know(column, left_out) for column in columns]
        sums = _factor_sums(factor, instrument.scale, steps, unknown, value, groups, counting)
        return sums, value, answered

    found = side_by_side(one, instrument.factors, sheet.respondents)
    usable = np.asarray(reduce(np.logical_or, (answered for _, _, answered in found)))
    values = tuple(value for _, value, _ in found)
    own, options, halves = _usable_groups(groups, usable, counting)
    return WaveSums(
        responses=sheet.respondents,
        excluded=0 if left_out is None else len(left_out),
        usable=int(np.count_nonzero(usable)),
        units=subtree_sums(own, groups.parents),
        options=options,
        halves=halves,
        index=index_sums(instrument, values, counting),
        factors=tuple(sums for sums, _, _ in found),
        outcomes=_outcomes(instrument, sheet, left_out, weights),
        values=values,
    )


def score_everybody(instrument: Instrument, sheet: AnswerSheet) -> tuple[GroupSums, ...]:
    """Each factor's scores of everybody, unweighted: one group. Of a sheet of this instrument."""
    found = []
    for factor in instrument.factors:
        columns = sheet.answers[:, instrument.columns[factor.code]].T
        steps = [
            keyed_steps(column, item, instrument.scale)
            for column, item in zip(columns, factor.items, strict=True)
        ]
        value, _ = factor_values(factor, instrument.scale, steps)
        counts = np.bincount(value.codes, minlength=len(value.values))
        found.append(group_sums(counts[None, None], value.values, value.parts))
    return tuple(found)


def _factor_sums(
    factor: Factor,
    scale: Scale,
    steps: list[UInt8],
    dont_know: list[int],
    value: FactorValues,
    groups: Groupings,
    counting: Counting,
) -> FactorSums:
    def sums_of(counts: Int64) -> GroupSums:
        return group_sums(counts, value.values, value.parts, counting.weights)

    size = len(value.values)
    by_unit = counting.table(groups.unit, value.codes, size)
    own = sums_of(by_unit[:, 1:])
    split = [
        sums_of(part)
        for together in groups.together
        for part in together.apart(counting.table(together.group, value.codes, size))
    ]
    halves = split.pop() if groups.halves else None
    items, item_units = count_items(factor, scale, steps, dont_know, groups.unit, counting)
    return FactorSums(
        code=factor.code,
        whole=sums_of(by_unit.sum(axis=1, keepdims=True)),
        units=GroupSums(subtree_sums(own.sums, groups.parents), own.parts, own.weights),
        own=own.unweighted(),
        options=tuple(split),
        halves=halves,
        items=items,
        item_units=subtree_sums(item_units[1:], groups.parents),
        pairs=count_pairs(steps, scale.points, counting),
    )


def _usable_groups(
    groups: Groupings, usable: Bool, counting: Counting
) -> tuple[Int64, tuple[Int64, ...], Int64 | None]:
    """How many usable respondents are directly in each unit, in each option, and in each half."""

    def count(group: Group) -> Int64:
        return counting.table(group, usable.view(np.uint8), 2, plain=True)[:, :, 1:]

    every = [groups.unit, *(together.group for together in groups.together)]
    units, *combinations = side_by_side(count, every, len(usable))
    found = [
        part[0, :, 0]
        for together, counts in zip(groups.together, combinations, strict=True)
        for part in together.apart(counts)
    ]
    halves = found.pop() if groups.halves else None
    return units[0, 1:, 0], tuple(found), halves


def _outcomes(
    instrument: Instrument, sheet: AnswerSheet, left_out: Int64 | None, weights: WholeWeights | None
) -> tuple[ItemCounts, ...]:
    if sheet.outcomes is None:
        return ()
    scale = instrument.scale

    def one(item: Item, column: Int8) -> ItemCounts:
        steps, unknown = keyed_steps(column, item, scale, left_out), count_dont_know(column, left_out)
        return count_item(item, scale, steps, unknown, weights)

    columns = zip(instrument.outcomes, sheet.outcomes.T, strict=True)
    return tuple(side_by_side(lambda pair: one(*pair), columns, sheet.respondents))


def keyed(answers: Int8, factor: Factor, scale: Scale) -> Int8:
    """int8 (respondents, items): reverse-keyed items turned round, what is unanswered kept."""
    turned = answers.copy()
    for place, item in enumerate(factor.items):
        if item.reversed:
            column = turned[:, place]
            np.subtract(scale.minimum + scale.maximum, column, out=column, where=column >= 0)
    return turned


def factor_totals(answers: Int8, factor: Factor, scale: Scale) -> tuple[Int64, Int64]:
    """(answered, total): int64 (respondents,), number of answered items and the sum of their keyed points.

    A respondent below the two-thirds rule keeps their count and total here; who has a score is
    `answered >= factor.needed`.
    """
    points = keyed(answers, factor, scale)
    given = points >= 0
    return given.sum(axis=1, dtype=np.int64), np.where(given, points, 0).sum(axis=1, dtype=np.int64)


def respondent_scores(answers: Int8, factor: Factor, scale: Scale) -> Floats:
    """float64 (respondents,): each respondent's factor score, 0-100; NaN below the two-thirds rule."""
    answered, totals = factor_totals(answers, factor, scale)
    scores = np.full(len(answers), np.nan)
    np.divide(totals, answered, out=scores, where=answered >= factor.needed)
    return (scores - scale.minimum) * (100 / (scale.maximum - scale.minimum))
