"""What is said about a target: what to aim for, where that comes from, and what to mind about it."""

from collections.abc import Mapping
from typing import Any, Final

from cri.domain.claims import Claim, Value, Verdict, claim_of
from cri.domain.position import HIGHEST_SCORE
from cri.domain.targets import Basis, Target

Document = Mapping[str, Any]

GROUNDS: Final[dict[Basis, str]] = {
    "achieved": "changes_achieved",
    "next_band": "too_few_changes",
    "half_spread": "too_few_changes",
}


def target_claim(target: Target, place: Document, *, pretended: bool = False) -> Claim:
    """Say what to aim for by the next wave; its verdict says with how much trust.

    place: the figure's entry of the placement. pretended: a real agency in a pool of synthetic ones. What
    warns comes before what supports: a rise that the next wave would likely not find, and a low score that
    rises by itself. A target that does not come from achieved changes asks for care.
    """
    code = target.factor
    subject = Value("factor", code)
    if target.score is None or target.rise is None or target.basis is None:
        return claim_of("target.none", code, "dont", _why_none(place), factor=subject)
    if pretended:
        return claim_of("target.none", code, "dont", "norm_synthetic", factor=subject)
    values = {
        "factor": subject,
        "target": Value("score", target.score),
        "rise": Value("difference", target.rise),
    }
    reason = _warning(target)
    if reason is not None:
        return claim_of(f"target.{target.basis}", code, "care", reason, **values)
    verdict: Verdict = "say" if target.basis == "achieved" else "care"
    return claim_of(f"target.{target.basis}", code, verdict, GROUNDS[target.basis], **values)


def _warning(target: Target) -> str | None:
    if target.below_detectable and target.rises_by_itself:
        return "below_and_by_itself"
    if target.below_detectable:
        return "below_detectable"
    return "rises_by_itself" if target.rises_by_itself else None


def _why_none(place: Document) -> str:
    if place["score"] is None:
        return "too_few"
    if place["tier"] == "none":
        return "norm_too_thin"
    return "no_room" if place["score"] >= HIGHEST_SCORE else "no_spread"
