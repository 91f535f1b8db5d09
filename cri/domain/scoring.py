"""From answers to sums: everything a scorecard needs to know about a sheet, in one pass down its columns.

Method section 3. Reverse-key (x' = min + max - x); a respondent's factor score is the mean of the answered
items if at least two thirds are answered; the agency's is the mean over respondents; 0-100 by
100 (x - min) / (max - min). No loop over respondents; units by counting, then adding up the tree.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from cri.domain.answer_columns import check_fits, count_dont_know, keyed_steps
from cri.domain.factor_values import FactorAnswers, FactorValues, index_sums, read_factor
from cri.domain.groupings import Groupings, read_groupings
from cri.domain.histograms import Counting, Group, GroupSums, WholeWeights, group_sums
from cri.domain.instrument import Factor, Instrument, Scale
from cri.domain.item_counts import ItemCounts, count_item, count_items
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
    left_out = None if excluded is None else np.flatnonzero(excluded)
    counting = Counting(sheet.respondents, weights)
    reading: list[Callable[[], Any]] = [
        partial(read_groupings, instrument, sheet),
        *(partial(read_factor, instrument, factor, sheet, left_out) for factor in instrument.factors),
    ]
    groups, *read = side_by_side(lambda job: job(), reading, sheet.respondents)
    values = tuple(one.value for one in read)
    usable = np.asarray(reduce(np.logical_or, (one.answered for one in read)))
    # The longest first and many small ones, so that no core waits long for the other at the end.
    jobs: list[Callable[[], Any]] = [
        partial(index_sums, instrument, values, counting),
        *(partial(_scores_in_groups, value, groups, counting) for value in values),
        *(partial(_items_in_units, one, instrument.scale, groups, counting) for one in read),
        *(partial(count_pairs, one.steps, instrument.scale.points, counting) for one in read),
        partial(_usable_groups, groups, usable, counting),
        partial(_outcomes, instrument, sheet, left_out, weights),
    ]
    index, *found, (own, options, halves), outcomes = side_by_side(lambda job: job(), jobs, sheet.respondents)
    by_kind = (found[start : start + len(read)] for start in range(0, len(found), len(read)))
    return WaveSums(
        responses=sheet.respondents,
        excluded=0 if left_out is None else len(left_out),
        usable=int(np.count_nonzero(usable)),
        units=subtree_sums(own, groups.parents),
        options=options,
        halves=halves,
        index=index,
        factors=tuple(
            _factor_sums(factor.code, scores, items, pairs)
            for factor, scores, items, pairs in zip(instrument.factors, *by_kind, strict=True)
        ),
        outcomes=outcomes,
        values=values,
    )


def score_everybody(instrument: Instrument, sheet: AnswerSheet) -> tuple[GroupSums, ...]:
    """Each factor's scores of everybody, unweighted: one group. Of a sheet of this instrument."""
    values = [read_factor(instrument, factor, sheet).value for factor in instrument.factors]
    counts = [np.bincount(value.codes, minlength=len(value.values)) for value in values]
    return tuple(
        group_sums(count[None, None], value.values, value.parts)
        for value, count in zip(values, counts, strict=True)
    )


@dataclass(frozen=True, eq=False)
class _Scores:
    """Of one factor what `FactorSums` says of the scores in each group."""

    whole: GroupSums
    units: GroupSums
    own: GroupSums
    options: tuple[GroupSums, ...]
    halves: GroupSums | None


def _scores_in_groups(value: FactorValues, groups: Groupings, counting: Counting) -> _Scores:
    def sums_of(counts: Int64) -> GroupSums:
        return group_sums(counts, value.values, value.parts, counting.weights)

    scores = Group(value.codes, len(value.values))
    by_unit = counting.table(groups.unit, scores)
    own = sums_of(by_unit[:, 1:])
    split = [
        sums_of(part)
        for together in groups.together
        for part in together.apart(counting.table(together.group, scores))
    ]
    halves = split.pop() if groups.halves else None
    return _Scores(
        whole=sums_of(by_unit.sum(axis=1, keepdims=True)),
        units=GroupSums(subtree_sums(own.sums, groups.parents), own.parts, own.weights),
        own=own.unweighted(),
        options=tuple(split),
        halves=halves,
    )


def _items_in_units(
    answers: FactorAnswers, scale: Scale, groups: Groupings, counting: Counting
) -> tuple[tuple[ItemCounts, ...], Int64]:
    items, own = count_items(answers, scale, groups.unit, counting)
    return items, subtree_sums(own[1:], groups.parents)


def _factor_sums(
    code: str, scores: _Scores, items: tuple[tuple[ItemCounts, ...], Int64], pairs: PairSums
) -> FactorSums:
    return FactorSums(
        code=code,
        whole=scores.whole,
        units=scores.units,
        own=scores.own,
        options=scores.options,
        halves=scores.halves,
        items=items[0],
        item_units=items[1],
        pairs=pairs,
    )


def _usable_groups(
    groups: Groupings, usable: Bool, counting: Counting
) -> tuple[Int64, tuple[Int64, ...], Int64 | None]:
    """How many usable respondents are directly in each unit, in each option, and in each half."""
    counted = Group(usable.view(np.uint8), 2)

    def count(group: Group) -> Int64:
        return counting.table(group, counted, plain=True)[:, :, 1:]

    found = [part[0, :, 0] for together in groups.together for part in together.apart(count(together.group))]
    halves = found.pop() if groups.halves else None
    return count(groups.unit)[0, 1:, 0], tuple(found), halves


def _outcomes(
    instrument: Instrument, sheet: AnswerSheet, left_out: Int64 | None, weights: WholeWeights | None
) -> tuple[ItemCounts, ...]:
    if sheet.outcomes is None:
        return ()
    scale = instrument.scale
    return tuple(
        count_item(
            item,
            scale,
            keyed_steps(column, item, scale, left_out),
            count_dont_know(column, left_out),
            weights,
        )
        for item, column in zip(instrument.outcomes, sheet.outcomes.T, strict=True)
    )


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
