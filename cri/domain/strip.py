"""What the strip from lowest to best shows of a pool: end groups, quartiles and median, never an agency."""

from collections.abc import Mapping
from typing import Any

from cri.domain.microaggregation import Group
from cri.domain.norms import cell_of, tier_of
from cri.domain.peers import ALL
from cri.domain.spread import ladder_of

Document = Mapping[str, Any]


def strip_of(edition: Document, factor: str, peers: str = ALL) -> dict[str, Any] | None:
    """The strip of a factor (or "index") in a peer group, or in its nearest parent that has a cell.

    Returns {factor, peers, agencies, tier, lowest {mean, size}, best {mean, size}, median, quartiles}, scores
    on 0-100: lowest and best are the end groups' means, for "lowest four" and "best four" (in a pool under 20
    owners, tier "halves", say lower and upper group); quartiles are three scores, None under 20 owners.
    None where there is no cell to show.
    """
    cell = cell_of(edition, factor, peers)
    tier = tier_of(cell)
    if cell is None or tier == "none":
        return None
    groups = [Group(group["size"], group["mean"]) for group in cell["groups"]]
    ladder = ladder_of(groups)
    middle = (
        [float(score) for score in ladder.score_at([0.25, 0.5, 0.75])] if ladder else [groups[0].mean] * 3
    )
    return {
        "factor": factor,
        "peers": cell["peers"],
        "agencies": cell["agencies"],
        "tier": tier,
        "lowest": dict(cell["groups"][0]),
        "best": dict(cell["groups"][-1]),
        "median": middle[1],
        "quartiles": middle if tier == "percentiles" else None,
    }
