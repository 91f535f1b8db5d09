"""How an edition comes about: a steward asks, a worker makes a draft, one previews, another approves."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cri.db.models import Contribution, DraftPreview, DraftStep, Edition, EditionDraft
from cri.db.queries import benchmark_pool as pool
from cri.db.queries import edition_drafts, pool_contributions
from cri.db.queries.edition_drafts import Draft
from cri.db.queries.edition_outlines import (
    DraftOutline,
    EditionOutline,
    Kind,
    draft_outlines,
    edition_outlines,
)
from cri.domain.errors import CriError, InputError
from cri.domain.ledger import PublishedCell
from cri.domain.norms import NUMBER
from cri.domain.ownership import joined_owners
from cri.domain.pool_problems import pool_problem
from cri.services.benchmarks import check_number, load_ledger
from cri.services.context import Parts
from cri.services.vouching import ties_of

__all__ = ["DraftOutline", "EditionOutline", "Kind"]  # what others know drafts and editions by


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
        raise InputError([pool_problem("no_number", where)])
    with parts.pool_sessions.begin() as session:
        pool.wait_to_publish(session, code)
        known = [given[:3] for given in pool_contributions.instruments_given(session)]
        if kind not in known:
            raise InputError([pool_problem("none_given", where, instrument=f"{code} {version}")])
        check_number(session, number, _like(kind))
        under_way = ("asked", "made", "previewed", "approved")
        if any(one.kind == kind and one.state in under_way for one in draft_outlines(session)):
            raise InputError([pool_problem("under_way", where)])
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
            raise InputError([pool_problem("same_steward", f"edition {draft.wish.number}")])
        _take_step(session, draft_id, "approved", steward)


def drop_draft(parts: Parts, draft_id: uuid.UUID, steward: Steward) -> None:
    """Give a draft up, at any time before it is published. Raises DraftMissingError, InputError."""
    with parts.pool_sessions.begin() as session:
        _ready(session, draft_id, "asked", "made", "failed", "previewed", "approved")
        _take_step(session, draft_id, "dropped", steward)


def publish_draft(parts: Parts, draft_id: uuid.UUID, steward: Steward) -> str:
    """Freeze an approved draft as an edition, exactly as it was approved; returns its number.

    Raises DraftMissingError; InputError where it is not approved, where an edition was published since it was
    made, where one of its members has been withdrawn, held or refused since, and where more has become known
    since of who owns whom.
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


def list_drafts(parts: Parts) -> list[DraftOutline]:
    """All drafts, the newest first."""
    with parts.pool_sessions() as session:
        return draft_outlines(session)


def load_draft(parts: Parts, draft_id: uuid.UUID) -> Draft:
    """A draft. Raises DraftMissingError."""
    with parts.pool_sessions() as session:
        found = edition_drafts.find_draft(session, draft_id)
    if found is None:
        raise DraftMissingError
    return found


def list_editions(parts: Parts) -> list[EditionOutline]:
    """Every edition: by instrument, then the newest first."""
    with parts.pool_sessions() as session:
        found = edition_outlines(session)
    found.sort(key=lambda one: pool.number_order(one.number), reverse=True)
    return sorted(found, key=lambda one: one.kind)


def load_edition(parts: Parts, code: str, number: str) -> Edition | None:
    """An edition, however old, or None."""
    with parts.pool_sessions() as session:
        return pool.find_edition(session, number, code)


def edition_before(parts: Parts, document: Mapping[str, Any]) -> dict[str, Any] | None:
    """The edition that came before this one, of the same kind, or None."""
    told = document["instrument"]
    kind = (told["code"], told["version"], bool(document["synthetic"]))
    with parts.pool_sessions() as session:
        return pool.edition_below(session, kind, document["edition"])


def _ready(session: Session, draft_id: uuid.UUID, *states: str) -> Draft:
    """The draft, which has to be in one of these states. Raises DraftMissingError, InputError."""
    if not edition_drafts.take_draft(session, draft_id):
        raise InputError([pool_problem("busy", "draft")])
    draft = edition_drafts.find_draft(session, draft_id)
    if draft is None:
        raise DraftMissingError
    if draft.state not in states:
        where = f"edition {draft.wish.number}"
        raise InputError([pool_problem("wrong_state", where, state=draft.state, wanted=" / ".join(states))])
    return draft


def _refuse_outdated(session: Session, draft: Draft, preview: DraftPreview) -> None:
    """Refuse a draft that was audited with less than is known now. Raises InputError."""
    where, (code, version, synthetic) = f"edition {draft.wish.number}", _kind(draft)
    editions = pool.editions(session, code, version, synthetic=synthetic, origins=(pool.MADE,))
    if [one["sha256"] for one in editions] != preview.after:
        raise InputError([pool_problem("overtaken", where)])
    entries = pool_contributions.entries_of(session, code, version, synthetic=synthetic)
    inside = {str(one.contribution.id) for one in entries if one.state == pool_contributions.IN}
    told = {sheet for row in preview.cells for group in row["groups"] for sheet in group}
    earlier = {  # a change is counted from a wave before, which is no member and may be out as well
        str(one.contribution.id)
        for one in entries
        if one.contribution.sheet_sha256 in told and one.contribution.copy_of is None
    }
    gone = len((set(preview.contributions) | earlier) - inside)
    if gone:
        raise InputError([pool_problem("members_gone", where, count=gone)])
    used = _members(session, preview)
    ledger = load_ledger(session, used[0].aggregates, joined_owners(pool.all_owned(session)))
    if ties_of(session, used, ledger) != preview.notes["ties"]:
        raise InputError([pool_problem("ties_changed", where)])


def _members(session: Session, preview: DraftPreview) -> list[Contribution]:
    return [session.get_one(Contribution, uuid.UUID(one)) for one in preview.contributions]


def _take_step(session: Session, draft_id: uuid.UUID, step: str, steward: Steward) -> None:
    session.add(DraftStep(draft_id=draft_id, step=step, account_id=steward.account_id, taken_at=steward.now))
    session.flush()


def _kind(draft: Draft) -> Kind:
    return draft.wish.instrument_code, draft.wish.instrument_version, draft.wish.synthetic


def _like(kind: Kind) -> dict[str, Any]:
    return {"instrument": {"code": kind[0], "version": kind[1]}, "synthetic": kind[2]}


def _cell(edition: str, row: Mapping[str, Any]) -> PublishedCell:
    groups = tuple(tuple(group) for group in row["groups"])
    weights = None if row["weights"] is None else tuple(tuple(group) for group in row["weights"])
    return PublishedCell(edition, row["factor"], row["item"], row["peers"], groups, weights)
