"""The publisher's audit: nothing published about the pool may single out fewer than four owners.

The attacker is any two owners with all their agencies and old contributions, who hold every edition ever
published and know (worst case) who sits in which group. They may add and subtract what was published, and
take away what is their own. They learn something of a third owner alone exactly when some non-zero
combination of published figures involves at most three owners. Method section 5.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FEWEST_OWNERS = 4
"""Owners that every combination of published figures has to involve."""
EXACT_UP_TO = 2_000
"""Contributions up to which the audit is exact; above, the sufficient test."""

_RIDGE = 1e-9  # lets dependent figures be factorised; moves no result by more than 1e-6
_TOGETHER = 2_000  # triples of owners whose unknowns are looked at in one go
_SINGULAR = 1e-5  # what counts as no distance at all; nearer than this would be as good as exposed


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

    def learn(self, figures: Sequence[Figure]) -> "Knowledge":
        """With some more figures published."""
        if not figures:
            return self
        left_open = self._rows(figures) @ self.free
        gram = left_open @ left_open.T
        gram[np.diag_indices_from(gram)] += _RIDGE
        learnt = scipy.linalg.solve_triangular(np.linalg.cholesky(gram), left_open, lower=True)
        return replace(self, free=self.free - learnt.T @ learnt)

    def exposed(self) -> tuple[int, ...] | None:
        """Owners (at most three) whom some combination of the figures involves alone, or None.

        Such a combination exists if and only if the null space, seen on these owners' unknowns alone, is
        short of a dimension. Owners are first made comparable (each one's own block the identity); then three
        can be short only where they are bound together strongly enough, which leaves few triples to look at.
        """
        ends = [*self.starts[1:], len(self.free)]
        parts = [slice(start, end) for start, end in zip(self.starts, ends, strict=True)]
        level = self.free.copy()
        for owner, part in enumerate(parts):
            own = self.free[part, part]
            if np.linalg.eigvalsh(own)[0] < _SINGULAR:
                return (int(self.owners[owner]),)
            turn = scipy.linalg.solve_triangular(np.linalg.cholesky(own), np.eye(len(own)), lower=True)
            level[part] = turn @ level[part]
            level[:, part] = level[:, part] @ turn.T
        for suspects in _suspects(_relations(level, parts, self.starts)):
            if (found := _first_short(level, parts, suspects)) is not None:
                return tuple(int(self.owners[owner]) for owner in suspects[found])
        return None

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


def _unit(weights: Floats | None, members: int) -> Floats:
    """The weights, made a row of length 1."""
    row: Floats = np.ones(members) if weights is None else np.asarray(weights, dtype=np.float64)
    return np.asarray(row / np.linalg.norm(row))


def _relations(level: Floats, parts: Sequence[slice], starts: Integers) -> Floats:
    """How far each two owners' unknowns are bound together, from 0 to 1: float (owners, owners).

    The spectral norm of the block between them, or where that is small anyway the Frobenius norm above it.
    """
    squares = np.add.reduceat(np.add.reduceat(level**2, starts, axis=0), starts, axis=1)
    bound: Floats = np.sqrt(squares)
    np.fill_diagonal(bound, 0.0)
    for one, other in zip(*np.nonzero(np.triu(bound) >= 1 / 3), strict=True):
        exact = np.linalg.norm(level[parts[one], parts[other]], 2)
        bound[one, other] = bound[other, one] = exact
    return bound


def _suspects(relations: Floats) -> Iterator[Integers]:
    """Pairs, then triples, that could be dependent: int (suspects, 2 or 3), some triples more than once.

    With bonds a, b, c between three, the unknowns' Gram matrix (identities on its diagonal) is singular only
    if the matrix of bonds has an eigenvalue of 1 or more, 1 - (a^2 + b^2 + c^2) - 2abc <= 0. Its largest
    eigenvalue is at most its largest row sum, so each such triple is seen from the owner with that sum.
    """
    enough = 1 - 2 * _SINGULAR
    yield np.argwhere(np.triu(relations) >= enough)
    for centre in range(len(relations)):
        strengths = relations[centre]
        near = np.flatnonzero((strengths > 0) & (strengths >= enough - strengths.max()))
        own, between = strengths[near], relations[np.ix_(near, near)]
        squares = own[:, None] ** 2 + own[None, :] ** 2 + between**2
        products = own[:, None] * own[None, :] * between
        bound = enough**3 - squares * enough - 2 * products <= 0
        first, second = np.nonzero(np.triu(bound & (own[:, None] + own[None, :] >= enough), 1))
        if len(first):
            yield np.stack([np.full(len(first), centre), near[first], near[second]], axis=1)


def _first_short(level: Floats, parts: Sequence[slice], suspects: Integers) -> int | None:
    """Which of the suspects (rows of owners) is the first to be dependent; None if none is."""
    starts = np.array([part.start for part in parts])
    lengths = np.array([part.stop - part.start for part in parts])
    short = np.zeros(len(suspects), dtype=bool)
    # Those with as many unknowns each are looked at together.
    for shape in np.unique(lengths[suspects], axis=0):
        alike = np.flatnonzero((lengths[suspects] == shape).all(axis=1))
        for some in np.array_split(alike, 1 + len(alike) // _TOGETHER):
            columns = np.concatenate(
                [
                    starts[suspects[some, place]][:, None] + np.arange(length)
                    for place, length in enumerate(shape)
                ],
                axis=1,
            )
            blocks = level[columns[:, :, None], columns[:, None, :]]
            short[some] = np.linalg.eigvalsh(blocks)[:, 0] < _SINGULAR
    found = np.flatnonzero(short)
    return int(found[0]) if len(found) else None
