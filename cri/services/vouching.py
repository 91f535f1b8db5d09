"""Whose owner and kind somebody in charge has looked into: agencies tell both of themselves.

One agency, one vote, and at most two owners who collude: both rest on owners that are told truly. What is
found out is logged and never changed. It can only tie an agency to a further owner, never untie it from the
one that it told: whoever said to own it may know its scores, and an audit that is told of too many ties is
stricter, never laxer.
"""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from cri.db.models import Contribution, Vouching
from cri.db.queries import benchmark_pool as pool
from cri.db.queries import pool_contributions
from cri.domain.contribution import FACETS
from cri.domain.documents import digest_of
from cri.domain.errors import InputError
from cri.domain.facets import known_facets
from cri.domain.ledger import Ledger
from cri.domain.ownership import joined_owners
from cri.domain.pool_problems import PoolProblem, pool_problem
from cri.services.context import Parts
from cri.services.quarantine import ContributionMissingError, reason_problem

SHORTEST_CODE = 8


@dataclass(frozen=True)
class Finding:
    """What was found out of an agency.

    owner_of: the beginning of another agency's code, whose owner owns this one too; empty for none. facets:
    sector, country and relationship as they are; one that is not in it is as the agency told.
    """

    facets: Mapping[str, str | None]
    reason: str
    owner_of: str = ""


def vouch(
    parts: Parts, contribution_id: uuid.UUID, finding: Finding, *, steward: uuid.UUID, now: datetime
) -> None:
    """Put on record what was found out of the agency that made a contribution; it counts from now on.

    Raises ContributionMissingError; InputError for a reason of no or over 1,000 characters, a facet that
    nobody knows, and a code that no other agency has, or several.
    """
    why = " ".join(finding.reason.split())
    with parts.pool_sessions.begin() as session:
        entry = pool_contributions.find_entry(session, contribution_id)
        if entry is None:
            raise ContributionMissingError
        own = entry.contribution
        owner, problem = _owner_of(session, own, finding.owner_of.strip().lower())
        problems = [one for one in (problem, reason_problem(why), *_unknown(finding.facets)) if one]
        if problems:
            raise InputError(problems)
        told = own.aggregates["facets"]
        changed = {name: value for name, value in finding.facets.items() if value != told[name]}
        _put_on_record(session, own.pseudonym, owner, changed, why, steward, now)


def vouchings_of(parts: Parts, code: str) -> list[Vouching]:
    """What was found out of an agency, the oldest first. code: its pseudonym."""
    with parts.pool_sessions() as session:
        return pool.vouchings_of(session, code)


def ties_of(session: Session, used: Sequence[Contribution], ledger: Ledger) -> str:
    """A digest of who has an owner in common, and of what is vouched for, in all that an edition rests on."""
    owners = joined_owners(pool.all_owned(session))
    owner_of = dict(ledger.owners) | {one.sheet_sha256: owners[one.owner_pseudonym] for one in used}
    first: dict[str, str] = {}
    together = [first.setdefault(owner, sheet) for sheet, owner in sorted(owner_of.items())]
    vouched = pool.vouched_facets(session)
    own = sorted((one.pseudonym, vouched[one.pseudonym]) for one in used if one.pseudonym in vouched)
    return digest_of({"together": together, "vouched": own})


def _put_on_record(
    session: Session,
    code: str,
    owner: str | None,
    facets: dict[str, str | None],
    reason: str,
    by: uuid.UUID,
    now: datetime,
) -> None:
    pool.wait_to_vouch(session, code)
    before = pool.vouchings_of(session, code)
    session.add(
        Vouching(
            pseudonym=code,
            number=len(before) + 1,
            owner_pseudonym=owner,
            facets=facets,
            reason=reason,
            vouched_by=by,
            vouched_at=now,
        )
    )


def _owner_of(session: Session, own: Contribution, code: str) -> tuple[str | None, PoolProblem | None]:
    """The owner of the one agency whose code begins so; None without a code."""
    if not code:
        return None, None
    found = pool_contributions.pseudonyms_like(session, code) if len(code) >= SHORTEST_CODE else []
    if not found:
        return None, pool_problem("no_code", "owner", code=code)
    if len({agency for agency, _owner in found}) > 1:
        return None, pool_problem("code_too_short", "owner", code=code)
    if found[0][0] == own.pseudonym:
        return None, pool_problem("own_code", "owner")
    return found[0][1], None


def _unknown(facets: Mapping[str, str | None]) -> list[PoolProblem]:
    known = known_facets(facets)
    return [
        pool_problem("unknown_facet", name, value=value)
        for name, value in facets.items()
        if name not in FACETS or (value and known[name] is None)
    ]
