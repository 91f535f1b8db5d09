"""Which factors go with an outcome: Johnson's relative weights. Method section 4.

Same people, same day: correlation, not cause. Whoever shows these figures says so.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from cri.domain.side_by_side import STAYS_IN_CACHE
from cri.domain.statistics import CONFIDENCE

FEWEST_FOR_DRIVERS: Final = 100
"""Respondents with every factor and the outcome."""
RESAMPLES: Final = 1000
"""Bootstrap samples."""
MOST_RESAMPLED: Final = 2000
"""Respondents who are resampled; of more, evenly spaced ones."""

Float = npt.NDArray[np.float64]

_ROWS_AT_ONCE = 1 << 12
_SAMPLES_AT_ONCE = 50
_LEAST_ROOT = 1e-8
_LEAST_R2 = 1e-9
_LEAST_VARIANCE = 1e-12


@dataclass(frozen=True, slots=True)
class Drivers:
    """Shares of `r2`, the explained variance of the outcome, that go with each factor; they sum to 1.

    `intervals`: 95 %, one for each factor. `n`: respondents with every factor and the outcome.
    """

    n: int
    r2: float
    shares: tuple[float, ...]
    intervals: tuple[tuple[float, float], ...]


@dataclass(frozen=True, eq=False, slots=True)
class OutcomeSums:
    """Sums over respondents of factors and outcome (last), float64 (columns,), and of their products."""

    n: int
    sums: Float
    products: Float

    @property
    def correlations(self) -> Float | None:
        """float64 (columns, columns); None where a column does not vary."""
        above = self.n * self.products - np.outer(self.sums, self.sums)
        variances = np.diag(above)
        if not (variances > _LEAST_VARIANCE * self.n * np.diag(self.products)).all():
            return None
        return np.asarray(above / np.sqrt(np.outer(variances, variances)))


def driver_analysis(scores: Float, outcome: Float, seed: int) -> Drivers | None:
    """Relative weights of the factors on an outcome, with bootstrap intervals.

    `scores`: float64 (respondents, factors), `outcome`: float64 (respondents,); NaN where there is none. Any
    linear scale will do, as only correlations count; sums of whole numbers are exact. Weights of respondents
    are not used.

    Intervals: percentiles of `RESAMPLES` samples drawn with replacement, from the seed. Up to
    `MOST_RESAMPLED` respondents everybody may be drawn, sorted first, so that the order of rows does not
    matter. Of more, evenly spaced ones may, and how far the samples lie from these is shortened by
    sqrt(m/n), as standard errors are (Bickel, Goetze & van Zwet 1997); the estimate itself is of all.

    None for fewer than `FEWEST_FOR_DRIVERS` with every value, fewer than two factors, a column that does not
    vary, factors of which one follows from the others, and where nothing is explained.
    """
    columns = [*scores.T, outcome]
    complete = np.logical_and.reduce([np.isfinite(column) for column in columns])
    rows = np.flatnonzero(complete)
    sample = np.stack([column[rows[:: sampling_step(len(rows))]] for column in columns], axis=1)
    return drivers_of(_sums_of(columns, complete), sample, seed)


def sampling_step(n: int) -> int:
    """Every how manyth of `n` respondents may be drawn."""
    return max(1, -(-n // MOST_RESAMPLED))


def drivers_of(everybody: OutcomeSums, sample: Float, seed: int) -> Drivers | None:
    """As `driver_analysis`, from sums over everybody and the rows that may be drawn.

    `sample`: float64 (respondents, factors + 1), the outcome last.
    """
    if everybody.n < FEWEST_FOR_DRIVERS or sample.shape[1] < 3:
        return None
    sample = sample[np.lexsort(sample.T)]
    weights = _weights_of(everybody)
    centre = _weights_of(_sums_of(list(sample.T), np.ones(len(sample), dtype=bool)))
    if weights is None or centre is None:
        return None
    samples = _resample(sample, seed)
    if len(samples) < RESAMPLES // 2:
        return None
    shares = weights / weights.sum()
    tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    ends = np.quantile(samples, tails, axis=0).T
    if len(sample) < everybody.n:
        shorter = np.sqrt(len(sample) / everybody.n)
        ends = np.clip(shares[:, None] + shorter * (ends - (centre / centre.sum())[:, None]), 0.0, 1.0)
    return Drivers(
        n=everybody.n,
        r2=min(1.0, float(weights.sum())),
        shares=tuple(shares.tolist()),
        intervals=tuple((float(first), float(last)) for first, last in ends),
    )


def relative_weights(correlations: Float, with_outcome: Float) -> Float | None:
    """float64 (factors,): each factor's part of R^2, to which they sum. Johnson (2000).

    With R = V D V' the factors' correlations, their nearest uncorrelated stand-ins have loadings L = V D^1/2
    V' and coefficients b = L^-1 r on the outcome; the weights are (L o L)(b o b), o being element by element.
    `correlations`: float64 (factors, factors); `with_outcome`: float64 (factors,). None where a factor
    follows from the others.
    """
    weights, usable = _batch_weights(correlations[None], with_outcome[None])
    return np.asarray(weights[0]) if usable[0] else None


def _batch_weights(correlations: Float, with_outcome: Float) -> tuple[Float, npt.NDArray[np.bool_]]:
    """Relative weights (samples, factors) of many samples at once, and which of them are usable."""
    roots, vectors = np.linalg.eigh(correlations)
    usable = roots[:, 0] > _LEAST_ROOT
    spread = np.sqrt(np.maximum(roots, _LEAST_ROOT))
    loadings = (vectors * spread[:, None, :]) @ vectors.transpose(0, 2, 1)
    turned = np.einsum("sij,si->sj", vectors, with_outcome) / spread
    coefficients = np.einsum("sij,sj->si", vectors, turned)
    return np.einsum("sij,sj->si", loadings**2, coefficients**2), usable


def _weights_of(moments: OutcomeSums) -> Float | None:
    correlations = moments.correlations
    if correlations is None:
        return None
    weights = relative_weights(correlations[:-1, :-1], correlations[:-1, -1])
    return weights if weights is not None and weights.sum() > _LEAST_R2 else None


def _sums_of(columns: Sequence[Float], complete: npt.NDArray[np.bool_]) -> OutcomeSums:
    """Of the complete respondents, in parts that are small enough to stay in the cache."""
    size = len(columns)
    sums, products = np.zeros(size), np.zeros((size, size))
    buffer = np.empty((size, _ROWS_AT_ONCE))
    for start in range(0, len(complete), _ROWS_AT_ONCE):
        kept = complete[start : start + _ROWS_AT_ONCE]
        part = buffer[:, : len(kept)]
        part[:] = 0.0
        for place, column in enumerate(columns):
            np.copyto(part[place], column[start : start + _ROWS_AT_ONCE], where=kept)
        sums += part.sum(axis=1)
        products += part @ part.T
    return OutcomeSums(int(np.count_nonzero(complete)), sums, products)


def _resample(table: Float, seed: int) -> Float:
    """float64 (usable samples, factors): shares in samples of the rows, drawn with replacement."""
    found = []
    for correlations in _resampled_correlations(table, np.random.default_rng(seed)):
        usable = np.isfinite(correlations).all(axis=(1, 2))
        kept = correlations[usable]
        weights, distinct = _batch_weights(kept[:, :-1, :-1], kept[:, :-1, -1])
        total = weights.sum(axis=1)
        good = distinct & (total > _LEAST_R2)
        found.append(weights[good] / total[good, None])
    return np.concatenate(found)


def _resampled_correlations(table: Float, random: np.random.Generator) -> Iterator[Float]:
    """float64 (samples, columns, columns), some at a time: NaN where a column does not vary in a sample."""
    people, columns = table.shape
    above, beside = np.triu_indices(columns)
    centred = table - table.mean(axis=0)
    values = np.hstack([centred, centred[:, above] * centred[:, beside]])
    # A piece of the people in a product: larger ones leave the cache.
    piece = max(1, STAYS_IN_CACHE // (_SAMPLES_AT_ONCE * values.shape[1]))
    pieces = np.zeros((-(-people // piece), piece, values.shape[1]))
    pieces.reshape(-1, values.shape[1])[:people] = values
    places = len(pieces) * piece
    for start in range(0, RESAMPLES, _SAMPLES_AT_ONCE):
        samples = min(_SAMPLES_AT_ONCE, RESAMPLES - start)
        drawn = random.integers(0, people, (samples, people), dtype=np.int32)
        drawn += places * np.arange(samples, dtype=np.int32)[:, None]
        counts = np.bincount(drawn.ravel(), minlength=samples * places).astype(np.float64)
        times = counts.reshape(samples, len(pieces), piece).transpose(1, 0, 2)
        means = (times @ pieces).sum(axis=0) / people
        products = np.empty((samples, columns, columns))
        products[:, above, beside] = products[:, beside, above] = means[:, columns:]
        covariances = products - means[:, :columns, None] * means[:, None, :columns]
        variances = np.einsum("scc->sc", covariances)
        scale = np.sqrt(np.where(variances > _LEAST_VARIANCE * variances.max(), variances, np.nan))
        yield covariances / (scale[:, :, None] * scale[:, None, :])
