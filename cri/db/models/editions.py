"""Editions on their way: asked for, made by a worker, previewed, approved by somebody else, published.

All of it is only ever added to. Who did which step is one row each; the database refuses an approval by
whoever asked for the draft or previewed it.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.benchmark_pool import SCHEMA
from cri.db.models.declarative import Base

DRAFT = "pool.edition_draft.id"


class EditionDraft(Base):
    """The wish for an edition."""

    __tablename__ = "edition_draft"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    number: Mapped[str] = mapped_column(String(20))
    instrument_code: Mapped[str] = mapped_column(String(40))
    instrument_version: Mapped[str] = mapped_column(String(20))
    synthetic: Mapped[bool] = mapped_column()

    __table_args__ = ({"schema": SCHEMA},)


class DraftPreview(Base):
    """What a worker made of a draft: the document and its pages of the ledger, or why there is none.

    cells: rows {factor, item, peers, groups} for the ledger. contributions: ids of the members. after:
    digests of the editions it was audited together with. notes: what the preview tells besides.
    """

    __tablename__ = "draft_preview"

    draft_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(DRAFT), primary_key=True)
    document: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    cells: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    contributions: Mapped[list[str]] = mapped_column(JSONB)
    after: Mapped[list[str]] = mapped_column(JSONB)
    notes: Mapped[dict[str, Any]] = mapped_column()
    failure: Mapped[str | None] = mapped_column(Text)

    __table_args__ = (
        CheckConstraint("(document IS NULL) <> (failure IS NULL)", name="made_or_not"),
        {"schema": SCHEMA},
    )


class DraftStep(Base):
    """A step of a draft: who took it, and when. Each is taken once."""

    __tablename__ = "draft_step"

    draft_id: Mapped[uuid.UUID] = mapped_column(ForeignKey(DRAFT), primary_key=True)
    step: Mapped[str] = mapped_column(String(10), primary_key=True)
    account_id: Mapped[uuid.UUID] = mapped_column()
    taken_at: Mapped[datetime] = mapped_column()

    __table_args__ = (
        CheckConstraint(
            "step IN ('asked', 'previewed', 'approved', 'published', 'dropped')", name="step_known"
        ),
        Index(
            "uq_draft_step_not_who_asked",
            "draft_id",
            "account_id",
            unique=True,
            postgresql_where=text("step IN ('asked', 'approved')"),
        ),
        Index(
            "uq_draft_step_not_who_previewed",
            "draft_id",
            "account_id",
            unique=True,
            postgresql_where=text("step IN ('previewed', 'approved')"),
        ),
        {"schema": SCHEMA},
    )
