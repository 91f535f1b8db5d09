"""Published indices of careless answering, one value a respondent. Screening itself is in `screening`.

After Curran (2016), Dunn et al. (2018) and the R package careless. Answers are int8 (respondents, items), as
given (not reverse-keyed), below 0 where there is none. Higher is more careless, except variability. NaN where
an index is not defined.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cri.domain.reliability import pairwise_covariances

Answers = npt.NDArray[np.int8]
Float = npt.NDArray[np.float64]

_NO_VARIATION = 1e-20


def longest_string(answers: Answers) -> npt.NDArray[np.int64]:
    """int64 (respondents,): the longest run of equal answers next to each other. Johnson (2005).

    No answer ends a run and is a run of one. 0 where there are no items.
    """
    longest = np.zeros(len(answers), dtype=np.int64)
    current = np.zeros(len(answers), dtype=np.int64)
    for place in range(answers.shape[1]):
        current = np.where(_goes_on(answers, place), current + 1, 1)
        np.maximum(longest, current, out=longest)
    return longest


def average_string(answers: Answers) -> Float:
    """float64 (respondents,): mean length of the runs of equal answers, runs as in `longest_string`."""
    runs = sum((~_goes_on(answers, place)).astype(np.int64) for place in range(answers.shape[1])) + np.zeros(
        len(answers), dtype=np.int64
    )
    return _divided(np.full(len(answers), answers.shape[1]), runs)


def intra_individual_variability(answers: Answers) -> Float:
    """float64 (respondents,): standard deviation (n - 1) of a respondent's own answers. Dunn et al. (2018).

    NaN for fewer than two answers.
    """
    points = np.maximum(answers, 0).astype(np.int64)
    n = (answers >= 0).sum(axis=1)
    above = n * (points * points).sum(axis=1) - points.sum(axis=1) ** 2
    below = n * (n - 1)
    return np.asarray(np.sqrt(_divided(above, below)))


def mahalanobis_squared(answers: Answers) -> Float | None:
    """float64 (respondents,): squared distance from everybody's mean, D^2 = d' C^-1 d. Mahalanobis (1936).

    C: pairwise covariances, divisor n - 1. An item not answered deviates by nothing, as in psych::outlier.
    None where fewer than two answered some pair, or C has no inverse.
    """
    covariances = pairwise_covariances(answers)
    if covariances is None or np.linalg.matrix_rank(covariances, hermitian=True) < len(covariances):
        return None
    given = answers >= 0
    means = np.maximum(answers, 0).sum(axis=0, dtype=np.int64) / given.sum(axis=0)
    deviations = np.where(given, answers - means, 0.0)
    return np.asarray(np.einsum("ij,ij->i", deviations @ np.linalg.inv(covariances), deviations))


def even_odd_consistency(answers: Answers, sizes: Sequence[int]) -> Float:
    """float64 (respondents,): minus the correlation, over factors, of the means of odd and of even items.

    Stepped up to full length by Spearman and Brown, 2 r / (1 + r), never beyond +/-1, and turned round so
    that higher is more careless. `sizes`: items in each factor, in the order of the columns; items count
    from one within it, and a factor without an answer in one half is left out. NaN for fewer than two
    factors, and where the halves do not vary.
    """
    odd, even, start = [], [], 0
    for size in sizes:
        part = answers[:, start : start + size]
        odd.append(_means(part[:, 0::2]))
        even.append(_means(part[:, 1::2]))
        start += size
    r = _row_correlations(np.stack(odd, axis=1), np.stack(even, axis=1))
    with np.errstate(divide="ignore"):
        return -np.maximum(2 * r / (1 + r), -1.0)


def _goes_on(answers: Answers, place: int) -> npt.NDArray[np.bool_]:
    """Whether the answer at a place is given and the same as the one before, bool (respondents,)."""
    if place == 0:
        return np.zeros(len(answers), dtype=bool)
    here = answers[:, place]
    return np.asarray((here == answers[:, place - 1]) & (here >= 0))


def _means(answers: Answers) -> Float:
    """Mean of the given answers; NaN without any."""
    n = (answers >= 0).sum(axis=1)
    total = np.maximum(answers, 0).sum(axis=1, dtype=np.int64)
    return _divided(total, n)


def _row_correlations(first: Float, second: Float) -> Float:
    """float64 (rows,): correlation of two rows over places that both have; NaN where one does not vary."""
    both = np.isfinite(first) & np.isfinite(second)
    n = both.sum(axis=1, keepdims=True)
    centred = []
    for values in (np.where(both, first, 0.0), np.where(both, second, 0.0)):
        mean = values.sum(axis=1, keepdims=True) / np.maximum(n, 1)
        centred.append(np.where(both, values - mean, 0.0))
    squares = [(values**2).sum(axis=1) for values in centred]
    # Means of equal answers may differ by a rounding error, which is no variation.
    varies = (squares[0] > _NO_VARIATION) & (squares[1] > _NO_VARIATION)
    shared = (centred[0] * centred[1]).sum(axis=1)
    r = np.divide(shared, np.sqrt(squares[0] * squares[1]), out=np.full(len(n), np.nan), where=varies)
    return np.asarray(np.clip(r, -1.0, 1.0))


def _divided(above: npt.NDArray[np.int64], below: npt.NDArray[np.int64]) -> Float:
    """NaN where there is nothing to divide by."""
    result = np.full(len(above), np.nan)
    np.divide(above, below, out=result, where=below > 0)
    return result
