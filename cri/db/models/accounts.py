"""People who sign in, and what they may do where."""

import uuid
from typing import Any

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import CheckConstraint, Column, ForeignKey, ForeignKeyConstraint, Index, String, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cri.db.models.declarative import Base, TenantMixin

platform_duty = Table(
    "platform_duty",
    Base.metadata,
    Column("user_id", ForeignKey("account.id", ondelete="CASCADE"), primary_key=True),
    Column("role_id", ForeignKey("platform_role.id", ondelete="CASCADE"), primary_key=True),
)


class PlatformRole(Base, RoleMixin):
    """A duty on the platform (pool steward, operator). No role here can read an answer."""

    __tablename__ = "platform_role"

    # the library's own models count with integers; it works with any key
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)  # type: ignore[assignment]
    name: Mapped[str] = mapped_column(String(80), unique=True)


class Account(Base, UserMixin):
    """Somebody who signs in. Belongs to agencies through Membership only."""

    __tablename__ = "account"

    # the library's own models count with integers; it works with any key
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)  # type: ignore[assignment]
    email: Mapped[str] = mapped_column(String(255))
    password: Mapped[str | None] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200), default="")
    roles: Mapped[list[Any]] = relationship(PlatformRole, secondary=platform_duty)

    __table_args__ = (Index("uq_account_email", "email", unique=True),)


class Membership(Base, TenantMixin):
    """What an account may do in one agency."""

    __tablename__ = "membership"

    account_id: Mapped[uuid.UUID] = mapped_column(
        ForeignKey("account.id", ondelete="CASCADE"), primary_key=True
    )
    role: Mapped[str] = mapped_column(String(20))

    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], ondelete="CASCADE"),
        CheckConstraint("role IN ('administrator', 'leader', 'viewer')", name="role_known"),
        Index("ix_membership_account_id", "account_id"),
    )
