"""An agency's consent to the pool: who gave it, when, to which text; and who took it back."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base, TenantRow


class PoolConsent(Base, TenantRow):
    """A consent. At most one stands; one that was revoked stays on record.

    text_version and text_sha256: which text was agreed to, in the language that was read.
    """

    __tablename__ = "pool_consent"

    text_version: Mapped[str] = mapped_column(String(20))
    text_locale: Mapped[str] = mapped_column(String(10))
    text_sha256: Mapped[str] = mapped_column(String(64))
    given_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    given_at: Mapped[datetime] = mapped_column()
    revoked_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    revoked_at: Mapped[datetime | None] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], ondelete="CASCADE"),
        CheckConstraint("(revoked_by IS NULL) = (revoked_at IS NULL)", name="revoked_by_somebody"),
        Index(
            "uq_pool_consent_standing",
            "agency_id",
            unique=True,
            postgresql_where=text("revoked_at IS NULL"),
        ),
    )
