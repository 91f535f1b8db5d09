"""Where an agency stands among outside results that are public already: exact ranks and quantiles.

Method section 5, last paragraph. Published surveys of other bodies need no disclosure control, so nothing
is grouped here: every organisation counts with its own figure. The pool of contributions is never given
to these functions; `cri.domain.norms` and `cri.domain.position` are for that.
"""

import numpy as np
import numpy.typing as npt

Float64 = npt.NDArray[np.float64]


def percentile_among(score: float, others: npt.ArrayLike) -> float:
    """Mid-rank of `score` among `others`, 0-100: 100 (number below + half of those level) / number.

    `others`: float (organisations,), the figures of everybody else, the agency itself left out. Raises
    ValueError without others and for anything that is no finite number.
    """
    ordered = np.sort(_finite(others))
    return float(50 * _places(_finite([score]), ordered)[0] / len(ordered))


def percentiles_among_others(scores: npt.ArrayLike) -> Float64:
    """float64 (organisations,): each one's mid-rank among the others, 0-100, itself left out.

    With n organisations, b below and e level with one (itself not counted): 100 (b + e/2) / (n - 1).
    Identical organisations all stand at 50; the best stands at 100 if nobody is level with it. Raises
    ValueError for fewer than two organisations and for anything that is no finite number.
    """
    values = _finite(scores)
    if len(values) < 2:
        raise ValueError("a rank among the others needs at least two organisations")
    # Everybody is level with themselves once.
    return 50 * (_places(values, np.sort(values)) - 1) / (len(values) - 1)


def quantiles(scores: npt.ArrayLike, shares: npt.ArrayLike) -> Float64:
    """float64 (shares,): quantiles of type 7, linear between the order statistics, ends at 0 and 1.

    `shares`: float (shares,), each 0-1; .5 is the median. Hyndman & Fan (1996), definition 7. Raises
    ValueError without scores, for a share outside 0-1 and for anything that is no finite number.
    """
    return np.atleast_1d(np.quantile(_finite(scores), _finite(shares), method="linear"))


def _places(values: Float64, ordered: Float64) -> npt.NDArray[np.int64]:
    """Twice the number of `ordered` (ascending) below each value, plus the number level with it."""
    below = np.searchsorted(ordered, values, side="left")
    not_above = np.searchsorted(ordered, values, side="right")
    return (below + not_above).astype(np.int64)


def _finite(values: npt.ArrayLike) -> Float64:
    """`values` as one row of numbers."""
    row = np.atleast_1d(np.asarray(values, dtype=np.float64))
    if row.ndim != 1 or not row.size or not np.isfinite(row).all():
        raise ValueError("one row of finite numbers expected, at least one")
    return row
