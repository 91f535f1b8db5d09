"""What is odd about a contribution: it is held back until a steward has looked. Method section 5.

The rules say what to look at, never who is lying: an accident (a file loaded twice), a fault of ours, an
agency that really is unlike all others, or somebody who tries to move the pool.
"""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from statistics import median
from typing import Any

from cri.domain.contribution import figures_alone

Document = Mapping[str, Any]

FAR_DEVIATIONS = 4.0
"""Robust standard deviations from the pool's median beyond which a score is held."""
ROBUST_DEVIATION = 1.4826
"""Standard deviations of a normal distribution in one median absolute deviation."""
LEAST_DEVIATION = 1.0
"""Points: the robust deviation of a pool whose members are all alike is not taken to be less."""
FEWEST_TO_COMPARE = 8
"""Other agencies without which nobody is far from them."""
_SLACK = 1 + 1e-9  # what rounding may add to the largest variance there can be


class Rule(StrEnum):
    """Why a contribution is held."""

    SAME_SHEET = "same_sheet"
    SAME_FIGURES = "same_figures"
    IMPOSSIBLE_VARIANCE = "impossible_variance"
    FAR_FROM_POOL = "far_from_pool"


Middle = Mapping[str, tuple[float, float]]
"""Of the index and each factor: the pool's median, and the points from it beyond which a score is far."""


def odd_things(
    own: Document, before: Sequence[Document], middle: Middle, scale: tuple[int, int]
) -> tuple[Rule, ...]:
    """The rules that a contribution breaks, in a fixed order; () for an ordinary one.

    own: its aggregates. before: those of every contribution there is, its agency's other waves included.
    middle: of the other agencies that are in the pool. scale: the lowest and the highest answer of an item.
    """
    found = {
        Rule.SAME_SHEET: any(one["sheet_sha256"] == own["sheet_sha256"] for one in before),
        Rule.SAME_FIGURES: any(figures_alone(one) == figures_alone(own) for one in before),
        Rule.IMPOSSIBLE_VARIANCE: _impossible(own, scale),
        Rule.FAR_FROM_POOL: is_far(own, middle),
    }
    return tuple(rule for rule in Rule if found[rule])


def middle_of(pool: Sequence[Document]) -> Middle:
    """What is usual in a pool of aggregates; empty where there are too few to say."""
    found: dict[str, list[float]] = {}
    for one in pool:
        for code, score in _scores(one).items():
            found.setdefault(code, []).append(score)
    return {code: _usual(scores) for code, scores in found.items() if len(scores) >= FEWEST_TO_COMPARE}


def is_far(own: Document, middle: Middle) -> bool:
    """Whether the index or a factor is over four robust deviations from the pool's median."""
    scores = _scores(own)
    return any(abs(scores[code] - usual) > far for code, (usual, far) in middle.items() if code in scores)


def _usual(scores: Sequence[float]) -> tuple[float, float]:
    centre = median(scores)
    deviation = ROBUST_DEVIATION * median(abs(one - centre) for one in scores)
    return centre, FAR_DEVIATIONS * max(deviation, LEAST_DEVIATION)


def may_be_accepted(rules: Sequence[Rule]) -> bool:
    """Whether a steward may let it in: never the very sheet of another contribution."""
    return Rule.SAME_SHEET not in rules


def _impossible(own: Document, scale: tuple[int, int]) -> bool:
    """Whether some score lies off its scale, or varies as no answers on it can: too much, or not at all."""
    figures = [own["index"], *own["factors"]]
    items = [item for factor in own["factors"] for item in factor["items"]]
    return any(_off(one["score"], one, (0, 100)) for one in figures) or any(
        _off(one["mean"], one, scale) for one in items
    )


def _off(mean: float | None, figure: Document, scale: tuple[int, int]) -> bool:
    """Of answers from a to b with mean m the variance is (b - m)(m - a) at most (Bhatia and Davis, 2000)."""
    sd, least, most = figure["sd"], *scale
    if mean is None or sd is None:
        return False  # hidden, or too few to vary
    counted = min(figure["n"], figure.get("n_eff") or figure["n"])
    if counted <= 1:
        return False
    largest = (most - mean) * (mean - least) * counted / (counted - 1)
    return not least <= mean <= most or not 0 < sd**2 <= largest * _SLACK


def _scores(aggregates: Document) -> dict[str, float]:
    named = [("index", aggregates["index"]), *((one["code"], one) for one in aggregates["factors"])]
    return {code: figure["score"] for code, figure in named if figure["score"] is not None}
