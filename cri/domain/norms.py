"""A norm edition: the frozen distributions that agencies are placed in, of groups and never of agencies."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cri.domain.documents import digest_of
from cri.domain.eligibility import Admission, Member, admit, name_key
from cri.domain.errors import InputError, InputProblem
from cri.domain.microaggregation import microaggregate, within_share
from cri.domain.peers import ALL, PEER_GROUPS, fallbacks, peer_name

__all__ = [
    "Member",
    "admit",
    "build_edition",
    "cell_of",
    "check_edition",
    "effective_n",
    "member_digest",
    "tier_of",
]

Document = Mapping[str, Any]
Floats = NDArray[np.float64]

SCHEMA = "cri.edition/1"
INDEX = "index"
LEAST_FOR_CELL = 8
LEAST_FOR_PERCENTILES = 20


def build_edition(
    members: Sequence[Member] | Admission,
    edition: str,
    peers: Sequence[tuple[str, ...]] | None = None,
) -> dict[str, Any]:
    """Make an edition document from contributions; the same ones in any order give the same document.

    members: scorecards with agency, owner and facets, or what `admit` made of them. edition: its number, as
    "2026.1". peers: attribute lists of the peer groups, () being the whole pool; left to itself, all of
    PEER_GROUPS for synthetic data and the whole pool alone for real data (see `peer_groups_for`).
    Raises InputError for a mixture that cannot be pooled and for a pool without a member.
    """
    admission = members if isinstance(members, Admission) else admit(members)
    if not admission.members:
        what = f"none of the {len(admission.left_out)} scorecards can enter an edition"
        raise InputError([InputProblem(what, f"edition {edition}", "at least one that is large enough")])
    # The digests put members in an order that nobody chose and that the edition's name fixes: it decides
    # between equal scores, and who is left out where an owner holds too much.
    ordered = sorted(
        ((member_digest(edition, member.scorecard), member) for member in admission.members),
        key=lambda pair: (pair[0], name_key(pair[1].agency)),
    )
    digests = [digest for digest, _ in ordered]
    pool = [member for _, member in ordered]
    first = pool[0].scorecard
    synthetic = bool(first["synthetic"])
    groups = peer_groups_for(synthetic=synthetic) if peers is None else peers
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "edition": edition,
        "method": first["method"],
        "instrument": {key: first["instrument"][key] for key in ("code", "version", "sha256")},
        "synthetic": synthetic,
        "window": _window(pool),
        "members": digests,
        "within": _within(pool),
        "cells": list(_cells(pool, digests, groups)),
        "certificate": None,
    }
    return {**document, "sha256": digest_of(document)}


def peer_groups_for(*, synthetic: bool) -> tuple[tuple[str, ...], ...]:
    """Peer groups of an edition that no publisher's audit has passed.

    The whole pool less the groups of an attribute can be one agency, so a real edition without a certificate
    has no peer groups. docs/decisions/norm-groups.md.
    """
    return PEER_GROUPS if synthetic else ((),)


def check_edition(edition: Document, where: str) -> None:
    """Refuse an edition whose content is not what its digest says. Raises InputError."""
    content = {key: value for key, value in edition.items() if key != "sha256"}
    if digest_of(content) != edition["sha256"]:
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
    """The cell of a factor (or "index") in a peer group, or in the nearest parent that has one; None without.

    Raises InputError where `peers` is not the name of a peer group.
    """
    named = {
        cell["peers"]: cell for cell in edition["cells"] if cell["factor"] == factor and cell["item"] is None
    }
    return next((named[name] for name in fallbacks(peers) if name in named), None)


def tier_of(cell: Document | None) -> str:
    """What may be said from a cell: "none", "halves" or "percentiles". An owner counts once."""
    counted = min(cell["agencies"], cell["owners"]) if cell else 0
    if counted < LEAST_FOR_CELL:
        return "none"
    return "halves" if counted < LEAST_FOR_PERCENTILES else "percentiles"


def _cells(
    pool: Sequence[Member], digests: Sequence[str], peers: Sequence[tuple[str, ...]]
) -> Iterator[dict[str, Any]]:
    """Cells in fixed order: peer groups as listed, names sorted; in each the index, then the factors."""
    figures = list(figures_of(pool[0].scorecard))
    scores = _table(pool, "score")
    owners = _owner_codes(pool)
    for attributes in peers:
        groups: dict[str, list[int]] = {}
        for position, member in enumerate(pool):
            if name := peer_name(attributes, member.facets):
                groups.setdefault(name, []).append(position)
        for name in sorted(groups):
            inside = np.array(groups[name])
            kept = inside[list(within_share(owners[inside].tolist()))]
            head = {
                "peers": name,
                "agencies": len(kept),
                "owners": len(np.unique(owners[kept])),
                "kept_from": None,
                "left_out": [
                    digests[position] for position in sorted(set(groups[name]) - set(kept.tolist()))
                ],
            }
            if tier_of(head) == "none":
                continue
            for number, code in enumerate(figures):
                runs = microaggregate(scores[kept, number], owners[kept])
                yield {"factor": code, "item": None, **head, "groups": [asdict(run) for run in runs]}


def _within(pool: Sequence[Member]) -> dict[str, Any]:
    """Mean error variance and mean within-agency variance of the whole pool, to two significant digits.

    Unweighted over agencies: one agency, one vote, so that no large one decides. Empty where the whole pool
    is too small for a cell.
    """
    owners = _owner_codes(pool)
    kept = list(within_share(owners.tolist()))
    if tier_of({"agencies": len(kept), "owners": len(np.unique(owners[kept]))}) == "none":
        return {}
    variances = _table([pool[number] for number in kept], "sd") ** 2
    sizes = np.array(
        [
            [
                effective_n(pool[number].scorecard, figure)
                for figure in figures_of(pool[number].scorecard).values()
            ]
            for number in kept
        ]
    )
    errors = (variances / sizes).mean(axis=0)
    return {
        code: {"v": _two_digits(error), "within_variance": _two_digits(variance)}
        for code, error, variance in zip(
            figures_of(pool[0].scorecard), errors, variances.mean(axis=0), strict=True
        )
    }


def _owner_codes(pool: Sequence[Member]) -> NDArray[np.int64]:
    """Whole numbers (agencies,), equal for agencies of one owner."""
    names = [name_key(member.owner) for member in pool]
    codes = {name: code for code, name in enumerate(sorted(set(names)))}
    return np.array([codes[name] for name in names], dtype=np.int64)


def _table(pool: Sequence[Member], key: str) -> Floats:
    """One number of the index and of each factor: float (agencies, figures)."""
    return np.array(
        [[figure[key] for figure in figures_of(member.scorecard).values()] for member in pool],
        dtype=np.float64,
    )


def _two_digits(value: float) -> float:
    return float(f"{value:.1e}")


def _window(pool: Sequence[Member]) -> dict[str, str | None]:
    """First and last month in which a member's wave closed; a day would point at one agency."""
    months = sorted(member.closed[:7] for member in pool if member.closed)
    return {"from": months[0] if months else None, "to": months[-1] if months else None}
