"""The pool: contributions and editions, in a schema of their own without any tenant's tables.

A real edition cannot hold a synthetic contribution, nor one of another version of the instrument: the foreign
keys of EditionMember carry both marks, so the database itself refuses the mixture.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    Computed,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, MappedColumn, mapped_column

from cri.db.models.declarative import Base

SCHEMA = "pool"


def _repeated(source: str, kind: type[Integer] | type[Text]) -> MappedColumn[Any]:
    """A column that repeats something out of a document, for the pages that count and sort by it."""
    return mapped_column(kind, Computed(source, persisted=True), deferred=True, default=None)


def _told(path: str, *, whole: bool = False) -> MappedColumn[Any]:
    source = f"aggregates #>> '{path}'"
    return _repeated(f"({source})::integer" if whole else source, Integer if whole else Text)


class Contribution(Base):
    """One agency's aggregates under a pseudonym. Holds no answer and no name.

    practice: whether its wave was only practice; the database refuses such a row.
    copy_of: the contribution that holds the very same answer sheet already, if one does.
    """

    __tablename__ = "contribution"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    pseudonym: Mapped[str] = mapped_column(String(64))
    owner_pseudonym: Mapped[str] = mapped_column(String(64))
    sheet_sha256: Mapped[str] = mapped_column(String(64))
    instrument_code: Mapped[str] = mapped_column(String(40))
    instrument_version: Mapped[str] = mapped_column(String(20))
    synthetic: Mapped[bool] = mapped_column()
    practice: Mapped[bool] = mapped_column(default=False, server_default=false())
    aggregates: Mapped[dict[str, Any]] = mapped_column()
    copy_of: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("pool.contribution.id"))
    month: Mapped[str | None] = _told("{wave,closed}")
    sector: Mapped[str | None] = _told("{facets,sector}")
    country: Mapped[str | None] = _told("{facets,country}")
    relationship: Mapped[str | None] = _told("{facets,relationship}")
    headcount: Mapped[int | None] = _told("{population,headcount}", whole=True)
    respondents: Mapped[int | None] = _told("{population,usable}", whole=True)

    __table_args__ = (
        UniqueConstraint("id", "synthetic"),
        UniqueConstraint("id", "instrument_code", "instrument_version"),
        UniqueConstraint("pseudonym", "sheet_sha256"),
        Index("uq_contribution_sheet", "sheet_sha256", unique=True, postgresql_where=text("copy_of IS NULL")),
        CheckConstraint(
            "COALESCE((aggregates ->> 'synthetic')::boolean, synthetic) = synthetic", name="says_what_it_is"
        ),
        CheckConstraint("NOT practice", name="never_practice"),
        Index("ix_contribution_newest", text("month DESC NULLS LAST"), "id"),
        Index(
            "ix_contribution_kind",
            "instrument_code",
            "instrument_version",
            "synthetic",
            "pseudonym",
            postgresql_include=["id", "sector", "country", "relationship", "headcount"],
        ),
        {"schema": SCHEMA},
    )


class Edition(Base):
    """A numbered edition. Its document never changes.

    origin: "made" here or "imported" from a file. A real one that was made here names its approval, a step
    that the database has made sure was a second steward's.
    """

    __tablename__ = "edition"

    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    instrument_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    instrument_version: Mapped[str] = mapped_column(String(20))
    synthetic: Mapped[bool] = mapped_column()
    sha256: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column()
    origin: Mapped[str] = mapped_column(String(10), default="made")
    draft_id: Mapped[uuid.UUID | None] = mapped_column()
    approval: Mapped[str | None] = mapped_column(String(10))
    agencies: Mapped[int | None] = _repeated("jsonb_array_length(document -> 'members')", Integer)
    window_from: Mapped[str | None] = _repeated("document #>> '{window,from}'", Text)
    window_to: Mapped[str | None] = _repeated("document #>> '{window,to}'", Text)

    __table_args__ = (
        ForeignKeyConstraint(["draft_id", "approval"], ["pool.draft_step.draft_id", "pool.draft_step.step"]),
        CheckConstraint("origin IN ('made', 'imported')", name="origin_known"),
        CheckConstraint(
            "synthetic OR origin = 'imported' OR (draft_id IS NOT NULL AND approval IS NOT NULL)",
            name="approved_if_real",
        ),
        CheckConstraint("approval = 'approved'", name="approval_is_one"),
        UniqueConstraint("draft_id"),
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

    groups: digests of answer sheets, a list for each group, lowest first. weights: what each counts in its
    group's sum, where they do not count alike. item: empty for a factor's cell.
    """

    __tablename__ = "ledger_cell"

    edition: Mapped[str] = mapped_column(String(20), primary_key=True)
    instrument_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    factor: Mapped[str] = mapped_column(String(60), primary_key=True)
    item: Mapped[str] = mapped_column(String(60), primary_key=True)
    peers: Mapped[str] = mapped_column(String(500), primary_key=True)
    groups: Mapped[list[list[str]]] = mapped_column(JSONB)
    weights: Mapped[list[list[float]] | None] = mapped_column(JSONB(none_as_null=True))

    __table_args__ = (
        ForeignKeyConstraint(
            ["edition", "instrument_code"], ["pool.edition.number", "pool.edition.instrument_code"]
        ),
        {"schema": SCHEMA},
    )


class ContributionFlag(Base):
    """A rule of the quarantine that a contribution breaks: it is held until a steward has decided."""

    __tablename__ = "contribution_flag"

    contribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.contribution.id"), primary_key=True)
    rule: Mapped[str] = mapped_column(String(30), primary_key=True)

    __table_args__ = ({"schema": SCHEMA},)


class Decision(Base):
    """A steward's decision on a held contribution: who, when, why. Never changed; a later one counts."""

    __tablename__ = "decision"

    contribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.contribution.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verdict: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(1000))
    decided_by: Mapped[uuid.UUID] = mapped_column()
    decided_at: Mapped[datetime] = mapped_column()

    __table_args__ = (
        CheckConstraint("verdict IN ('accepted', 'refused')", name="verdict_known"),
        CheckConstraint("length(trim(reason)) > 0", name="reason_given"),
        {"schema": SCHEMA},
    )


class Withdrawal(Base):
    """A contribution that its agency has taken back: it enters no new edition, for ever."""

    __tablename__ = "withdrawal"

    contribution_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("pool.contribution.id"), primary_key=True)
    withdrawn_at: Mapped[datetime] = mapped_column()

    __table_args__ = ({"schema": SCHEMA},)
