"""Editions and drafts without their documents, for lists: a document may be many megabytes."""

import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from cri.db.models import DraftPreview, DraftProgress, DraftStep, Edition, EditionDraft

Kind = tuple[str, str, bool]
"""Code and version of an instrument, and whether its data are made up."""


@dataclass(frozen=True)
class EditionOutline:
    """An edition without its document."""

    number: str
    kind: Kind
    origin: str
    agencies: int
    window: tuple[str | None, str | None]


@dataclass(frozen=True)
class DraftOutline:
    """A draft without what was made of it. progress: steps done and steps in all, once a worker told."""

    id: uuid.UUID
    number: str
    kind: Kind
    state: str
    asked_at: datetime
    progress: tuple[int, int] | None


def edition_outlines(session: Session) -> list[EditionOutline]:
    """Every edition, in no order."""
    rows = session.execute(
        select(
            Edition.number,
            Edition.instrument_code,
            Edition.instrument_version,
            Edition.synthetic,
            Edition.origin,
            Edition.agencies,
            Edition.window_from,
            Edition.window_to,
        )
    )
    return [
        EditionOutline(number, (code, version, synthetic), origin, agencies or 0, (first, last))
        for number, code, version, synthetic, origin, agencies, first, last in rows
    ]


def draft_outlines(session: Session) -> list[DraftOutline]:
    """All drafts, the newest first."""
    steps: dict[uuid.UUID, dict[str, datetime]] = {}
    for draft_id, step, taken_at in session.execute(
        select(DraftStep.draft_id, DraftStep.step, DraftStep.taken_at)
    ):
        steps.setdefault(draft_id, {})[step] = taken_at
    previews = session.execute(select(DraftPreview.draft_id, DraftPreview.failure))
    made = {draft_id: failure is None for draft_id, failure in previews}
    told = {one.draft_id: (one.done, one.steps) for one in session.scalars(select(DraftProgress))}
    found = [
        DraftOutline(
            id=wish.id,
            number=wish.number,
            kind=(wish.instrument_code, wish.instrument_version, wish.synthetic),
            state=draft_state(steps[wish.id], made.get(wish.id)),
            asked_at=steps[wish.id]["asked"],
            progress=told.get(wish.id),
        )
        for wish in session.scalars(select(EditionDraft))
    ]
    return sorted(found, key=lambda one: one.asked_at, reverse=True)


def draft_state(steps: Collection[str], made: bool | None) -> str:
    """Asked, made or failed; then previewed, approved, published; or dropped. made: None before it is."""
    for step in ("dropped", "published", "approved", "previewed"):
        if step in steps:
            return step
    return "asked" if made is None else "made" if made else "failed"
