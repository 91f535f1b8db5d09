"""Making a norm edition from contributions: cells, groups, the publisher's audit, and what is not published.

Source: method.md, section 5.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cri.domain.documents import digest_of
from cri.domain.edition_pool import EditionPool
from cri.domain.eligibility import Admission, Member, admit
from cri.domain.errors import InputError, InputProblem
from cri.domain.ledger import Ledger, PublishedCell
from cri.domain.microaggregation import ITEM_DECIMALS, groups_of, within_share
from cri.domain.norms import INDEX, LEAST_FOR_CELL, SCHEMA, figures_of
from cri.domain.peers import ALL, PEER_GROUPS
from cri.domain.pool_tables import figure_table, item_mean, items_by_factor, window_of
from cri.domain.publishers_audit import FEWEST_OWNERS, AuditedPool
from cri.domain.publishing import Proposal, Release, audited_parts, publisher_for

Document = Mapping[str, Any]
Integers = NDArray[np.int64]
Tell = Callable[[int, int], object]
"""Is told how many steps of a draft are done, and of how many."""

ATTACKER = "two owners with all their agencies, every edition ever published, and who sits in which group"


@dataclass(frozen=True)
class Draft:
    """An edition's document, the cells to be added to the ledger when it is published, and what it lacks.

    fewer: cells with fewer groups than their agencies allow. refused: cells without any value. unfinished:
    cells without a new value since the audit's work was used up. All as (factor, peers).
    """

    document: dict[str, Any]
    cells: tuple[PublishedCell, ...]
    fewer: tuple[tuple[str, str], ...]
    refused: tuple[tuple[str, str], ...]
    unfinished: tuple[tuple[str, str], ...] = ()


def build_edition(members: Sequence[Member] | Admission, edition: str) -> dict[str, Any]:
    """The document of a first edition, audited with nothing published before. See `draft_edition`."""
    return draft_edition(members, edition).document


def draft_edition(
    members: Sequence[Member] | Admission,
    edition: str,
    ledger: Ledger | None = None,
    peers: Sequence[tuple[str, ...]] = PEER_GROUPS,
    tell: Tell | None = None,
) -> Draft:
    """Make an edition from contributions; the same ones in any order give the same document.

    members: scorecards with agency, owner and facets, or what `admit` made of them. edition: its number, as
    "2026.1". ledger: what was published before. peers: attribute lists of the peer groups in the order in
    which they are tried, () being the whole pool; each is a step that `tell` is told of. Raises InputError
    for a mixture that cannot be pooled and for a pool without a member.
    """
    admission = members if isinstance(members, Admission) else admit(members)
    if not admission.members:
        what = f"none of the {len(admission.left_out)} scorecards can enter an edition"
        raise InputError([InputProblem(what, f"edition {edition}", "at least one that is large enough")])
    making = _Making(admission.members, edition, ledger or Ledger(), peers)
    for number, attributes in enumerate(peers, 1):
        making.release(list(making.proposals(attributes)))
        if tell is not None:
            tell(number, len(peers))
    return making.draft()


class _Making:
    """One edition in the making."""

    def __init__(
        self, members: Sequence[Member], edition: str, ledger: Ledger, peers: Sequence[tuple[str, ...]]
    ) -> None:
        self.edition = edition
        self.ledger = ledger
        self.pool = EditionPool.of(members, edition, ledger, peers)
        self.owners = self.pool.owners
        first = self.pool.members[0].scorecard
        self.figures = list(figures_of(first))
        self.items = items_by_factor(first)
        self.scores = figure_table(self.pool.members, "score")
        parts = audited_parts(code for code in self.figures if code != INDEX)
        self.publisher = publisher_for(AuditedPool(self.owners, parts), self.pool.published)
        self.whole: dict[str, tuple[Integers, ...]] = {}
        self.cells: list[dict[str, Any]] = []
        self.added: list[PublishedCell] = []
        self.fewer: list[tuple[str, str]] = []
        self.refused: list[tuple[str, str]] = []
        self.unfinished: list[tuple[str, str]] = []

    def proposals(self, attributes: tuple[str, ...]) -> Iterator[Proposal]:
        """Cells of the groups that these attributes make, sorted by name; the index, then the factors."""
        groups = self.pool.peer_groups(attributes)
        for name in sorted(groups):
            inside = np.array(groups[name])
            kept = inside[list(within_share(self.owners[inside].tolist()))]
            if len(np.unique(self.owners[kept])) < LEAST_FOR_CELL:
                continue
            for number, code in enumerate(self.figures):
                yield Proposal(
                    component=code,
                    peers=name,
                    contributions=kept,
                    scores=self.scores[kept, number],
                    owners=self.owners[kept],
                    most=self.pool.most_groups(len(kept)),
                    wider=self.whole.get(code, ()),
                )

    def release(self, proposals: Sequence[Proposal]) -> None:
        """Publish what may be, keep old values where nothing may, and note both."""
        for release in self.publisher.release(proposals):
            cell = (release.proposal.component, release.proposal.peers)
            if release.unfinished:
                self.unfinished.append(cell)
            if release.proposal.peers == ALL:
                self.whole[release.proposal.component] = release.groups
            if release.groups:
                self._add(release)
                if release.proposal.peers == ALL:
                    self._add_items(release)
                if len(release.groups) < release.asked:
                    self.fewer.append(cell)
            elif not self._keep(*cell):
                self.refused.append(cell)

    def draft(self) -> Draft:
        """The document as far as it got."""
        first = self.pool.members[0].scorecard
        document: dict[str, Any] = {
            "schema": SCHEMA,
            "edition": self.edition,
            "method": first["method"],
            "instrument": {key: first["instrument"][key] for key in ("code", "version", "sha256")},
            "synthetic": bool(first["synthetic"]),
            "window": window_of(self.pool.members),
            "members": list(self.pool.digests),
            "lanes": list(self.pool.lanes) if self.pool.lanes else None,
            "within": self.pool.within(),
            "cells": self.cells,
            "certificate": self._certificate(),
        }
        document["sha256"] = digest_of(document)
        told = (tuple(cells) for cells in (self.fewer, self.refused, self.unfinished))
        return Draft(document, tuple(self.added), *told)

    def _add(self, release: Release) -> None:
        proposal = release.proposal
        number = self.figures.index(proposal.component)
        inside = np.concatenate(release.groups)
        self.cells.append(
            {
                "factor": proposal.component,
                "item": None,
                "peers": proposal.peers,
                "agencies": len(inside),
                "owners": len(np.unique(self.owners[inside])),
                "kept_from": None,
                "left_out": self.pool.left_out(proposal.peers, set(inside.tolist())),
                "groups": [asdict(run) for run in groups_of(self.scores[:, number], release.groups)],
            }
        )
        sheets = tuple(tuple(self.pool.sheets[one] for one in group) for group in release.groups)
        self.added.append(PublishedCell(self.edition, proposal.component, None, proposal.peers, sheets))

    def _add_items(self, release: Release) -> None:
        """The pool's mean of each item of a factor, over those who are in the factor's own cell.

        These tell nothing that the factor's groups do not: item by item they are sums over all the cell's
        members, so a combination that vanishes for some member outside an attacker's owners weighs all items
        of the factor alike, and then it is one of the factor's. That needs the very same members: an item
        that one of them does not show is left out.
        """
        proposal = release.proposal
        inside = np.concatenate(release.groups)
        for item in self.items.get(proposal.component, ()):
            means = [item_mean(self.pool.members[one].scorecard, proposal.component, item) for one in inside]
            if None in means:
                continue
            mean = sum(float(one) for one in means if one is not None) / len(means)
            self.cells.append(
                {
                    "factor": proposal.component,
                    "item": item,
                    "peers": ALL,
                    "agencies": len(inside),
                    "owners": len(np.unique(self.owners[inside])),
                    "kept_from": None,
                    "left_out": self.pool.left_out(ALL, set(inside.tolist())),
                    "groups": [{"size": len(inside), "mean": round(mean, ITEM_DECIMALS)}],
                }
            )

    def _keep(self, factor: str, peers: str) -> bool:
        """Show the last edition's values again, unless somebody in them has left the pool since."""
        last = self.ledger.last
        old = (
            next((one for one in last["cells"] if _key(one) == (factor, None, peers)), None) if last else None
        )
        if old is None or last is None or self.pool.large:
            return False
        since = old["kept_from"] or last["edition"]
        made = next(
            one for one in self.ledger.cells if one.edition == since and one.key == (factor, None, peers)
        )
        inside = {self.pool.sheets.index(sheet) for group in made.groups for sheet in group}
        if max(inside) >= len(self.pool.members):
            return False
        self.cells.append({**old, "kept_from": since, "left_out": self.pool.left_out(peers, inside)})
        return True

    def _certificate(self) -> dict[str, Any]:
        """What was audited, against whom, with what result."""
        return {
            "attacker": ATTACKER,
            "test": "sufficient" if self.pool.large else "exact",
            "fewest_owners": FEWEST_OWNERS,
            "contributions": len(self.owners),
            "editions_before": len({cell.edition for cell in self.ledger.cells}),
            "figures": len(self.pool.published) + sum(len(cell.groups) for cell in self.added),
            "cells": {
                "new": len(self.added),
                "fewer_groups": len(self.fewer),
                "kept": sum(cell["kept_from"] is not None for cell in self.cells),
                "refused": len(self.refused),
            },
            "unfinished": len(self.unfinished),
            "result": "passed",
        }


def _key(cell: Document) -> tuple[str, str | None, str]:
    return cell["factor"], cell["item"], cell["peers"]
