"""How a number is rounded for display: once, here, for page, PDF and manifest alike.

Documents carry full doubles. Nothing else in the project rounds a number that a person reads; the edge
(`cri.adapters.report_text`) only adds what a language adds: separators, signs, digits.
"""

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

Rounded = Decimal | int


def _to(value: float, places: str) -> Decimal:
    # repr gives the shortest decimal that is this double, so 2.675 rounds as it is read: to 2.68.
    shown = Decimal(repr(float(value))).quantize(Decimal(places), rounding=ROUND_HALF_UP)
    return abs(shown) if shown == 0 else shown  # never "-0.0"


def round_score(value: float) -> Decimal:
    """Round a score or a difference of scores, 0-100 points, to one decimal (method.md, section 7)."""
    return _to(value, "0.1")


def round_point(value: float) -> Decimal:
    """Round a score of a group of a weighted wave to whole points (method.md, section 7)."""
    return _to(value, "1")


def round_share(value: float) -> int:
    """Round a share, 0-1, to whole per cent (method.md, section 7)."""
    return int(_to(value * 100, "1"))


def round_rank(value: float) -> int:
    """Round a percentile rank, 0-100, to a whole number."""
    return int(_to(value, "1"))


def round_coefficient(value: float) -> Decimal:
    """Round a reliability coefficient to two decimals."""
    return _to(value, "0.01")


def round_people(value: float) -> int:
    """Return the agency's own number of people, exact (method.md, section 7)."""
    return int(value)


def round_group(value: float) -> int:
    """Round a count of people below the agency level to the nearest 5 (method.md, section 7).

    Halves go up. Only counts of 10 or more are ever shown, so that the least is 10.
    """
    return 5 * int(_to(value / 5, "1"))


ROUNDING: Final[dict[str, Callable[[float], Rounded]]] = {
    "score": round_score,
    "difference": round_score,
    "share": round_share,
    "rank": round_rank,
    "coefficient": round_coefficient,
    "people": round_people,
    "count": round_people,
    "group": round_group,
}


def rounded(kind: str, value: float) -> Rounded:
    """Round a value of a kind for display.

    Kinds: score, difference (points, 1 decimal); share (0-1 to per cent), rank (0-100): whole; coefficient
    (2 decimals); people, count: exact; group: people below the agency level, nearest 5.
    Raises KeyError for a kind that has no rule.
    """
    return ROUNDING[kind](value)
