"""What stewards may know of the pool: facets, counts, states; never a name, never a score."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cri.db.models import Decision
from cri.db.queries import edition_drafts, pool_contributions
from cri.domain.quarantine import Rule, may_be_accepted
from cri.services.context import Parts
from cri.services.editions import Kind


@dataclass(frozen=True)
class EntryFacts:
    """A contribution as stewards see it. decisions: the oldest first."""

    id: uuid.UUID
    kind: Kind
    pseudonym: str
    state: str
    month: str | None
    facets: dict[str, str | None]
    headcount: int | None
    respondents: int
    rules: tuple[Rule, ...]
    decisions: tuple[Decision, ...]

    @property
    def acceptable(self) -> bool:
        """Whether a steward may let it in."""
        return may_be_accepted(self.rules)


@dataclass(frozen=True)
class DraftFacts:
    """A draft in a list."""

    id: uuid.UUID
    number: str
    kind: Kind
    state: str
    asked_at: datetime


def kinds_given(parts: Parts) -> list[Kind]:
    """Instruments that there are contributions of."""
    with parts.pool_sessions() as session:
        given = pool_contributions.instruments_given(session)
        return [(code, version, synthetic) for code, version, synthetic, _count in given]


def entries_of(parts: Parts, kind: Kind) -> list[EntryFacts]:
    """All contributions to an instrument's version, in a fixed order that tells nothing."""
    code, version, synthetic = kind
    with parts.pool_sessions() as session:
        found = pool_contributions.entries_of(session, code, version, synthetic=synthetic)
    return [_facts(entry, kind) for entry in found]


def drafts_of(parts: Parts) -> Sequence[DraftFacts]:
    """All drafts, the newest first."""
    with parts.pool_sessions() as session:
        return [
            DraftFacts(
                id=one.wish.id,
                number=one.wish.number,
                kind=(one.wish.instrument_code, one.wish.instrument_version, one.wish.synthetic),
                state=one.state,
                asked_at=one.steps["asked"].taken_at,
            )
            for one in edition_drafts.drafts(session)
        ]


def _facts(entry: pool_contributions.Entry, kind: Kind) -> EntryFacts:
    kept = entry.contribution.aggregates
    return EntryFacts(
        id=entry.contribution.id,
        kind=kind,
        pseudonym=entry.contribution.pseudonym,
        state=entry.state,
        month=kept["wave"]["closed"],
        facets=dict(kept["facets"]),
        headcount=kept["population"]["headcount"],
        respondents=kept["population"]["usable"],
        rules=entry.rules,
        decisions=entry.decisions,
    )
