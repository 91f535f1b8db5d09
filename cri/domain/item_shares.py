"""What is said about one statement's answers: the favourable share with an interval of its own."""

from collections.abc import Mapping
from statistics import NormalDist
from typing import Any

from cri.domain.claims import WIDE_SHARE, Claim, Value, claim_of
from cri.domain.statistics import CONFIDENCE

Document = Mapping[str, Any]


def item_share(item: Document) -> Claim:
    """Say how many answered an item favourably, with Wilson's 95 % interval. item: of the scorecard, told."""
    share, n = float(item["favourable"]), float(item["n_eff"] or item["n"])
    low, high = wilson(share, n)
    values = {
        "item": Value("item", item["code"]),
        "share": Value("share", share),
        "n": Value("people", item["n"]),
        "low": Value("share", low),
        "high": Value("share", high),
    }
    wide = (high - low) / 2 > WIDE_SHARE
    return claim_of(
        "item.favourable",
        item["code"],
        "care" if wide else "say",
        "wide_share" if wide else "enough_answers",
        **values,
    )


def wilson(share: float, n: float) -> tuple[float, float]:
    """Wilson's score interval of a share (0-1) of n answers. Source: Wilson (1927), JASA 22, 209-212."""
    z2 = NormalDist().inv_cdf((1 + CONFIDENCE) / 2) ** 2
    centre = (share + z2 / (2 * n)) / (1 + z2 / n)
    half = (z2 * (share * (1 - share) / n + z2 / (4 * n * n))) ** 0.5 / (1 + z2 / n)
    return max(0.0, centre - half), min(1.0, centre + half)
