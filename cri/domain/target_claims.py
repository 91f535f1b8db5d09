"""What is said about a target: what to aim for, where that comes from, and what to mind about it."""

from collections.abc import Mapping
from typing import Any, Final

from cri.domain.achieved_changes import THE_AUDIT
from cri.domain.claims import Claim, Value, Verdict, claim_of
from cri.domain.position import HIGHEST_SCORE
from cri.domain.targets import Target

Document = Mapping[str, Any]

REFUSED: Final = {"too few pairs": "too_few_changes", THE_AUDIT: "changes_withheld"}
"""What is said of each reason for which an edition refuses a distribution of changes (`changes.refused`)."""


def ground_of(target: Target, edition: Document) -> str:
    """Where a target comes from: achieved changes, or why it could not come from them.

    edition: the one that the target was made from. "changes_achieved"; "changes_fall", there are changes, but
    they would mean no rise; "too_few_changes" or "changes_withheld" (by the pool's audit) as the edition says
    itself; "no_changes", the edition has none to go by, of whichever other reason.
    """
    if target.basis == "achieved":
        return "changes_achieved"
    if target.typical is not None:
        return "changes_fall"
    refused = (edition.get("changes") or {"refused": ()})["refused"]
    reasons = (str(one["reason"]) for one in refused if one["factor"] == target.factor)
    return REFUSED.get(next(reasons, ""), "no_changes")


def target_claim(target: Target, place: Document, edition: Document, *, pretended: bool = False) -> Claim:
    """Say what to aim for by the next wave; its verdict says with how much trust.

    place: the figure's entry of the placement. edition: the one that it was placed in. pretended: a real
    agency in a pool of synthetic ones. What warns comes before what supports: a rise that the next wave would
    likely not find, and a low score that rises by itself. A target that does not come from achieved changes
    asks for care.
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
    return claim_of(f"target.{target.basis}", code, verdict, ground_of(target, edition), **values)


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
