"""Whether the people of a group see the same thing. Method section 4.

Everything comes from whole-number sums, for many groups at once. Agreement is about the people who answered:
it is never weighted. What cannot be said is NaN in these arrays and null in documents.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

SLIGHT_SKEW: Final = {5: 1.34, 6: 1.85, 7: 2.90, 9: 5.66, 11: 7.31}
"""Variance of a slightly skewed distribution of answers, by points of the scale. LeBreton & Senter (2008)."""
MODERATE_SKEW: Final = {5: 0.90, 6: 1.26, 7: 2.14, 9: 4.73, 11: 6.32}
"""The same, moderately skewed."""
MIXED_BELOW = 0.50
"""A group whose r_wg(J) under slight skew is below this reads "mixed views"."""
AD_CUTOFF_PARTS = 6
"""AD_M above points / 6 reads "mixed views" too: 1.17 on seven points. Burke & Dunlap (2002)."""


@dataclass(frozen=True, eq=False, slots=True)
class RwgJ:
    """r_wg(J) of each group: float (groups,), NaN where it cannot be said; None: the scale has no such null.

    `uniform_untruncated`: before values below 0 were made 0; NaN where the formula has no meaning.
    """

    uniform: Floats
    slight_skew: Floats | None
    moderate_skew: Floats | None
    uniform_untruncated: Floats


@dataclass(frozen=True, slots=True)
class Icc:
    """How much of the differences between people lies between their units.

    `icc1`: reliability of one person as a witness of the unit. `icc2`: of the unit's mean; None where the
    units do not differ at all.
    """

    icc1: float
    icc2: float | None


def uniform_variance(points: int) -> float:
    """Variance of answers spread evenly over the points of a scale: (A^2 - 1) / 12."""
    return (points * points - 1) / 12


def rwg(variance: Floats, null_variance: float) -> Floats:
    """r_wg = 1 - s^2 / s_E^2 before truncation, of any shape. James, Demaree & Wolf (1984).

    Of mean item variances it is r*_wg(J) of Lindell, Brandt & Whitney (1999).
    """
    return np.asarray(1 - variance / null_variance)


def rwg_j(item_variances: Floats, items: int, points: int) -> RwgJ:
    """r_wg(J) = J r / (J r + 1 - r) with r = 1 - mean item variance / s_E^2, under three nulls.

    `item_variances`: float (groups, items), divisor n - 1, NaN where an item has none (no one, or one):
    then the group has no r_wg(J). Source: James, Demaree & Wolf (1984).
    """
    mean = _mean_over_items(item_variances)
    uniform = uniform_variance(points)
    slight, moderate = SLIGHT_SKEW.get(points), MODERATE_SKEW.get(points)
    return RwgJ(
        uniform=_truncated(mean, items, uniform),
        slight_skew=None if slight is None else _truncated(mean, items, slight),
        moderate_skew=None if moderate is None else _truncated(mean, items, moderate),
        uniform_untruncated=_stepped_up(rwg(mean, uniform), items),
    )


def _truncated(mean_variance: Floats, items: int, null_variance: float) -> Floats:
    """r_wg(J), 0 where people differ as much as under the null or more."""
    single = rwg(mean_variance, null_variance)
    values = _stepped_up(np.maximum(single, 0.0), items)
    return np.where(np.isnan(mean_variance), np.nan, values)


def ad_m(counts: Int64) -> Floats:
    """AD_M of each group: per item the mean distance |x - mean| (divided by n), then the mean over items.

    `counts`: int64 (groups, items, points), answers at each point. Float (groups,); NaN where nobody answered
    some item. Source: Burke, Finkelstein & Dusig (1999).
    """
    steps = np.arange(counts.shape[2], dtype=np.int64)
    n = counts.sum(axis=2)
    total = counts @ steps
    # |n x - total| is n times the distance, a whole number: exact whatever the order of respondents.
    apart = np.abs(n[..., None] * steps - total[..., None])
    squared = np.multiply(n, n, dtype=np.float64)
    distance = np.einsum("gip,gip->gi", counts, apart)
    spread = np.full(n.shape, np.nan)
    np.divide(distance, squared, out=spread, where=n > 0)
    return _mean_over_items(spread)


def ad_cutoff(points: int) -> float:
    """The AD_M above which a group's views are mixed."""
    return points / AD_CUTOFF_PARTS


def mixed_views(agreement: RwgJ, deviation: Floats, points: int) -> npt.NDArray[np.bool_]:
    """Whether to at the spread, not the mean: bool (groups,). `deviation`: AD_M. NaN is never mixed."""
    mixed = deviation > ad_cutoff(points)
    if agreement.slight_skew is not None:
        mixed = mixed | (agreement.slight_skew < MIXED_BELOW)
    return np.asarray(mixed)


def icc(n: Int64, total: Int64, squares: Int64) -> Icc | None:
    """ICC(1) and ICC(2) of one-way analysis of variance with k0. Shrout & Fleiss (1979), Bliese (2000).

    `n`, `total`, `squares`: whole numbers (groups,), how many values each group has, their sum and sum of
    squares, in any unit. None for fewer than two groups, for groups of one only, and where nothing varies.
    """
    some = n > 0
    sizes, sums = n[some].tolist(), total[some].tolist()
    people, everything = sum(sizes), sum(sums)
    between_freedom, within_freedom = len(sizes) - 1, people - len(sizes)
    if between_freedom < 1 or within_freedom < 1:
        return None
    # Correctly rounded sums of correctly rounded terms: the order of units does not matter.
    explained = math.fsum(sum_ * sum_ / size for size, sum_ in zip(sizes, sums, strict=True))
    between = (explained - everything * everything / people) / between_freedom
    within = max(0.0, math.fsum([*map(float, squares[some].tolist()), -explained]) / within_freedom)
    k0 = (people - sum(size * size for size in sizes) / people) / between_freedom
    spread = between + (k0 - 1) * within
    if spread <= 0:
        return None
    return Icc((between - within) / spread, (between - within) / between if between > 0 else None)


def _stepped_up(single: Floats, items: int) -> Floats:
    """Spearman and Brown's formula; NaN beyond its pole, where it would turn large disagreement into 1."""
    below = items * single + (1 - single)
    out = np.full(np.shape(single), np.nan)
    np.divide(items * single, below, out=out, where=below > 0)
    return out


def _mean_over_items(values: Floats) -> Floats:
    """Mean over the second axis in the order of the items, so that no library's way of adding matters."""
    total: Floats = np.zeros(len(values))
    for item in range(values.shape[1]):
        total = total + values[:, item]
    return np.asarray(total / values.shape[1])
