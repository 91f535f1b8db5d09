"""Drafts of editions and their steps. Imported by few use cases, as pyproject says."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cri.db.models import DraftPreview, DraftProgress, DraftStep, EditionDraft
from cri.db.queries.edition_outlines import draft_state

_DRAFTING = 7_241_005


@dataclass(frozen=True)
class Draft:
    """A draft with what a worker made of it, if it has; the steps taken, by name; how far the worker is."""

    wish: EditionDraft
    preview: DraftPreview | None
    steps: dict[str, DraftStep]
    progress: DraftProgress | None

    @property
    def state(self) -> str:
        """Asked, made or failed; then previewed, approved, published; or dropped."""
        return draft_state(self.steps, None if self.preview is None else self.preview.failure is None)


def find_draft(session: Session, draft_id: uuid.UUID) -> Draft | None:
    """One draft, or None."""
    wish = session.get(EditionDraft, draft_id)
    return None if wish is None else _with_steps(session, wish)


def drafts_to_make(session: Session) -> Sequence[uuid.UUID]:
    """Drafts that no worker has made anything of yet."""
    dropped = select(DraftStep.draft_id).where(DraftStep.step == "dropped")
    made = select(DraftPreview.draft_id)
    waiting = select(EditionDraft.id).where(EditionDraft.id.not_in(made), EditionDraft.id.not_in(dropped))
    return session.scalars(waiting.order_by(EditionDraft.id)).all()


def take_draft(session: Session, draft_id: uuid.UUID) -> bool:
    """Have a draft to oneself until the transaction ends; False when another worker has it."""
    statement = text("SELECT pg_try_advisory_xact_lock(:lock, hashtext(:id))")
    return bool(session.scalar(statement, {"lock": _DRAFTING, "id": str(draft_id)}))


def tell_progress(session: Session, draft_id: uuid.UUID, done: int, steps: int) -> None:
    """Say how many steps of making a draft are done."""
    told = {"done": done, "steps": steps, "told_at": func.clock_timestamp()}
    statement = insert(DraftProgress).values(draft_id=draft_id, **told)
    session.execute(statement.on_conflict_do_update(index_elements=[DraftProgress.draft_id], set_=told))


def _with_steps(session: Session, wish: EditionDraft) -> Draft:
    taken = session.scalars(select(DraftStep).where(DraftStep.draft_id == wish.id))
    return Draft(
        wish,
        session.get(DraftPreview, wish.id),
        {one.step: one for one in taken},
        session.get(DraftProgress, wish.id),
    )
