"""The publisher's audit: nothing published about the pool may single out fewer than four owners.

The attacker is any two owners with all their agencies and old contributions, who hold every edition ever
published and know (worst case) who sits in which group. They may add and subtract what was published, and
take away what is their own. They learn something of a third owner alone exactly when some non-zero
combination of published figures involves at most three owners. Method section 5.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.sparse import csr_array

from cri.domain.audit_work import Allowance
from cri.domain.dependent_owners import OwnersSpace

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FEWEST_OWNERS = 4
"""Owners that every combination of published figures has to involve."""

_UPDATE = 0.1  # steps for each figure and pair of unknowns: large products are quicker than small ones
_TOGETHER = 500  # figures that are learnt in one go
_KNOWN = 1e-8  # squared length of what a figure of length 1 leaves open, up to which it tells nothing new
_WEAK = 1e-2  # up to which it is made orthogonal once more to what is known


@dataclass(frozen=True)
class Figure:
    """A published sum (or mean: the attacker knows the size) of one component over some contributions.

    contributions: int (members,), positions, each once. component: a factor, "index" or an item. weights:
    float (members,), none of them 0, what each contribution counts in the sum (the attacker knows these
    too); None: all alike. A change from wave to wave is a sum of two contributions that count differently.
    """

    component: str
    contributions: Integers
    weights: Floats | None = None


@dataclass(frozen=True)
class AuditedPool:
    """What the attacker's equations are about.

    owners: int (contributions,), equal for contributions of one owner. parts: components that are means of
    others, as index -> factors or factor -> items; taken apart as far as they go.
    """

    owners: Integers
    parts: Mapping[str, tuple[str, ...]]

    def finest(self, component: str) -> tuple[str, ...]:
        """The components that nothing is known to be made of, of which this one is the mean."""
        parts = self.parts.get(component)
        return (component,) if parts is None else tuple(one for part in parts for one in self.finest(part))


def exposed_owners(pool: AuditedPool, figures: Sequence[Figure]) -> tuple[int, ...] | None:
    """Owners (at most three) whom some combination of the figures involves alone; None without one."""
    return Knowledge.of_nothing(pool).learn(figures).exposed()


@dataclass(frozen=True, eq=False)
class Knowledge:
    """What the figures published so far tell about the unknowns (each contribution's finest components).

    free: float (unknowns, unknowns), the projector on the null space: what the figures leave open. Unknowns
    stand in order of owners; `starts` and `ends` mark each owner's.
    """

    pool: AuditedPool
    components: tuple[str, ...]
    column: Integers
    owners: Integers
    starts: Integers
    free: Floats

    @classmethod
    def of_nothing(cls, pool: AuditedPool, components: Sequence[str] | None = None) -> "Knowledge":
        """Before anything is published. components: the finest there are; by default the index's."""
        named = tuple(components) if components else pool.finest("index")
        owner_of = np.repeat(pool.owners, len(named))
        order = np.argsort(owner_of, kind="stable")
        column = np.empty_like(order)
        column[order] = np.arange(len(order))
        owners, starts = np.unique(owner_of[order], return_index=True)
        return cls(pool, named, column, owners, starts, np.eye(len(order)))

    def work_to_learn(self, figures: Sequence[Figure]) -> float:
        """Steps that `learn` takes, about."""
        return _UPDATE * len(figures) * len(self.free) ** 2

    def learn(self, figures: Sequence[Figure]) -> "Knowledge":
        """With some more figures published."""
        free = self.free
        for first in range(0, len(figures), _TOGETHER):
            learnt = _new_directions(self._rows(figures[first : first + _TOGETHER]), free)
            told = learnt.T @ learnt
            free = np.subtract(free, told, out=told)
        return replace(self, free=free)

    def exposed(
        self, likely: Iterable[tuple[int, ...]] = (), allowance: Allowance | None = None
    ) -> tuple[int, ...] | None:
        """Owners (at most three) whom some combination of the figures involves alone, or None.

        Such a combination exists if and only if the null space, seen on these owners' unknowns alone, is
        short of a dimension. likely: owners who are looked at first, as those of a refusal just before.
        Raises WorkUsedUpError where the search would take more than the allowance, without an end by default.
        """
        space = OwnersSpace(self.free, self.starts, allowance or Allowance(math.inf))
        numbers = (tuple(np.searchsorted(self.owners, one).tolist()) for one in likely)
        found = space.first_dependent(numbers) or space.dependent()
        return None if found is None else tuple(int(self.owners[owner]) for owner in found)

    def _rows(self, figures: Sequence[Figure]) -> csr_array:
        """Figures by unknowns, each row of length 1."""
        place = {component: number for number, component in enumerate(self.components)}
        finest = [np.array([place[one] for one in self.pool.finest(one.component)]) for one in figures]
        involved = [
            self.column[(figure.contributions[:, None] * len(self.components) + parts).ravel()]
            for figure, parts in zip(figures, finest, strict=True)
        ]
        values = [
            _unit(figure.weights, len(figure.contributions)).repeat(len(parts)) / np.sqrt(len(parts))
            for figure, parts in zip(figures, finest, strict=True)
        ]
        ends = np.cumsum([0, *(len(columns) for columns in involved)])
        entries = (np.concatenate(values), np.concatenate(involved), ends)
        return csr_array(entries, shape=(len(figures), len(self.free)))


def _new_directions(rows: csr_array, free: Floats) -> Floats:
    """What unit rows tell that was open: float (directions, unknowns), orthonormal.

    What is nearly known already has to be told apart from what is known: learnt a second time, a direction
    would be taken from the projector twice, and errors grow with each edition.
    """
    left_open = rows @ free
    shares, turns = np.linalg.eigh(left_open @ left_open.T)
    new = shares > _KNOWN
    learnt = (turns[:, new].T @ left_open) / np.sqrt(shares[new])[:, None]
    weak = shares[new] < _WEAK
    learnt[weak] = learnt[weak] @ free  # what rounding brought in of what is known is large in these
    lengths = np.linalg.cholesky(learnt @ learnt.T)
    return np.asarray(scipy.linalg.solve_triangular(lengths, learnt, lower=True))


def _unit(weights: Floats | None, members: int) -> Floats:
    """The weights, made a row of length 1."""
    row: Floats = np.ones(members) if weights is None else np.asarray(weights, dtype=np.float64)
    return np.asarray(row / np.linalg.norm(row))
