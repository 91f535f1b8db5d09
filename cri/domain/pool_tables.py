"""Tables over the members of a pool: scores, variances, item means, the months they cover."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cri.domain.eligibility import Member
from cri.domain.norms import effective_n, figures_of

Document = Mapping[str, Any]
Floats = NDArray[np.float64]


def figure_table(pool: Sequence[Member], key: str) -> Floats:
    """One number of the index and of each factor: float (agencies, figures)."""
    return np.array(
        [[figure[key] for figure in figures_of(member.scorecard).values()] for member in pool],
        dtype=np.float64,
    )


def within_of(pool: Sequence[Member]) -> dict[str, dict[str, float]]:
    """Mean error variance v and mean within-agency variance by figure, to two significant digits.

    Unweighted over agencies: one agency, one vote, so that no large one decides.
    """
    variances = figure_table(pool, "sd") ** 2
    sizes = np.array(
        [
            [effective_n(member.scorecard, figure) for figure in figures_of(member.scorecard).values()]
            for member in pool
        ]
    )
    errors = (variances / sizes).mean(axis=0)
    codes = figures_of(pool[0].scorecard)
    return {
        code: {"v": _two_digits(error), "within_variance": _two_digits(variance)}
        for code, error, variance in zip(codes, errors, variances.mean(axis=0), strict=True)
    }


def items_by_factor(scorecard: Document) -> dict[str, list[str]]:
    """Item codes of each factor."""
    return {
        factor["code"]: [item["code"] for item in factor.get("items", ())] for factor in scorecard["factors"]
    }


def item_mean(scorecard: Document, factor: str, item: str) -> float | None:
    """The mean of an item where the scorecard shows it."""
    found = next(one for one in scorecard["factors"] if one["code"] == factor)
    return next((one["mean"] for one in found.get("items", ()) if one["code"] == item), None)


def window_of(pool: Sequence[Member]) -> dict[str, str | None]:
    """First and last month in which a member's wave closed; a day would point at one agency."""
    months = sorted(member.closed[:7] for member in pool if member.closed)
    return {"from": months[0] if months else None, "to": months[-1] if months else None}


def _two_digits(value: float) -> float:
    return float(f"{value:.1e}")
