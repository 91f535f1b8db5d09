"""What an edition shows, by peer group, and what changed against the one before it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from cri.domain.norms import tier_of

Document = Mapping[str, Any]

_TIERS = ("none", "halves", "percentiles")


@dataclass(frozen=True)
class PeerRow:
    """What an edition shows of a peer group, over the index and the factors.

    agencies: in the cell that holds the most. figures: cells shown. kept: of these with an earlier edition's
    values. least_groups: groups of the cell that has the fewest. tier: the most that is said of any figure.
    """

    agencies: int
    figures: int
    kept: int
    least_groups: int
    tier: str


@dataclass(frozen=True)
class PeerChange:
    """A peer group in two editions; None in the one that does not show it."""

    peers: str
    before: PeerRow | None
    now: PeerRow | None

    @property
    def lost(self) -> bool:
        """Whether less is said of it than before."""
        return _rank(self.now) < _rank(self.before)


def rows_by_peers(edition: Document) -> dict[str, PeerRow]:
    """Each peer group that the edition shows, in the edition's order."""
    cells: dict[str, list[Document]] = {}
    for cell in edition["cells"]:
        if cell["item"] is None:
            cells.setdefault(cell["peers"], []).append(cell)
    return {
        peers: PeerRow(
            agencies=max(cell["agencies"] for cell in shown),
            figures=len(shown),
            kept=sum(cell["kept_from"] is not None for cell in shown),
            least_groups=min(len(cell["groups"]) for cell in shown),
            tier=max((tier_of(cell) for cell in shown), key=_TIERS.index),
        )
        for peers, shown in cells.items()
    }


def changes_between(before: Document | None, now: Document) -> list[PeerChange]:
    """Every peer group of either edition, those of the newer one first."""
    old, new = rows_by_peers(before) if before else {}, rows_by_peers(now)
    names = [*new, *(peers for peers in old if peers not in new)]
    return [PeerChange(peers, old.get(peers), new.get(peers)) for peers in names]


def _rank(row: PeerRow | None) -> tuple[int, int]:
    return (_TIERS.index(row.tier), row.figures) if row else (-1, 0)


@dataclass(frozen=True)
class CellChange:
    """A cell now and in the edition before; agencies and groups 0 where it is not shown.

    kept_from: the edition whose values it keeps, or None. fewer: fewer groups than its agencies allow, since
    the audit would fail. refused: not shown for that reason. unfinished: nothing new is shown, since no
    work was left for its audit.
    """

    factor: str
    peers: str
    agencies: int
    owners: int
    groups: int
    agencies_before: int
    groups_before: int
    kept_from: str | None
    fewer: bool
    refused: bool
    unfinished: bool


def cells_between(
    before: Document | None,
    now: Document,
    fewer: Collection[tuple[str, str]] = (),
    refused: Collection[tuple[str, str]] = (),
    unfinished: Collection[tuple[str, str]] = (),
) -> list[CellChange]:
    """Every cell of either edition but items: in the newer one's order, then what was refused or is gone.

    fewer, refused, unfinished: (factor, peers) of cells with fewer groups than their agencies allow, with
    none, and without a new value since no work was left for their audit.
    """
    old, new = _cells(before) if before else {}, _cells(now)
    names = list(dict.fromkeys([*new, *refused, *old]))
    return [
        CellChange(
            factor=factor,
            peers=peers,
            agencies=shown["agencies"],
            owners=shown["owners"],
            groups=len(shown["groups"]),
            agencies_before=was["agencies"],
            groups_before=len(was["groups"]),
            kept_from=shown["kept_from"],
            fewer=(factor, peers) in fewer,
            refused=(factor, peers) in refused,
            unfinished=(factor, peers) in unfinished,
        )
        for factor, peers in names
        for shown, was in [(new.get((factor, peers), _NONE), old.get((factor, peers), _NONE))]
    ]


_NONE: Document = {"agencies": 0, "owners": 0, "groups": (), "kept_from": None}


def _cells(edition: Document) -> dict[tuple[str, str], Document]:
    return {(one["factor"], one["peers"]): one for one in edition["cells"] if one["item"] is None}
