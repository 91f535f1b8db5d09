"""What was made from sealed waves: immutable documents and the reports rendered from them."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKeyConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base, TenantMixin, TenantRow
from cri.db.models.waves import WAVE


class StoredScorecard(Base, TenantMixin):
    """The scorecard of a wave. Never changed once written."""

    __tablename__ = "scorecard"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column()

    __table_args__ = (ForeignKeyConstraint(["agency_id", "wave_id"], WAVE, ondelete="CASCADE"),)


class StoredPack(Base, TenantMixin):
    """The document model of a pack: what the results page shows and the PDF prints."""

    __tablename__ = "pack"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    edition: Mapped[str | None] = mapped_column(String(20))
    document: Mapped[dict[str, Any]] = mapped_column()

    __table_args__ = (ForeignKeyConstraint(["agency_id", "wave_id"], WAVE, ondelete="CASCADE"),)


class Report(Base, TenantRow):
    """A rendered pack in the blob store, with the manifest that lets it be replayed."""

    __tablename__ = "report"

    wave_id: Mapped[uuid.UUID] = mapped_column()
    kind: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(10))
    sha256: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[dict[str, Any]] = mapped_column()
    made_at: Mapped[datetime] = mapped_column()

    __table_args__ = (ForeignKeyConstraint(["agency_id", "wave_id"], WAVE, ondelete="CASCADE"),)
