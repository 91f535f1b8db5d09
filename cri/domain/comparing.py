"""What an agency may be compared with, and what moved between two editions for it: from documents alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cri.domain.norms import cell_of, figures_of
from cri.domain.peers import ALL, ATTRIBUTES, PEER_GROUPS, fallbacks, peer_name, size_band
from cri.domain.placing import place
from cri.domain.strip import strip_of

Document = Mapping[str, Any]
Facets = Mapping[str, str | None]


@dataclass(frozen=True)
class Offer:
    """A peer group that an agency can ask for. used: the group its index would be placed in; None: none."""

    peers: str
    used: str | None


@dataclass(frozen=True)
class Seen:
    """What an edition tells an agency about one figure; None where it says nothing of it.

    peers: the group used. kept_from: the earlier edition whose values these are. quartiles, median: scores
    0-100; a pool too thin for percentiles has no quartiles.
    """

    agencies: int | None
    peers: str | None
    kept_from: str | None
    quartiles: tuple[float, float, float] | None
    median: float | None
    percentile: float | None
    interval80: tuple[float, float] | None
    band: str | None


@dataclass(frozen=True)
class Move:
    """One figure in two editions, the older one first. The agency's score is the same in both."""

    factor: str
    before: Seen
    now: Seen


def own_facets(scorecard: Document, told: Facets) -> dict[str, str | None]:
    """What the agency can state of itself: sector, country and relationship as told, and its size.

    The size is that of the wave's population; not known where nobody counted the staff.
    """
    return {**told, "size": size_band(scorecard["population"].get("headcount"))}


def unstated(facets: Facets) -> tuple[str, ...]:
    """Attributes that the agency has not told, so that it cannot ask for a group by them."""
    return tuple(attribute for attribute in ATTRIBUTES if not facets.get(attribute))


def offers_of(edition: Document, facets: Facets) -> tuple[Offer, ...]:
    """Every peer group that the agency is in by what it states, the whole pool first."""
    names = (peer_name(attributes, facets) for attributes in PEER_GROUPS)
    return tuple(Offer(name, _used(edition, name)) for name in names if name)


def may_ask(peers: str, facets: Facets) -> bool:
    """Whether a peer group is one that the agency is in, by what it states."""
    return peers in {peer_name(attributes, facets) for attributes in PEER_GROUPS}


def parents_of(peers: str) -> tuple[str, ...]:
    """The groups that are tried where this one has too few agencies, the narrower first."""
    return fallbacks(peers)[1:]


def moves_between(
    scorecard: Document, older: Document, newer: Document, peers: str = ALL, facets: Facets | None = None
) -> tuple[Move, ...]:
    """What two editions say of each figure of one and the same scorecard, placed in the same peer group.

    A function of the two published documents and of the agency's own scorecard, and of nothing else.
    Raises InputError as `place` does.
    """
    seen = [_seen(scorecard, edition, peers, facets) for edition in (older, newer)]
    return tuple(Move(code, seen[0][code], seen[1][code]) for code in figures_of(scorecard))


def _seen(scorecard: Document, edition: Document, peers: str, facets: Facets | None) -> dict[str, Seen]:
    placement = place(scorecard, edition, peers, facets)
    return {one["factor"]: _seen_of(one, edition, peers) for one in placement["placements"]}


def _seen_of(placed: Document, edition: Document, peers: str) -> Seen:
    code = placed["factor"]
    cell, strip = cell_of(edition, code, peers), strip_of(edition, code, peers)
    if cell is None or strip is None:
        return Seen(None, None, None, None, None, None, None, None)
    quartiles, interval = strip["quartiles"], placed["interval80"]
    return Seen(
        agencies=cell["agencies"],
        peers=cell["peers"],
        kept_from=cell["kept_from"],
        quartiles=(quartiles[0], quartiles[1], quartiles[2]) if quartiles else None,
        median=strip["median"],
        percentile=placed["percentile"],
        interval80=(interval[0], interval[1]) if interval else None,
        band=placed["band"],
    )


def _used(edition: Document, peers: str) -> str | None:
    cell = cell_of(edition, "index", peers)
    return str(cell["peers"]) if cell else None
