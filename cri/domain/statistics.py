"""Means, variances and their uncertainty, from exact whole-number sums.

Answers are whole numbers, so a mean of four, five or six of them is a whole number of sixtieths. Sums of
such numbers are exact: the order of respondents, the machine and the library version cannot change a bit
of the result, and documents are hashed.
"""

import math
from dataclasses import dataclass
from functools import cache

from scipy.special import stdtrit

CONFIDENCE = 0.95
HALF_WIDTH_FLOOR = 1.0
"""Points of the 0-100 scale. Method section 4."""


@dataclass(frozen=True, slots=True)
class Moments:
    """`n` values, each a whole number of `parts`: their sum and the sum of their squares, in those parts.

    The values are `x / parts`; `total` = sum x, `squares` = sum x^2, exact Python integers.
    """

    n: int
    total: int
    squares: int
    parts: int = 1

    @property
    def mean(self) -> float:
        """Arithmetic mean; ZeroDivisionError without values. Correctly rounded."""
        return self.total / (self.n * self.parts)

    @property
    def variance(self) -> float:
        """Variance with divisor n - 1; ZeroDivisionError for fewer than two values. Correctly rounded."""
        above = self.n * self.squares - self.total * self.total
        return above / (self.n * (self.n - 1) * self.parts * self.parts)

    @property
    def sd(self) -> float:
        """Square root of the variance."""
        return math.sqrt(self.variance)


def standard_error(sd: float, n: int, population: int | None = None) -> float:
    """SE = sd / sqrt(n) x sqrt(1 - n/N), without the last part if N is not known. Method section 4."""
    unsampled = 1.0 if population is None else max(0.0, 1.0 - n / population)
    return sd / math.sqrt(n) * math.sqrt(unsampled)


def t_interval(centre: float, se: float, n: int) -> tuple[float, float]:
    """95 % t interval on n - 1 degrees of freedom, at least `HALF_WIDTH_FLOOR` to each side."""
    half = max(HALF_WIDTH_FLOOR, t_quantile(n - 1) * se)
    return centre - half, centre + half


@cache
def t_quantile(freedom: int) -> float:
    """Student's t at .975."""
    return float(stdtrit(freedom, (1 + CONFIDENCE) / 2))
