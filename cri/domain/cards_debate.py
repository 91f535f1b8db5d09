"""Debate cards for the motion "this agency is customer-centric": three a side from the agency's own figures.

Each side has rules in a fixed order, each of which finds one card or none; the first three found are dealt.
So no side gets two cards of one kind, and a side with little to say is seen to have little.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from cri.domain.change import SMALLEST_POINTS
from cri.domain.claims import Claim, score_claim, unit_claim
from cri.domain.evidence import Wave, lowest_units
from cri.domain.item_shares import is_told, item_share, share_range
from cri.domain.placing_claims import is_pretended, position_claim
from cri.domain.position import LOWER_HALF, LOWER_QUARTER, UPPER_HALF, UPPER_QUARTER
from cri.domain.released_scorecard import with_whole_points

Document = Mapping[str, Any]
Side = Literal["for", "against"]

A_SIDE: Final = 3
HALF: Final = 0.5  # of the answers; beyond it an item speaks for the motion, below it against


@dataclass(frozen=True)
class DebateCard:
    """A card for a side of the debate: the rule that dealt it, and its claim."""

    rule: str
    side: Side
    claim: Claim | Document

    @property
    def claim_id(self) -> str:
        """The id of its claim."""
        return self.claim.id if isinstance(self.claim, Claim) else str(self.claim["id"])


Found = Claim | Document | None
Rule = Callable[[Wave, Side], Found]


def debate_cards(wave: Wave, side: Side) -> tuple[DebateCard, ...]:
    """At most three cards of a side."""
    found = [(name, rule(wave, side)) for name, rule in RULES.items()]
    return tuple(DebateCard(name, side, claim) for name, claim in found if claim is not None)[:A_SIDE]


def own_profile(wave: Wave, side: Side) -> Found:
    """The factor furthest above (below) the agency's index, by what matters, its whole interval there."""
    sign = _sign(side)
    apart = [
        factor
        for factor in wave.card["factors"]
        if factor["interval"]
        and sign * (factor["interval"][0 if sign > 0 else 1] - wave.profile) > 0
        and sign * (factor["score"] - wave.profile) >= SMALLEST_POINTS
    ]
    if not apart:
        return None
    furthest = max(apart, key=lambda factor: (sign * factor["score"], factor["code"]))
    return score_claim(furthest, wave.card["population"], wave.card["wave"]["minimum"])


def statement(wave: Wave, side: Side) -> Found:
    """The statement answered most (least) favourably, by more (less) than half, interval and all."""
    sign, end = _sign(side), 0 if side == "for" else 2
    told = [item_share(item) for factor in wave.card["factors"] for item in factor["items"] if is_told(item)]
    beyond = [claim for claim in told if sign * (share_range(claim)[end] - HALF) > 0]
    return max(
        beyond,
        key=lambda claim: (sign * share_range(claim)[1], claim.subject),
        default=None,
    )


def standing(wave: Wave, side: Side) -> Found:
    """The index's place among others: in the upper (lower) half or quarter."""
    if wave.placement is None or wave.edition is None:
        return None
    place = next(one for one in wave.placement["placements"] if one["factor"] == "index")
    wanted = {UPPER_QUARTER, UPPER_HALF} if side == "for" else {LOWER_QUARTER, LOWER_HALF}
    if is_pretended(wave.edition, wave.card) or place["band"] not in wanted:
        return None
    return position_claim("index", place)


def history(wave: Wave, side: Side) -> Found:
    """The largest rise (fall) since the earlier survey."""
    sign = _sign(side)
    moved = [
        claim
        for claim in wave.card["claims"]
        if claim["text_key"] == "change.changed" and sign * claim["values"]["difference"]["value"] > 0
    ]
    return max(
        moved,
        key=lambda claim: (abs(claim["values"]["difference"]["value"]), claim["subject"]),
        default=None,
    )


def agreement(wave: Wave, side: Side) -> Found:
    """For: the factor that people see most alike. Against: the one that they see least alike."""
    text_key = "agreement.shared" if side == "for" else "agreement.mixed"
    told = [claim for claim in wave.card["claims"] if claim["text_key"] == text_key]
    return max(
        told,
        key=lambda claim: (_sign(side) * claim["values"]["rwg"]["value"], claim["subject"]),
        default=None,
    )


def everywhere(wave: Wave, side: Side) -> Found:
    """Against only: the factor on which units differ most: by what matters, intervals apart."""
    if side == "for":
        return None
    shown = with_whole_points(wave.card)["units"]
    made = [_unit_claim(factor["code"], shown) for factor in wave.card["factors"]]
    differing = [
        claim
        for claim in made
        if claim is not None and claim.text_key == "units.differ" and _spread(claim)[0] >= SMALLEST_POINTS
    ]
    return max(differing, key=_spread, default=None)


RULES: Final[Mapping[str, Rule]] = {
    "own_profile": own_profile,
    "statement": statement,
    "standing": standing,
    "history": history,
    "everywhere": everywhere,
    "agreement": agreement,
}


def _sign(side: Side) -> int:
    return 1 if side == "for" else -1


def _unit_claim(factor: str, shown: Sequence[Document]) -> Claim | None:
    rows = [{"code": code, **figure} for code, figure in lowest_units(shown, factor)]
    return unit_claim(factor, rows)


def _spread(claim: Claim) -> tuple[float, str]:
    high, low = (float(claim.values[name].value or 0) for name in ("high", "low"))
    return (high - low, claim.subject)
