"""A worker makes the drafts that stewards have asked for: one snapshot of the pool, one transaction each."""

import logging
import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy.orm import Session

from cri.db.models import DraftPreview
from cri.db.queries import benchmark_pool as pool
from cri.db.queries import edition_drafts, pool_contributions
from cri.db.queries.edition_drafts import Draft
from cri.domain.edition_draft import Tell
from cri.domain.eligibility import admit
from cri.domain.errors import CriError, InputError
from cri.domain.ownership import joined_owners
from cri.domain.pool_problems import PoolProblem, pool_problem
from cri.services.benchmarks import (
    LedgerError,
    draft_with_changes,
    load_ledger,
    members_in,
    members_of,
)
from cri.services.context import Parts
from cri.services.quarantine import hold_far_ones
from cri.services.vouching import ties_of

UNFORESEEN = "it could not be made, for a reason that nobody foresaw; the worker's messages tell more"

log = logging.getLogger(__name__)


def drafts_waiting(parts: Parts) -> Sequence[uuid.UUID]:
    """Drafts that have been asked for and that no worker has made anything of yet."""
    with parts.pool_sessions() as session:
        return edition_drafts.drafts_to_make(session)


def make_drafts(parts: Parts) -> int:
    """Make what has been asked for, each draft in a transaction of its own; how many were made.

    One that cannot be made for a reason that nobody foresaw has failed, and is no other draft's trouble.
    """
    made = 0
    for draft_id in drafts_waiting(parts):
        try:
            made += make_draft(parts, draft_id)
        except Exception:
            log.exception("draft %s: could not be made", draft_id)
            with parts.pool_sessions.begin() as session:
                if edition_drafts.take_draft(session, draft_id):
                    session.add(_failed(draft_id, UNFORESEEN))
    return made


def make_draft(parts: Parts, draft_id: uuid.UUID) -> bool:
    """Make a draft's document and store it, or why there is none; False where another worker is at it.

    All of the pool is read in one snapshot. Killed at any instant it leaves nothing, and may be done again.
    """

    def tell(done: int, steps: int) -> None:
        with parts.pool_sessions.begin() as other:  # seen at once, whatever becomes of the draft
            edition_drafts.tell_progress(other, draft_id, done, steps)

    with parts.pool_sessions.begin() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        if not edition_drafts.take_draft(session, draft_id):
            return False
        draft = edition_drafts.find_draft(session, draft_id)
        if draft is None or draft.state != "asked":
            return False
        try:
            session.add(_preview(session, draft, tell))
        except (InputError, LedgerError) as error:
            session.add(_failed(draft_id, str(error), problems_told(error)))
    return True


def _preview(session: Session, draft: Draft, tell: Tell) -> DraftPreview:
    wish = draft.wish
    kind = (wish.instrument_code, wish.instrument_version)
    entries = pool_contributions.entries_of(session, *kind, synthetic=wish.synthetic)
    states = Counter(entry.state for entry in entries)
    given = len(entries)
    entries = hold_far_ones(session, entries)
    far = given - len(entries)
    states.update({pool_contributions.HELD: far, pool_contributions.IN: -far})
    inside = [one for one in entries if one.state == pool_contributions.IN]
    newest = [one.contribution for one in pool_contributions.newest_of_each(inside)]
    if not newest:
        raise InputError([pool_problem("nobody_enters", f"edition {wish.number}")])
    owners = joined_owners(pool.all_owned(session))
    admission = admit(members_of(newest, owners, pool.vouched_facets(session)))
    ledger = load_ledger(session, newest[0].aggregates, owners)
    barred = {one.contribution.sheet_sha256 for one in entries if one.state != pool_contributions.IN}
    made = draft_with_changes(admission, wish.number, ledger, barred, tell=tell)
    used = members_in(made.document, newest)
    editions = pool.editions(session, *kind, synthetic=wish.synthetic, origins=(pool.MADE,))
    before = pool.members_of_edition(session, editions[-1]["edition"], kind[0]) if editions else set()
    return DraftPreview(
        draft_id=wish.id,
        document=made.document,
        cells=[asdict(cell) for cell in made.cells],
        contributions=sorted(str(one.id) for one in used),
        after=[one["sha256"] for one in editions],
        notes={
            "fewer": [list(cell) for cell in made.fewer],
            "refused": [list(cell) for cell in made.refused],
            "unfinished": [list(cell) for cell in made.unfinished],
            "left_out": dict(Counter(out.reason for out in admission.left_out)),
            "states": {state: count for state, count in states.items() if count},
            **_moves({one.id for one in used}, before),
            "ties": ties_of(session, used, ledger),
        },
        failure=None,
    )


def _moves(now: set[uuid.UUID], before: set[uuid.UUID]) -> dict[str, int]:
    return {"joined": len(now - before), "left": len(before - now)}


def problems_told(error: CriError) -> list[dict[str, Any]]:
    """What a page needs to say the problems in its reader's language."""
    found = error.problems if isinstance(error, InputError) else ()
    return [
        {"kind": one.kind, "where": one.where, "values": dict(one.values)}
        for one in found
        if isinstance(one, PoolProblem)
    ]


def _failed(draft_id: uuid.UUID, why: str, problems: Sequence[dict[str, Any]] = ()) -> DraftPreview:
    return DraftPreview(
        draft_id=draft_id,
        document=None,
        cells=[],
        contributions=[],
        after=[],
        notes={"problems": list(problems)},
        failure=why,
    )
