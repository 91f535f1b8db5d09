"""Other ways into a wave than a link in a message: typed codes, posters of a unit; and tries of them."""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base, TenantMixin


class InvitationCode(Base, TenantMixin):
    """That an invitation's code was once written on a letter: until then nobody can type it.

    The code leads to the invitation's link and lives no longer than that.
    """

    __tablename__ = "invitation_code"

    invitation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(
            ["agency_id", "invitation_id"],
            ["invitation.agency_id", "invitation.id"],
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        Index("uq_invitation_code_digest", "digest", unique=True),
    )


class UnitLink(Base, TenantMixin):
    """The open link of one unit in one wave, for a poster in its canteen."""

    __tablename__ = "unit_link"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    unit_code: Mapped[str] = mapped_column(String(60), primary_key=True)
    digest: Mapped[bytes] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(
            ["agency_id", "wave_id", "unit_code"],
            ["wave_unit.agency_id", "wave_unit.wave_id", "wave_unit.code"],
            ondelete="CASCADE",
        ),
        Index("uq_unit_link_digest", "digest", unique=True),
    )


class AttemptCount(Base):
    """How often something was tried from one part of the network, for some minutes; then destroyed.

    `bucket` is a keyed digest of what was tried, from where and in which minutes: no address, no code, no
    link, no person. It says nothing to whoever has only the database.
    """

    __tablename__ = "attempt_count"

    bucket: Mapped[bytes] = mapped_column(primary_key=True)
    until: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column()

    __table_args__ = (CheckConstraint("tries > 0", name="tries_counted"),)
