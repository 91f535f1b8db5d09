"""Packs about single units: what a leader asked for in one go, and how far it has come."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base, TenantMixin, TenantRow
from cri.db.models.results import REAL_WAVE


class UnitPackOrder(Base, TenantRow):
    """Packs of many units in one language, as one order: being made, made (then with its ZIP) or stopped.

    Of a wave only one is being made at a time.
    """

    __tablename__ = "unit_pack_order"

    wave_id: Mapped[uuid.UUID] = mapped_column()
    locale: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(10), default="making")
    sha256: Mapped[str | None] = mapped_column(String(64))
    asked_at: Mapped[datetime] = mapped_column()
    practice: Mapped[bool] = mapped_column(Computed("false", persisted=True))

    __table_args__ = (
        ForeignKeyConstraint(*REAL_WAVE, ondelete="CASCADE"),
        CheckConstraint("state IN ('making', 'made', 'stopped')", name="state"),
        CheckConstraint("(state = 'made') = (sha256 IS NOT NULL)", name="made_has_file"),
        Index(
            "uq_unit_pack_order_making",
            "agency_id",
            "wave_id",
            unique=True,
            postgresql_where=text("state = 'making'"),
        ),
    )


class UnitPack(Base, TenantMixin):
    """One unit of an order: its place in the tree's order, and the report once it is made."""

    __tablename__ = "unit_pack"

    order_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(60), primary_key=True)
    place: Mapped[int] = mapped_column()
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    report_id: Mapped[uuid.UUID | None] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(
            ["agency_id", "order_id"], ["unit_pack_order.agency_id", "unit_pack_order.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["agency_id", "report_id"], ["report.agency_id", "report.id"], ondelete="CASCADE"
        ),
        CheckConstraint("state IN ('waiting', 'made', 'failed', 'left_out')", name="state"),
        CheckConstraint("(state = 'made') = (report_id IS NOT NULL)", name="made_has_report"),
    )
