"""What each respondent scores on each factor and on the index, as codes of exact values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from cri.domain.answer_columns import UInt8, check_points, count_dont_know, keyed_steps
from cri.domain.histograms import Counting, Group, GroupSums, group_sums
from cri.domain.instrument import Factor, Instrument, Scale
from cri.domain.sheet import AnswerSheet
from cri.domain.side_by_side import row_parts

Bool = npt.NDArray[np.bool_]
Codes = npt.NDArray[np.integer]
Floats = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

_NO_VALUE = -1
_LARGEST_PARTS = 1_000_000
_MOST_BINS = 1 << 20
_ROWS_AT_ONCE = 1 << 15


@dataclass(frozen=True, eq=False)
class FactorValues:
    """`codes`: (respondents,), which of `values` each respondent has.

    `values`: on the response scale, in whole numbers of 1/`parts`; below 0, the first ones: no score.
    """

    codes: Codes
    values: tuple[int, ...]
    parts: int

    @property
    def scored(self) -> Bool:
        """Who has a score: bool (respondents,)."""
        return np.asarray(self.codes >= self.values.count(_NO_VALUE))

    def scores(self, scale: Scale) -> Floats:
        """float64 (respondents,): scores, 0-100; NaN for those without."""
        stretch = 100 / (scale.maximum - scale.minimum)
        table = [
            math.nan if value < 0 else (value / self.parts - scale.minimum) * stretch for value in self.values
        ]
        return np.array(table)[self.codes]


@dataclass(frozen=True, eq=False)
class FactorAnswers:
    """The columns of one factor, read.

    For each item `steps`, as from `keyed_steps`, and `dont_know`, how many said so. `answered`: bool
    (respondents,), who answered any of them; `value`: what each scores.
    """

    factor: Factor
    steps: list[UInt8]
    dont_know: list[int]
    answered: Bool
    value: FactorValues


def read_factor(
    instrument: Instrument, factor: Factor, sheet: AnswerSheet, left_out: Int64 | None = None
) -> FactorAnswers:
    """One factor of a sheet. `left_out`: rows that count as having answered nothing.

    Raises ValueError for an answer off the scale.
    """
    scale, columns = instrument.scale, list(sheet.answers[:, instrument.columns[factor.code]].T)
    check_points(columns, scale)
    steps = [
        keyed_steps(column, item, scale, left_out) for column, item in zip(columns, factor.items, strict=True)
    ]
    value, answered = _factor_values(factor, scale, steps)
    return FactorAnswers(
        factor, steps, [count_dont_know(column, left_out) for column in columns], answered, value
    )


def _factor_values(factor: Factor, scale: Scale, steps: list[UInt8]) -> tuple[FactorValues, Bool]:
    """(values, answered): each respondent's factor score, and who answered any of its items: bool.

    Who has as many answers as a score needs is coded by their
    number and the sum of their steps above the lowest point.
    """
    items, needed = len(factor.items), factor.needed
    span = items * (scale.points - 1) + 1
    kind: type[np.uint8 | np.int32] = np.uint8
    if max(items * scale.points, (items - needed + 2) * span) > np.iinfo(kind).max:
        kind = np.int32
    answered: Codes = np.zeros(len(steps[0]), dtype=kind)
    above: Codes = np.zeros(len(steps[0]), dtype=kind)
    for column in steps:
        answered += column > 0
        above += column
    above -= answered
    codes: Codes = answered - kind(needed - 1)
    codes *= answered >= needed
    codes *= kind(span)
    codes += above
    parts = parts_of(factor)
    values = [_NO_VALUE] * span
    for count in range(needed, items + 1):
        values += [(total + count * scale.minimum) * (parts // count) for total in range(span)]
    return FactorValues(codes, tuple(values), parts), answered > 0


def parts_of(factor: Factor) -> int:
    """Least common multiple of the numbers of answered items that make a score: 60 for 4, 5 or 6."""
    return math.lcm(*range(factor.needed, len(factor.items) + 1))


def all_scored(values: Sequence[FactorValues]) -> Bool:
    """Who has a score on each factor: bool (respondents,)."""
    return np.asarray(reduce(np.logical_and, (value.scored for value in values)))


def index_sums(instrument: Instrument, values: Sequence[FactorValues], counting: Counting) -> GroupSums:
    """Of those who have a score on each factor the index, their mean, on the response scale: one group.

    `values`: of each factor, of the respondents that `counting` counts.
    """
    exact = math.lcm(*(parts_of(factor) for factor in instrument.factors))
    # Long factors have denominators too large to count by; 2^-32 of a point is exact enough there.
    parts = exact if exact <= _LARGEST_PARTS else 1 << 32
    complete = all_scored(values)
    totals = _added_up(values, parts, complete, len(values) * parts * instrument.scale.maximum)
    highest = int(totals.max(initial=0))
    index: Sequence[int] = range(highest + 1)
    if highest >= _MOST_BINS:
        distinct, totals = np.unique(totals, return_inverse=True)
        index = [int(value) for value in distinct]
    counts = counting.table(Group(complete.view(np.uint8), 2), Group(totals, len(index)))
    return group_sums(counts[:, 1:], index, parts * len(values), counting.weights)


def _added_up(values: Sequence[FactorValues], parts: int, complete: Bool, most: int) -> Codes:
    """Sum of each one's scores, at most `most`, in whole numbers of 1/`parts`: (respondents,).

    0 for who is not `complete`.
    """
    totals: Codes = np.zeros(len(complete), dtype=np.int32 if most < 1 << 31 else np.int64)
    tables = [
        np.array(
            [(2 * part * parts + value.parts) // (2 * value.parts) for part in value.values],
            dtype=totals.dtype,
        )
        for value in values
    ]

    for rows in row_parts(len(totals), _ROWS_AT_ONCE):  # parts that stay in the cache
        for value, table in zip(values, tables, strict=True):
            totals[rows] += table.take(value.codes[rows], mode="clip")
        totals[rows] *= complete[rows]
    return totals
