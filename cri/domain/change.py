"""Whether two waves, or the early and the late respondents of one, differ: three answers. Method section 4.

Test for change first, then for equivalence, else nothing can be told. Everything is on 0-100 and works on
summaries; the finite-population factor has no place here. A few closed formulas stand here that libraries
hold too, because loading these takes seconds (docs/decisions/statistics-libraries.md); tests compare them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
from scipy.special import stdtr, stdtrit

from cri.domain.instrument import Instrument
from cri.domain.statistics import CONFIDENCE

SIGNIFICANCE: Final = 0.05
"""Adjusted p (Holm) or q (Benjamini-Hochberg), and p of equivalence, up to which they are significant."""
SMALLEST_EFFECT: Final = 0.20
"""Cohen's d from which a significant difference is a change ..."""
SMALLEST_POINTS: Final = 3.0
"""... or else points of the 0-100 scale."""
EQUIVALENT_WITHIN: Final = 3.0
"""Points to each side within which two scores are as good as the same."""
DETECTABLE: Final = 2.8
"""Standard errors of a difference that a change must have to be found: 1.96 + 0.84, 80 % power at 5 %."""

_ROUNDING = 1e-9  # points: a standard deviation below this is a rounding error

Verdict = Literal["changed", "no_meaningful_change", "cannot_tell"]
Float = npt.NDArray[np.float64]
Adjust = Callable[[Float], Float]


@dataclass(frozen=True, slots=True)
class Summary:
    """A mean and standard deviation (n - 1) on 0-100, of `n` people: n_eff where they are weighted."""

    mean: float
    sd: float
    n: float


@dataclass(frozen=True, slots=True)
class Test:
    """Welch's test. `difference`: second mean less first; `interval`: its 95 % t interval; `p`: two-sided."""

    __test__ = False  # not for pytest to collect

    difference: float
    se: float
    t: float
    df: float
    p: float
    interval: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Change:
    """A difference and what may be said of it.

    `adjusted`: p after the correction for many comparisons. `d`: Cohen's, over the pooled standard deviation.
    `equivalence`: p of the two one-sided tests. `detectable`: the smallest change that would likely be found.
    """

    test: Test
    adjusted: float
    d: float
    equivalence: float
    detectable: float
    verdict: Verdict


def welch(first: Summary, second: Summary) -> Test | None:
    """Welch's t test of second against first, on n_eff. Welch (1947); degrees of freedom by Satterthwaite.

    None where there is no t: fewer than two people on a side, or nobody differs on either.
    """
    if not _can_compare(first, second):
        return None
    arrays = _arrays([first], [second])
    return _tests(*arrays)[0]


def cohens_d(first: Summary, second: Summary) -> float | None:
    """(second - first) / pooled sd, sqrt(((n1 - 1) s1^2 + (n2 - 1) s2^2) / (n1 + n2 - 2)). Cohen (1988).

    None as in `welch`.
    """
    return float(_effects(*_arrays([first], [second]))[0]) if _can_compare(first, second) else None


def equivalence(first: Summary, second: Summary, margin: float = EQUIVALENT_WITHIN) -> float | None:
    """Two one-sided Welch tests that the difference is within +/- margin: their p. Schuirmann (1987).

    The larger p of the two counts. None as in `welch`. Raises ValueError for a margin not above 0.
    """
    if not margin > 0:
        raise ValueError(f"{margin} is no margin: expected points above 0")
    return (
        float(_equivalences(*_arrays([first], [second]), margin)[0]) if _can_compare(first, second) else None
    )


def minimum_detectable(first: Summary, second: Summary) -> float:
    """2.8 sqrt(SE1^2 + SE2^2): the true change found with 80 % power at 5 %; SE without finite population."""
    return DETECTABLE * math.sqrt(first.sd**2 / first.n + second.sd**2 / second.n)


def holm(p: npt.ArrayLike) -> Float:
    """float64 (tests,): p adjusted so that the chance of any false alarm keeps its level. Holm (1979)."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    steps = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    return _put_back(steps, order)


def benjamini_hochberg(p: npt.ArrayLike) -> Float:
    """float64 (tests,): p adjusted for the share of false alarms. Benjamini & Hochberg (1995)."""
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    ranked = values[order] * len(values) / np.arange(1, len(values) + 1)
    return _put_back(np.minimum.accumulate(ranked[::-1])[::-1], order)


def compare(
    first: Sequence[Summary | None], second: Sequence[Summary | None], adjust: Adjust
) -> tuple[Change | None, ...]:
    """Change of each figure of a family, with its verdict. `adjust`: `holm` or `benjamini_hochberg`.

    Holm for the factors and the index together; Benjamini-Hochberg for items, and for a grid of units. The
    same for early (first) against late (second) respondents. None where a side is None, or as in `welch`;
    such figures are not counted among the comparisons.

    *Changed* needs adjusted significance, and |d| of `SMALLEST_EFFECT` or `SMALLEST_POINTS`. Else *no
    meaningful change* needs equivalence within `EQUIVALENT_WITHIN`. Else it cannot be told.
    """
    pairs = [
        (place, before, after)
        for place, (before, after) in enumerate(zip(first, second, strict=True))
        if before is not None and after is not None and _can_compare(before, after)
    ]
    found: list[Change | None] = [None] * len(first)
    if not pairs:
        return tuple(found)
    arrays = _arrays([before for _, before, _ in pairs], [after for _, _, after in pairs])
    tests = _tests(*arrays)
    adjusted = adjust(np.array([test.p for test in tests]))
    columns = zip(
        pairs, tests, adjusted, _effects(*arrays), _equivalences(*arrays, EQUIVALENT_WITHIN), strict=True
    )
    for (place, before, after), test, p, d, same in columns:
        found[place] = Change(
            test=test,
            adjusted=float(p),
            d=float(d),
            equivalence=float(same),
            detectable=minimum_detectable(before, after),
            verdict=_verdict(test.difference, float(p), float(d), float(same)),
        )
    return tuple(found)


def comparable(instrument: Instrument, previous: Mapping[str, Any]) -> bool:
    """Whether an earlier scorecard (its `instrument`: code, version, sha256) continues the same line.

    The very same instrument does, and an older version that this one says it is comparable with; any other
    breaks the line.
    """
    if previous["code"] != instrument.code:
        return False
    if previous["version"] == instrument.version:
        return bool(previous["sha256"] == instrument.sha256)
    return previous["version"] in instrument.comparable_with


def _verdict(difference: float, adjusted: float, d: float, same: float) -> Verdict:
    matters = abs(d) >= SMALLEST_EFFECT or abs(difference) >= SMALLEST_POINTS
    if adjusted <= SIGNIFICANCE and matters:
        return "changed"
    return "no_meaningful_change" if same <= SIGNIFICANCE else "cannot_tell"


def _can_compare(first: Summary, second: Summary) -> bool:
    return min(first.n, second.n) >= 2 and max(first.sd, second.sd) > _ROUNDING


def _arrays(first: Sequence[Summary], second: Sequence[Summary]) -> tuple[Float, Float]:
    """float64 (3, figures) for each side: means, variances, n."""
    sides = [
        np.array([[side.mean, side.sd**2, side.n] for side in summaries], dtype=np.float64).T
        for summaries in (first, second)
    ]
    return sides[0], sides[1]


def _errors(first: Float, second: Float) -> tuple[Float, Float, Float]:
    """Differences, their standard errors and degrees of freedom, float64 (figures,) each."""
    one, two = first[1] / first[2], second[1] / second[2]
    freedom = (one + two) ** 2 / (one**2 / (first[2] - 1) + two**2 / (second[2] - 1))
    return second[0] - first[0], np.sqrt(one + two), freedom


def _tests(first: Float, second: Float) -> list[Test]:
    difference, se, freedom = _errors(first, second)
    t = difference / se
    p = 2 * stdtr(freedom, -np.abs(t))
    half = stdtrit(freedom, (1 + CONFIDENCE) / 2) * se
    figures = np.stack([difference, se, t, freedom, p, difference - half, difference + half], axis=1)
    return [
        Test(difference=gap, se=error, t=value, df=degrees, p=chance, interval=(low, high))
        for gap, error, value, degrees, chance, low, high in figures.tolist()
    ]


def _effects(first: Float, second: Float) -> Float:
    pooled = ((first[2] - 1) * first[1] + (second[2] - 1) * second[1]) / (first[2] + second[2] - 2)
    return np.asarray((second[0] - first[0]) / np.sqrt(pooled))


def _equivalences(first: Float, second: Float, margin: float) -> Float:
    difference, se, freedom = _errors(first, second)
    above, below = stdtr(freedom, -(difference + margin) / se), stdtr(freedom, (difference - margin) / se)
    return np.asarray(np.maximum(above, below))


def _put_back(steps: Float, order: npt.NDArray[np.intp]) -> Float:
    adjusted = np.empty_like(steps)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted
