"""From answers to sums: everything a scorecard needs to know about a sheet, in one pass.

Method section 3. Reverse-key (x' = min + max - x); a respondent's factor score is the mean of the answered
items if at least two thirds are answered; the agency's is the mean over respondents; 0-100 by
100 (x - min) / (max - min). No loop over respondents; units by counting, then adding up the tree.
"""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cri.domain.instrument import Factor, Instrument, Scale
from cri.domain.sheet import DONT_KNOW, NO_UNIT, AnswerSheet, subtree_sums, unit_parents
from cri.domain.statistics import Moments

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]

_LARGEST_PARTS = 1_000_000
_INT64 = 2.0**63


@dataclass(frozen=True, slots=True)
class ItemCounts:
    """How one item was answered by everybody.

    `counts`: answers at each point of the scale, from its minimum, as given (not reverse-keyed).
    `moments`: of the keyed answers, on the response scale. `favourable`, `unfavourable`: keyed answers
    on the top and bottom points.
    """

    counts: tuple[int, ...]
    dont_know: int
    moments: Moments
    favourable: int
    unfavourable: int


@dataclass(frozen=True, slots=True)
class FactorSums:
    """One factor: scores of everybody, of each unit (with those below it), and its items.

    Moments are on the response scale, keyed.
    """

    code: str
    everybody: Moments
    units: tuple[Moments, ...]
    items: tuple[ItemCounts, ...]


@dataclass(frozen=True, slots=True)
class WaveSums:
    """A sheet, summed up. `index`: those who have every factor. Counts are of usable respondents."""

    responses: int
    usable: int
    units: tuple[int, ...]
    index: Moments
    factors: tuple[FactorSums, ...]


def sum_wave(instrument: Instrument, sheet: AnswerSheet) -> WaveSums:
    """Everything countable in the sheet. A respondent is usable who answered at least one item.

    Raises ValueError if the sheet is not of this instrument: other columns, points off the scale.
    """
    _check_fits(instrument, sheet)
    parents = unit_parents(sheet.units)
    usable = np.zeros(sheet.respondents, dtype=bool)
    composite = _Composite(instrument, sheet.respondents)
    factors = []
    for factor in instrument.factors:
        columns = instrument.columns[factor.code]
        answers = sheet.answers[:, columns]
        answered, totals = factor_totals(answers, factor, instrument.scale)
        usable |= answered > 0
        composite.add(factor, answered, totals)
        everybody, units = _unit_moments(factor, answered, totals, sheet.unit, parents)
        items = tuple(
            _item_counts(answers[:, place], instrument.scale, is_reversed=item.reversed)
            for place, item in enumerate(factor.items)
        )
        factors.append(FactorSums(factor.code, everybody, units, items))
    own = np.bincount(sheet.unit[usable] - NO_UNIT, minlength=len(parents) + 1)[1:].astype(np.int64)
    return WaveSums(
        responses=sheet.respondents,
        usable=int(usable.sum()),
        units=tuple(map(int, subtree_sums(own, parents))),
        index=composite.moments(),
        factors=tuple(factors),
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


def respondent_scores(answers: Int8, factor: Factor, scale: Scale) -> npt.NDArray[np.float64]:
    """float64 (respondents,): each respondent's factor score, 0-100; NaN below the two-thirds rule."""
    answered, totals = factor_totals(answers, factor, scale)
    scores = np.full(len(answers), np.nan)
    np.divide(totals, answered, out=scores, where=answered >= factor.needed)
    return (scores - scale.minimum) * (100 / (scale.maximum - scale.minimum))


def _check_fits(instrument: Instrument, sheet: AnswerSheet) -> None:
    if sheet.answers.shape[1] != len(instrument.items):
        raise ValueError(f"{sheet.answers.shape[1]} columns for {len(instrument.items)} items")
    scale = instrument.scale
    for column in sheet.answers.T:
        below = (column < scale.minimum) & (column >= 0)
        if below.any() or column.max(initial=0) > scale.maximum or column.min(initial=0) < DONT_KNOW:
            raise ValueError(f"answers off the scale {scale.minimum} to {scale.maximum}")


def _unit_moments(
    factor: Factor,
    answered: Int64,
    totals: Int64,
    unit: npt.NDArray[np.int32],
    parents: npt.NDArray[np.int32],
) -> tuple[Moments, tuple[Moments, ...]]:
    """Moments of the factor scores of everybody and of each unit with those below it.

    Scores with the same number of answered items have the same denominator, so they are summed as whole
    numbers, apart, and only then brought to a common one.
    """
    size = len(factor.items) + 1
    scored = answered >= factor.needed
    count, total = answered[scored], totals[scored]
    cell = (unit[scored].astype(np.int64) - NO_UNIT) * size + count
    cells = (len(parents) + 1) * size
    sums = np.stack(
        [
            np.bincount(cell, minlength=cells),
            # float64 holds these whole numbers exactly (below 2^53)
            np.bincount(cell, weights=total, minlength=cells).astype(np.int64),
            np.bincount(cell, weights=total * total, minlength=cells).astype(np.int64),
        ]
    ).reshape(3, -1, size)
    by_unit = subtree_sums(sums[:, 1:].transpose(1, 0, 2), parents)
    everybody = _common_denominator(sums.sum(axis=1), factor)
    return everybody, tuple(_common_denominator(part, factor) for part in by_unit)


def _common_denominator(sums: Int64, factor: Factor) -> Moments:
    """`sums`: int64 (3, items + 1), count, total, squares of those who answered 0, 1, ... items."""
    n = total = squares = 0
    parts = _parts(factor)
    for answered in range(factor.needed, len(factor.items) + 1):
        share = parts // answered
        n += int(sums[0, answered])
        total += int(sums[1, answered]) * share
        squares += int(sums[2, answered]) * share * share
    return Moments(n, total, squares, parts)


def _parts(factor: Factor) -> int:
    """Least common multiple of the numbers of answered items that make a score: 60 for 4, 5 or 6."""
    return math.lcm(*range(factor.needed, len(factor.items) + 1))


class _Composite:
    """Adds factors up into each respondent's index, in whole numbers of `parts`."""

    def __init__(self, instrument: Instrument, respondents: int) -> None:
        exact = math.lcm(*(_parts(factor) for factor in instrument.factors))
        # Long factors have denominators too large for 64 bits; 2^-32 of a point is exact enough there.
        self.parts = exact if exact <= _LARGEST_PARTS else 1 << 32
        self.factors = len(instrument.factors)
        self.complete = np.ones(respondents, dtype=bool)
        self.sums = np.zeros(respondents, dtype=np.int64)

    def add(self, factor: Factor, answered: Int64, totals: Int64) -> None:
        """Add a factor; a respondent without a score on it is not complete."""
        self.complete &= answered >= factor.needed
        whole, rest = np.divmod(totals * self.parts, np.maximum(answered, 1))
        self.sums += whole + (2 * rest >= np.maximum(answered, 1))

    def moments(self) -> Moments:
        """Of the complete respondents' index, on the response scale."""
        values = self.sums[self.complete]
        if float(values.max(initial=0)) ** 2 * len(values) < _INT64:
            total, squares = int(values.sum()), int(values @ values)
        else:
            exact = values.astype(object)
            total, squares = int(exact.sum()), int((exact * exact).sum())
        return Moments(len(values), total, squares, self.parts * self.factors)


def _item_counts(answers: Int8, scale: Scale, *, is_reversed: bool) -> ItemCounts:
    found = np.bincount(answers.astype(np.int64) - DONT_KNOW, minlength=scale.maximum - DONT_KNOW + 1)
    counts = tuple(int(count) for count in found[scale.minimum - DONT_KNOW :])
    from_low = counts[::-1] if is_reversed else counts
    points = range(scale.minimum, scale.maximum + 1)
    return ItemCounts(
        counts=counts,
        dont_know=int(found[0]),
        moments=Moments(
            n=sum(counts),
            total=sum(point * count for point, count in zip(points, from_low, strict=True)),
            squares=sum(point * point * count for point, count in zip(points, from_low, strict=True)),
        ),
        favourable=sum(from_low[-scale.favourable :]),
        unfavourable=sum(from_low[: scale.favourable]),
    )
