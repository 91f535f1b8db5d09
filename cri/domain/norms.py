"""A norm edition: the frozen distributions that agencies are placed in, of groups and never of agencies."""

import hashlib
import re
from bisect import bisect_left
from collections.abc import Mapping
from typing import Any

from cri.domain.documents import digest_of
from cri.domain.errors import InputError, InputProblem
from cri.domain.peers import ALL, fallbacks

Document = Mapping[str, Any]

SCHEMA = "cri.edition/1"
INDEX = "index"
NUMBER = re.compile(r"20\d\d\.[12]", re.ASCII)
"""Of an edition. Two a year at most: each edition makes the next one harder to publish."""
LEAST_FOR_CELL = 8
LEAST_FOR_PERCENTILES = 20
GROUPS_FOR_HALVES, GROUPS_FOR_PERCENTILES = 2, 5
"""Groups that a cell needs for so much to be said: the audit may leave a large cell with few."""


def check_edition(edition: Document, where: str) -> None:
    """Refuse an edition whose content is not what its digest says, or has none. Raises InputError."""
    content = {key: value for key, value in edition.items() if key != "sha256"}
    try:
        digest = digest_of(content)
    except ValueError:  # Python reads NaN and endless numbers in JSON, which no document of ours has
        digest = None
    if digest != edition["sha256"]:
        problem = InputProblem(
            "the content does not match its sha256", where, "an edition as it was published"
        )
        raise InputError([problem])


def member_digest(edition: str, scorecard: Document) -> str:
    """How an edition names a member: SHA-256 of its number followed by the digest of the answer sheet."""
    return hashlib.sha256(f"{edition}{scorecard['sheet_sha256']}".encode()).hexdigest()


def effective_n(scorecard: Document, figure: Document) -> float:
    """Effective respondents behind the index or a factor: its n, less what weights cost the wave."""
    population = scorecard["population"]
    weights = population.get("weights") or {}
    weighted = weights.get("n_eff")
    share = weighted / population["usable"] if weighted else 1.0
    return float(figure["n"]) * share


def figures_of(scorecard: Document) -> dict[str, Document]:
    """The index, as "index", and each factor of a scorecard, by code."""
    return {INDEX: scorecard["index"], **{factor["code"]: factor for factor in scorecard["factors"]}}


def cell_of(edition: Document, factor: str, peers: str = ALL) -> dict[str, Any] | None:
    """The cell of a factor (or "index") in a peer group, or in the nearest parent that says something.

    None without one. Raises InputError where `peers` is not the name of a peer group.
    """
    named = {
        cell["peers"]: cell for cell in edition["cells"] if cell["factor"] == factor and cell["item"] is None
    }
    found = (named[name] for name in fallbacks(peers) if name in named)
    return next((cell for cell in found if tier_of(cell) != "none"), None)


def position_in(edition: Document, digest: str) -> int | None:
    """A member's place in the edition's list, None for somebody else. digest: as `member_digest` makes it.

    Our editions list their members in order; one that does not is looked through.
    """
    members = edition["members"]
    place = bisect_left(members, digest)
    if place < len(members) and members[place] == digest:
        return place
    return members.index(digest) if digest in members else None


def enters(edition: Document, position: int, cell: Document) -> bool:
    """Whether a member of the cell's peer group is in the cell. position: its own in the edition's list."""
    lanes = edition["lanes"]
    if lanes:
        kind = "&".join(part.partition("=")[0] for part in cell["peers"].split("&") if part != ALL)
        if lanes[position % len(lanes)] != kind:
            return False
    return edition["members"][position] not in cell["left_out"]


def tier_of(cell: Document | None) -> str:
    """What may be said from a cell: "none", "halves" or "percentiles". An owner counts once."""
    counted = min(cell["agencies"], cell["owners"]) if cell else 0
    groups = len(cell["groups"]) if cell else 0
    if counted < LEAST_FOR_CELL or groups < GROUPS_FOR_HALVES:
        return "none"
    full = counted >= LEAST_FOR_PERCENTILES and groups >= GROUPS_FOR_PERCENTILES
    return "percentiles" if full else "halves"
