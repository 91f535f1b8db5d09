"""Whether the items of a factor hang together. Method section 4."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy.special import fdtri

from cri.domain.instrument import Factor, Instrument
from cri.domain.pair_sums import PairSums
from cri.domain.scoring import keyed
from cri.domain.sheet import AnswerSheet
from cri.domain.statistics import CONFIDENCE

FEWEST_FOR_ALPHA = 50
"""Respondents with a factor score, below which one agency's alpha and omega say nothing."""

LEAST_UNIQUENESS: Final = 0.005
"""Share of an item's variance that must be its own; less is a Heywood case. The bound of R's factanal."""

Float = npt.NDArray[np.float64]

# Products of small matrices are fastest in parts of this size (measured; BLAS does not split them).
_ROWS_AT_ONCE = 1 << 13
_FLOAT32_EXACT = 1 << 24
_NEWTON_STEPS = 100
_SMALLEST_STEP = 1e-9
_ROUNDING = 1e-10


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha and its 95 % interval (low, high)."""

    value: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Omega:
    """McDonald's omega total, with the loadings and own variances (per item) that it is made of."""

    value: float
    loadings: tuple[float, ...]
    uniquenesses: tuple[float, ...]


def factor_alpha(
    instrument: Instrument, factor: Factor, sheet: AnswerSheet, n: int, minimum: int
) -> Alpha | None:
    """Alpha of one factor from pairwise-complete covariances; `n` respondents have a factor score.

    None for fewer than `FEWEST_FOR_ALPHA` of them, for a single item, where nothing varies, and where
    fewer than `minimum` answered some two of the items.
    """
    if n < FEWEST_FOR_ALPHA or len(factor.items) < 2:
        return None
    answers = keyed(sheet.answers[:, instrument.columns[factor.code]], factor, instrument.scale)
    return alpha_of(pairwise_covariances(answers, minimum), n)


def alpha_of(covariances: Float | None, n: int) -> Alpha | None:
    """Alpha with Feldt's interval of these covariances; `n` respondents have a factor score.

    None for fewer than `FEWEST_FOR_ALPHA` of them, for a single item, where nothing varies, and where
    covariances of different pairs of items contradict each other so far that alpha would exceed 1.
    """
    if covariances is None or n < FEWEST_FOR_ALPHA or len(covariances) < 2 or covariances.sum() <= 0:
        return None
    value = cronbach_alpha(covariances)
    if value > 1 + _ROUNDING:
        return None
    value = min(value, 1.0)
    return Alpha(value, feldt_interval(value, len(covariances), n))


def pair_sums(answers: npt.NDArray[np.int8]) -> PairSums:
    """The pair sums of int8 (respondents, items), keyed or raw; anything below 0 is unanswered.

    Fastest where `answers` is column by column in memory. Sums are of whole numbers: row order does not
    matter.
    """
    items = answers.shape[1]
    largest = int(answers.max(initial=1))
    rows = min(_ROWS_AT_ONCE, max(1, _FLOAT32_EXACT // (largest * largest)))
    total = np.zeros((2 * items, 2 * items), dtype=np.int64)
    for start in range(0, len(answers), rows):
        part = answers[start : start + rows].T
        parts = np.empty((2 * items, part.shape[1]), dtype=np.float32)
        parts[:items] = np.maximum(part, 0)
        parts[items:] = part >= 0
        # Two products of a matrix with half of itself: with all of itself numpy takes a slower way.
        total[:, :items] += (parts @ parts[:items].T).astype(np.int64)
        total[:, items:] += (parts @ parts[items:].T).astype(np.int64)
    return PairSums(total[items:, items:], total[:items, items:], total[:items, :items])


def pairwise_covariances(answers: npt.NDArray[np.int8], fewest: int = 2) -> Float | None:
    """float64 (items, items): covariance of each two items over those who answered both, divisor n - 1.

    `answers`: int8 (respondents, items), keyed; anything below 0 is unanswered. None if fewer than
    `fewest` (at least 2) respondents answered some pair. Sums are of whole numbers and exact, so row
    order does not matter.
    """
    return pair_sums(answers).covariances(fewest)


def keyed_covariances(covariances: Float, factor: Factor) -> Float:
    """Covariances of keyed answers from those of raw ones: reversing an item turns a covariance's sign."""
    sign = np.array([-1.0 if item.reversed else 1.0 for item in factor.items])
    return covariances * np.outer(sign, sign)


def cronbach_alpha(covariances: Float) -> float:
    """Alpha = k/(k-1) (1 - sum of variances / sum of all covariances). Cronbach (1951)."""
    items = len(covariances)
    return float(items / (items - 1) * (1 - np.trace(covariances) / covariances.sum()))


def feldt_interval(alpha: float, items: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Feldt's interval: 1 - (1 - a) F, F on (n - 1) and (n - 1)(k - 1). Feldt, Woodruff & Salih (1987)."""
    tail = (1 - confidence) / 2
    freedom = (n - 1, (n - 1) * (items - 1))
    low, high = float(fdtri(*freedom, 1 - tail)), float(fdtri(*freedom, tail))
    return 1 - (1 - alpha) * low, 1 - (1 - alpha) * high


def item_rest(covariances: Float) -> tuple[float | None, ...]:
    """Correlation of each item with the sum of the others (corrected item-rest correlation).

    r_i = sum of c_ij over j other than i / sqrt(c_ii x sum of all c_jk without i). `covariances`: float64
    (items, items). None where the item or the rest does not vary, and for a single item. Pairwise covariances
    that are no covariance matrix could give more than 1: that reads 1. Henrysson (1963).
    """
    variances = np.diag(covariances)
    with_rest = covariances.sum(axis=1) - variances
    rest = covariances.sum() - 2 * with_rest - variances
    return tuple(
        min(1.0, max(-1.0, float(shared) / float(np.sqrt(own * others)))) if own > 0 and others > 0 else None
        for shared, own, others in zip(with_rest, variances, rest, strict=True)
    )


def mean_inter_item_r(covariances: Float) -> float | None:
    """Mean correlation over all pairs of items, from the pairwise covariances, float64 (items, items).

    None for a single item and where some item does not vary.
    """
    correlations = _correlations(covariances)
    items = len(covariances)
    if correlations is None or items < 2:
        return None
    return float((correlations.sum() - items) / (items * (items - 1)))


def one_factor_omega(covariances: Float, n: int) -> Omega | None:
    """Omega total = (sum l)^2 / ((sum l)^2 + sum theta) of a maximum-likelihood one-factor model.

    `covariances`: float64 (items, items), keyed; `n` respondents have a factor score. The model is S = l l'
    + diag(theta), fitted to minimise log|S| + tr(C S^-1). McDonald (1999); Joreskog (1967).

    None for fewer than `FEWEST_FOR_ALPHA` respondents, fewer than three items (not identified), where an
    item does not vary or pairwise covariances are no covariance matrix, and in a Heywood case: the best fit
    leaves an item less than `LEAST_UNIQUENESS` of its variance, or there is no best fit inside that bound.
    """
    correlations = _correlations(covariances)
    if n < FEWEST_FOR_ALPHA or len(covariances) < 3 or correlations is None:
        return None
    fitted = fit_one_factor(correlations)
    if fitted is None:
        return None
    deviations = np.sqrt(np.diag(covariances))
    loadings, uniquenesses = fitted[0] * deviations, fitted[1] * deviations**2
    common = float(loadings.sum()) ** 2
    return Omega(
        common / (common + float(uniquenesses.sum())),
        tuple(map(float, loadings)),
        tuple(map(float, uniquenesses)),
    )


def fit_one_factor(correlations: Float) -> tuple[Float, Float] | None:
    """(loadings, uniquenesses), float64 (items,) each, of the maximum-likelihood one-factor model.

    Newton's method on the logarithms of the uniquenesses, the loadings being the best for these: Joreskog
    (1967), with exact second derivatives, Clarke (1970). None as in `one_factor_omega`. The library that
    holds this model takes seconds to load and 5-15 ms a fit from a random start, this under 1 ms
    (docs/decisions/statistics-libraries.md); tests compare the two.
    """
    if np.linalg.eigvalsh(correlations)[0] <= _ROUNDING:
        return None
    logs = -np.log(np.diag(np.linalg.inv(correlations)))  # squared multiple correlations to begin with
    for _ in range(_NEWTON_STEPS):
        roots, vectors = _scaled_roots(correlations, logs)
        step = _newton_step(roots, vectors)
        logs = logs - np.clip(step, -1, 1)
        if logs.min() < np.log(LEAST_UNIQUENESS):
            return None
        if np.abs(step).max() < _SMALLEST_STEP:
            break
    else:
        return None
    roots, vectors = _scaled_roots(correlations, logs)
    if roots[-1] <= 1:
        return None
    own = np.exp(logs)
    # The sign of a factor is free: the one that makes the sum of the loadings positive.
    loadings = np.sqrt(own * (roots[-1] - 1)) * vectors[:, -1]
    return (loadings if loadings.sum() >= 0 else -loadings), own


def _correlations(covariances: Float) -> Float | None:
    """None where an item does not vary."""
    variances = np.diag(covariances)
    if not (variances > 0).all():
        return None
    correlations: Float = covariances / np.sqrt(np.outer(variances, variances))
    return correlations


def _scaled_roots(correlations: Float, logs: Float) -> tuple[Float, Float]:
    """Eigenvalues, ascending, and vectors of correlations over the square roots of two uniquenesses."""
    scale = np.exp(-logs / 2)
    roots, vectors = np.linalg.eigh(correlations * np.outer(scale, scale))
    return roots, vectors


def _newton_step(roots: Float, vectors: Float) -> Float:
    """Derivatives of sum(g - log g - 1) over all roots g but the largest, second divided into first.

    Where the second ones do not curve upwards, their limit at a perfect fit stands in (always upwards).
    """
    rest, others = roots[:-1], vectors[:, :-1]
    slopes = (1 - rest) @ (others**2).T
    unexplained = others @ others.T
    largest = np.outer(vectors[:, -1], vectors[:, -1])
    gap = (1 - rest) * (roots[-1] + rest) / np.maximum(roots[-1] - rest, _ROUNDING)
    curvature = (others * rest) @ others.T * unexplained + largest * ((others * gap) @ others.T)
    if np.linalg.eigvalsh(curvature)[0] <= _ROUNDING:
        curvature = unexplained**2 + _ROUNDING * np.eye(len(roots))
    return np.linalg.solve(curvature, slopes)
