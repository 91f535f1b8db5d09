"""What the publisher remembers of every edition: who was in which group.

As secret as the contributions. Without it a later edition could not be audited together with earlier ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from cri.domain.publishers_audit import Figure

Document = Mapping[str, Any]

CHANGES = "changes"
"""In place of a peer group's name, of a cell of changes; no peer group is called so."""


@dataclass(frozen=True)
class PublishedCell:
    """Who is in which group of a published cell: digests of answer sheets, lowest group first.

    weights: what each of them counts in its group's sum, group by group; None: all alike. Groups of changes
    from wave to wave have them (peers is then CHANGES); without them a later audit would go wrong.
    """

    edition: str
    factor: str
    item: str | None
    peers: str
    groups: tuple[tuple[str, ...], ...]
    weights: tuple[tuple[float, ...], ...] | None = None

    @property
    def key(self) -> tuple[str, str | None, str]:
        """What the cell is about, whichever edition it is in."""
        return self.factor, self.item, self.peers

    def figures(self, place: Mapping[str, int]) -> list[Figure]:
        """What the audit knows of the cell: a figure for each group. place: position of each sheet."""
        weights = self.weights or (None,) * len(self.groups)
        return [
            Figure(
                self.factor,
                np.array([place[sheet] for sheet in group]),
                None if weighed is None else np.array(weighed),
            )
            for group, weighed in zip(self.groups, weights, strict=True)
        ]


@dataclass(frozen=True)
class Ledger:
    """Every cell ever published with new values, and the owner of each contribution ever used.

    owners: answer sheet's digest -> owner. last: the newest edition's document, whose values may be kept.
    """

    cells: tuple[PublishedCell, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    last: Document | None = None
