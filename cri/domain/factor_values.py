"""What each respondent scores on each factor and on the index, as codes of exact values."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cri.domain.answer_columns import UInt8
from cri.domain.histograms import GroupSums, WholeWeights, group_sums, histogram
from cri.domain.instrument import Factor, Instrument, Scale

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


def factor_values(factor: Factor, scale: Scale, steps: list[UInt8]) -> tuple[FactorValues, Bool]:
    """(values, answered): each respondent's factor score, and who answered any of its items: bool.

    `steps`: for each item as from `keyed_steps`. Who has as many answers as a score needs is coded by their
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
    codes: Codes = np.maximum(answered, kind(needed - 1))
    codes -= kind(needed - 1)
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


class IndexValues:
    """Each respondent's index: factors added up, in whole numbers of 1/`parts`.

    `complete`: bool (respondents,), who has a score on each; `totals` mean nothing for the others.
    """

    def __init__(self, instrument: Instrument, values: Sequence[FactorValues], respondents: int) -> None:
        exact = math.lcm(*(parts_of(factor) for factor in instrument.factors))
        # Long factors have denominators too large to count by; 2^-32 of a point is exact enough there.
        self.parts = exact if exact <= _LARGEST_PARTS else 1 << 32
        self.factors = len(instrument.factors)
        self.complete = np.ones(respondents, dtype=bool)
        highest = self.factors * self.parts * instrument.scale.maximum
        kind = np.dtype(np.int32 if highest < 1 << 31 else np.int64)
        self.totals: Codes = np.zeros(respondents, dtype=kind)
        tables = [self._in_parts(value) for value in values]
        # In pieces that stay in the cache.
        for start in range(0, respondents, _ROWS_AT_ONCE):
            part = slice(start, start + _ROWS_AT_ONCE)
            for value, table in zip(values, tables, strict=True):
                self.totals[part] += table.take(value.codes[part], mode="clip")
        for value in values:
            self.complete &= value.scored

    def _in_parts(self, value: FactorValues) -> Codes:
        """What each code of a factor is in whole numbers of 1/`parts`."""
        return np.array(
            [(2 * part * self.parts + value.parts) // (2 * value.parts) for part in value.values],
            dtype=self.totals.dtype,
        )

    def sums(self, weights: WholeWeights | None) -> GroupSums:
        """Of the complete respondents' index, on the response scale: one group."""
        totals = self.totals[self.complete]
        some = None if weights is None else weights.of(self.complete)
        highest = int(totals.max(initial=0))
        codes = totals.astype(np.int64)
        values: Sequence[int] = range(highest + 1)
        if highest >= _MOST_BINS:
            distinct, codes = np.unique(totals, return_inverse=True)
            values = [int(value) for value in distinct]
        counts = histogram(codes, len(values), some)
        return group_sums(counts[:, None, :], values, self.parts * self.factors, some)
