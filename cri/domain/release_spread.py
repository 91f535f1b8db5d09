"""For which units a factor's agreement (r_wg(J), AD_M) may be shown beside its score. Method section 6.

Agreement counts the answers to each item, of people below the two-thirds rule too, so it has other people
behind it than the score: each item needs the minimum, and what is left of a shown group's without the shown
groups inside it must, for each item, be nobody or the minimum.
"""

import numpy as np

from cri.domain.disclosure_cells import Bool, Cells, Int32, Int64
from cri.domain.disclosure_groups import Figure, Shown
from cri.domain.disclosure_tree import nearest_shown
from cri.domain.sheet import subtree_sums


def units_with_spread(figure: Figure, factor: int, shown: Shown, minimum: int) -> Bool:
    """Bool (units,): the shown units whose agreement may be shown; the smallest are hidden first."""
    counts = _answered(figure.cells, factor, figure.parents)
    kept: Bool = shown.units & (counts[:-1] >= minimum).all(axis=1)
    while True:
        above = np.array(nearest_shown(figure.parents.tolist(), (~kept).tolist()), dtype=np.int64)
        units = np.flatnonzero(kept)
        left = counts.copy()
        np.subtract.at(left, above[units], counts[units])  # -1, the last row, is the whole wave
        thin = np.flatnonzero(((left > 0) & (left < minimum)).any(axis=1))
        around = np.isin(above[units] % len(counts), thin)
        if not around.any():
            return kept
        for group in np.unique(above[units[around]]):
            inside = units[above[units] == group]
            kept[inside[counts[inside].sum(axis=1).argmin()]] = False


def _answered(cells: Cells, factor: int, parents: Int32) -> Int64:
    """int64 (units + 1, items): people who answered each item, in each unit and below it, and of the wave."""
    patterns, count = cells.patterns[factor], cells.items[factor]
    own = np.zeros((len(parents) + 1, count), dtype=np.int64)  # the last row: people in no unit
    complete = np.where(cells.excluded, 0, cells.complete[:, factor])
    np.add.at(own, cells.unit, complete[:, None])
    kept = ~cells.excluded[patterns.cell]
    given = patterns.given[patterns.pattern[kept]] * patterns.people[kept, None]
    np.add.at(own, cells.unit[patterns.cell[kept]], given)
    return np.vstack([subtree_sums(own[:-1], parents), own.sum(axis=0)])
