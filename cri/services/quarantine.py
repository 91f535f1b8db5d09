"""Contributions that are held, and the stewards' decisions on them: who, when, why."""

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from cri.db.models import ContributionFlag, Decision
from cri.db.queries import pool_contributions as pool
from cri.domain.errors import CriError, InputError
from cri.domain.pool_problems import PoolProblem, pool_problem
from cri.domain.quarantine import Rule, is_far, may_be_accepted, middle_of
from cri.services.context import Parts

VERDICTS = ("accepted", "refused")
REASON_LENGTH = 1000


class ContributionMissingError(CriError):
    """There is no such contribution."""


def decide(
    parts: Parts, contribution_id: uuid.UUID, verdict: str, reason: str, *, steward: uuid.UUID, now: datetime
) -> None:
    """Log a steward's decision on a held contribution; a later one takes the place of an earlier one.

    verdict: "accepted" or "refused". Raises ContributionMissingError; InputError for a contribution that is
    not held, one that may not be accepted, an unknown verdict, and a reason of no or over 1,000 characters.
    """
    why = " ".join(reason.split())
    with parts.pool_sessions.begin() as session:
        pool.wait_to_decide(session, contribution_id)
        entry = pool.find_entry(session, contribution_id)
        if entry is None:
            raise ContributionMissingError
        problems = _problems(entry, verdict, why)
        if problems:
            raise InputError(problems)
        session.add(
            Decision(
                contribution_id=contribution_id,
                number=len(entry.decisions) + 1,
                verdict=verdict,
                reason=why,
                decided_by=steward,
                decided_at=now,
            )
        )


def hold_far_ones(session: Session, entries: list[pool.Entry]) -> list[pool.Entry]:
    """Hold whoever the pool has come to be far from since they contributed; returns those who are not held.

    The first agencies could not be compared with anybody. Whom a steward has accepted is not asked about
    again. entries: all of one instrument's version.
    """
    inside = [one for one in pool.newest_of_each(entries) if one.state == pool.IN]
    middle = middle_of([one.contribution.aggregates for one in inside])
    far = [one for one in inside if not one.decisions and is_far(one.contribution.aggregates, middle)]
    session.add_all(
        ContributionFlag(contribution_id=one.contribution.id, rule=Rule.FAR_FROM_POOL) for one in far
    )
    session.flush()
    held = {one.contribution.id for one in far}
    return [one for one in entries if one.contribution.id not in held]


def reason_problem(reason: str) -> PoolProblem | None:
    """What is wrong with the reason that a steward gives, if anything is."""
    if 0 < len(reason) <= REASON_LENGTH:
        return None
    return pool_problem("reason_length", "reason", length=len(reason), most=REASON_LENGTH)


def _problems(entry: pool.Entry, verdict: str, reason: str) -> list[PoolProblem]:
    problems = []
    if not entry.rules or entry.withdrawn_at is not None:
        problems.append(pool_problem("not_held", "contribution"))
    if verdict not in VERDICTS:
        problems.append(pool_problem("no_verdict", "verdict", verdict=verdict))
    elif verdict == "accepted" and not may_be_accepted(entry.rules):
        problems.append(pool_problem("copied_sheet", "verdict"))
    if wrong := reason_problem(reason):
        problems.append(wrong)
    return problems
