"""What two items of a factor have in common, from counts of patterns of answers.

A few items together have few patterns: three on seven points, or unanswered, have 512. So the items are cut
into pieces, the patterns of each two pieces are counted together, and the sums over people of every two items
follow from the counts: nothing is multiplied respondent by respondent.
"""

from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Self

import numpy as np
import numpy.typing as npt

from cri.domain.answer_columns import UInt8
from cri.domain.histograms import Counting, Group

Floats = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

_MOST_PATTERNS = 512  # of one piece: two of them give a table that stays in the cache


@dataclass(frozen=True, eq=False, slots=True)
class PairSums:
    """What covariances are made of: whole numbers, so exact, and those of two sheets can be added.

    int64 (items, items). `both`: respondents who answered both; `sums[i, j]`: sum of item i over those who
    also answered j; `products`: sum of their products.
    """

    both: Int64
    sums: Int64
    products: Int64

    def __add__(self, other: Self) -> "PairSums":
        return PairSums(self.both + other.both, self.sums + other.sums, self.products + other.products)

    def __sub__(self, other: Self) -> "PairSums":
        return PairSums(self.both - other.both, self.sums - other.sums, self.products - other.products)

    def covariances(self, fewest: int = 2) -> Floats | None:
        """float64 (items, items), divisor n - 1; None if under `fewest` (at least 2) answered some pair."""
        if not self.both.size or self.both.min() < max(fewest, 2):
            return None
        # n^2 cov is a whole number below 2^53 for a million people, so this is rounded twice only.
        above = self.products * self.both - self.sums * self.sums.T
        return above / (self.both * (self.both - 1.0))


def count_pairs(steps: list[UInt8], points: int, counting: Counting) -> PairSums:
    """Sums over every two items, in steps from the lowest point, which changes no covariance.

    `steps`: for each item uint8 (respondents,), as from `keyed_steps`.
    """
    base, items = points + 1, len(steps)
    size = _piece_size(base)
    pieces = [range(start, min(start + size, items)) for start in range(0, items, size)]
    codes = [_piece_codes([steps[item] for item in piece], base) for piece in pieces]
    whole = np.zeros((2 * items, 2 * items))  # answered or not, and steps: [given, value] x [given, value]
    alone = {0: np.bincount(codes[0], minlength=base ** len(pieces[0]))} if len(pieces) == 1 else {}
    for first, second in combinations(range(len(pieces)), 2):
        sizes = (base ** len(pieces[first]), base ** len(pieces[second]))
        patterns = Group(codes[first], sizes[0]), Group(codes[second], sizes[1])
        counts = counting.table(*patterns, plain=True)[0]
        alone |= {first: counts.sum(axis=1), second: counts.sum(axis=0)}
        _add_between(whole, pieces[first], pieces[second], counts, base)
    for place, counts in alone.items():
        _add_within(whole, pieces[place], counts, base)
    given, value = slice(0, items), slice(items, None)
    sums = whole.astype(np.int64)
    return PairSums(sums[given, given], sums[value, given], sums[value, value])


def _piece_size(base: int) -> int:
    size = 1
    while base ** (size + 1) <= _MOST_PATTERNS:
        size += 1
    return size


def _piece_codes(steps: list[UInt8], base: int) -> npt.NDArray[np.uint16]:
    """uint16 (respondents,): the items' steps as the digits of a number."""
    codes = steps[0].astype(np.uint16)
    for column in steps[1:]:
        codes *= np.uint16(base)
        codes += column
    return codes


@cache
def _digits(base: int, items: int) -> Floats:
    """For each pattern which items are answered, then their steps from the lowest point."""
    steps = np.stack([axis.ravel() for axis in np.indices((base,) * items)], axis=1)
    return np.hstack([steps > 0, np.maximum(steps - 1, 0)]).astype(np.float64)


def _places(piece: range, whole: Floats) -> Int64:
    """Rows of `whole` that belong to a piece: its items as given, then as values."""
    items = len(whole) // 2
    return np.concatenate([np.array(piece), np.array(piece) + items])


def _add_within(whole: Floats, piece: range, counts: Int64, base: int) -> None:
    digits, places = _digits(base, len(piece)), _places(piece, whole)
    whole[np.ix_(places, places)] = digits.T @ (counts[:, None] * digits)


def _add_between(whole: Floats, first: range, second: range, counts: Int64, base: int) -> None:
    # Whole numbers below 2^53 are exact in doubles. The larger product as sums: counts stay whole numbers.
    halfway = np.stack([_sum_by(counts, base, place, len(first)) for place in range(len(first))])
    given, steps = halfway[:, 1:].sum(axis=1), np.tensordot(halfway[:, 1:], np.arange(base - 1), (1, 0))
    block = np.vstack([given, steps]).astype(np.float64) @ _digits(base, len(second))
    rows, columns = _places(first, whole), _places(second, whole)
    whole[np.ix_(rows, columns)] = block
    whole[np.ix_(columns, rows)] = block.T


def _sum_by(counts: Int64, base: int, place: int, items: int) -> Int64:
    """int64 (base, columns): rows of patterns added up by what they say about one of the items."""
    shape = (base**place, base, base ** (items - place - 1), counts.shape[1])
    return np.asarray(counts.reshape(shape).sum(axis=(0, 2)))
