"""Which items of a factor may show their mean beside the factor's score. Method section 6.

A factor's score is the mean of its items, so the items' totals less the factor's total leave those people
whose answers the two count differently: who answered only some of the items. Where these are 1 to 9, one
item keeps its mean, standard deviation and points to itself; its bands and favourable share stay.
docs/decisions/disclosure-audit.md has the reasoning.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cri.domain.disclosure_cells import Bool, Cells, Int64

Withheld = Literal["small", "complementary", "alike"]
"""Why an item's mean is not shown: too few answered, it would give others away, or all answered alike."""


@dataclass(frozen=True, eq=False)
class ItemBase:
    """Who answered which items of a factor, over the whole wave without those excluded.

    `given`: bool (kinds, items), each distinct set of items; `people`: int64 (kinds,), who answered just it.
    `needed`: items for a score.
    """

    given: Bool
    people: Int64
    needed: int

    @property
    def answered(self) -> Int64:
        """int64 (items,): people who answered each."""
        counts: Int64 = self.people @ self.given
        return counts

    @property
    def together(self) -> Int64:
        """int64 (items, items): people who answered both."""
        counts: Int64 = self.given.T @ (self.people[:, None] * self.given)
        return counts


def item_base(cells: Cells, factor: int, items: int) -> ItemBase:
    """The base of one factor of `items` items."""
    patterns = cells.patterns[factor]
    kept = ~cells.excluded[patterns.cell]
    people = np.bincount(
        patterns.pattern[kept], weights=patterns.people[kept], minlength=len(patterns.given)
    ).astype(np.int64)
    complete = int(cells.complete[~cells.excluded, factor].sum())
    given = np.vstack([np.ones((1, items), dtype=bool), patterns.given.reshape(-1, items)])
    return ItemBase(given, np.concatenate([[complete], people]), cells.needed[factor])


def can_be_set_against_the_factor(base: ItemBase, shown: Bool, minimum: int) -> bool:
    """Whether equal shares of all shown items could be taken from the factor's score to isolate somebody.

    `shown`: bool (items,). If not, no combination of these items' totals with totals of factor scores holds
    fewer than `minimum` people, whatever the latter are: unequal shares leave everybody who answered two
    items of unlike shares, equal ones all whom the item totals and the factor's count differently.
    """
    touched = base.given[:, shown].any(axis=1)
    outside = base.given[:, ~shown].any(axis=1)
    scored = base.given.sum(axis=1) >= base.needed
    return int(base.people[touched & (outside | ~scored)].sum()) < minimum


def any_pair_is_thin(base: ItemBase, shown: Bool, minimum: int) -> bool:
    """Whether two of the shown items were answered together by fewer than `minimum`."""
    places = np.flatnonzero(shown)
    together = base.together[np.ix_(places, places)]
    return bool((together < minimum).any())


def withhold_one(base: ItemBase, shown: Bool, minimum: int) -> Bool:
    """Bool (items,): `shown` without what keeps the items' totals and the factor's apart for good.

    If each shown item was answered by `minimum` people who also answered a withheld one, any combination
    that has a shown item in it holds those people. Of the items that bring this about alone the one with
    the fewest answers is withheld; if none does, all are.
    """
    places = np.flatnonzero(shown)
    for item in sorted(places, key=lambda place: (base.answered[place], -place)):
        left = shown.copy()
        left[item] = False
        beside = base.given[:, ~left].any(axis=1)
        held = (base.people * beside) @ base.given
        if (held[left] >= minimum).all():
            return left
    return np.zeros_like(shown)
