"""What agencies achieved from one wave to the next: grouped and audited like any other figure of the pool.

A change is corrected for regression to the mean, since an extreme score moves back by itself. It involves two
contributions that count differently, the later wave once and the earlier one minus lambda times; the audit
weighs them so. Source: method.md, section 5, "Targets".
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from cri.domain.change_audit import ChangeAudit, Integers, Pair, Wish, weights_of
from cri.domain.documents import digest_of
from cri.domain.edition_draft import Draft
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

FEWEST_PAIRS = 20
"""Owners with a pair of waves for a distribution of changes: an owner counts once, as everywhere."""

THE_AUDIT = "the audit leaves too few groups"


@dataclass(frozen=True)
class ChangesDraft:
    """An edition's `changes` {cells, refused, certificate}, and their cells for the ledger."""

    document: dict[str, Any]
    cells: tuple[PublishedCell, ...]


def with_changes(draft: Draft, members: Sequence[Member], ledger: Ledger | None = None) -> Draft:
    """The draft of an edition with the distributions of achieved changes in its document.

    members: who was admitted to the edition. ledger: what was published before it, as for `draft_edition`.
    """
    before = ledger or Ledger()
    owners = {**before.owners, **{member.sheet: member.owner for member in members}}
    known = Ledger((*before.cells, *draft.cells), owners, before.last)
    changes = draft_changes(members, draft.document, known)
    content = {key: value for key, value in draft.document.items() if key != "sha256"}
    content["changes"] = changes.document
    return replace(
        draft,
        document={**content, "sha256": digest_of(content)},
        cells=(*draft.cells, *changes.cells),
    )


def corrected_change(first: float, second: float, trust: float, mu: float) -> float:
    """(y2 - y1) + (1 - lambda1)(y1 - mu): the change beyond what regression to the mean brings by itself.

    first, second: scores (0-100) of the two waves. trust: lambda1 of the first. mu: centre of the pool.
    """
    return (second - first) + (1 - trust) * (first - mu)


def draft_changes(members: Sequence[Member], edition: Document, ledger: Ledger) -> ChangesDraft:
    """Distributions of achieved changes for the index and each factor of an edition already drafted.

    members: who was admitted to the edition; those with a `previous` wave make pairs. ledger: everything ever
    published, the edition's own cells included. A distribution of fewer than 20 owners is refused. One that
    the audit leaves with under five groups is the last edition's again (`kept_from`), unless somebody in
    it has left the pool; else it is refused too. The same members in any order give the same document.
    """
    pairs = _pairs(members, edition)
    auditing = ChangeAudit(pairs, members, ledger)
    codes = list(figures_of(members[0].scorecard))
    wishes = {code: _wish(code, pairs, edition, auditing) for code in codes}
    released = auditing.release(
        [wish for wish in wishes.values() if isinstance(wish, Wish)], GROUPS_FOR_PERCENTILES
    )
    cells, refused, added = [], [], []
    for code, wish in wishes.items():
        if isinstance(wish, Wish) and code in released:
            cell = _published(wish, released[code], str(edition["edition"]), auditing)
            cells.append(_told(code, groups_of(wish.changes, released[code]), cell, auditing))
            added.append(cell)
        elif isinstance(wish, Wish) and (old := _kept(code, members, ledger)):
            cells.append(old)
        else:
            refused.append({"factor": code, "reason": THE_AUDIT if isinstance(wish, Wish) else wish})
    wished = {code for code, wish in wishes.items() if isinstance(wish, Wish)}
    unfinished = len(wished - set(released)) if auditing.allowance.used_up else 0
    document = {"cells": cells, "refused": refused, "certificate": auditing.certificate(unfinished)}
    return ChangesDraft(document, tuple(added))


def _told(code: str, groups: Sequence[Group], cell: PublishedCell, auditing: ChangeAudit) -> dict[str, Any]:
    later = [sheet for sheets in cell.groups for sheet in sheets[: len(sheets) // 2]]
    return {
        "factor": code,
        "pairs": len(later),
        "owners": len({auditing.owner_of[sheet] for sheet in later}),
        "kept_from": None,
        "groups": [asdict(group) for group in groups],
    }


def _kept(code: str, members: Sequence[Member], ledger: Ledger) -> dict[str, Any] | None:
    """The last edition's distribution, unless some of its later waves are no longer in the pool."""
    last = ledger.last or {}
    told = (last.get("changes") or {"cells": ()})["cells"]
    old = next((one for one in told if one["factor"] == code), None)
    if old is None:
        return None
    since = old["kept_from"] or last["edition"]
    key = (code, None, CHANGES)
    made = next(one for one in ledger.cells if one.edition == since and one.key == key)
    inside = {member.sheet for member in members}
    later = {sheet for sheets in made.groups for sheet in sheets[: len(sheets) // 2]}
    return {**old, "kept_from": since} if later <= inside else None


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


def _wish(code: str, pairs: Sequence[Pair], edition: Document, auditing: ChangeAudit) -> Wish | str:
    """The corrected changes of a component, or why there is no distribution of them."""
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
    changes = [
        corrected_change(
            float(figures_of(pairs[one].previous)[code]["score"]),
            float(figures_of(pairs[one].member.scorecard)[code]["score"]),
            float(trust),
            spread.mu,
        )
        for one, trust in zip(kept, trusts, strict=True)
    ]
    return Wish(code, kept, trusts, np.array(changes))


def _published(wish: Wish, runs: Sequence[Integers], edition: str, auditing: ChangeAudit) -> PublishedCell:
    """The page of the ledger: who is in which group, and with which weight."""
    return PublishedCell(
        edition=edition,
        factor=wish.code,
        item=None,
        peers=CHANGES,
        groups=tuple(auditing.sheets_of(wish.pairs[run]) for run in runs),
        weights=tuple(tuple(weights_of(wish.trusts[run]).tolist()) for run in runs),
    )


def _trust(pair: Pair, code: str, edition: Document, spread: Spread) -> float:
    """Lambda of the earlier wave's score."""
    n = effective_n(pair.previous, figures_of(pair.previous)[code])
    return spread.shrinkage(float(edition["within"][code]["within_variance"]) / n)
