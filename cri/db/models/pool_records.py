"""What is on record beside the pool: files taken in, how far a draft has come, what a steward vouches for."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.benchmark_pool import SCHEMA
from cri.db.models.declarative import Base


class EditionImport(Base):
    """Who took an edition in from a file, when, and the digest of the file's bytes."""

    __tablename__ = "edition_import"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    instrument_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    imported_by: Mapped[uuid.UUID] = mapped_column()
    imported_at: Mapped[datetime] = mapped_column()
    file_sha256: Mapped[str] = mapped_column(String(64))
    file_bytes: Mapped[int] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(
            ["number", "instrument_code"], ["pool.edition.number", "pool.edition.instrument_code"]
        ),
        {"schema": SCHEMA},
    )


class DraftProgress(Base):
    """How many steps of making a draft are done: what its worker said last, not a record."""

    __tablename__ = "draft_progress"

    draft_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.edition_draft.id"), primary_key=True)
    done: Mapped[int] = mapped_column()
    steps: Mapped[int] = mapped_column()
    told_at: Mapped[datetime] = mapped_column()

    __table_args__ = (CheckConstraint("done BETWEEN 0 AND steps", name="not_over"), {"schema": SCHEMA})


class Vouching(Base):
    """What was found out of an agency's owner and kind, and by whom. Never changed; the last one counts.

    owner_pseudonym: an owner whom it belongs to besides the one it told, or None. facets: those that count
    instead of what the agency told; empty where that was right.
    """

    __tablename__ = "vouching"

    pseudonym: Mapped[str] = mapped_column(String(64), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    owner_pseudonym: Mapped[str | None] = mapped_column(String(64))
    facets: Mapped[dict[str, str | None]] = mapped_column(JSONB)
    reason: Mapped[str] = mapped_column(String(1000))
    vouched_by: Mapped[uuid.UUID] = mapped_column()
    vouched_at: Mapped[datetime] = mapped_column()

    __table_args__ = (
        CheckConstraint("length(trim(reason)) > 0", name="reason_given"),
        {"schema": SCHEMA},
    )
