"""Sums over groups of people, from counts of who is in which group and gave which value.

Everything that a wave has to say about a group is in how many of its people gave each value. Counts are whole
numbers, and so are weights once they are written in whole numbers of a small part: sums of them are exact,
so that neither the order of respondents nor the machine can change a bit of a document.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array

from cri.domain.statistics import Moments

Floats = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Whole = npt.NDArray[np.int64] | npt.NDArray[np.object_]
Codes = npt.NDArray[np.integer]

_SAFE = 1 << 62
_EXACT_BITS = 52  # whole numbers of so many bits, and their sums, are exact in doubles
_HALF = 26


@dataclass(frozen=True, eq=False)
class WholeWeights:
    """Weights of respondents in whole numbers; float64 (respondents,) since counting with weights wants that.

    `weight` in parts of 2^-`shift`, `square` (of each weight) in parts of 2^-`square_shift`, both rounded, so
    small that all of them together stay exact.
    """

    weight: Floats
    square: Floats
    shift: int
    square_shift: int


def whole_weights(weights: Floats) -> WholeWeights:
    """Write weights as whole numbers: of a million people each is off by 2^-33 at most, of fewer by less."""
    shift, square_shift = (_EXACT_BITS - _bits(part) for part in (weights, weights * weights))
    return WholeWeights(
        np.rint(np.ldexp(weights, shift)),
        np.rint(np.ldexp(weights * weights, square_shift)),
        shift,
        square_shift,
    )


def _bits(values: Floats) -> int:
    """Bits that a sum of them cannot need more of."""
    return max(0, math.frexp(float(values.max(initial=0.0)) * len(values))[1])


@dataclass(frozen=True, eq=False)
class Group:
    """Which of `bins` groups each respondent is in: `codes`, whole numbers (respondents,) from 0.

    `places` are the same as tables want them, int32. Raises ValueError for a code that is none of the groups.
    """

    codes: Codes
    bins: int
    places: Int32 = field(init=False)

    def __post_init__(self) -> None:
        if self.codes.size and not 0 <= self.codes.min() <= self.codes.max() < self.bins:
            raise ValueError(f"a code that is none of {self.bins}")
        object.__setattr__(self, "places", self.codes.astype(np.int32, copy=False))


class Counting:
    """Counts respondents by two groupings at once: the group each is in and the value each has.

    A sparse matrix with a one for each respondent, in the row of their group and the column of their value,
    is that count once its entries are added up. Unlike numpy's `bincount`, scipy lets other threads work
    meanwhile, and no array of joint codes has to be made first: half the time of one core.
    """

    def __init__(self, respondents: int, weights: WholeWeights | None) -> None:
        self.weights = weights
        self._ones = np.ones(respondents, dtype=np.int32)

    def table(self, group: Group, value: Group, *, plain: bool = False) -> Int64:
        """int64 (layers, groups, values). `plain`: without weights."""
        layers: list[Int32 | Floats] = [self._ones]
        if self.weights is not None and not plain:
            layers += [self.weights.weight, self.weights.square]
        found = np.empty((len(layers), group.bins, value.bins), dtype=np.int64)
        for counts, layer in zip(found, layers, strict=True):
            cells = coo_array(counts.shape, dtype=layer.dtype)
            # Set, not given: scipy would look through places again that were checked when they were narrow.
            cells.coords, cells.data = (group.places, value.places), layer
            counts[...] = cells.toarray()
        return found


def histogram(codes: Int64, bins: int, weights: WholeWeights | None = None) -> Int64:
    """How many have each code; with weights also the sums of them and of their squares: (layers, bins)."""
    people = np.bincount(codes, minlength=bins).astype(np.int64, copy=False)
    if weights is None:
        return people[None]
    weighed = [np.bincount(codes, part, bins) for part in (weights.weight, weights.square)]
    return np.stack([people, *weighed]).astype(np.int64)


@dataclass(frozen=True, eq=False)
class GroupSums:
    """Groups of people with a value each: how many, the sum of the values and of their squares.

    `sums`: whole numbers (groups, 3), or (groups, 7) with weights: then the sum of weights, of their squares,
    of weight x value and of weight x value^2 follow. Values are in whole numbers of 1/`parts`; weights as in
    `weights`.
    """

    sums: Whole
    parts: int
    weights: WholeWeights | None = None

    @property
    def n(self) -> Int64:
        """People in each group: int64 (groups,)."""
        return np.asarray(self.sums[:, 0], dtype=np.int64)

    def moments(self, group: int) -> Moments:
        """One group, unweighted, in exact Python numbers."""
        n, total, squares = (int(value) for value in self.sums[group, :3])
        return Moments(n, total, squares, self.parts)

    def unweighted(self) -> "GroupSums":
        """The same people, each counting the same."""
        return GroupSums(self.sums[:, :3], self.parts)

    def n_eff(self) -> Floats:
        """Effective number of people: (sum w)^2 / sum w^2; float (groups,), 0 for nobody. Kish (1965)."""
        if self.weights is None:
            return self.n.astype(np.float64)
        weight = np.ldexp(self.sums[:, 3].astype(np.float64), -self.weights.shift)
        square = np.ldexp(self.sums[:, 4].astype(np.float64), -self.weights.square_shift)
        # Weights and their squares are rounded apart, which must not make people worth more than they are.
        return np.minimum(_ratio(weight * weight, square, 0.0), self.n)

    def mean(self) -> Floats:
        """(Weighted) mean of each group; NaN for nobody."""
        n, total = self.sums[:, (0, 1) if self.weights is None else (3, 5)].T
        if _largest(n) * self.parts >= _SAFE:
            n, total = n.astype(object), total.astype(object)
        return _ratio(total, n * self.parts, math.nan)

    def sd(self) -> Floats:
        """(Weighted) standard deviation of each group, NaN for fewer than two people.

        Sum of w (x - mean)^2 over sum of w, times n_eff / (n_eff - 1): divisor n - 1 for equal weights.
        """
        n, total, squares = self.sums[:, (0, 1, 2) if self.weights is None else (3, 5, 6)].T
        if _largest(n) * max(_largest(squares), self.parts * self.parts * _largest(n)) >= _SAFE:
            n, total, squares = (part.astype(object) for part in (n, total, squares))
        above = n * squares - total * total
        if self.weights is None:
            variance = _ratio(above, n * (n - 1) * (self.parts * self.parts), math.nan, self.n > 1)
        else:
            n_eff = self.n_eff()
            enough = (self.n > 1) & (n_eff > 1)
            variance = _ratio(above, n * n * (self.parts * self.parts), math.nan, enough)
            variance = variance * _ratio(n_eff, n_eff - 1, math.nan, enough)
        return np.sqrt(variance)


def joined(parts: Sequence[GroupSums]) -> GroupSums:
    """The groups of all parts (at least one), in their order. Parts of the same values and weights."""
    return GroupSums(np.concatenate([part.sums for part in parts]), parts[0].parts, parts[0].weights)


def group_sums(
    counts: Int64, values: Sequence[int], parts: int, weights: WholeWeights | None = None
) -> GroupSums:
    """Sums from counts: int64 (layers, groups, codes), as `histogram` gives them, and the codes' values.

    `values` are in whole numbers of 1/`parts`; one below 0 marks a code that is no value: who has it is not
    counted.
    """
    kept = [code for code, value in enumerate(values) if value >= 0]
    valued = [values[code] for code in kept]
    squares = [value * value for value in valued]
    together = kept == list(range(kept[0], kept[-1] + 1)) if kept else False
    part = counts[:, :, kept[0] : kept[-1] + 1] if together else counts[:, :, kept]  # better not a copy
    columns: list[Whole] = [part[0].sum(axis=1), _dot(part[0], valued), _dot(part[0], squares)]
    if weights is not None:
        columns += [part[1].sum(axis=1), part[2].sum(axis=1), _dot(part[1], valued), _dot(part[1], squares)]
    return GroupSums(np.array(np.stack(columns, axis=1)), parts, weights)


def _dot(counts: Int64, values: list[int]) -> Whole:
    """Sum over codes of count x value, exact: Python's whole numbers where 64 bits could be too few."""
    most = int(counts.sum(axis=1).max(initial=0))
    if max(most, 1) * max(values, default=0) < _SAFE:
        return np.asarray(counts @ np.array(values, dtype=np.int64))
    if int(counts.max(initial=0)) >> _HALF:
        high, low = counts >> _HALF, counts & ((1 << _HALF) - 1)
        return np.asarray(_dot(high, values).astype(object) * (1 << _HALF) + _dot(low, values))
    return np.asarray(counts.astype(object) @ np.array(values, dtype=object))


def _largest(values: Whole) -> int:
    return int(values.max(initial=0))


def _ratio(
    above: npt.NDArray[np.generic],
    below: npt.NDArray[np.generic],
    otherwise: float,
    where: npt.NDArray[np.bool_] | None = None,
) -> Floats:
    """Float (groups,): above / below where `where` holds (None: where below is not 0), else `otherwise`."""
    chosen = np.asarray(below != 0 if where is None else where, dtype=bool)
    out = np.full(len(above), otherwise)
    out[chosen] = (above[chosen] / below[chosen]).astype(np.float64)
    return out
