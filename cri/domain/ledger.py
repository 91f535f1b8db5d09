"""What the publisher remembers of every edition: who was in which group.

As secret as the contributions. Without it a later edition could not be audited together with earlier ones.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Document = Mapping[str, Any]


@dataclass(frozen=True)
class PublishedCell:
    """Who is in which group of a published cell: digests of answer sheets, lowest group first."""

    edition: str
    factor: str
    item: str | None
    peers: str
    groups: tuple[tuple[str, ...], ...]

    @property
    def key(self) -> tuple[str, str | None, str]:
        """What the cell is about, whichever edition it is in."""
        return self.factor, self.item, self.peers


@dataclass(frozen=True)
class Ledger:
    """Every cell ever published with new values, and the owner of each contribution ever used.

    owners: answer sheet's digest -> owner. last: the newest edition's document, whose values may be kept.
    """

    cells: tuple[PublishedCell, ...] = ()
    owners: Mapping[str, str] = field(default_factory=dict)
    last: Document | None = None
