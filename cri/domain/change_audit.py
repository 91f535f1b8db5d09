"""The publisher's audit of achieved changes: which pairs of waves may be grouped, and in how many groups.

A group of changes is a sum in which later waves count once and earlier ones minus lambda times; both may be
in other figures. Source: method.md, section 5, "Targets".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from cri.domain.audit_work import Allowance, WorkUsedUpError, exact_is_possible
from cri.domain.edition_draft import ATTACKER
from cri.domain.eligibility import Member, name_key
from cri.domain.ledger import Ledger
from cri.domain.microaggregation import neighbours
from cri.domain.norms import INDEX, figures_of
from cri.domain.publishers_audit import FEWEST_OWNERS, AuditedPool, Figure, Knowledge
from cri.domain.publishing import FEWER, audited_parts

MOST_SHEETS = 1_500
"""Sheets in the ledger up to which earlier waves may join it, in a pool that is audited exactly. They are
sheets like any other: a thousand agencies would be beyond the exact audit and lose half their cells."""

Document = Mapping[str, Any]
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Pair:
    """An agency's wave in the edition and the one before it."""

    member: Member
    previous: Document

    @property
    def earlier(self) -> str:
        """Digest of the earlier wave's sheet."""
        return str(self.previous["sheet_sha256"])


@dataclass(frozen=True, eq=False)
class Wish:
    """A component's changes to be published: int (pairs,) which pairs, their trusts and corrected changes."""

    code: str
    pairs: Integers
    trusts: Floats
    changes: Floats


def weights_of(trusts: Floats) -> Floats:
    """What later and earlier waves count in a sum of corrected changes."""
    return np.concatenate([np.ones(len(trusts)), -trusts])


class ChangeAudit:
    """Pairs of waves among all contributions ever used, and what was published of these."""

    def __init__(self, pairs: Sequence[Pair], members: Sequence[Member], ledger: Ledger) -> None:
        self.pairs = pairs
        self.allowance = Allowance()
        self.owner_of = {pair.earlier: name_key(pair.member.owner) for pair in pairs}
        self.owner_of |= {sheet: name_key(owner) for sheet, owner in ledger.owners.items()}
        self.owner_of |= {one.sheet: name_key(one.owner) for one in members}
        self.sheets = sorted(self.owner_of)
        self.place = {sheet: number for number, sheet in enumerate(self.sheets)}
        names = sorted(set(self.owner_of.values()))
        codes = {name: number for number, name in enumerate(names)}
        everyone = np.array([codes[self.owner_of[sheet]] for sheet in self.sheets], dtype=np.int64)
        self.later = np.array([self.place[pair.member.sheet] for pair in pairs], dtype=np.int64)
        self.earlier = np.array([self.place[pair.earlier] for pair in pairs], dtype=np.int64)
        self.owners = everyone[self.later]
        factors = [code for code in figures_of(members[0].scorecard) if code != INDEX]
        self.components = (INDEX, *factors)
        parts = audited_parts(factors)
        self.pool = AuditedPool(everyone, parts)
        self.published = [
            figure for cell in ledger.cells if cell.item is None for figure in cell.figures(self.place)
        ]
        used = set(ledger.owners) | {one.sheet for one in members}
        self.large = not exact_is_possible(len(used), len(factors))
        self.crowded = not self.large and len(self.sheets) > MOST_SHEETS

    @cached_property
    def known(self) -> Knowledge:
        """What all that was published tells: worked out once somebody asks, since it takes the longest."""
        return Knowledge.of_nothing(self.pool).learn(self.published)

    def eligible(self, code: str) -> Integers:
        """Pairs that may enter a component's distribution.

        Beyond the exact audit: those whose earlier wave is in no published figure, each for one component
        alone. Then every group has its own earlier waves, of four owners, which nothing else could cancel.
        """
        numbers = np.arange(len(self.pairs))
        if not self.large:
            return numbers
        used = np.zeros(len(self.sheets), dtype=bool)
        for figure in self.published:
            used[figure.contributions] = True
        lane: NDArray[np.bool_] = numbers % len(self.components) == self.components.index(code)
        return np.flatnonzero(lane & ~used[self.earlier])

    def release(self, wishes: Sequence[Wish], least: int) -> dict[str, tuple[Integers, ...]]:
        """Runs of neighbours in each wish's pairs, lowest first, as many as the audit passes, by component.

        None where earlier waves would crowd the ledger. All with full groups at once, which is one audit;
        where that is refused each half by itself, and one alone with fewer and fewer groups. A component left
        with fewer than `least` is not in it.
        """
        if self.crowded:
            return {}
        full = {wish.code: self._cut(wish, len(wish.pairs) // FEWEST_OWNERS) for wish in wishes}
        found = {code: runs for code, runs in full.items() if len(runs) >= least}
        able = [wish for wish in wishes if wish.code in found]
        if not able or self._passes([one for wish in able for one in self._figures(wish, found[wish.code])]):
            return found
        if len(able) > 1:
            half = len(able) // 2
            return self.release(able[:half], least) | self.release(able[half:], least)
        return self._fewer(able[0], int(len(found[able[0].code]) * FEWER), least)

    def _fewer(self, wish: Wish, count: int, least: int) -> dict[str, tuple[Integers, ...]]:
        while count >= least:
            runs = self._cut(wish, count)
            if self._passes(self._figures(wish, runs)):
                return {wish.code: runs}
            count = int(count * FEWER)
        return {}

    def _cut(self, wish: Wish, count: int) -> tuple[Integers, ...]:
        return neighbours(wish.changes, self.owners[wish.pairs], count)

    def _figures(self, wish: Wish, runs: Sequence[Integers]) -> list[Figure]:
        return [self._figure(wish.code, wish.pairs[run], wish.trusts[run]) for run in runs]

    def sheets_of(self, members: Integers) -> tuple[str, ...]:
        """Digests of the later waves, then those of the earlier ones, in the order of `weights_of`."""
        return tuple(self.sheets[one] for one in (*self.later[members], *self.earlier[members]))

    def certificate(self, unfinished: int) -> dict[str, Any]:
        """What was audited, against whom, with what result. unfinished: not looked through to the end."""
        return {
            "attacker": ATTACKER,
            "test": "sufficient" if self.large else "exact",
            "fewest_owners": FEWEST_OWNERS,
            "contributions": len(self.sheets),
            "figures": len(self.published),
            "unfinished": unfinished,
            "result": "passed",
        }

    def _figure(self, code: str, members: Integers, trusts: Floats) -> Figure:
        both = np.concatenate([self.later[members], self.earlier[members]])
        return Figure(code, both, weights_of(trusts))

    def _passes(self, figures: Sequence[Figure]) -> bool:
        if self.large:
            self.published += figures
            return True  # by the choice of pairs; groups hold four owners
        try:
            self.allowance.spend(self.known.work_to_learn(figures))
            after = self.known.learn(figures)
            if after.exposed(allowance=self.allowance) is not None:
                return False
        except WorkUsedUpError:
            return False  # what was not looked through has not passed
        self.known = after
        self.published += figures
        return True
