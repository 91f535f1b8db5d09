"""The space of everything that can be had by adding and subtracting shown totals.

Columns are groups of people whom no shown total tells apart; a vector of the space gives each column the
weight with which its people enter some combination of shown totals. Every column has one atom, a group of
the tree less the shown groups inside it, and coordinates for all other shown totals (options, early or late
and so on), so a vector is a potential for each atom plus a linear function of the coordinates:
v(column) = a[atom] + b . x[column].

All arithmetic is exact, modulo a prime. A vector of whole numbers without a common divisor stays non-zero
modulo the prime and gains no column by it, so where nobody can be isolated modulo the prime, nobody can.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Bool = npt.NDArray[np.bool_]
Int64 = npt.NDArray[np.int64]
Coordinates = npt.NDArray[np.signedinteger[Any]]

PRIME = 67_108_859
"""The largest prime under 2^26: products add up in 64 bits."""

FREE = -1
"""The atom of a column whose atom's potential is known."""

_ROWS_AT_ONCE = 1 << 14


@dataclass(frozen=True, eq=False)
class Space:
    """Columns with at least one person each.

    `atom`: int64 (columns,), FREE or a number. `x`: (columns, coordinates), modulo PRIME, whole numbers of a
    type as small as they allow: most are 0 or 1, and there may be millions. `people`: int64 (columns,).
    `label`: int64 (original columns,), column of this space into which each went, -1 for those on which
    every vector is zero.
    """

    atom: Int64
    x: Coordinates
    people: Int64
    label: Int64

    @property
    def columns(self) -> int:
        """Number of columns."""
        return len(self.people)

    def without(self, zero: Int64) -> "Space":
        """The vectors that are zero on the columns `zero`: int64, indices. Columns are merged again.

        Columns that carry the same weight in all of them, up to a factor, become one.
        """
        atom, anchors = self.atom.copy(), np.full(int(self.atom.max(initial=0)) + 1, FREE, dtype=np.int64)
        anchored, first = np.unique(atom[zero], return_index=True)
        anchors[anchored[anchored >= 0]] = zero[first[anchored >= 0]]
        basis, pivots = echelon(_from_pivots(self, anchors, zero))
        others = np.setdiff1d(np.arange(self.x.shape[1]), pivots)
        # The map to the coordinates that are left; there are few, so all else is done after it.
        onto = np.zeros((self.x.shape[1], len(others)), dtype=np.int64)
        onto[others] = np.eye(len(others), dtype=np.int64)
        onto[pivots] = -basis[:, others] % PRIME
        x = _mapped(self.x, onto)
        held = np.flatnonzero((atom >= 0) & (anchors[atom] >= 0))
        x[held] = (x[held] - x[anchors[atom[held]]]) % PRIME
        atom[held] = FREE
        return merged(atom, x, self.people, self.label)


@dataclass(frozen=True, eq=False)
class Basis:
    """A largest set of columns such that any weights on them belong to some vector.

    `members`: int64, columns; the first `len(pivots)` of them are the first of their atom: `pivots` maps an
    atom to one, -1 for atoms without. The others are `extras`.
    """

    members: Int64
    pivots: Int64
    extras: Int64


def merged(atom: Int64, x: Int64, people: Int64, label: Int64) -> Space:
    """A space without columns that are always zero and with proportional columns joined."""
    scaled = x
    if free := (atom == FREE).any():
        scaled = x.copy()
        rows = np.flatnonzero(atom == FREE)
        scaled[rows] = _projective(x[rows])
    codes = np.column_stack([atom, scaled]) if x.shape[1] else atom[:, None]
    first, place = distinct_rows(codes)
    total = np.bincount(place, weights=people, minlength=len(first)).astype(np.int64)
    kept = (atom[first] != FREE) | scaled[first].any(axis=1) if free else np.ones(len(first), dtype=bool)
    rank = np.where(kept, np.cumsum(kept) - 1, -1)
    went = np.where(label >= 0, rank[place[np.maximum(label, 0)]] if len(place) else -1, -1)
    chosen = first[kept]
    used = scaled[chosen].any(axis=0)
    return Space(atom[chosen], scaled[chosen][:, used], total[kept], went)


def distinct_rows(codes: Int64) -> tuple[Int64, Int64]:
    """(first, place): index of a row of each distinct kind, and which kind each row is. Exact."""
    key = np.zeros(len(codes), dtype=np.int64)
    size = 1
    for column in codes.T:
        low = int(column.min(initial=0))
        span = int(column.max(initial=0)) - low + 1
        if size * span >= 2**62:
            found, key = np.unique(key, return_inverse=True)
            size = len(found)
        key, size = key * span + (column - low), size * span
    _, first, place = np.unique(key, return_index=True, return_inverse=True)
    return first.astype(np.int64), place.astype(np.int64)


def echelon(rows: Int64) -> tuple[Int64, Int64]:
    """(basis, pivots): the reduced echelon form of the rows and the coordinate each begins with."""
    left = rows[rows.any(axis=1)]
    basis = np.zeros((0, rows.shape[1]), dtype=np.int64)
    pivots: list[int] = []
    while len(left):
        row = left[0]
        pivot = int(np.flatnonzero(row)[0])
        row = row * pow(int(row[pivot]), -1, PRIME) % PRIME
        basis = (basis - basis[:, pivot, None] * row) % PRIME
        basis = np.vstack([basis, row])
        pivots.append(pivot)
        left = (left - left[:, pivot, None] * row) % PRIME
        left = left[left.any(axis=1)]
    return basis, np.array(pivots, dtype=np.int64)


def find_basis(space: Space, among: Int64) -> Basis:
    """A basis of the columns `among`: int64, indices in order of preference."""
    atoms, first = np.unique(space.atom[among], return_index=True)
    pivots = np.full(int(space.atom.max(initial=0)) + 1, -1, dtype=np.int64)
    pivots[atoms[atoms >= 0]] = among[first[atoms >= 0]]
    left = _from_pivots(space, pivots, among)
    extras: list[int] = []
    places = among[left.any(axis=1)]
    left = left[left.any(axis=1)]
    while len(left):
        row = left[0]
        extras.append(int(places[0]))
        pivot = int(np.flatnonzero(row)[0])
        row = row * pow(int(row[pivot]), -1, PRIME) % PRIME
        left = (left - left[:, pivot, None] * row) % PRIME
        some = left.any(axis=1)
        left, places = left[some], places[some]
    taken = np.array(extras, dtype=np.int64)
    return Basis(np.concatenate([pivots[pivots >= 0], taken]), pivots, taken)


def rows_of(space: Space, basis: Basis) -> Int64:
    """int64 (columns, members): for each member of a full basis the vector that is 1 there, 0 on the rest."""
    y = _from_pivots(space, basis.pivots, np.arange(space.columns))
    chosen = y[basis.extras]
    coordinates = echelon(chosen)[1]
    extras = y[:, coordinates] @ inverse(chosen[:, coordinates]) % PRIME
    atoms = np.flatnonzero(basis.pivots >= 0)
    inside = (space.atom[basis.extras][:, None] == atoms).astype(np.int64)
    pivots = ((space.atom[:, None] == atoms) - extras @ inside) % PRIME
    return np.hstack([pivots, extras])


def _from_pivots(space: Space, pivots: Int64, columns: Int64) -> Int64:
    """Coordinates of columns less those of their atom's pivot; a FREE column's are its own."""
    x, atom = space.x[columns].astype(np.int64), space.atom[columns]
    held = atom >= 0
    x[held] = (x[held] - space.x[pivots[atom[held]]]) % PRIME
    return x


def _mapped(x: Coordinates, onto: Int64) -> Int64:
    """`x` @ `onto` modulo PRIME; in pieces, since numpy multiplies 64-bit copies."""
    out = np.empty((len(x), onto.shape[1]), dtype=np.int64)
    if not out.size:
        return out
    for start in range(0, len(x), _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        out[part] = x[part].astype(np.int64) @ onto % PRIME
    return out


def inverse(square: Int64) -> Int64:
    """The inverse of a square matrix of full rank."""
    size = len(square)
    left = np.hstack([square % PRIME, np.eye(size, dtype=np.int64)])
    for place in range(size):
        row = place + int(np.flatnonzero(left[place:, place])[0])
        left[[place, row]] = left[[row, place]]
        left[place] = left[place] * pow(int(left[place, place]), -1, PRIME) % PRIME
        others = np.arange(size) != place
        left[others] = (left[others] - left[others, place, None] * left[place]) % PRIME
    return left[:, size:]


def reciprocal(values: Int64) -> Int64:
    """One over each number; 0 for 0."""
    distinct, place = np.unique(values, return_inverse=True)
    inverses = np.array([pow(int(value), -1, PRIME) if value else 0 for value in distinct], dtype=np.int64)
    return inverses[place].reshape(values.shape)


def _projective(x: Int64) -> Int64:
    """Rows scaled so that their first entry that is not zero is one."""
    if not x.size:
        return x
    lead = reciprocal(x[np.arange(len(x)), (x != 0).argmax(axis=1)])
    scaled: Int64 = x * lead[:, None] % PRIME
    return scaled


def as_coordinates(columns: Sequence[Coordinates], count: int) -> Coordinates:
    """(count, coordinates) of numbers that are modulo PRIME already."""
    return np.stack(columns).T if columns else np.zeros((count, 0), dtype=np.int8)
