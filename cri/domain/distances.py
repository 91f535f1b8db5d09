"""Who is far from everybody: squared Mahalanobis distances of very many respondents.

Sums are of whole numbers that single precision holds exactly, so the order of addition does not matter. All
work is done in buffers made once, and in products whose parts stay in the cache: fresh memory was measured to
cost three times the arithmetic, and larger products twice the time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import chdtri

from cri.domain.side_by_side import STAYS_IN_CACHE, row_parts, side_by_side

OUTLIER_TAIL: Final = 0.001
"""Chance (chi-square) of a larger squared distance, below which a respondent is an outlier."""

MOST_MEASURED: Final = 131_072
"""Respondents from whom the spread is measured; of more, every second, third ... row."""

Bool = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]
Single = npt.NDArray[np.float32]
Double = npt.NDArray[np.float64]

_ROWS_AT_ONCE = 1 << 14
_ROWS_A_TASK = 1 << 17
_BLOCKS = 3
_SINGLE_EXACT = 1 << 24
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
    found = np.zeros(len(answers), dtype=bool)

    def mark(rows: slice) -> None:
        found[rows] = _beyond(answers[rows], spread)

    if len(spread.transform):
        side_by_side(mark, row_parts(len(answers), _ROWS_A_TASK), len(answers))
    return found


def _beyond(answers: Int8, spread: Spread) -> Bool:
    """Who is beyond the limit: bool (respondents,)."""
    limit = spread.limit
    distances = np.concatenate(list(_quick_distances(answers, spread)))[: len(answers)]
    found = distances > limit
    # Single precision takes half the time; whoever it leaves in doubt is computed again in double.
    near = np.flatnonzero(np.abs(distances - np.float32(limit)) < _NEARLY * limit)
    found[near] = squared_distances(answers[near], spread) > limit
    return found


def _quick_distances(answers: Int8, spread: Spread) -> Iterator[Single]:
    """Squared distances in single precision, part by part; more in the last part than there are rows.

    The transform is turned into a triangle, which changes no distance, and the zeros below it are not
    multiplied, as far as they come in blocks. What everybody is shifted by is one more column of it.
    """
    triangle = np.linalg.qr(spread.transform).R
    triangle = np.column_stack([triangle, -triangle @ spread.centre]).astype(np.float32)
    blocks = row_parts(len(triangle), -(-len(triangle) // _BLOCKS))
    ones = np.ones((1, len(triangle)), dtype=np.float32)
    scores = np.empty(0, dtype=np.float32)
    for steps in _deviations(answers, spread.typical, _ROWS_AT_ONCE):
        if not scores.size:
            scores = np.empty((len(steps), len(triangle), steps.shape[2]), dtype=np.float32)
        for block in blocks:
            np.matmul(triangle[block, block.start :], steps[:, block.start :], out=scores[:, block])
        np.square(scores, out=scores)
        yield np.matmul(ones, scores).ravel()


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
    measured = answers[:: -(-len(answers) // MOST_MEASURED) or 1]
    columns = np.empty(measured.shape[::-1], dtype=np.int8)

    def read(item: int) -> tuple[int, int]:
        column = columns[item]
        column[:] = measured[:, item]
        answered = column >= 0
        return int(np.count_nonzero(answered)), int((column * answered).sum(dtype=np.int64))

    found = side_by_side(read, range(len(columns)), len(answers))
    given, total = np.array(found, dtype=np.int64).reshape(-1, 2).T
    typical = ((2 * total + given) // np.maximum(2 * given, 1)).astype(np.int8)  # halves up
    people = int(np.count_nonzero(columns.max(axis=0, initial=-1) >= 0))
    rows = min(_ROWS_AT_ONCE, _power_of_two(_SINGLE_EXACT // int(columns.max(initial=1)) ** 2))
    parts = row_parts(len(measured), _ROWS_AT_ONCE)
    sums = side_by_side(lambda part: _products(columns[:, part].T, typical, rows), parts, len(answers))
    products = np.add.reduce([np.zeros((len(columns) + 1, len(columns) + 1)), *sums])
    return _spread(typical, given, people, products[:-1, :-1], products[-1, :-1])


def _products(answers: Int8, typical: Int8, rows: int) -> Double:
    """(items + 1, items + 1): sums over respondents of the products of deviations and, last, a one; exact.

    `rows`: so many that single precision can hold their sums.
    """
    size = len(typical) + 1
    products = np.zeros((size, size))
    for steps in _deviations(answers, typical, rows):
        for part in row_parts(size, -(-size // _BLOCKS)):  # the lower triangle, and a little more
            block = steps[:, part] @ steps[:, : part.stop].transpose(0, 2, 1)
            products[part, : part.stop] += block.sum(axis=0)
    return np.tril(products) + np.tril(products, -1).T


def _spread(typical: Int8, given: Int64, people: int, products: Double, sums: Double) -> Spread:
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


def _deviations(answers: Int8, typical: Int8, rows: int) -> Iterator[Single]:
    """So many rows at a time: answers less the typical ones, 0 for none, and below them a row of ones.

    float32 (pieces, items + 1, lanes), used again for the next. Behind the last respondent are no answers.
    """
    items = len(typical)
    lanes = min(rows, _power_of_two(max(8, STAYS_IN_CACHE // max(1, items * items))))
    pieces = max(1, min(rows // lanes, -(-len(answers) // lanes)))
    less, answered = np.empty((items, pieces * lanes), dtype=np.int8), np.empty((items, pieces * lanes), bool)
    steps = np.ones((pieces, items + 1, lanes), dtype=np.float32)
    for part in row_parts(len(answers), pieces * lanes):
        columns, size = answers[part].T, part.stop - part.start
        np.greater_equal(columns, 0, out=answered[:, :size])
        np.subtract(columns, typical[:, None], out=less[:, :size])
        answered[:, size:] = False
        less *= answered.view(np.int8)
        steps[:, :items] = less.reshape(items, pieces, lanes).transpose(1, 0, 2)
        yield steps


def _power_of_two(number: int) -> int:
    """The largest power of two up to a number from 1 up."""
    return 1 << (number.bit_length() - 1)
