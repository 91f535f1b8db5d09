"""Who is far from everybody: squared Mahalanobis distances of very many respondents.

Sums are of whole numbers that single precision holds exactly, so the order of addition does not matter. All
work is done in buffers made once, and in products so small that BLAS does not share them out among threads:
fresh memory was measured to cost three times the arithmetic, and threads on a busy machine a hundred times.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from cri.domain.side_by_side import WORKERS, side_by_side

OUTLIER_TAIL: Final = 0.001
"""Chance (chi-square) of a larger squared distance, below which a respondent is an outlier."""

MOST_MEASURED: Final = 131_072
"""Respondents from whom the spread is measured; of more, every second, third ... row."""

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]
Single = npt.NDArray[np.float32]
Double = npt.NDArray[np.float64]

_ROWS_AT_ONCE = 1 << 13
_SINGLE_EXACT = 1 << 24
_WITHOUT_THREADS = 1 << 18  # multiplications in one product
_LEAST_ROOT = 1e-5
_ROUNDING = 1e-12
_NEARLY = 1e-3


@dataclass(frozen=True, eq=False, slots=True)
class Spread:
    """What distances are measured by.

    `typical`: int8 (items,), the answer that stands for none. `centre`: float64 (items,), everybody's mean
    less that. `transform`: float64 (dimensions, items), makes deviations uncorrelated with variance 1.
    """

    typical: Int8
    centre: Double
    transform: Double

    @property
    def limit(self) -> float:
        """The squared distance beyond which somebody is an outlier; dimensions are degrees of freedom."""
        return float(chdtri(len(self.transform), OUTLIER_TAIL))


def outliers(answers: Int8) -> npt.NDArray[np.bool_]:
    """Whose squared Mahalanobis distance is beyond the chi-square point of `OUTLIER_TAIL`: (respondents,).

    `answers`: int8 (respondents, items), below 0 where there is none; fastest column by column in memory.
    With every answer given these are the distances of `careless.mahalanobis_squared`. An answer not given
    counts as the item's mean rounded to a point of the scale, that is as next to no deviation; each item's
    variance is brought back to that of the answers given. Unlike pairwise covariances these always are a
    covariance matrix. Items that do not vary, or follow from the others, do not count. Nobody is an outlier
    among hardly more respondents than dimensions.
    """
    spread = measure_spread(answers)
    if not len(spread.transform):
        return np.zeros(len(answers), dtype=bool)
    half = -(-len(answers) // (WORKERS * _ROWS_AT_ONCE)) * _ROWS_AT_ONCE
    parts = [answers[start : start + half] for start in range(0, len(answers), half)]
    return np.concatenate(side_by_side(lambda part: _beyond(part, spread), parts, len(answers)))


def _beyond(answers: Int8, spread: Spread) -> npt.NDArray[np.bool_]:
    """Who is beyond the limit: bool (respondents,)."""
    found = np.zeros(len(answers), dtype=bool)
    reader = _Reader(answers)
    quick = spread.transform.astype(np.float32)
    shift = (spread.transform @ spread.centre).astype(np.float32)[:, None]
    scores = np.empty((reader.pieces, len(quick), reader.lanes), dtype=np.float32)
    limit, near = spread.limit, []
    for start, stop, _, steps in reader.deviations(spread.typical):
        np.matmul(quick, steps, out=scores)
        np.subtract(scores, shift, out=scores)
        distances = np.einsum("pdr,pdr->pr", scores, scores).ravel()[: stop - start]
        np.greater(distances, limit, out=found[start:stop])
        near.append(start + np.flatnonzero(np.abs(distances - np.float32(limit)) < _NEARLY * limit))
    # Single precision takes half the time; whoever it leaves in doubt is computed again in double.
    rows = np.concatenate(near)
    found[rows] = squared_distances(answers[rows], spread) > limit
    return found


def squared_distances(answers: Int8, spread: Spread) -> Double:
    """float64 (respondents,): squared distances in double precision, of a few respondents."""
    steps = np.where(answers >= 0, answers - spread.typical.astype(np.int64), 0)
    scores = (steps - spread.centre) @ spread.transform.T
    return np.asarray(np.einsum("rd,rd->r", scores, scores))


def measure_spread(answers: Int8) -> Spread:
    """Centre and spread of everybody who answered anything; without dimensions if they are too few.

    Of more than `MOST_MEASURED` respondents evenly spaced rows are measured, which moves distances by less
    than half a per cent. Only there can the order of rows matter, for somebody at the very limit.
    """
    reader = _Reader(answers[:: -(-len(answers) // MOST_MEASURED) or 1])
    typical, given, people = _typical_answers(reader)
    items = len(typical)
    products, sums = np.zeros((items, items)), np.zeros(items, dtype=np.int64)
    third = max(1, -(-items // 3))
    parts = [slice(start, min(start + third, items)) for start in range(0, items, third)]
    blocks = [np.empty((reader.pieces, part.stop - part.start, part.stop), np.float32) for part in parts]
    for _, _, whole, steps in reader.deviations(typical):
        sums += whole.sum(axis=1, dtype=np.int32)
        for part, block in zip(parts, blocks, strict=True):  # the lower triangle, and a little more
            np.matmul(steps[:, part], steps[:, : part.stop].transpose(0, 2, 1), out=block)
            products[part, : part.stop] += block.sum(axis=0)
    products = np.tril(products) + np.tril(products, -1).T
    return _spread(typical, given, people, products, sums)


def _spread(typical: Int8, given: Int64, people: int, products: Double, sums: Int64) -> Spread:
    """From the sums of deviations from the typical answers, and of their products."""
    centre = sums / max(people, 1)
    covariances = (products - np.outer(sums, centre)) / max(people - 1, 1)
    own = (np.diag(products) - sums**2 / np.maximum(given, 1)) / np.maximum(given - 1, 1)
    filled = np.diag(covariances)
    varies = (filled > _ROUNDING) & (own > _ROUNDING)
    scale = np.sqrt(filled[varies])
    roots, vectors = np.linalg.eigh(covariances[np.ix_(varies, varies)] / np.outer(scale, scale))
    kept = roots > _LEAST_ROOT
    enough = people > int(kept.sum()) + 1
    transform = np.zeros((int(kept.sum()) if enough else 0, len(typical)))
    if len(transform):
        transform[:, varies] = (vectors[:, kept] / np.sqrt(roots[kept])).T / np.sqrt(own[varies])
    return Spread(typical, centre, transform)


def _typical_answers(reader: "_Reader") -> tuple[Int8, Int64, int]:
    """Per item the mean rounded to a point (halves up), and how many answered it; who answered anything."""
    items = reader.answers.shape[1]
    total, given = np.zeros(items, dtype=np.int64), np.zeros(items, dtype=np.int64)
    people = 0
    for _, _, columns in reader.columns():
        answered = columns >= 0
        given += np.array([np.count_nonzero(item) for item in answered], dtype=np.int64)
        people += int(np.count_nonzero(np.logical_or.reduce(answered, axis=0)))
        total += np.maximum(columns, 0).sum(axis=1, dtype=np.int32)
    return ((2 * total + given) // np.maximum(2 * given, 1)).astype(np.int8), given, people


class _Reader:
    """Reads answers part by part into buffers of its own; a row that is not there has no answer."""

    def __init__(self, answers: Int8) -> None:
        self.answers = answers
        items, largest = answers.shape[1], int(answers.max(initial=1))
        rows = min(_ROWS_AT_ONCE, _power_of_two(_SINGLE_EXACT // (largest * largest)))
        self.lanes = min(rows, _power_of_two(max(8, _WITHOUT_THREADS // max(1, items * items))))
        self.pieces = max(1, min(rows // self.lanes, -(-len(answers) // self.lanes)))

    def columns(self) -> Iterator[tuple[int, int, Int8]]:
        """(first row, row after the last, int8 (items, rows)); the array is used again for the next."""
        rows = self.pieces * self.lanes
        columns = np.empty((self.answers.shape[1], rows), dtype=np.int8)
        for start in range(0, len(self.answers), rows):
            part = self.answers[start : start + rows]
            columns[:, : len(part)] = part.T
            columns[:, len(part) :] = -1
            yield start, start + len(part), columns

    def deviations(self, typical: Int8) -> Iterator[tuple[int, int, Int8, Single]]:
        """As `columns`: answers less the typical ones, 0 for none; and float32 (pieces, items, lanes)."""
        items = self.answers.shape[1]
        answered = np.empty((items, self.pieces * self.lanes), dtype=bool)
        steps = np.empty((self.pieces, items, self.lanes), dtype=np.float32)
        for start, stop, columns in self.columns():
            np.greater_equal(columns, 0, out=answered)
            np.subtract(columns, typical[:, None], out=columns)
            np.multiply(columns, answered.view(np.int8), out=columns)
            steps[...] = columns.reshape(items, self.pieces, self.lanes).transpose(1, 0, 2)
            yield start, stop, columns, steps


def _power_of_two(number: int) -> int:
    """The largest power of two up to a number from 1 up."""
    return 1 << (number.bit_length() - 1)
