"""What was made from sealed waves: immutable documents and the reports rendered from them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import Computed, ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base, TenantMixin, TenantRow

REAL_WAVE = (["agency_id", "wave_id", "practice"], ["wave.agency_id", "wave.id", "wave.practice"])
"""Foreign key of what is made from answers. Its `practice` is computed, always false, and can be set by
nobody: so the database refuses whatever would be made from a practice wave."""


class StoredScorecard(Base, TenantMixin):
    """The scorecard of a wave. Never changed once written."""

    __tablename__ = "scorecard"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column()
    practice: Mapped[bool] = mapped_column(Computed("false", persisted=True))

    __table_args__ = (ForeignKeyConstraint(*REAL_WAVE, ondelete="CASCADE"),)


class StoredPack(Base, TenantMixin):
    """The document model of a pack: what the results page shows and the PDF prints."""

    __tablename__ = "pack"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    edition: Mapped[str | None] = mapped_column(String(20))
    document: Mapped[dict[str, Any]] = mapped_column()
    practice: Mapped[bool] = mapped_column(Computed("false", persisted=True))

    __table_args__ = (ForeignKeyConstraint(*REAL_WAVE, ondelete="CASCADE"),)


class Report(Base, TenantRow):
    """A rendered pack in the blob store, with the manifest that lets it be replayed.

    file_format: what its file's name ends in. unit_code: of the unit it is about, None for the whole agency.
    """

    __tablename__ = "report"

    wave_id: Mapped[uuid.UUID] = mapped_column()
    kind: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(10))
    file_format: Mapped[str] = mapped_column(String(10), server_default="pdf")
    unit_code: Mapped[str | None] = mapped_column(String(60))
    sha256: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[dict[str, Any]] = mapped_column()
    made_at: Mapped[datetime] = mapped_column()
    practice: Mapped[bool] = mapped_column(Computed("false", persisted=True))

    __table_args__ = (ForeignKeyConstraint(*REAL_WAVE, ondelete="CASCADE"),)
