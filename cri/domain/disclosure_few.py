"""Vectors made of one or two vectors of a basis, and which of them hold only a few people."""

import numpy as np

from cri.domain.disclosure_space import PRIME, Basis, Bool, Int64, Space, reciprocal, rows_of

MOST_TOGETHER = 2
"""Vectors of a basis looked at together."""


def shares(people: int, bases: int, partial: int) -> list[int]:
    """How many members of each basis to look at together.

    A vector of that many `people` cannot have more than its share on every one of disjoint sets: so many
    bases, and `partial` sets that are looked at for vectors that are zero on all of them.
    """
    each, more = divmod(people + 1 - partial, max(bases, 1))
    return [each - (number >= more) for number in range(max(bases, 1))]


def few_of(space: Space, basis: Basis, most: int, minimum: int) -> tuple[Bool | None, bool]:
    """(columns, cleared): a vector of fewer than `minimum` people, made of up to `most` vectors of the basis.

    columns: bool (columns,), those in which it holds people, or None; with None, `cleared` says whether
    there is no such vector.
    """
    rows = rows_of(space, basis)
    held = rows != 0
    sizes = space.people @ held
    if len(sizes) and sizes.min() < minimum:
        return held[:, sizes.argmin()], True
    count = len(sizes)
    if most <= 1 or count <= 1:
        return None, True
    if most > MOST_TOGETHER:
        return None, False
    one, other = np.triu_indices(count, 1)
    return _of_two(space, rows, one, other, minimum), True


def _of_two(space: Space, rows: Int64, one: Int64, other: Int64, minimum: int) -> Bool | None:
    """Columns of a sum of two vectors, each with any weight, that holds fewer than `minimum` people."""
    person = rows[np.repeat(np.arange(space.columns), space.people)]
    held, over = person != 0, reciprocal(rows)[np.repeat(np.arange(space.columns), space.people)]
    both = held.astype(np.float64).T @ held
    sizes = np.diag(both)
    union = sizes[one] + sizes[other] - both[one, other]
    chosen = np.flatnonzero(union - both[one, other] < minimum)
    # Where both hold people one ratio of the weights can be made to vanish: that of the most people.
    ratio = np.sort(person[:, one[chosen]] * over[:, other[chosen]] % PRIME, axis=0)
    wanted = (union[chosen] - minimum + 1).astype(np.int64)
    last = np.arange(len(person))[:, None] + wanted - 1
    alike = (last < len(person)) & (ratio != 0)
    alike &= np.take_along_axis(ratio, np.minimum(last, len(person) - 1), axis=0) == ratio
    for pair in np.flatnonzero(alike.any(axis=0)):
        best = ratio[alike[:, pair].argmax(), pair]
        columns: Bool = (rows[:, one[chosen[pair]]] - best * rows[:, other[chosen[pair]]]) % PRIME != 0
        return columns
    return None
