"""Can a combination of shown totals hold only a few people? An exact search.

Two facts make it quick. A vector that is not zero on a column is not zero on any set of columns that spans
it; so a column spanned by `minimum` - 1 disjoint sets is in no combination of fewer than `minimum` people,
and each such combination is zero on it. And a vector of fewer than `minimum` people has on one of k disjoint
bases at most (minimum - 1) / k of them, so that it is made of that few vectors of the basis
(`disclosure_few`); sets that are not quite bases count too, if the few vectors that are zero on all of
one are looked at. What is left is searched by cases: a column has weight zero, or its people are among those
isolated.
"""

from dataclasses import dataclass

import numpy as np

from cri.domain.disclosure_few import few_of, shares
from cri.domain.disclosure_space import FREE, Basis, Bool, Int64, Space, find_basis

MOST_CASES = 150
"""Cases looked at before the search gives up; what it cannot clear is treated as isolated."""
SAMPLE = 4_000
"""Columns looked at together at first; the rest is merged by what they prove."""

# Multiples of the golden section, taken round a circle, are spread evenly over it (Knuth, 1973, section 6.4).
_SCATTER = np.uint64(0x9E3779B1)
_LOW = np.uint64(0xFFFFFFFF)


@dataclass(frozen=True, eq=False)
class Isolated:
    """Columns in which a combination of shown totals holds 1 to `minimum` - 1 people.

    `columns`: int64, original columns. `proven` is False where the search gave up; `columns` are then those
    that it could not clear.
    """

    columns: Int64
    proven: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a search found, and how many cases it looked at: 0 where merging alone settled it."""

    isolated: Isolated | None
    cases: int


def find_isolated(space: Space, minimum: int) -> Outcome:
    """Search the whole space for a combination with 1 to `minimum` - 1 people. Exact but for MOST_CASES."""
    search = _Search(minimum)
    found = search.run(_settle_by_samples(space, minimum), np.zeros(0, dtype=np.int64))
    return Outcome(found, search.cases)


def _settle_by_samples(space: Space, minimum: int) -> Space:
    """The space without what a few thousand columns show to be always zero, while that brings it down."""
    while space.columns > SAMPLE:
        crowd = np.bincount(space.atom + 1, weights=space.people)[space.atom + 1]
        crowd[space.atom == FREE] = space.people.sum()
        sample = np.argsort(-crowd, kind="stable")[:SAMPLE]
        settled = _spanned(space, sample, minimum - 1)[1]
        if not len(settled):
            break
        space = space.without(settled)
    return space


def _spanned(space: Space, among: Int64, rounds: int) -> tuple[list[Basis], Int64]:
    """(bases, settled): disjoint maximal independent sets of people, and the columns left that all span.

    Neighbouring columns are people of one unit, of whom a basis needs few. Bases that take them in their
    order leave too few of the small units for the next ones; where bases are not full, the search has to go
    by cases. So columns are taken scattered: that decides how long it lasts, never what is found.
    """
    left = space.people.copy()
    scattered = among[np.argsort(among.astype(np.uint64) * _SCATTER & _LOW, kind="stable")]
    preferred = scattered[np.argsort(-space.people[scattered], kind="stable")]
    bases = []
    for _ in range(rounds):
        if not len(preferred):
            break
        basis = find_basis(space, preferred)
        bases.append(basis)
        left[basis.members] -= 1
        preferred = preferred[left[preferred] > 0]
        preferred = preferred[np.argsort(-left[preferred], kind="stable")]
    return bases, preferred


class _Search:
    """Cases of one search: which columns are zero, and which (`held`) are certainly not."""

    def __init__(self, minimum: int) -> None:
        self.minimum = minimum
        self.cases = 0

    def run(self, space: Space, held: Int64) -> Isolated | None:
        """`held`: int64, columns of `space` that any vector looked for has people of."""
        while True:
            spent = int(space.people[held].sum())
            if spent >= self.minimum:
                return None
            others = np.setdiff1d(np.arange(space.columns), held)
            rounds = self.minimum - 1 - spent
            bases, settled = _spanned(space, others, rounds)
            if not len(settled):
                break
            space, held = _follow(space, space.without(settled), held)
            if (held < 0).any():
                return None
        if not space.columns:
            return None
        return self._cases(space, held, others, bases, rounds)

    def _cases(
        self, space: Space, held: Int64, others: Int64, bases: list[Basis], rounds: int
    ) -> Isolated | None:
        whole = find_basis(space, np.concatenate([others, held]))
        full = [basis for basis in bases if len(basis.members) == len(whole.members)]
        partial = bases[len(full) :] if full else []
        cleared = bool(full)
        for basis, most in zip(full or [whole], shares(rounds, len(full), len(partial)), strict=True):
            found, done = few_of(space, basis, most, self.minimum)
            if found is not None:
                return self._isolated(space, found, proven=True)
            cleared &= done
        if cleared:
            return self._first(space, held, [basis.members for basis in partial])
        self.cases += 1
        if self.cases > MOST_CASES:
            return self._isolated(space, np.ones(space.columns, dtype=bool), proven=False)
        column = others[[np.argmax(space.people[others])]]
        return self._first(space, held, [column]) or self.run(space, np.append(held, column))

    def _first(self, space: Space, held: Int64, zeros: list[Int64]) -> Isolated | None:
        """Look among the vectors that are zero on one of several sets of columns."""
        for zero in zeros:
            after, kept = _follow(space, space.without(zero), held)
            isolated = None if (kept < 0).any() else self.run(after, kept)
            if isolated is not None:
                return isolated
        return None

    def _isolated(self, space: Space, columns: Bool, *, proven: bool) -> Isolated:
        return Isolated(
            np.flatnonzero((space.label >= 0) & columns[np.maximum(space.label, 0)]), proven=proven
        )


def _follow(before: Space, after: Space, columns: Int64) -> tuple[Space, Int64]:
    """`after`, and where in it the columns of `before` went, each once; -1 for those now always zero."""
    went = np.full(before.columns, -1, dtype=np.int64)
    known = before.label >= 0
    went[before.label[known]] = after.label[known]
    return after, np.unique(went[columns])
