"""An agency, its organisation tree and the people on its roster."""

from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base, TenantMixin, TenantRow


class Agency(Base, TenantMixin):
    """One public agency: the tenant. `synthetic` agencies hold made-up data and are labelled so.

    owner: the body that owns or directs it, in its own words; empty for an agency that is its own owner.
    service_lines: the relationship map, one {name, relationship} a line of service (domain/relationships.py).
    """

    __tablename__ = "agency"

    name: Mapped[str] = mapped_column(String(300))
    colour: Mapped[str] = mapped_column(String(7), default="#12436d")
    logo_sha256: Mapped[str | None] = mapped_column(String(64))
    noun: Mapped[str] = mapped_column(String(40), default="residents")
    sector: Mapped[str] = mapped_column(String(80), default="")
    country: Mapped[str] = mapped_column(String(80), default="")
    relationship_type: Mapped[str] = mapped_column(String(40), default="citizen")
    owner: Mapped[str] = mapped_column(String(300), default="")
    service_lines: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB(), default=list, server_default=text("'[]'::jsonb")
    )
    time_zone: Mapped[str] = mapped_column(String(60), default="UTC")
    synthetic: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        CheckConstraint("colour ~ '^#[0-9a-f]{6}$'", name="colour_hex"),
        CheckConstraint("logo_sha256 ~ '^[0-9a-f]{64}$'", name="logo_digest"),
        UniqueConstraint("agency_id", "synthetic"),  # lets a wave prove that it is as synthetic as its agency
    )


class OrganisationUnit(Base, TenantRow):
    """A node of the agency's organisation tree as it is now. Waves keep their own frozen copy."""

    __tablename__ = "organisation_unit"

    code: Mapped[str] = mapped_column(String(60))
    parent_code: Mapped[str | None] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(300))

    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["agency_id", "parent_code"],
            ["organisation_unit.agency_id", "organisation_unit.code"],
            deferrable=True,
            initially="DEFERRED",
        ),
        UniqueConstraint("agency_id", "code"),
        CheckConstraint("parent_code IS DISTINCT FROM code", name="not_its_own_parent"),
    )


class Person(Base, TenantRow):
    """Somebody on the roster. Nothing here says whether, when or what they answered."""

    __tablename__ = "person"

    name: Mapped[str] = mapped_column(String(300))
    email: Mapped[str] = mapped_column(String(255))
    unit_code: Mapped[str] = mapped_column(String(60))
    language: Mapped[str] = mapped_column(String(10), default="en")
    active: Mapped[bool] = mapped_column(default=True)

    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["agency_id", "unit_code"],
            ["organisation_unit.agency_id", "organisation_unit.code"],
            deferrable=True,
            initially="DEFERRED",
        ),
        # The address first. A second key that led with the agency was taken for as good as the primary key
        # in a roster without statistics, and each check of an invitation read everybody of the agency.
        UniqueConstraint("email", "agency_id"),
    )
