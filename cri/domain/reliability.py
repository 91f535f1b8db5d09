"""Whether the items of a factor hang together. Method section 4."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import fdtri

from cri.domain.instrument import Factor, Instrument
from cri.domain.scoring import keyed
from cri.domain.sheet import AnswerSheet
from cri.domain.statistics import CONFIDENCE

FEWEST_FOR_ALPHA = 50
"""Respondents with a factor score, below which one agency's alpha says nothing."""

_ROWS_AT_ONCE = 1 << 16


@dataclass(frozen=True, slots=True)
class Alpha:
    """Cronbach's alpha and its 95 % interval (low, high)."""

    value: float
    interval: tuple[float, float]


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
    covariances = pairwise_covariances(answers, minimum)
    if covariances is None or covariances.sum() <= 0:
        return None
    value = cronbach_alpha(covariances)
    return Alpha(value, feldt_interval(value, len(factor.items), n))


def pairwise_covariances(answers: npt.NDArray[np.int8], fewest: int = 2) -> npt.NDArray[np.float64] | None:
    """float64 (items, items): covariance of each two items over those who answered both, divisor n - 1.

    `answers`: int8 (respondents, items), keyed; anything below 0 is unanswered. None if fewer than
    `fewest` (at least 2) respondents answered some pair. Sums are of whole numbers and exact, so row
    order does not matter.
    """
    size = answers.shape[1]
    both, sums, products = (np.zeros((size, size)) for _ in range(3))
    for start in range(0, len(answers), _ROWS_AT_ONCE):
        part = answers[start : start + _ROWS_AT_ONCE]
        given = (part >= 0).astype(np.float64)
        points = part * given
        both += given.T @ given
        sums += points.T @ given  # [i, j]: sum of item i over those who also answered j
        products += points.T @ points
    if both.min() < fewest:
        return None
    return (products - sums * sums.T / both) / (both - 1)


def cronbach_alpha(covariances: npt.NDArray[np.float64]) -> float:
    """Alpha = k/(k-1) (1 - sum of variances / sum of all covariances). Cronbach (1951)."""
    items = len(covariances)
    return float(items / (items - 1) * (1 - np.trace(covariances) / covariances.sum()))


def feldt_interval(alpha: float, items: int, n: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Feldt's interval: 1 - (1 - a) F, F on (n - 1) and (n - 1)(k - 1). Feldt, Woodruff & Salih (1987)."""
    tail = (1 - confidence) / 2
    freedom = (n - 1, (n - 1) * (items - 1))
    low, high = float(fdtri(*freedom, 1 - tail)), float(fdtri(*freedom, tail))
    return 1 - (1 - alpha) * low, 1 - (1 - alpha) * high
