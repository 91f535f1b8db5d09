"""The pool: contributions and editions, in a schema of their own without any tenant's tables.

A real edition cannot hold a synthetic contribution, nor one of another version of the instrument: the foreign
keys of EditionMember carry both marks, so the database itself refuses the mixture.
"""

import uuid
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base

SCHEMA = "pool"


class Contribution(Base):
    """One agency's aggregates under a pseudonym. Holds no answer and no name."""

    __tablename__ = "contribution"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    pseudonym: Mapped[str] = mapped_column(String(64))
    owner_pseudonym: Mapped[str] = mapped_column(String(64))
    sheet_sha256: Mapped[str] = mapped_column(String(64))
    instrument_code: Mapped[str] = mapped_column(String(40))
    instrument_version: Mapped[str] = mapped_column(String(20))
    synthetic: Mapped[bool] = mapped_column()
    aggregates: Mapped[dict[str, Any]] = mapped_column()

    __table_args__ = (
        UniqueConstraint("id", "synthetic"),
        UniqueConstraint("id", "instrument_code", "instrument_version"),
        UniqueConstraint("sheet_sha256"),
        {"schema": SCHEMA},
    )


class Edition(Base):
    """A numbered edition. Its document never changes."""

    __tablename__ = "edition"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    instrument_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    instrument_version: Mapped[str] = mapped_column(String(20))
    synthetic: Mapped[bool] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column()

    __table_args__ = (
        UniqueConstraint("number", "instrument_code", "synthetic"),
        UniqueConstraint("number", "instrument_code", "instrument_version"),
        CheckConstraint(
            "(document ->> 'synthetic')::boolean IS NOT DISTINCT FROM synthetic", name="says_what_it_is"
        ),
        {"schema": SCHEMA},
    )


class EditionMember(Base):
    """Which contribution an edition was built from: as synthetic, or as real, as the edition."""

    __tablename__ = "edition_member"

    edition: Mapped[str] = mapped_column(String(20), primary_key=True)
    instrument_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    contribution_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    instrument_version: Mapped[str] = mapped_column(String(20))
    synthetic: Mapped[bool] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(
            ["edition", "instrument_code", "synthetic"],
            ["pool.edition.number", "pool.edition.instrument_code", "pool.edition.synthetic"],
        ),
        ForeignKeyConstraint(
            ["edition", "instrument_code", "instrument_version"],
            ["pool.edition.number", "pool.edition.instrument_code", "pool.edition.instrument_version"],
            name="fk_edition_member_edition_version",
        ),
        ForeignKeyConstraint(
            ["contribution_id", "synthetic"], ["pool.contribution.id", "pool.contribution.synthetic"]
        ),
        ForeignKeyConstraint(
            ["contribution_id", "instrument_code", "instrument_version"],
            [
                "pool.contribution.id",
                "pool.contribution.instrument_code",
                "pool.contribution.instrument_version",
            ],
            name="fk_edition_member_contribution_version",
        ),
        {"schema": SCHEMA},
    )


class LedgerCell(Base):
    """Who is in which group of a published cell with new values: the publisher's own, as secret as the pool.

    groups: digests of answer sheets, a list for each group, lowest first. item: empty for a factor's cell.
    """

    __tablename__ = "ledger_cell"

    edition: Mapped[str] = mapped_column(String(20), primary_key=True)
    instrument_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    factor: Mapped[str] = mapped_column(String(60), primary_key=True)
    item: Mapped[str] = mapped_column(String(60), primary_key=True)
    peers: Mapped[str] = mapped_column(String(500), primary_key=True)
    groups: Mapped[list[list[str]]] = mapped_column(JSONB)

    __table_args__ = (
        ForeignKeyConstraint(
            ["edition", "instrument_code"], ["pool.edition.number", "pool.edition.instrument_code"]
        ),
        {"schema": SCHEMA},
    )
