"""Scores with what is known of their certainty, as they stand in a scorecard. Method section 4."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import stdtrit

from cri.domain.histograms import GroupSums
from cri.domain.instrument import Scale
from cri.domain.statistics import CONFIDENCE, HALF_WIDTH_FLOOR

Floats = npt.NDArray[np.float64]
Document = dict[str, Any]

NO_FIGURES: Document = {"score": None, "sd": None, "se": None, "interval": None}
"""In place of a score that may not be shown, or that nobody has."""


@dataclass(frozen=True, eq=False)
class Figures:
    """Scores of groups, 0-100: lists with one entry a group, None where it cannot be said.

    `n`: people behind each; `n_eff`: what they are worth, the same without weights.
    """

    n: list[int]
    n_eff: list[float]
    score: list[float | None]
    sd: list[float | None]
    se: list[float | None]
    interval: list[list[float] | None]

    def document(self, group: int) -> Document:
        """A group's n_eff, score, sd, se and interval."""
        return {
            "n_eff": self.n_eff[group],
            "score": self.score[group],
            "sd": self.sd[group],
            "se": self.se[group],
            "interval": self.interval[group],
        }


def figures_of(
    sums: GroupSums, scale: Scale, people: Floats | None = None, centre: Floats | None = None
) -> Figures:
    """Figures of groups whose values are on the response scale.

    `people`: everybody in each group, float (groups,), NaN where it is not known; `centre`: scores in place
    of the means of the values.
    """
    stretch = 100 / (scale.maximum - scale.minimum)
    score = (sums.mean() - scale.minimum) * stretch if centre is None else centre
    sd, n, n_eff = sums.sd() * stretch, sums.n, sums.n_eff()
    unsampled = np.ones(len(n))
    if people is not None:
        np.divide(n, people, out=unsampled, where=people > 0)
        unsampled = np.where(people > 0, np.maximum(0.0, 1.0 - unsampled), 1.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        se = sd / np.sqrt(n_eff) * np.sqrt(unsampled)
    half = np.maximum(HALF_WIDTH_FLOOR, _t_quantiles(n_eff - 1) * se)
    return Figures(
        n=n.tolist(),
        n_eff=n_eff.tolist(),
        score=or_none(score),
        sd=or_none(sd),
        se=or_none(se),
        interval=_intervals(score - half, score + half),
    )


def or_none(values: Floats) -> list[float | None]:
    """Plain numbers, None for what is not one."""
    numbers: list[float | None] = values.tolist()
    for place in np.flatnonzero(~np.isfinite(values)).tolist():
        numbers[place] = None
    return numbers


def _intervals(low: Floats, high: Floats) -> list[list[float] | None]:
    """[low, high] of each group, None where there is none."""
    pairs: list[list[float] | None] = np.stack([low, high], axis=1).tolist()
    for place in np.flatnonzero(np.isnan(low)).tolist():
        pairs[place] = None
    return pairs


def group_document(figures: Figures, group: int, suppressed: str | None) -> Document:
    """A group's n and figures; all null if suppressed: not even how many answered is told then."""
    if suppressed:
        return {"n": None, "n_eff": None, "suppressed": suppressed, **NO_FIGURES}
    return {"n": figures.n[group], "suppressed": None, **figures.document(group)}


def _t_quantiles(freedom: Floats) -> Floats:
    """Student's t at .975 for each number of degrees of freedom; NaN below 1."""
    distinct, place = np.unique(freedom, return_inverse=True)
    quantiles = np.full(len(distinct), math.nan)
    known = distinct > 0
    quantiles[known] = stdtrit(distinct[known], (1 + CONFIDENCE) / 2)
    return np.asarray(quantiles[place])
