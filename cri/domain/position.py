"""The position of one score among the others of a cell, and the band that can be said of it."""

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cri.domain.microaggregation import Group
from cri.domain.spread import Ladder, ladder_of, spread_of

Floats = NDArray[np.float64]

DRAWS = 10_000
SURE = 0.80
HIGHEST_SCORE = 100.0

UPPER_QUARTER, UPPER_HALF = "upper_quarter", "upper_half"
LOWER_QUARTER, LOWER_HALF = "lower_quarter", "lower_half"
NEAR_MIDDLE, CANNOT_TELL = "near_middle", "cannot_tell"


@dataclass(frozen=True)
class Position:
    """One figure's place among the others; None where the pool is too thin to say so much.

    percentile and interval80: 0-100. probability: posterior probability of the band. to_next_band: points by
    which the agency's own score would have to rise, at the same precision, to be said to be in the next band.
    """

    percentile: float | None
    interval80: tuple[float, float] | None
    band: str | None
    probability: float | None
    to_next_band: float | None


NOT_PLACED = Position(None, None, None, None, None)


@dataclass(frozen=True)
class Bench:
    """What a figure is placed against: a cell's groups, the pool's two variances, and fixed normal draws.

    inside: whether the agency itself is one of the cell's. draws: float (draws,), the same for every agency,
    so that a higher score is never placed lower by chance.
    """

    groups: tuple[Group, ...]
    error: float
    within_variance: float
    draws: Floats
    inside: bool
    halves_only: bool = False

    @property
    def agencies(self) -> int:
        """Agencies in the cell."""
        return sum(group.size for group in self.groups)

    def among_others(self, share: Floats) -> Floats:
        """Percentile among the others, 0-100, from the share of the cell below."""
        if self.inside:
            share = np.clip((self.agencies * share - 0.5) / (self.agencies - 1), 0.0, 1.0)
        return 100.0 * share

    def share_at(self, percentile: float) -> float:
        """The share of the cell below at a percentile among the others: the inverse of `among_others`."""
        share = percentile / 100.0
        return (share * (self.agencies - 1) + 0.5) / self.agencies if self.inside else share


def fixed_draws(seed: str) -> Floats:
    """Standard normal draws, float (DRAWS,), the same for the same seed, in mirrored pairs around 0."""
    generator = np.random.default_rng(int.from_bytes(hashlib.sha256(seed.encode()).digest()))
    half = generator.standard_normal(DRAWS // 2)
    return np.concatenate([half, -half])


def position_of(score: float, n_eff: float, bench: Bench) -> Position:
    """Place one score (0-100) of n_eff respondents: shrink it, draw true scores, rank them."""
    spread = spread_of(bench.groups, bench.error)
    ladder = ladder_of(bench.groups, spread)
    if ladder is None:
        unknown = Position(50.0, (0.0, 100.0), CANNOT_TELL, None, None)
        return _halves(unknown) if bench.halves_only else unknown
    error = bench.within_variance / n_eff
    trust = spread.shrinkage(error)
    truth = trust * score + (1 - trust) * spread.mu + np.sqrt(trust * error) * bench.draws
    ranks = bench.among_others(ladder.rank_of(truth))
    band, probability = _band_of(ranks, halves_only=bench.halves_only)
    low, middle, high = (float(rank) for rank in np.quantile(ranks, (0.1, 0.5, 0.9)))
    rise = _rise_to_next(band, score, trust, truth, ladder, bench)
    position = Position(middle, (low, high), band, probability, rise)
    return _halves(position) if bench.halves_only else position


def _halves(position: Position) -> Position:
    """What a thin pool allows of a position: no percentile and no interval of one."""
    return Position(None, None, position.band, position.probability, position.to_next_band)


def _band_of(ranks: Floats, *, halves_only: bool) -> tuple[str, float | None]:
    """The narrowest band that holds with a probability of .80 at least, and that probability."""
    bands = {
        UPPER_QUARTER: ranks >= 75,
        LOWER_QUARTER: ranks <= 25,
        UPPER_HALF: ranks > 50,
        LOWER_HALF: ranks < 50,
        NEAR_MIDDLE: (ranks > 25) & (ranks < 75),
    }
    allowed = (UPPER_HALF, LOWER_HALF) if halves_only else tuple(bands)
    for band in allowed:
        probability = float(np.mean(bands[band]))
        if probability >= SURE:
            return band, probability
    return CANNOT_TELL, None


def _rise_to_next(
    band: str, score: float, trust: float, truth: Floats, ladder: Ladder, bench: Bench
) -> float | None:
    """Points to rise until the next band up can be said; None at the top and where it is out of reach.

    A band's lower edge is passed when 80 % of the draws of the true score lie above the edge's percentile;
    leaving the lower quarter or half takes less: 80 % no longer lie below it.
    """
    edges = {
        LOWER_QUARTER: (25, SURE),
        LOWER_HALF: (50, SURE),
        NEAR_MIDDLE: (50, 1 - SURE),
        CANNOT_TELL: (50, 1 - SURE),
        UPPER_HALF: (75, 1 - SURE),
    }
    if band not in edges or (bench.halves_only and band == UPPER_HALF):
        return None
    percentile, quantile = edges[band]
    edge = float(ladder.score_at([bench.share_at(percentile)])[0])
    rise = max(0.0, (edge - float(np.quantile(truth, quantile))) / trust)
    return rise if score + rise <= HIGHEST_SCORE else None
