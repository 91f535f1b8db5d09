"""How an edition comes about: a steward asks, a worker makes it, one previews, another approves."""

import re
import uuid
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cri.db.models import Contribution, DraftPreview, DraftStep, Edition, EditionDraft
from cri.db.queries import benchmark_pool as pool
from cri.db.queries import edition_drafts, pool_contributions
from cri.db.queries.edition_drafts import Draft
from cri.domain.eligibility import admit
from cri.domain.errors import CriError, InputError, InputProblem
from cri.domain.ledger import PublishedCell
from cri.domain.ownership import joined_owners
from cri.services.benchmarks import (
    LedgerError,
    check_number,
    draft_with_changes,
    load_ledger,
    members_in,
    members_of,
)
from cri.services.context import Parts
from cri.services.quarantine import hold_far_ones

NUMBER = re.compile(r"20\d\d\.[12]")  # two a year at most: each edition makes the next one harder to publish
Kind = tuple[str, str, bool]
"""Code and version of an instrument, and whether its data are made up."""


class DraftMissingError(CriError):
    """There is no such draft."""


@dataclass(frozen=True)
class Steward:
    """Who acts, and when."""

    account_id: uuid.UUID
    now: datetime


def ask_for_draft(parts: Parts, kind: Kind, number: str, steward: Steward) -> uuid.UUID:
    """Ask for edition `number` of an instrument's version; a worker makes it within minutes.

    Raises InputError for a number that is none, is taken, or is not later than the newest, for an instrument
    without a contribution, and while another draft of the instrument is under way.
    """
    code, version, synthetic = kind
    where = f"edition {number}"
    if not NUMBER.fullmatch(number):
        raise InputError([InputProblem("not a number of an edition", where, "year and 1 or 2, as 2026.1")])
    with parts.pool_sessions.begin() as session:
        pool.wait_to_publish(session, code)
        known = [given[:3] for given in pool_contributions.instruments_given(session)]
        if kind not in known:
            raise InputError([InputProblem(f"no contribution to {code} {version}", where, "at least one")])
        check_number(session, number, _like(kind))
        under_way = ("asked", "made", "previewed", "approved")
        if any(_kind(one) == kind and one.state in under_way for one in edition_drafts.drafts(session)):
            raise InputError([InputProblem("another draft is under way", where, "that one dropped first")])
        wish = EditionDraft(
            id=uuid.uuid4(),
            number=number,
            instrument_code=code,
            instrument_version=version,
            synthetic=synthetic,
        )
        session.add(wish)
        session.flush()
        _take_step(session, wish.id, "asked", steward)
        return wish.id


def make_drafts(parts: Parts) -> int:
    """Make what has been asked for, each draft in a transaction of its own; how many were made."""
    with parts.pool_sessions() as session:
        waiting = edition_drafts.drafts_to_make(session)
    return sum(make_draft(parts, draft_id) for draft_id in waiting)


def make_draft(parts: Parts, draft_id: uuid.UUID) -> bool:
    """Make a draft's document and store it, or why there is none; False where another worker is at it.

    All of the pool is read in one snapshot. Killed at any instant it leaves nothing, and may be done again.
    """
    with parts.pool_sessions.begin() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        if not edition_drafts.take_draft(session, draft_id):
            return False
        draft = edition_drafts.find_draft(session, draft_id)
        if draft is None or draft.state != "asked":
            return False
        try:
            session.add(_preview(session, draft))
        except (InputError, LedgerError) as error:
            session.add(_failed(draft_id, str(error)))
    return True


def preview_draft(parts: Parts, draft_id: uuid.UUID, steward: Steward) -> None:
    """Say that one has read the preview and hands the draft on. Raises DraftMissingError, InputError."""
    with parts.pool_sessions.begin() as session:
        _ready(session, draft_id, "made")
        _take_step(session, draft_id, "previewed", steward)


def approve_draft(parts: Parts, draft_id: uuid.UUID, steward: Steward) -> None:
    """Approve a previewed draft, as somebody who neither asked for nor previewed it.

    Raises DraftMissingError, InputError. The database refuses the same account as well.
    """
    with parts.pool_sessions.begin() as session:
        draft = _ready(session, draft_id, "previewed")
        if steward.account_id in {draft.steps[step].account_id for step in ("asked", "previewed")}:
            what = "whoever asked for a draft or previewed it does not approve it"
            raise InputError([InputProblem(what, f"edition {draft.wish.number}", "a second steward")])
        _take_step(session, draft_id, "approved", steward)


def drop_draft(parts: Parts, draft_id: uuid.UUID, steward: Steward) -> None:
    """Give a draft up, at any time before it is published. Raises DraftMissingError, InputError."""
    with parts.pool_sessions.begin() as session:
        _ready(session, draft_id, "asked", "made", "failed", "previewed", "approved")
        _take_step(session, draft_id, "dropped", steward)


def publish_draft(parts: Parts, draft_id: uuid.UUID, steward: Steward) -> str:
    """Freeze an approved draft as an edition, exactly as it was approved; returns its number.

    Raises DraftMissingError; InputError where it is not approved, where an edition was published since it was
    made, and where one of its members has been withdrawn, held or refused since.
    """
    with parts.pool_sessions.begin() as session:
        wish = session.get(EditionDraft, draft_id)
        if wish is None:
            raise DraftMissingError
        pool.wait_to_publish(session, wish.instrument_code)
        draft = _ready(session, draft_id, "approved")
        preview = draft.preview
        assert preview is not None
        assert preview.document is not None
        check_number(session, wish.number, preview.document)
        _refuse_outdated(session, draft, preview)
        cells = [_cell(wish.number, row) for row in preview.cells]
        pool.add_edition(session, preview.document, _members(session, preview), cells, draft_id)
        _take_step(session, draft_id, "published", steward)
        return wish.number


def list_drafts(parts: Parts) -> list[Draft]:
    """All drafts, the newest first."""
    with parts.pool_sessions() as session:
        return edition_drafts.drafts(session)


def load_draft(parts: Parts, draft_id: uuid.UUID) -> Draft:
    """A draft. Raises DraftMissingError."""
    with parts.pool_sessions() as session:
        found = edition_drafts.find_draft(session, draft_id)
    if found is None:
        raise DraftMissingError
    return found


def list_editions(parts: Parts) -> list[Edition]:
    """Every edition: by instrument, then the newest first."""
    with parts.pool_sessions() as session:
        return pool.all_editions(session)


def load_edition(parts: Parts, code: str, number: str) -> Edition | None:
    """An edition, however old, or None."""
    with parts.pool_sessions() as session:
        return pool.find_edition(session, number, code)


def edition_before(parts: Parts, document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The edition that came before this one, of the same kind, or None."""
    kind = (document["instrument"]["code"], document["instrument"]["version"])
    own = pool.edition_order(dict(document))
    with parts.pool_sessions() as session:
        found = pool.editions(session, *kind, synthetic=bool(document["synthetic"]))
    earlier = [one for one in found if pool.edition_order(one) < own]
    return earlier[-1] if earlier else None


def _preview(session: Session, draft: Draft) -> DraftPreview:
    code, version, synthetic = _kind(draft)
    entries = pool_contributions.entries_of(session, code, version, synthetic=synthetic)
    entries = hold_far_ones(session, entries)
    states = Counter(entry.state for entry in entries)
    inside = [one for one in entries if one.state == pool_contributions.IN]
    newest = [one.contribution for one in pool_contributions.newest_of_each(inside)]
    if not newest:
        what = "no contribution may enter: all are held, refused or withdrawn"
        raise InputError([InputProblem(what, f"edition {draft.wish.number}", "at least one")])
    owners = joined_owners(pool.all_owned(session))
    admission = admit(members_of(newest, owners))
    ledger = load_ledger(session, newest[0].aggregates, owners)
    barred = {one.contribution.sheet_sha256 for one in entries if one.state != pool_contributions.IN}
    made = draft_with_changes(admission, draft.wish.number, ledger, barred)
    used = members_in(made.document, newest)
    editions = pool.editions(session, code, version, synthetic=synthetic, origins=(pool.MADE,))
    before = pool.members_of_edition(session, editions[-1]["edition"], code) if editions else set()
    ids = {one.id for one in used}
    return DraftPreview(
        draft_id=draft.wish.id,
        document=made.document,
        cells=[_row(cell) for cell in made.cells],
        contributions=sorted(map(str, ids)),
        after=[one["sha256"] for one in editions],
        notes={
            "fewer": [list(cell) for cell in made.fewer],
            "refused": [list(cell) for cell in made.refused],
            "left_out": dict(Counter(out.reason for out in admission.left_out)),
            "states": dict(states),
            "joined": len(ids - before),
            "left": len(before - ids),
        },
        failure=None,
    )


def _failed(draft_id: uuid.UUID, why: str) -> DraftPreview:
    return DraftPreview(
        draft_id=draft_id, document=None, cells=[], contributions=[], after=[], notes={}, failure=why
    )


def _ready(session: Session, draft_id: uuid.UUID, *states: str) -> Draft:
    """The draft, which has to be in one of these states. Raises DraftMissingError, InputError."""
    if not edition_drafts.take_draft(session, draft_id):
        problem = InputProblem("somebody else is at it this moment", "draft", "another try")
        raise InputError([problem])
    draft = edition_drafts.find_draft(session, draft_id)
    if draft is None:
        raise DraftMissingError
    if draft.state not in states:
        where = f"edition {draft.wish.number}"
        raise InputError([InputProblem(f"the draft is {draft.state}", where, " or ".join(states))])
    return draft


def _refuse_outdated(session: Session, draft: Draft, preview: DraftPreview) -> None:
    where, (code, version, synthetic) = f"edition {draft.wish.number}", _kind(draft)
    editions = pool.editions(session, code, version, synthetic=synthetic, origins=(pool.MADE,))
    if [one["sha256"] for one in editions] != preview.after:
        what = "an edition was published since the draft was made"
        raise InputError([InputProblem(what, where, "a new draft")])
    entries = pool_contributions.entries_of(session, code, version, synthetic=synthetic)
    inside = {str(one.contribution.id) for one in entries if one.state == pool_contributions.IN}
    gone = len(set(preview.contributions) - inside)
    if gone:
        what = f"{gone} of its members withdrew, or are held, since the draft was made"
        raise InputError([InputProblem(what, where, "a new draft")])


def _members(session: Session, preview: DraftPreview) -> list[Contribution]:
    return [session.get_one(Contribution, uuid.UUID(one)) for one in preview.contributions]


def _take_step(session: Session, draft_id: uuid.UUID, step: str, steward: Steward) -> None:
    session.add(DraftStep(draft_id=draft_id, step=step, account_id=steward.account_id, taken_at=steward.now))
    session.flush()


def _kind(draft: Draft) -> Kind:
    return draft.wish.instrument_code, draft.wish.instrument_version, draft.wish.synthetic


def _like(kind: Kind) -> dict[str, Any]:
    return {"instrument": {"code": kind[0], "version": kind[1]}, "synthetic": kind[2]}


def _row(cell: PublishedCell) -> dict[str, Any]:
    return asdict(cell)


def _cell(edition: str, row: Mapping[str, Any]) -> PublishedCell:
    groups = tuple(tuple(group) for group in row["groups"])
    weights = None if row["weights"] is None else tuple(tuple(group) for group in row["weights"])
    return PublishedCell(edition, row["factor"], row["item"], row["peers"], groups, weights)
