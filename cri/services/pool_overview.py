"""What stewards may know of the pool: facets, counts, states; never a name, never a score."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Decision
from cri.db.queries import edition_outlines, pool_contributions, pool_outlines
from cri.db.queries.edition_outlines import DraftOutline, Kind
from cri.db.queries.pool_outlines import ContributionOutline, PoolCounts
from cri.domain.quarantine import Rule, may_be_accepted
from cri.services.context import Parts
from cri.services.quarantine import ContributionMissingError

__all__ = ["PoolCounts"]  # what the pages call it

PAGE = 100
"""Contributions on one page."""
COUNTED_ONCE_FROM = 10_000
"""Contributions from which on a pool is not counted for each visit."""

_COUNTED: WeakKeyDictionary[sessionmaker[Session], tuple[tuple[int, ...], list[PoolCounts]]] = (
    WeakKeyDictionary()
)


@dataclass(frozen=True)
class EntryFacts:
    """A contribution as stewards see it. decisions: the oldest first."""

    outline: ContributionOutline
    decisions: tuple[Decision, ...]

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules of the quarantine that it breaks."""
        return tuple(rule for rule in Rule if rule in self.outline.rules)

    @property
    def acceptable(self) -> bool:
        """Whether a steward may let it in."""
        return may_be_accepted(self.rules)


@dataclass(frozen=True)
class EntryPage:
    """One page of contributions. number: from 1 on. pages: how many there are."""

    entries: tuple[EntryFacts, ...]
    number: int
    pages: int


def kinds_given(parts: Parts) -> list[Kind]:
    """Instruments that there are contributions of."""
    with parts.pool_sessions() as session:
        given = pool_contributions.instruments_given(session)
        return [(code, version, synthetic) for code, version, synthetic, _count in given]


def pools_counted(parts: Parts) -> list[PoolCounts]:
    """Every pool in numbers; of large ones perhaps as they were a second or two ago.

    Counting a hundred thousand takes some tenths of a second: it is done again once something was added.
    """
    with parts.pool_sessions() as session:
        about, mark = pool_outlines.change_mark(session)
        known = _COUNTED.get(parts.pool_sessions)
        if about >= COUNTED_ONCE_FROM and known is not None and known[0] == mark:
            return known[1]
        kinds = [given[:3] for given in pool_contributions.instruments_given(session)]
        counted = [pool_outlines.counts_of(session, kind) for kind in kinds]
    _COUNTED[parts.pool_sessions] = (mark, counted)
    return counted


def contributions_page(parts: Parts, number: int) -> EntryPage:
    """Contributions, the newest month first. number: of the page; for one that is not there the nearest."""
    with parts.pool_sessions() as session:
        pages = max(1, -(-pool_outlines.contributions_in_all(session) // PAGE))
        here = min(max(number, 1), pages)
        found = pool_outlines.contributions_page(session, (here - 1) * PAGE, PAGE)
    return EntryPage(tuple(EntryFacts(one, ()) for one in found), here, pages)


def quarantined(parts: Parts, *, held: bool) -> list[EntryFacts]:
    """What is held; else what was held and is decided on: the newest, a page at most."""
    with parts.pool_sessions() as session:
        found = pool_outlines.flagged_page(session, held=held, first=0, most=PAGE)
        decisions = pool_outlines.decisions_on(session, [one.id for one in found])
    return [EntryFacts(one, tuple(decisions.get(one.id, ()))) for one in found]


def load_entry(parts: Parts, contribution_id: uuid.UUID) -> EntryFacts:
    """One contribution. Raises ContributionMissingError."""
    with parts.pool_sessions() as session:
        found = pool_outlines.find_outline(session, contribution_id)
        if found is None:
            raise ContributionMissingError
        decisions = pool_outlines.decisions_on(session, [found.id])
    return EntryFacts(found, tuple(decisions.get(found.id, ())))


def drafts_of(parts: Parts) -> Sequence[DraftOutline]:
    """All drafts, the newest first."""
    with parts.pool_sessions() as session:
        return edition_outlines.draft_outlines(session)
