"""Which cells an edition publishes, and in how many groups, so that the publisher's audit passes.

Cells are tried in a fixed order (the whole pool, then one attribute, then two): full groups, then fewer, down
to one; a cell that fails even so keeps the last edition's values or shows nothing. Publishing nothing adds no
equation, so what held before an edition holds after it. Method section 5.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from cri.domain.audit_work import Allowance, WorkUsedUpError, exact_is_possible
from cri.domain.history_classes import HistoryClasses
from cri.domain.microaggregation import MOST_GROUPS, neighbours
from cri.domain.publishers_audit import FEWEST_OWNERS, AuditedPool, Figure, Knowledge

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_LIKELY = 24
"""Owners of refusals just before that are looked at first: the next figures often expose the same ones."""
FEWER = 2 / 3
"""How many of its groups a cell keeps each time the audit refuses it."""


@dataclass(frozen=True, eq=False)
class Proposal:
    """A cell to be published: a component's scores of those who are in it.

    contributions: int (members,) positions in the audited pool, in the order that decides between equal
    scores. scores: float (members,). most: groups at most. wider: the groups of the cell around this one (of
    the whole pool), lowest first; none for the whole pool itself.
    """

    component: str
    peers: str
    contributions: Integers
    scores: Floats
    owners: Integers
    most: int = MOST_GROUPS
    wider: tuple[Integers, ...] = ()

    def cut(self, most: int) -> tuple[Integers, ...]:
        """Groups of neighbours, lowest first: positions in the audited pool; empty with too few owners."""
        return tuple(self.contributions[one] for one in neighbours(self.scores, self.owners, most))

    def without(self, barred: NDArray[np.bool_]) -> "Proposal":
        """The proposal less some contributions: bool (contributions,)."""
        free = ~barred[self.contributions]
        return replace(
            self,
            contributions=self.contributions[free],
            scores=self.scores[free],
            owners=self.owners[free],
        )

    def aligned(self, owners: Integers, least: int) -> tuple[Integers, ...]:
        """Groups that end where groups of the wider cell end, lowest first.

        Each run of wider groups holds at least `least` owners inside the cell and as many outside it (or
        nobody), so that taking the one from the other singles out no fewer. owners: of every contribution.
        """
        inside = np.zeros(len(owners), dtype=bool)
        inside[self.contributions] = True
        runs: list[list[Integers]] = [[]]
        for group in self.wider:
            runs[-1].append(group)
            if _both_full(np.concatenate(runs[-1]), inside, owners, least):
                runs.append([])
        while len(runs) > 1 and not (
            runs[-1] and _both_full(np.concatenate(runs[-1]), inside, owners, least)
        ):
            rest = runs.pop()
            runs[-1] += rest
        members = [np.concatenate(run) for run in runs if run]
        return tuple(run[inside[run]] for run in members if inside[run].any())


@dataclass(frozen=True, eq=False)
class Release:
    """What became of a proposal: its groups (empty: refused), and how many it asked for.

    unfinished: refused since the audit had no work left for it, not since it exposes anybody.
    """

    proposal: Proposal
    groups: tuple[Integers, ...]
    asked: int
    unfinished: bool = False


class Publisher:
    """Grows a set of published figures that passes the exact audit, cell by cell.

    Once the audit's work is used up nothing more is published: what was not looked through has not passed.
    """

    def __init__(
        self, pool: AuditedPool, published: Sequence[Figure], allowance: Allowance | None = None
    ) -> None:
        self.pool = pool
        self.allowance = allowance or Allowance()
        self.known = Knowledge.of_nothing(pool).learn(published)
        self.apart: dict[str, Knowledge] = {}
        self.likely: deque[tuple[int, ...]] = deque(maxlen=MOST_LIKELY)
        for component in dict.fromkeys(figure.component for figure in published):
            alone = [figure for figure in published if figure.component == component]
            self.apart[component] = self._apart(component).learn(alone)

    def release(self, proposals: Sequence[Proposal]) -> list[Release]:
        """Publish as much of the proposals as may be, earlier ones first. One release for each."""
        return self._settled([self._fitted(proposal) for proposal in proposals])

    def _fitted(self, proposal: Proposal) -> Release:
        """Groups with which the component by itself passes: cheap, and where most refusals come from."""
        cuts = list(_cuts(proposal, self.pool.owners))
        component = proposal.component
        release, self.apart[component] = self._most_that_pass(
            proposal, cuts, self._apart(component), asked=len(cuts[0])
        )
        return release

    def _settled(self, releases: Sequence[Release]) -> list[Release]:
        """The releases as all components together allow. Halves of a refused batch are tried in turn."""
        figures = [figure for release in releases for figure in figures_of(release)]
        if not figures or self._learns(figures):
            return list(releases)
        if len(releases) > 1:
            half = len(releases) // 2
            return self._settled(releases[:half]) + self._settled(releases[half:])
        one = releases[0]
        cuts = (cut for cut in _cuts(one.proposal, self.pool.owners) if len(cut) <= len(one.groups))
        release, self.known = self._most_that_pass(one.proposal, cuts, self.known, one.asked)
        return [release]

    def _most_that_pass(
        self, proposal: Proposal, cuts: Iterable[tuple[Integers, ...]], known: Knowledge, asked: int
    ) -> tuple[Release, Knowledge]:
        """The first cut that exposes nobody, and what is known after it; a refusal if none will do."""
        for groups in cuts:
            release = Release(proposal, groups, asked)
            if groups and (after := self._passed(known, figures_of(release))):
                return release, after
        return Release(proposal, (), asked, self.allowance.used_up), known

    def _learns(self, figures: Sequence[Figure]) -> bool:
        """Publish the figures of a batch, unless somebody would be exposed; what was tried is forgotten."""
        after = self._passed(self.known, figures)
        self.known = after or self.known
        return after is not None

    def _passed(self, known: Knowledge, figures: Sequence[Figure]) -> Knowledge | None:
        """What is known with some more figures; None where they expose somebody, or no work is left."""
        # A component by itself is looked through as quickly as the likely ones are.
        together = len(known.components) > 1
        try:
            self.allowance.spend(known.work_to_learn(figures))
            after = known.learn(figures)
            exposed = after.exposed(self.likely if together else (), self.allowance)
        except WorkUsedUpError:
            return None
        if together and exposed is not None and exposed not in self.likely:
            self.likely.appendleft(exposed)
        return after if exposed is None else None

    def _apart(self, component: str) -> Knowledge:
        alone = AuditedPool(self.pool.owners, {})
        return self.apart.get(component) or Knowledge.of_nothing(alone, (component,))


@dataclass
class LargePublisher:
    """The same for a pool beyond the exact audit: by the sufficient test, leaving contributions out.

    Whoever is tied to an earlier figure that only the exact audit could pass enters no new cell.
    """

    pool: AuditedPool
    published: list[Figure] = field(default_factory=list)
    classes: HistoryClasses = field(init=False)
    tainted: NDArray[np.bool_] = field(init=False)

    def __post_init__(self) -> None:
        # A class weighs alike only in figures that weigh their members alike. A weighted figure with enough
        # owners who are in no other figure is harmless (whatever uses it involves them all), as long as these
        # enter no new cell. Whoever is in another weighted figure is treated as one in a thin class.
        harmless, private = _with_private_owners(self.pool, self.published)
        self.published = [figure for figure in self.published if id(figure) not in harmless]
        self.classes = HistoryClasses(self.pool)
        self.classes.note([figure for figure in self.published if figure.weights is None])
        thin = self.classes.thin()
        for figure in self.published:
            if figure.weights is not None:
                thin[figure.contributions] = True
        self.tainted = _tied_to(thin, self.published) | private

    def release(self, proposals: Sequence[Proposal]) -> list[Release]:
        """Publish the proposals, less those who would be in a class of fewer than four owners.

        Proposals of one component share nobody: cells of one kind of peer groups are taken in at once.
        """
        asked = [proposal.without(self.tainted).cut(proposal.most) for proposal in proposals]
        kept: dict[str, Integers] = {}
        for component in dict.fromkeys(proposal.component for proposal in proposals):
            groups, number = np.zeros(len(self.pool.owners), dtype=np.int64), 0
            for proposal, cell in zip(proposals, asked, strict=True):
                for members in cell if proposal.component == component else ():
                    number += 1
                    groups[members] = number
            kept[component] = self.classes.admit(component, groups)
        releases = [
            Release(proposal, _left_in(cell, kept[proposal.component] > 0), len(cell))
            for proposal, cell in zip(proposals, asked, strict=True)
        ]
        self.published += [figure for release in releases for figure in figures_of(release)]
        return releases


def publisher_for(pool: AuditedPool, published: Iterable[Figure]) -> Publisher | LargePublisher:
    """The exact publisher where the audit can be exact, else the one by the sufficient test."""
    exact = exact_is_possible(len(pool.owners), len(pool.finest("index")))
    kind = Publisher if exact else LargePublisher
    return kind(pool, list(published))


def figures_of(release: Release) -> list[Figure]:
    """The figures that a release adds: one for each group."""
    return [Figure(release.proposal.component, members) for members in release.groups]


def _cuts(proposal: Proposal, owners: Integers) -> Iterator[tuple[Integers, ...]]:
    """Ways to cut a cell, those with the most groups first: freely, and along the wider cell's groups."""
    free = proposal.cut(proposal.most)
    aligned = proposal.aligned(owners, FEWEST_OWNERS)
    found = {len(free): free}
    count = len(free)
    while count > 1:
        count = int(count * FEWER)
        found[max(count, 1)] = proposal.cut(max(count, 1))
    least = FEWEST_OWNERS
    while len(aligned) > 1:
        found[len(aligned)] = aligned
        least *= 2
        aligned = proposal.aligned(owners, least)
    yield from (found[count] for count in sorted(found, reverse=True))


def _left_in(cell: Sequence[Integers], kept: NDArray[np.bool_]) -> tuple[Integers, ...]:
    """Groups less those who had to leave; groups that all had to leave are gone."""
    left = (members[kept[members]] for members in cell)
    return tuple(members for members in left if len(members))


def _both_full(run: Integers, inside: NDArray[np.bool_], owners: Integers, least: int) -> bool:
    """Whether a run has enough owners in the cell, and outside of it enough or none."""
    within, without = (len(np.unique(owners[run[side]])) for side in (inside[run], ~inside[run]))
    return within >= least and (without == 0 or without >= least)


def _with_private_owners(
    pool: AuditedPool, published: Sequence[Figure]
) -> tuple[set[int], NDArray[np.bool_]]:
    """Weighted figures (their ids) with four owners' contributions that no other figure has, and these."""
    uses = np.zeros(len(pool.owners), dtype=np.int64)
    for figure in published:
        uses[figure.contributions] += 1
    harmless: set[int] = set()
    private = np.zeros(len(pool.owners), dtype=bool)
    for figure in published:
        own = figure.contributions[uses[figure.contributions] == 1]
        if figure.weights is not None and len(np.unique(pool.owners[own])) >= FEWEST_OWNERS:
            harmless.add(id(figure))
            private[own] = True
    return harmless, private


def _tied_to(thin: NDArray[np.bool_], published: Sequence[Figure]) -> NDArray[np.bool_]:
    """Those who share a figure with a thin one, and whoever shares one with these, and so on."""
    tied = thin.copy()
    grown = True
    while grown:
        before = int(tied.sum())
        for figure in published:
            if tied[figure.contributions].any():
                tied[figure.contributions] = True
        grown = int(tied.sum()) > before
    return tied


def audited_parts(factors: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """What each component is the mean of: the index of its factors."""
    return {"index": tuple(factors)}
