"""Which results leaders have shown to all staff."""

import uuid
from datetime import datetime

from sqlalchemy import Computed, ForeignKey, ForeignKeyConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base, TenantMixin
from cri.db.models.results import REAL_WAVE


class StaffPage(Base, TenantMixin):
    """Results of a wave that anybody with the address may read: for as long as the row is there."""

    __tablename__ = "staff_page"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    shown_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    shown_at: Mapped[datetime] = mapped_column()
    practice: Mapped[bool] = mapped_column(Computed("false", persisted=True))

    __table_args__ = (ForeignKeyConstraint(*REAL_WAVE, ondelete="CASCADE"),)
