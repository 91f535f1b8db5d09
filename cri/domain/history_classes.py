"""The sufficient test of the publisher's audit, for pools too large for the exact one.

Unknowns with the same history (members of the same published groups) weigh alike in every combination of
what was published. So if each such class holds at least four owners, every combination does. Here cells are
made to fit: whoever would be in a class of fewer than four owners is left out of the cell. Method section 5.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cri.domain.publishers_audit import FEWEST_OWNERS, AuditedPool, Figure

Integers = NDArray[np.int64]
Mask = NDArray[np.bool_]


@dataclass
class HistoryClasses:
    """For each finest component, which contributions no published figure tells apart.

    Every class of what was published has at least four owners after `admit`, if it had before.
    """

    pool: AuditedPool
    labels: dict[str, Integers] = field(default_factory=dict)
    published: dict[str, Mask] = field(default_factory=dict)

    def admit(self, component: str, groups: Integers) -> Integers:
        """Take in a cell (or cells that share nobody) of a component; returns the groups it may have.

        groups: int (contributions,), 0 for nobody's, else the number of the group each is in. The result is
        the same with those at 0 who had to be left out.
        """
        kept = groups.copy()
        finest = self.pool.finest(component)
        settled = False
        while not settled:
            leaving = [self._must_leave(one, kept) for one in finest]
            for positions in leaving:
                kept[positions] = 0
            settled = not any(len(positions) for positions in leaving)
        self._take(finest, kept)
        return kept

    def note(self, figures: Sequence[Figure]) -> None:
        """Take in what was published before, as it was."""
        for figure in figures:
            groups = np.zeros(len(self.pool.owners), dtype=np.int64)
            groups[figure.contributions] = 1
            self._take(self.pool.finest(figure.component), groups)

    def thin(self) -> Mask:
        """Contributions whose published class has, on some component, fewer than four owners."""
        found = np.zeros(len(self.pool.owners), dtype=bool)
        for component, classes in self.labels.items():
            owners = owners_in(classes, self.pool.owners)[classes]
            found |= (owners < FEWEST_OWNERS) & self.published[component]
        return found

    def _take(self, components: Sequence[str], groups: Integers) -> None:
        """The members of the groups are told apart from now on."""
        inside = np.flatnonzero(groups)
        for one in components:
            labels = self._of(one).copy()
            labels[inside] = _numbered(labels[inside], groups[inside]) + 1 + labels.max()
            self.labels[one] = labels
            self.published[one] = self._published(one) | (groups > 0)

    def _published(self, component: str) -> Mask:
        return self.published.get(component, np.zeros(len(self.pool.owners), dtype=bool))

    def _of(self, component: str) -> Integers:
        return self.labels.get(component, np.zeros(len(self.pool.owners), dtype=np.int64))

    def _must_leave(self, component: str, kept: Integers) -> Integers:
        """Who has to leave the cell for no class to be thin: positions.

        Only those matter who are in the cell, or were like somebody in it so far. A contribution in no figure
        at all is told apart by nothing, however few are like it.
        """
        labels = self._of(component)
        shared = np.zeros(int(labels.max(initial=0)) + 1, dtype=bool)
        shared[labels[kept > 0]] = True
        concerned = np.flatnonzero((kept > 0) | (self._published(component) & shared[labels]))
        parent, inside = labels[concerned], kept[concerned] > 0
        classes = _numbered(parent, kept[concerned])
        thin = owners_in(classes, self.pool.owners[concerned])[classes] < FEWEST_OWNERS
        leaving = thin & inside
        # Those outside the cell are a class as well: where they are too few, the smallest group beside joins.
        shared[:] = False
        shared[parent[thin & ~inside]] = True
        beside = np.flatnonzero(inside & shared[parent])
        if len(beside):
            sizes = np.bincount(classes)
            order = beside[np.lexsort((classes[beside], sizes[classes[beside]], parent[beside]))]
            first = np.unique(parent[order], return_index=True)[1]
            joins = np.zeros(len(sizes), dtype=bool)
            joins[classes[order[first]]] = True
            leaving |= joins[classes] & inside
        return concerned[leaving]


def owners_in(classes: Integers, owners: Integers) -> Integers:
    """Int (classes,): how many owners each class has; classes are numbered from 0 without gaps."""
    span = int(owners.max(initial=0)) + 1
    pairs = np.unique(classes * span + owners)
    return np.bincount(pairs // span)


def _numbered(parent: Integers, groups: Integers) -> Integers:
    """Classes of (parent, group), numbered from 0 without gaps."""
    keys = parent * (int(groups.max(initial=0)) + 1) + groups
    numbered: Integers = np.unique(keys, return_inverse=True)[1].astype(np.int64)
    return numbered
