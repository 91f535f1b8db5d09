"""Published results of other bodies, beside the pool: nothing in the pool points here, or from here to it."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.benchmark_pool import SCHEMA
from cri.db.models.declarative import Base


class ReferenceEdition(Base):
    """A reference edition (cri.reference/1), and which steward added it. Its document never changes."""

    __tablename__ = "reference_edition"

    name: Mapped[str] = mapped_column(String(50), primary_key=True)
    instrument_code: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column()
    added_by: Mapped[uuid.UUID] = mapped_column()
    added_at: Mapped[datetime] = mapped_column()

    __table_args__ = (
        CheckConstraint("document ->> 'schema' = 'cri.reference/1'", name="is_one"),
        {"schema": SCHEMA},
    )
