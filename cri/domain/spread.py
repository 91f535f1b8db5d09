"""What the groups of a cell say about the pool: its centre, how far true scores spread, and ranks along them.

Everything here is computed from published figures (groups, v, within variance), so that anyone who holds an
edition can repeat it. Source: method.md, section 5, "Spread" and "Placing an agency".
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cri.domain.microaggregation import Group

Floats = NDArray[np.float64]

# The share of a normal population's variance that lies between k equal groups of neighbours.
SHARE_BETWEEN = {1: 1.0, 2: 0.65, 3: 0.80, 4: 0.87, 5: 0.905, 6: 0.925, 7: 0.95, 8: 0.95, 9: 0.95}
SHARE_BETWEEN_MANY = 0.96  # from 10 groups
SAME = 9  # decimals of a point: means that agree so far are one score, and differ only by rounding
ROUNDING = 1e-9  # squared points: what rounding alone may leave of the spread of identical agencies


@dataclass(frozen=True)
class Spread:
    """mu: centre of the pool (0-100); tau2: variance of true scores; error: v, the mean error variance."""

    mu: float
    tau2: float
    error: float

    @property
    def apart(self) -> bool:
        """Whether the pool's agencies can be told apart at all."""
        return self.tau2 > 0

    def shrinkage(self, error: float) -> float:
        """Lambda, the share of a score's distance from mu that is not its own error variance."""
        return self.tau2 / (self.tau2 + error) if self.apart else 0.0


@dataclass(frozen=True)
class Ladder:
    """Ranks along scores: piecewise linear from (scores[0], 0) to (scores[-1], 1), both strictly rising."""

    scores: Floats
    ranks: Floats

    def rank_of(self, score: Floats) -> Floats:
        """Share of the cell below each score (its own mid-rank for a member), within [0, 1]."""
        return np.interp(score, self.scores, self.ranks)

    def score_at(self, rank: Floats | Sequence[float]) -> Floats:
        """The score at each rank in [0, 1]."""
        return np.interp(rank, self.ranks, self.scores)


def spread_of(groups: Sequence[Group], error: float) -> Spread:
    """Centre and true spread of a cell. error: v, the pool's mean error variance in squared points."""
    sizes, means = _arrays(groups)
    total = float(sizes.sum())
    mu = float((sizes * means).sum()) / total
    between = float((sizes * (means - mu) ** 2).sum()) / (total - 1)
    tau2 = between / SHARE_BETWEEN.get(len(groups), SHARE_BETWEEN_MANY) - error
    return Spread(mu=mu, tau2=tau2 if tau2 > ROUNDING else 0.0, error=error)


def ladder_of(groups: Sequence[Group], spread: Spread | None = None) -> Ladder | None:
    """Each group at its mid-rank, the end slopes carried on to 0 and 1; None where all means are one.

    With a spread, group means are first drawn in to where true scores lie:
    g* = mu + sqrt(tau^2 / (tau^2 + v)) (g - mu). Groups of one mean are one step of the ladder.
    """
    sizes, means = _arrays(groups)
    scores, step = np.unique(means, return_inverse=True)
    if len(scores) < 2 or (spread is not None and not spread.apart):
        return None
    if spread is not None:
        scores = spread.mu + math.sqrt(spread.shrinkage(spread.error)) * (scores - spread.mu)
    weights = np.bincount(step, weights=sizes)
    ranks = (np.cumsum(weights) - weights / 2) / weights.sum()
    foot = scores[0] - ranks[0] * (scores[1] - scores[0]) / (ranks[1] - ranks[0])
    top = scores[-1] + (1 - ranks[-1]) * (scores[-1] - scores[-2]) / (ranks[-1] - ranks[-2])
    return Ladder(scores=np.array([foot, *scores, top]), ranks=np.array([0.0, *ranks, 1.0]))


def _arrays(groups: Sequence[Group]) -> tuple[Floats, Floats]:
    sizes = np.array([group.size for group in groups], dtype=np.float64)
    means = np.array([group.mean for group in groups], dtype=np.float64)
    return sizes, np.round(means, SAME)
