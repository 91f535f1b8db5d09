"""What agencies achieved from one wave to the next: grouped and audited like any other figure of the pool.

A change is corrected for regression to the mean, since an extreme score moves back by itself. It involves two
contributions that count differently, the later wave once and the earlier one minus lambda times; the audit
weighs them so. Source: method.md, section 5, "Targets".
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from cri.domain.change_audit import ChangeAudit, Pair, weights_of
from cri.domain.documents import digest_of
from cri.domain.eligibility import LEAST_RATE, LEAST_USABLE, Member
from cri.domain.ledger import CHANGES, Ledger, PublishedCell
from cri.domain.microaggregation import Group, groups_of, within_share
from cri.domain.norms import (
    GROUPS_FOR_PERCENTILES,
    cell_of,
    effective_n,
    figures_of,
    member_digest,
    tier_of,
)
from cri.domain.spread import Spread, spread_of

Document = Mapping[str, Any]

SCHEMA = "cri.changes/1"
FEWEST_PAIRS = 20
"""Owners with a pair of waves for a distribution of changes: an owner counts once, as everywhere."""


@dataclass(frozen=True)
class ChangesDraft:
    """The document, and the cells to be added to the ledger when it is published."""

    document: dict[str, Any]
    cells: tuple[PublishedCell, ...]


def corrected_change(first: float, second: float, trust: float, mu: float) -> float:
    """(y2 - y1) + (1 - lambda1)(y1 - mu): the change beyond what regression to the mean brings by itself.

    first, second: scores (0-100) of the two waves. trust: lambda1 of the first. mu: centre of the pool.
    """
    return (second - first) + (1 - trust) * (first - mu)


def draft_changes(members: Sequence[Member], edition: Document, ledger: Ledger) -> ChangesDraft:
    """Distributions of achieved changes for the index and each factor, beside an edition already drafted.

    members: who was admitted to the edition; those with a `previous` wave make pairs. ledger: everything ever
    published, the edition's own cells included. A distribution of fewer than 20 owners, or that the audit
    leaves with under five groups, is refused. The same members in any order give the same document.
    """
    pairs = _pairs(members, edition)
    auditing = ChangeAudit(pairs, members, ledger)
    cells, refused, added = [], [], []
    for code in figures_of(members[0].scorecard):
        made = _one(code, pairs, edition, auditing)
        if isinstance(made, str):
            refused.append({"factor": code, "reason": made})
            continue
        groups, cell = made
        inside = [one for sheets in cell.groups for one in sheets[: len(sheets) // 2]]
        cells.append(
            {
                "factor": code,
                "pairs": len(inside),
                "owners": len({auditing.owner_of[sheet] for sheet in inside}),
                "groups": [asdict(group) for group in groups],
            }
        )
        added.append(cell)
    document: dict[str, Any] = {
        "schema": SCHEMA,
        **{key: edition[key] for key in ("edition", "method", "instrument", "synthetic")},
        "edition_sha256": edition["sha256"],
        "cells": cells,
        "refused": refused,
        "certificate": auditing.certificate(),
    }
    document["sha256"] = digest_of(document)
    return ChangesDraft(document, tuple(added))


def _pairs(members: Sequence[Member], edition: Document) -> list[Pair]:
    """Pairs of comparable waves, in the edition's fixed order."""
    found = [
        Pair(member, previous)
        for member in members
        if (previous := member.previous or member.scorecard.get("previous"))
        and _comparable(member.scorecard, previous)
    ]
    number = str(edition["edition"])
    return sorted(found, key=lambda pair: member_digest(number, pair.member.scorecard))


def _comparable(scorecard: Document, previous: Document) -> bool:
    """Whether the earlier wave is large enough, of the same instrument and method, and another one.

    The pool keeps earlier waves of the same version only, without naming instrument and method again.
    """
    same = all(previous.get(key, scorecard[key]) == scorecard[key] for key in ("instrument", "method"))
    population = previous["population"]
    rate = population.get("response_rate")
    large = population["usable"] >= LEAST_USABLE or (rate is not None and rate >= LEAST_RATE)
    scored = all(figure["score"] is not None for figure in figures_of(previous).values())
    sheet = previous.get("sheet_sha256")
    known = sheet is not None and sheet != scorecard["sheet_sha256"]
    whole = list(figures_of(previous)) == list(figures_of(scorecard))
    return same and large and scored and known and whole


def _one(
    code: str, pairs: Sequence[Pair], edition: Document, auditing: ChangeAudit
) -> tuple[tuple[Group, ...], PublishedCell] | str:
    """One distribution and its page of the ledger, or why there is none."""
    cell = cell_of(edition, code)
    if cell is None or tier_of(cell) == "none":
        return "no norm"
    groups = [Group(group["size"], group["mean"]) for group in cell["groups"]]
    spread = spread_of(groups, edition["within"][code]["v"])
    if not spread.apart:
        return "no spread"
    chosen = auditing.eligible(code)
    owners = auditing.owners[chosen]
    kept = chosen[list(within_share(owners.tolist()))]
    if len(np.unique(auditing.owners[kept])) < FEWEST_PAIRS:
        return "too few pairs"
    trusts = np.array([_trust(pairs[one], code, edition, spread) for one in kept])
    changes = np.array(
        [
            corrected_change(
                float(figures_of(pairs[one].previous)[code]["score"]),
                float(figures_of(pairs[one].member.scorecard)[code]["score"]),
                float(trust),
                spread.mu,
            )
            for one, trust in zip(kept, trusts, strict=True)
        ]
    )
    runs = auditing.groups(code, kept, trusts, changes)
    if len(runs) < GROUPS_FOR_PERCENTILES:
        return "the audit leaves too few groups"
    published = PublishedCell(
        edition=str(edition["edition"]),
        factor=code,
        item=None,
        peers=CHANGES,
        groups=tuple(auditing.sheets_of(kept[run]) for run in runs),
        weights=tuple(tuple(weights_of(trusts[run]).tolist()) for run in runs),
    )
    return groups_of(changes, runs), published


def _trust(pair: Pair, code: str, edition: Document, spread: Spread) -> float:
    """Lambda of the earlier wave's score."""
    n = effective_n(pair.previous, figures_of(pair.previous)[code])
    return spread.shrinkage(float(edition["within"][code]["within_variance"]) / n)
