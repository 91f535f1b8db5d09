"""The groups that a figure of a wave is shown for, and how many people answered it in each."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from cri.domain.disclosure_cells import Bool, Cells, Counts, Int32, Int64
from cri.domain.sheet import subtree_sums

Sizes = tuple[list[int], list[list[int]], list[int]]
"""People in each unit, in each option of each question, early and late."""


@dataclass(frozen=True, eq=False)
class Shown:
    """Groups for which a figure is shown besides the whole wave.

    `units`: bool (units,). `options`: for each profile question bool (options,). `halves`: early and late.
    `unweighted`: the whole wave's unweighted figure beside the weighted one.
    """

    units: Bool
    options: tuple[Bool, ...]
    halves: bool
    unweighted: bool

    def without(self, group: "Group") -> "Shown":
        """The same with one group hidden."""
        return self._with(group, is_shown=False)

    def also(self, group: "Group") -> "Shown":
        """The same with one group shown."""
        return self._with(group, is_shown=True)

    def _with(self, group: "Group", *, is_shown: bool) -> "Shown":
        if group.kind == "unit":
            units = self.units.copy()
            units[group.place] = is_shown
            return replace(self, units=units)
        if group.kind == "option":
            options = [shown.copy() for shown in self.options]
            options[group.question][group.place] = is_shown
            return replace(self, options=tuple(options))
        if group.kind == "halves":
            return replace(self, halves=is_shown)
        return replace(self, unweighted=is_shown)


@dataclass(frozen=True, slots=True)
class Group:
    """One group: `kind` is unit, option, halves or unweighted; `people` behind its figure."""

    kind: str
    people: int
    place: int = 0
    question: int = 0


@dataclass(frozen=True, eq=False)
class Figure:
    """Who answered one figure: `people`: int32 (cells,), nobody in cells that are excluded.

    `pieces`: where the figure is a factor that all items stand beside, int64 (3, pieces): cell, number of
    items answered, people; None otherwise. `beyond`: people whom the items count and the factor does not, or
    not with the same items.
    """

    cells: Cells
    parents: Int32
    people: Counts
    pieces: Int64 | None = None
    beyond: int = 0


def group_sizes(figure: Figure) -> Sizes:
    """People behind a figure in each unit, in each option of each question, early and late."""
    cells, kept = figure.cells, figure.people
    own = np.bincount(cells.unit + 1, weights=kept, minlength=len(figure.parents) + 1)[1:]
    units = [int(size) for size in subtree_sums(own.astype(np.int64), figure.parents)]
    options = [
        np.bincount(cells.profile[:, question] + 1, weights=kept, minlength=count + 1)[1:]
        for question, count in enumerate(cells.options)
    ]
    halves = [int(kept[cells.late == half].sum()) for half in (0, 1)]
    return units, [[int(size) for size in sizes] for sizes in options], halves


def shown_groups(shown: Shown, sizes: Sizes) -> Iterator[Group]:
    """Every shown group but the whole wave."""
    units, options, halves = sizes
    for unit in np.flatnonzero(shown.units):
        yield Group("unit", units[unit], int(unit))
    for question, places in enumerate(shown.options):
        for place in np.flatnonzero(places):
            yield Group("option", options[question][place], int(place), question)
    if shown.halves:
        yield Group("halves", sum(halves))
    if shown.unweighted:
        yield Group("unweighted", 0)  # the first to go: the weighted figure says the same
