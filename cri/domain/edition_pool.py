"""The pool as one edition sees it: members in a fixed order, their owners, and who may enter which cells."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from cri.domain.audit_work import exact_is_possible
from cri.domain.eligibility import Member, name_key
from cri.domain.ledger import Ledger
from cri.domain.microaggregation import MOST_GROUPS, within_share
from cri.domain.norms import LEAST_FOR_CELL, member_digest
from cri.domain.peers import ALL, peer_name
from cri.domain.pool_tables import within_of
from cri.domain.publishers_audit import Figure

Integers = NDArray[np.int64]

LANES = 20
"""Beyond the exact audit a contribution enters one kind of cells: half of them the whole pool, the others one
kind of peer groups each. One that were in ten kinds at once would hardly ever have enough others like it."""
OWNERS_OF_A_CLASS = 12
"""Agencies for each pair of a factor's group and an index's group, on average, beyond the exact audit."""


@dataclass(frozen=True)
class EditionPool:
    """An edition's members and every sheet that was ever in one.

    members: in the order of their digests, which nobody chose and the edition's number fixes: it decides
    between equal scores, and who is left out where an owner holds too much. sheets: the members' come first.
    lanes: which kind of cells the members enter, by their position modulo their number; None: every kind.
    """

    members: tuple[Member, ...]
    digests: tuple[str, ...]
    sheets: tuple[str, ...]
    ledger: Ledger
    lanes: tuple[str, ...] | None

    @classmethod
    def of(
        cls, members: Sequence[Member], edition: str, ledger: Ledger, peers: Sequence[tuple[str, ...]]
    ) -> "EditionPool":
        """The pool for an edition of this number. peers: attribute lists of the peer groups to be made."""
        ordered = sorted(
            ((member_digest(edition, member.scorecard), member) for member in members),
            key=lambda pair: (pair[0], name_key(pair[1].agency)),
        )
        own = [member.sheet for _, member in ordered]
        sheets = (*own, *sorted(set(ledger.owners) - set(own)))
        large = not exact_is_possible(len(sheets), len(members[0].scorecard["factors"]))
        return cls(
            members=tuple(member for _, member in ordered),
            digests=tuple(digest for digest, _ in ordered),
            sheets=sheets,
            ledger=ledger,
            lanes=_lanes(peers) if large else None,
        )

    @cached_property
    def owners(self) -> Integers:
        """Int (sheets,), equal for contributions of one owner."""
        names = [name_key(member.owner) for member in self.members]
        names += [name_key(self.ledger.owners[sheet]) for sheet in self.sheets[len(names) :]]
        codes = {name: code for code, name in enumerate(sorted(set(names)))}
        return np.array([codes[name] for name in names], dtype=np.int64)

    @cached_property
    def published(self) -> tuple[Figure, ...]:
        """Every figure ever published, items left out: they tell nothing that their factor's does not."""
        place = {sheet: number for number, sheet in enumerate(self.sheets)}
        cells = (cell for cell in self.ledger.cells if cell.item is None)
        return tuple(figure for cell in cells for figure in cell.figures(place))

    @property
    def large(self) -> bool:
        """Whether the pool is beyond the exact audit."""
        return self.lanes is not None

    def most_groups(self, members: int) -> int:
        """Groups that a cell of so many members may have at most."""
        most = round((members / OWNERS_OF_A_CLASS) ** 0.5) if self.large else MOST_GROUPS
        return max(1, min(MOST_GROUPS, most))

    def peer_groups(self, attributes: tuple[str, ...]) -> dict[str, list[int]]:
        """Positions of those who could enter a cell of each group that these attributes make, by its name."""
        if attributes not in self._peer_groups:
            groups: dict[str, list[int]] = {}
            for position in self._entering(attributes):
                if name := peer_name(attributes, self.members[position].facets):
                    groups.setdefault(name, []).append(position)
            self._peer_groups[attributes] = groups
        return self._peer_groups[attributes]

    def left_out(self, peers: str, inside: set[int]) -> list[str]:
        """Digests of those who could be in a peer group's cell, by what is known or told, and are not.

        inside: positions. By what an agency told of itself, since it places itself by that: what was vouched
        for is not in an edition.
        """
        attributes = () if peers == ALL else tuple(part.partition("=")[0] for part in peers.split("&"))
        told = (one for one, facets in self._told_otherwise if peer_name(attributes, facets) == peers)
        could = sorted({*self.peer_groups(attributes).get(peers, ()), *told})
        return [self.digests[position] for position in could if position not in inside]

    def within(self) -> dict[str, dict[str, float]]:
        """Variances of the whole pool by figure; empty where it is too small for a cell."""
        own = self.owners[: len(self.members)]
        kept = list(within_share(own.tolist()))
        if len(np.unique(own[kept])) < LEAST_FOR_CELL:
            return {}
        return within_of([self.members[number] for number in kept])

    def _entering(self, attributes: tuple[str, ...]) -> Iterable[int]:
        """Positions of those who enter this kind of cells."""
        everybody = range(len(self.members))
        if self.lanes is None:
            return everybody
        kind = "&".join(attributes)
        lanes = {number for number, lane in enumerate(self.lanes) if lane == kind}
        return (position for position in everybody if position % LANES in lanes)

    @cached_property
    def _told_otherwise(self) -> tuple[tuple[int, dict[str, str | None]], ...]:
        """Positions of those who told other facets than they count with, and what they told."""
        telling = ((place, one) for place, one in enumerate(self.members) if one.scorecard.get("facets"))
        return tuple((place, one.told) for place, one in telling if one.told != one.facets)

    @cached_property
    def _peer_groups(self) -> dict[tuple[str, ...], dict[str, list[int]]]:
        return {}


def _lanes(peers: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Which kind of cells the members enter, by their position modulo the number of lanes; "" is the pool."""
    kinds = ["&".join(attributes) for attributes in peers if attributes]
    return (*kinds, *[""] * (LANES - len(kinds)))
