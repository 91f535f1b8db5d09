"""What is said about one statement's answers: the favourable share with an interval of its own."""

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any, Final

from cri.domain.claims import WIDE_SHARE, Claim, Value, claim_of
from cri.domain.rounding import round_share
from cri.domain.statistics import CONFIDENCE

Document = Mapping[str, Any]

UNDER: Final = 0.05  # what a share is under where only that is told


def is_told(item: Document) -> bool:
    """Whether a favourable share of an item of the scorecard is shown, be it only as "under 5 %"."""
    return item["favourable"] is not None or bool(item["favourable_limit"])


def item_share(item: Document) -> Claim:
    """Say how many answered an item favourably, with Wilson's 95 % interval. item: of the scorecard, told.

    The interval is that of the share as it is told, in whole per cent, so that its ends tell no more of it.
    """
    values = {"item": Value("item", item["code"]), "n": Value("people", item["n"])}
    if item["favourable"] is None:
        limit = Value("limit", item["favourable_limit"])
        return claim_of("item.favourable", item["code"], "say", "enough_answers", share=limit, **values)
    share = float(item["favourable"])
    low, high = wilson(round_share(share) / 100, float(round(item["n_eff"] or item["n"])))
    values |= {"share": Value("share", share), "low": Value("share", low), "high": Value("share", high)}
    if (high - low) / 2 > WIDE_SHARE:
        return claim_of("item.favourable", item["code"], "care", "wide_share", **values)
    return claim_of("item.favourable", item["code"], "say", "enough_answers", **values)


def share_range(claim: Claim) -> tuple[float, float, float]:
    """Low end, share and high end (0-1) of a claim of `item_share`; of one "under 5 %" 0, 0 and 0.05."""
    if claim.values["share"].kind == "limit":
        return (0.0, 0.0, UNDER)
    low, share, high = (float(claim.values[name].value or 0.0) for name in ("low", "share", "high"))
    return (low, share, high)


def wilson(share: float, n: float) -> tuple[float, float]:
    """Wilson's score interval of a share (0-1) of n answers. Source: Wilson (1927), JASA 22, 209-212."""
    z2 = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = (z2 * (share * (1 - share) / n + z2 / (4 * n * n))) ** 0.5 / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)
