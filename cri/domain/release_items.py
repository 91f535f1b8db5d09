"""Which items of a factor may show their mean beside the factor's score. Method section 6.

A factor's score is the mean of its items, so the items' totals less the factor's total leave those people
whose answers the two count differently: who answered only some of the items. Where these are 1 to 9, one
item keeps its mean, standard deviation and points to itself; its bands and favourable share stay.
docs/decisions/disclosure-audit.md has the reasoning.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from cri.domain.disclosure_audit import items_isolate
from cri.domain.disclosure_cells import Bool, Cells, Int64
from cri.domain.disclosure_groups import Figure, Shown

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


def items_beside(figure: Figure, factor: int, shown: Shown, allowed: Bool, minimum: int) -> Bool:
    """Bool (items,): of the allowed items those whose mean may stand beside the factor's scores.

    `figure`: who has a score; `shown`: the groups it is shown for; `allowed`: bool (items,), items that are
    neither alike nor withheld before.
    """
    base = item_base(figure.cells, factor)
    enough = base.answered >= minimum
    chosen = allowed & enough
    if int(figure.people.sum()) < minimum or not chosen.any():
        return chosen
    if (enough & ~allowed).any() or any_pair_is_thin(base, chosen, minimum):
        return withhold_one(base, chosen, minimum)
    beyond = people_beyond(base, chosen)
    if beyond >= minimum:
        return chosen
    beside = replace(figure, pieces=_pieces(figure, factor, chosen), beyond=beyond)
    return withhold_one(base, chosen, minimum) if items_isolate(beside, shown, minimum) else chosen


def item_base(cells: Cells, factor: int) -> ItemBase:
    """Who answered which items of one factor."""
    items = cells.items[factor]
    patterns = cells.patterns[factor]
    kept = ~cells.excluded[patterns.cell]
    people = np.bincount(
        patterns.pattern[kept], weights=patterns.people[kept], minlength=len(patterns.given)
    ).astype(np.int64)
    complete = int(cells.complete[~cells.excluded, factor].sum())
    given = np.vstack([np.ones((1, items), dtype=bool), patterns.given.reshape(-1, items)])
    return ItemBase(given, np.concatenate([[complete], people]), cells.needed[factor])


def people_beyond(base: ItemBase, shown: Bool) -> int:
    """People who answered a shown item and count for the factor not at all, or with another item as well.

    Equal shares of all shown items, set against totals of factor scores, always leave these; unequal ones
    leave everybody who answered two items of unlike shares (`any_pair_is_thin`).
    """
    touched = base.given[:, shown].any(axis=1)
    outside = base.given[:, ~shown].any(axis=1)
    scored = base.given.sum(axis=1) >= base.needed
    return int(base.people[touched & (outside | ~scored)].sum())


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


def _pieces(figure: Figure, factor: int, shown: Bool) -> Int64:
    """int64 (3, pieces): cell, items answered and people, of those with a score and with shown items only."""
    cells = figure.cells
    patterns = cells.patterns[factor]
    given = patterns.given.sum(axis=1)
    kept = (given >= cells.needed[factor]) & ~patterns.given[:, ~shown].any(axis=1)
    chosen = kept[patterns.pattern] & ~cells.excluded[patterns.cell]
    whole = np.flatnonzero((cells.complete[:, factor] > 0) & ~cells.excluded & shown.all())
    return np.hstack(
        [
            np.stack([whole, np.full(len(whole), len(shown)), cells.complete[whole, factor]]),
            np.stack([patterns.cell, given[patterns.pattern], patterns.people])[:, chosen],
        ]
    )
