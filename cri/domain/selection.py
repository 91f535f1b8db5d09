"""Which factors are an agency's strengths and gaps, and why each was picked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cri.domain.position import LOWER_QUARTER, UPPER_QUARTER

Document = Mapping[str, Any]

MOST_PICKED = 3
OWN_PROFILE_POINTS = 5.0
OWN_PROFILE = "own_profile"


@dataclass(frozen=True)
class Pick:
    """A factor picked as a strength or a gap.

    reasons: "upper_quarter" or "lower_quarter" of the pool, "own_profile", or both. difference: points from
    the agency's own profile, negative below it. percentile and probability: of the pool, None without a norm.
    """

    factor: str
    reasons: tuple[str, ...]
    score: float
    difference: float
    percentile: float | None
    probability: float | None


@dataclass(frozen=True)
class Selection:
    """At most three strengths and three gaps, the clearest first. profile: the agency's index."""

    profile: float | None
    strengths: tuple[Pick, ...]
    gaps: tuple[Pick, ...]


def strengths_and_gaps(scorecard: Document, placement: Document | None = None) -> Selection:
    """Pick what stands out: against the pool where there is a norm, and against the agency's own profile.

    A strength is in the upper quarter, or at least 5 points above the agency's index with its whole interval
    above it; a gap likewise below. What the pool says wins: a factor in the upper quarter is no gap, however
    far the agency's other factors are ahead of it. Source: method.md, section 5.
    """
    profile = scorecard["index"]["score"]
    if profile is None:
        return Selection(None, (), ())
    placed = {place["factor"]: place for place in placement["placements"]} if placement else {}
    scored = [factor for factor in scorecard["factors"] if factor["score"] is not None]
    strengths = [_pick(factor, profile, placed.get(factor["code"]), 1) for factor in scored]
    gaps = [_pick(factor, profile, placed.get(factor["code"]), -1) for factor in scored]
    return Selection(profile, _clearest(strengths, 1), _clearest(gaps, -1))


def _pick(factor: Document, profile: float, place: Document | None, sign: int) -> Pick | None:
    """The factor as a strength (sign 1) or a gap (-1); None where it is neither."""
    wanted, opposite = (UPPER_QUARTER, LOWER_QUARTER) if sign > 0 else (LOWER_QUARTER, UPPER_QUARTER)
    band = place["band"] if place else None
    reasons: tuple[str, ...] = (wanted,) if band == wanted else ()
    interval = factor.get("interval")
    difference = factor["score"] - profile
    if interval and band != opposite and sign * difference >= OWN_PROFILE_POINTS:
        nearest = interval[0] if sign > 0 else interval[1]
        reasons += (OWN_PROFILE,) if sign * (nearest - profile) > 0 else ()
    if not reasons:
        return None
    percentile, probability = (place["percentile"], place["probability"]) if place else (None, None)
    return Pick(factor["code"], reasons, factor["score"], difference, percentile, probability)


def _clearest(picks: Sequence[Pick | None], sign: int) -> tuple[Pick, ...]:
    """The first three: the pool's picks before the agency's own, in each the farthest out first."""
    found = [pick for pick in picks if pick is not None]

    def rank(pick: Pick) -> tuple[bool, float, float]:
        by_pool = pick.reasons[0] != OWN_PROFILE
        position = pick.percentile if by_pool and pick.percentile is not None else 0.0
        return (not by_pool, -sign * position, -sign * pick.difference)

    return tuple(sorted(found, key=rank)[:MOST_PICKED])
