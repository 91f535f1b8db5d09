"""People whom no shown total tells apart: from the groups of a figure to the space that is searched."""

from dataclasses import dataclass, replace

import numpy as np

from cri.domain.disclosure_cells import Cells, Int64, distinct_codes
from cri.domain.disclosure_groups import Figure, Group, Shown
from cri.domain.disclosure_space import FREE, PRIME, Coordinates, Space, as_coordinates
from cri.domain.disclosure_tree import nearest_shown

SAME_WEIGHT = 1e-9
"""Weights that differ by less, relative to their mean, count as one."""


@dataclass(frozen=True, eq=False)
class Kinds:
    """People whom no shown total tells apart.

    `at`: int64 (kinds,), index of the shown unit closest around them, -1 for none; `x`: (kinds,
    coordinates), for each of `names` what the figure counts them as; `people`: int64 (kinds,). The last
    `beyond` kinds are counted by the items alone.
    """

    at: Int64
    x: Coordinates
    names: tuple[Group | None, ...]
    people: Int64
    beyond: int = 0

    def space(self) -> Space:
        """Everything that can be had from the shown totals; its original columns are the kinds."""
        _, atom = np.unique(self.at, return_inverse=True)
        atom = atom.astype(np.int64)
        atom[len(atom) - self.beyond :] = FREE
        return Space(atom, self.x, self.people, np.arange(len(atom)))

    def without(self, group: Group, above: int) -> "Kinds":
        """The same people when a group is not shown; `above`: the shown unit closest around it."""
        if group.kind == "unit":
            return replace(self, at=np.where(self.at == group.place, above, self.at))
        kept = [number for number, name in enumerate(self.names) if name != group]
        return replace(self, x=self.x[:, kept], names=tuple(self.names[number] for number in kept))


def find_kinds(figure: Figure, shown: Shown, *, beside_items: bool = False) -> Kinds:
    """Collapse the people behind a figure; `beside_items` adds the total of all items (`Figure.pieces`)."""
    cells = figure.cells
    if beside_items and figure.pieces is not None:
        place, answered, people = figure.pieces
    else:
        place = np.flatnonzero(figure.people)
        answered, people = np.zeros(len(place), dtype=np.int8), figure.people[place]
    above = nearest_shown(figure.parents.tolist(), (~shown.units).tolist())
    lowest = [unit if shown.units[unit] else above[unit] for unit in range(len(above))]
    at = np.array([*lowest, -1], dtype=np.int32)
    codes: list[Coordinates] = [at[cells.unit[place]], answered]
    for question, options in enumerate(shown.options):
        chosen = cells.profile[place, question]
        codes.append(np.where(np.append(options, False)[chosen], chosen, np.int8(-1)))
    if shown.halves:
        codes.append(cells.late[place])
    if shown.unweighted:
        codes.append(weight_codes(cells)[place])
    first, kind = distinct_codes(codes)
    total = np.bincount(kind, weights=people, minlength=len(first)).astype(np.int64)
    names, columns = _coordinates(figure, shown, [code[first] for code in codes], place[first])
    if beside_items:
        names, columns = [*names, None], [*columns, answered[first]]
    x, lowest_shown = as_coordinates(columns, len(first)), codes[0][first].astype(np.int64)
    if not (beside_items and figure.beyond):
        return Kinds(lowest_shown, x, tuple(names), total)
    last = np.zeros((1, x.shape[1]), dtype=x.dtype)
    last[0, -1] = 1
    return Kinds(
        np.append(lowest_shown, -1), np.vstack([x, last]), tuple(names), np.append(total, figure.beyond), 1
    )


def _coordinates(
    figure: Figure, shown: Shown, codes: list[Coordinates], place: Int64
) -> tuple[list[Group | None], list[Coordinates]]:
    """What each shown group but the units counts each kind of people as."""
    names: list[Group | None] = []
    columns: list[Coordinates] = []
    for question, options in enumerate(shown.options):
        for option in np.flatnonzero(options):
            names.append(Group("option", 0, int(option), question))
            columns.append((codes[2 + question] == option).view(np.int8))
    if shown.halves:
        names.append(Group("halves", 0))
        columns.append((codes[2 + len(shown.options)] == 1).view(np.int8))
    if shown.unweighted:
        # Totals of a group are weighted; people are scaled so that these count each as one.
        names.append(Group("unweighted", 0))
        inverse = np.round(1 / (figure.cells.weight[place] * SAME_WEIGHT)).astype(np.int64) % PRIME
        columns.append(inverse.astype(np.int32))
    return names, columns


def weight_codes(cells: Cells) -> Int64:
    """int64 (cells,): equal for weights that count as one."""
    _, code = np.unique(np.round(1 / (cells.weight * SAME_WEIGHT)), return_inverse=True)
    return code.astype(np.int64)


def few_weigh(figure: Figure, minimum: int) -> bool:
    """Whether the weighted total less some multiple of the unweighted one is, in effect, of a few people.

    Weights that are almost alike almost cancel. With u = |weight - multiple|, (sum u)^2 / sum u^2 says how
    many people the rest amounts to; it must be nobody or `minimum` for each weight taken as the multiple,
    and for the mean.
    """
    kept = figure.people > 0
    weight, people = figure.cells.weight[kept], figure.people[kept]
    order = np.argsort(weight)
    weight, people = weight[order], people[order].astype(np.float64)
    count, first, second = (np.cumsum(people * weight**power) for power in range(3))
    multiples = np.append(weight, first[-1] / count[-1])
    at = np.searchsorted(weight, multiples, side="right") - 1
    n, total, squares = count[-1], first[-1], second[-1]
    apart = (total - 2 * first[at]) - multiples * (n - 2 * count[at])
    square = squares - 2 * multiples * total + multiples**2 * n
    return bool(((square > SAME_WEIGHT * n) & (apart**2 < minimum * square)).any())
