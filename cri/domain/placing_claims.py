"""Claims that compare with others or pick what stands out: they need a norm edition, or its absence."""

from collections.abc import Sequence

from cri.domain.claims import Claim, Document, Value, claim_of
from cri.domain.position import CANNOT_TELL
from cri.domain.selection import MOST_PICKED, OWN_PROFILE, Pick, Selection


def is_pretended(edition: Document, scorecard: Document) -> bool:
    """Whether an edition of made-up agencies would stand for a norm of a real one."""
    return bool(edition["synthetic"] and not scorecard["synthetic"])


def position_claim(code: str, place: Document | None, *, pretended: bool = False) -> Claim:
    """Say where the agency stands among others.

    place: one placement, None where there is no norm. pretended: a real agency in a pool of synthetic ones.
    """
    subject = Value("factor", code)
    if place is None:
        return claim_of("position.none", code, "dont", "no_norm", factor=subject)
    if place["band"] is None:
        reason = "too_few" if place["score"] is None else "norm_too_thin"
        return claim_of("position.none", code, "dont", reason, factor=subject)
    if pretended:
        return claim_of("position.none", code, "dont", "norm_synthetic", factor=subject)
    band = place["band"]
    if band == CANNOT_TELL:
        return claim_of("position.cannot_tell", code, "dont", "within_noise", factor=subject)
    if place["percentile"] is None:
        return claim_of(f"position.halves_{band}", code, "care", "norm_thin", factor=subject)
    return claim_of(
        f"position.{band}",
        code,
        "say",
        "band_reached",
        factor=subject,
        percentile=Value("rank", place["percentile"]),
        low=Value("rank", place["interval80"][0]),
        high=Value("rank", place["interval80"][1]),
    )


def norm_claim(norm: Document | None) -> Claim:
    """Say against whom the agency is compared: edition, peer group and number of agencies.

    norm: the pack's {edition, peers, asked, agencies (None where no group is large enough), tier, pretended}.
    """
    if norm is None:
        return claim_of("norm.none", "norm", "dont", "no_norm")
    edition = Value("text", norm["edition"])
    if norm["agencies"] is None:
        return claim_of("norm.thin", "norm", "dont", "norm_too_thin", edition=edition)
    values = {
        "edition": edition,
        "peers": Value("peers", norm["peers"]),
        "agencies": Value("count", norm["agencies"]),
    }
    if norm["pretended"]:
        return claim_of("norm.pretended", "norm", "dont", "norm_synthetic", **values)
    if norm["asked"] != norm["peers"]:
        return claim_of(
            "norm.fell_back", "norm", "care", "peers_too_few", asked=Value("peers", norm["asked"]), **values
        )
    if norm["tier"] != "percentiles":
        return claim_of("norm.edition", "norm", "care", "norm_thin", **values)
    return claim_of("norm.edition", "norm", "say", "norm_full", **values)


def pick_claims(selection: Selection, rows: Sequence[Document]) -> list[Claim]:
    """Say the strengths, then the gaps. rows: the factors' rows of the pack.

    Where fewer than three were picked, the next factors in line are named with the verdict "dont": they do
    not stand out. No factor is named on both sides, so an instrument of few factors has fewer.
    """
    profile = selection.profile
    if profile is None:
        return []
    scored = [row for row in rows if row["score"] is not None]
    taken = {pick.factor for pick in (*selection.strengths, *selection.gaps)}
    free = sorted(
        (row for row in scored if row["code"] not in taken), key=lambda row: (-row["score"], row["code"])
    )
    each = min(MOST_PICKED, len(scored) // 2)
    above = free[: max(0, each - len(selection.strengths))]
    below = free[len(above) :][::-1][: max(0, each - len(selection.gaps))]
    return [
        *(_pick_claim("strength", pick, profile) for pick in selection.strengths),
        *(_next_claim("strength", row, profile) for row in above),
        *(_pick_claim("gap", pick, profile) for pick in selection.gaps),
        *(_next_claim("gap", row, profile) for row in below),
    ]


def _pick_claim(side: str, pick: Pick, profile: float) -> Claim:
    values = {
        "factor": Value("factor", pick.factor),
        "score": Value("score", pick.score),
        "profile": Value("score", profile),
        "difference": Value("difference", abs(pick.difference)),
    }
    if pick.reasons[0] == OWN_PROFILE or pick.percentile is None:
        return claim_of(f"{side}.own", pick.factor, "care", "own_profile", **values)
    percentile = Value("rank", pick.percentile)
    return claim_of(f"{side}.norm", pick.factor, "say", "band_reached", percentile=percentile, **values)


def _next_claim(side: str, row: Document, profile: float) -> Claim:
    return claim_of(
        f"{side}.none",
        row["code"],
        "dont",
        "not_apart",
        factor=Value("factor", row["code"]),
        difference=Value("difference", abs(row["score"] - profile)),
    )
