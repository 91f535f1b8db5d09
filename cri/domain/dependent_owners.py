"""Whether any three owners' parts of a null space are linearly dependent: the search behind the audit.

Each owner has a few rows and columns of a projector. They are first made comparable (each one's own block
the identity); then two or three can be dependent only where they are bound together strongly enough, which
leaves few to look at. Every bound here errs towards looking; what is looked at is factorised.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from cri.domain.audit_work import Allowance

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

SINGULAR = 1e-5
"""An eigenvalue that counts as none: who is nearer to dependent than this is as good as exposed."""

_TOGETHER = 2_000  # pairs or triples that are factorised in one go
_STRIP = 32  # owners whose rows are squared in one go
_ENOUGH = 1 - 2 * SINGULAR  # bonds that add up to less cannot make anybody dependent
_ROOM = 0.01  # what a bond has to leave open for the bound on the third owner to be relied on
_BONDS, _MASK = 5, 20  # steps for each pair of unknowns, and of owners who are bound to a third one
_CALL = 30_000  # steps that a turn of the search takes however little there is to do
_SAFE = 0.8  # squared bond of two, the third one known, up to which they are not looked at


@dataclass(frozen=True, eq=False)
class OwnersSpace:
    """A projector seen owner by owner: float (unknowns, unknowns), unknowns in order of owners.

    starts: int (owners,), each owner's first unknown. allowance: for the search, which ends with it.
    """

    projector: Floats
    starts: Integers
    allowance: Allowance = field(default_factory=lambda: Allowance(math.inf))

    @property
    def lengths(self) -> Integers:
        """Unknowns of each owner."""
        return np.diff(self.starts, append=len(self.projector))

    def first_dependent(self, candidates: Iterable[tuple[int, ...]]) -> tuple[int, ...] | None:
        """The first of the candidates (one to three owners by number) that is dependent; None if none is."""
        for owners in candidates:
            parts = [self.starts[one] + np.arange(self.lengths[one]) for one in owners]
            blocks = [self.projector[np.ix_(part, part)] for part in parts]
            if min(np.linalg.eigvalsh(block)[0] for block in blocks) < SINGULAR:
                return owners
            places = np.concatenate(parts)
            together = self.projector[np.ix_(places, places)]
            if scipy.linalg.eigvalsh(together, scipy.linalg.block_diag(*blocks))[0] < SINGULAR:
                return owners
        return None

    def dependent(self) -> tuple[int, ...] | None:
        """The first one, two or three owners whose parts are dependent, by their number; None if none are.

        Raises WorkUsedUpError where that takes more than the allowance.
        """
        lengths = self.lengths
        self.allowance.spend(len(self.projector) ** 2 * (_BONDS + 2 * lengths.mean()))
        level, alone = _levelled(self.projector, self.starts, lengths)
        if alone is not None:
            return (alone,)
        bonds = _bonds(level, self.starts, lengths)
        for suspects in _suspects(level, bonds, self.starts, lengths, self.allowance):
            self.allowance.spend(_CALL + len(suspects) * (suspects.shape[1] * lengths.mean()) ** 3)
            if (found := _first_short(level, self.starts, lengths, suspects)) is not None:
                return tuple(int(owner) for owner in suspects[found])
        return None


def _levelled(projector: Floats, starts: Integers, lengths: Integers) -> tuple[Floats, int | None]:
    """The projector with every owner's own block made the identity; or an owner whose block is short."""
    turns = []
    for length in np.unique(lengths):
        alike = np.flatnonzero(lengths == length)
        places = starts[alike][:, None] + np.arange(length)
        own = projector[places[:, :, None], places[:, None, :]]
        short = np.flatnonzero(np.linalg.eigvalsh(own)[:, 0] < SINGULAR)
        if len(short):
            return projector, int(alike[short[0]])
        turns.append((places, np.linalg.inv(np.linalg.cholesky(own))))
    return _turned(_turned(projector, turns).T, turns), None


def _turned(matrix: Floats, turns: list[tuple[Integers, Floats]]) -> Floats:
    """Each owner's rows multiplied by the owner's own matrix."""
    if len(turns) == 1:  # as many rows for everybody: they lie as they are needed
        places, turn = turns[0]
        return np.asarray(turn @ matrix.reshape(*places.shape, -1)).reshape(matrix.shape)
    turned = np.empty(matrix.shape)
    for places, turn in turns:
        rows = matrix[places.ravel()].reshape(*places.shape, -1)
        turned[places.ravel()] = (turn @ rows).reshape(places.size, -1)
    return turned


def _bonds(level: Floats, starts: Integers, lengths: Integers) -> Floats:
    """How far each two owners' parts are bound together, from 0 to 1: float (owners, owners).

    The spectral norm of the block between them, or where that is small anyway the Frobenius norm above it.
    """
    bonds: Floats = np.sqrt(_block_squares(level, starts, lengths))
    np.fill_diagonal(bonds, 0.0)
    if lengths.max(initial=1) > 1:
        strong = np.argwhere(np.triu(bonds) >= 1 / 3)
        for some, shape in _alike(strong, lengths):
            rows, columns = (starts[strong[some, side]][:, None] + np.arange(shape[side]) for side in (0, 1))
            blocks = level[rows[:, :, None], columns[:, None, :]]
            norms = np.sqrt(np.linalg.eigvalsh(blocks @ blocks.transpose(0, 2, 1))[:, -1].clip(0))
            one, other = strong[some].T
            bonds[one, other] = bonds[other, one] = norms
    return bonds


def _block_squares(matrix: Floats, starts: Integers, lengths: Integers) -> Floats:
    """Sums of squares of the blocks between owners: float (owners, owners)."""
    if lengths.max(initial=1) == 1:
        return np.asarray(matrix**2)
    ends = starts + lengths
    sums = [  # a few owners' rows at a time: the squares of all would be one more matrix of that size
        np.add.reduceat(
            np.add.reduceat(matrix[starts[some[0]] : ends[some[-1]]] ** 2, starts, axis=1),
            starts[some] - starts[some[0]],
            axis=0,
        )
        for some in np.array_split(np.arange(len(starts)), 1 + len(starts) // _STRIP)
    ]
    return np.concatenate(sums)


def _suspects(
    level: Floats, bonds: Floats, starts: Integers, lengths: Integers, allowance: Allowance
) -> Iterator[Integers]:
    """Pairs, then triples, that could be dependent: int (suspects, 2 or 3); the most strongly bound first.

    With bonds a, b, c between three, the unknowns' Gram matrix (identities on its diagonal) is singular only
    if the matrix of bonds has an eigenvalue of 1 or more, 1 - (a^2 + b^2 + c^2) - 2abc <= 0. Its largest
    eigenvalue is at most its largest row sum, so each such triple is seen from the owner with that sum, who
    is the one that is not in its weakest bond.
    """
    yield np.argwhere(np.triu(bonds) >= _ENOUGH)
    if len(bonds) < 3:
        return
    screen: _Screen | None = None
    strongest = np.partition(bonds, -2, axis=1)[:, -2:].sum(axis=1)
    for centre in np.argsort(-strongest, kind="stable")[: int((strongest >= _ENOUGH).sum())]:
        strengths = bonds[centre]
        near = np.flatnonzero((strengths > 0) & (strengths >= _ENOUGH - strengths.max()))
        allowance.spend(_CALL + _MASK * len(near) ** 2)
        own, between = strengths[near], bonds[np.ix_(near, near)]
        weakest = np.minimum(own[:, None], own[None, :])
        bound = (between <= weakest) & (own[:, None] + own[None, :] >= _ENOUGH)
        squares = own[:, None] ** 2 + own[None, :] ** 2 + between**2
        products = own[:, None] * own[None, :] * between
        bound &= _ENOUGH**3 - squares * _ENOUGH - 2 * products <= 0
        bound = np.triu(bound, 1)
        if bound.any():
            screen = screen or _Screen(level, starts, lengths)
            allowance.spend(screen.steps(len(near)))
            bound &= ~screen.apart(int(centre), near, own)
        first, second = np.nonzero(bound)
        if len(first):
            yield np.stack([np.full(len(first), centre), near[first], near[second]], axis=1)


class _Screen:
    """Says of two owners that they are apart for certain once a third one is known: quick, and roughly.

    Slot by slot: block (a, b) holds every owner's a-th unknown against every owner's b-th, in single
    precision, 0 where an owner has fewer; such blocks fit the processor's cache.
    """

    def __init__(self, level: Floats, starts: Integers, lengths: Integers) -> None:
        # One with far more unknowns than others would fill the blocks with nothing: never said to be apart.
        self.slots = min(int(lengths.max(initial=1)), 2 * len(level) // max(len(starts), 1))
        self.screened = lengths <= self.slots
        self.blocks: dict[tuple[int, int], NDArray[np.float32]] = {}
        for one in range(self.slots):
            has_one = self.screened & (lengths > one)
            rows = level[starts[has_one] + one].astype(np.float32)
            for other in range(one, self.slots):
                has_other = self.screened & (lengths > other)
                block = np.zeros((len(starts), len(starts)), dtype=np.float32)
                block[np.ix_(has_one, has_other)] = rows[:, starts[has_other] + other]
                self.blocks[one, other] = block

    def steps(self, near: int) -> int:
        """What `apart` takes for so many near a centre."""
        return len(self.blocks) * (self.slots + 4) * near**2

    def apart(self, centre: int, near: Integers, own: Floats) -> NDArray[np.bool_]:
        """Which two of those near the centre are apart for certain: bool (near, near).

        With the centre's part projected off, what is between two owners has to be as large as what is left of
        them, at least 1 - (bond to the centre)^2 each, for them to be dependent.
        """
        middle = [
            np.stack([self._between(slot, other, centre)[near] for other in range(self.slots)], axis=1)
            for slot in range(self.slots)
        ]
        total = np.zeros((len(near), len(near)), dtype=np.float32)
        for (one, other), block in self.blocks.items():
            left = block[np.ix_(near, near)]
            left -= middle[one] @ middle[other].T
            np.multiply(left, left, out=left)
            total += left
            if one != other:
                total += left.T
        room = 1 - own**2
        roomy = (room >= _ROOM) & self.screened[near] & self.screened[centre]
        apart = total < _SAFE * room[:, None] * room[None, :]
        return np.asarray(apart & roomy[:, None] & roomy[None, :])

    def _between(self, slot: int, other: int, centre: int) -> NDArray[np.float32]:
        """Every owner's unknown in a slot against the centre's in another."""
        one, two = sorted((slot, other))
        block = self.blocks[one, two]
        found: NDArray[np.float32] = block[:, centre] if slot <= other else block[centre]
        return found


def _first_short(level: Floats, starts: Integers, lengths: Integers, suspects: Integers) -> int | None:
    """Which of the suspects (rows of owners) is the first to be dependent; None if none is."""
    short = np.zeros(len(suspects), dtype=bool)
    for some, shape in _alike(suspects, lengths):
        places = np.concatenate(
            [
                starts[suspects[some, place]][:, None] + np.arange(length)
                for place, length in enumerate(shape)
            ],
            axis=1,
        )
        blocks = level[places[:, :, None], places[:, None, :]]
        diagonal = np.arange(blocks.shape[1])
        blocks[:, diagonal, diagonal] -= SINGULAR
        try:
            np.linalg.cholesky(blocks)  # all of them have every eigenvalue above SINGULAR
        except np.linalg.LinAlgError:
            short[some] = np.linalg.eigvalsh(blocks)[:, 0] <= 0
    found = np.flatnonzero(short)
    return int(found[0]) if len(found) else None


def _alike(suspects: Integers, lengths: Integers) -> Iterator[tuple[Integers, Integers]]:
    """Suspects with as many unknowns each, some at a time: (their numbers, unknowns of each owner)."""
    sizes = lengths[suspects]
    shapes = np.unique(sizes, axis=0)
    for shape in shapes:
        alike = np.arange(len(suspects)) if len(shapes) == 1 else np.flatnonzero((sizes == shape).all(axis=1))
        for some in np.array_split(alike, 1 + len(alike) // _TOGETHER):
            yield some, shape
