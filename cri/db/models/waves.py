"""A wave and what happens while it is open.

Taking part (Invitation) and answering (MailboxEntry, MixedEntry) are kept apart: no shared key, no
time, no order. docs/anonymity.md says what each table could tell somebody who reads all of them.
"""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base, TenantMixin, TenantRow

WAVE = ["wave.agency_id", "wave.id"]


class Wave(Base, TenantRow):
    """One administration of one instrument in one agency.

    States: draft -> open -> closing -> sealed -> scored, and of a practice wave draft -> open -> closing ->
    discarded. Opening freezes everything that is asked, of whom, and the minimum groups: the database refuses
    to change them (migration 0007).

    practice: its answers are thrown away; nothing can ever be made from them. practice_of: the draft that it
    tries out. breakdowns: profile questions that are asked and reported, None for all of the instrument's.
    service_lines, relationship: the agency's relationship map as it was at the opening.
    companion_code, companion_version: the instrument that is asked after the main one, if one is.
    opens_at, invite_at, first_reminder_at, second_reminder_at: what is to happen by itself, None for by hand.
    """

    __tablename__ = "wave"

    label: Mapped[str] = mapped_column(String(200))
    instrument_code: Mapped[str] = mapped_column(String(40))
    instrument_version: Mapped[str] = mapped_column(String(20))
    companion_code: Mapped[str | None] = mapped_column(String(40))
    companion_version: Mapped[str | None] = mapped_column(String(20))
    languages: Mapped[list[str]] = mapped_column(ARRAY(String(10)))
    noun: Mapped[str] = mapped_column(String(40))
    relationship: Mapped[str | None] = mapped_column(String(40))
    service_lines: Mapped[list[dict[str, Any]] | None] = mapped_column(JSONB())
    breakdowns: Mapped[list[str] | None] = mapped_column(ARRAY(String(40)))
    minimum: Mapped[int] = mapped_column(default=10)
    comments_minimum: Mapped[int] = mapped_column(default=30, server_default=text("30"))
    synthetic: Mapped[bool] = mapped_column()
    practice: Mapped[bool] = mapped_column(default=False, server_default=false())
    practice_of: Mapped[uuid.UUID | None] = mapped_column()
    state: Mapped[str] = mapped_column(String(10), default="draft")
    opens_at: Mapped[datetime | None] = mapped_column()
    invite_at: Mapped[datetime | None] = mapped_column()
    first_reminder_at: Mapped[datetime | None] = mapped_column()
    second_reminder_at: Mapped[datetime | None] = mapped_column()
    closes_at: Mapped[datetime | None] = mapped_column()
    opened_at: Mapped[datetime | None] = mapped_column()
    closed_at: Mapped[datetime | None] = mapped_column()
    mailbox_key: Mapped[bytes | None] = mapped_column()
    open_link_digest: Mapped[bytes | None] = mapped_column()
    sheet_sha256: Mapped[str | None] = mapped_column(String(64))

    __table_args__ = (
        ForeignKeyConstraint(
            ["agency_id", "synthetic"], ["agency.agency_id", "agency.synthetic"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["agency_id", "practice_of"], WAVE, ondelete="CASCADE"),
        UniqueConstraint("agency_id", "id", "practice"),  # lets a scorecard prove that it is of a real wave
        CheckConstraint("minimum >= 10", name="minimum_never_lowered"),
        CheckConstraint("comments_minimum >= 30", name="comments_minimum_never_lowered"),
        CheckConstraint("(companion_code IS NULL) = (companion_version IS NULL)", name="companion_whole"),
        CheckConstraint(
            "CASE WHEN practice "
            "THEN state IN ('draft', 'open', 'closing', 'discarded') AND sheet_sha256 IS NULL "
            "ELSE state IN ('draft', 'open', 'closing', 'sealed', 'scored') AND practice_of IS NULL END",
            name="state_known",
        ),
        Index("ix_wave_practice_of", "agency_id", "practice_of"),
        CheckConstraint(
            "state = 'draft' OR (opened_at IS NOT NULL AND closes_at IS NOT NULL)", name="open_since"
        ),
        CheckConstraint("state NOT IN ('sealed', 'scored') OR sheet_sha256 IS NOT NULL", name="sealed_sheet"),
        Index(
            "uq_wave_open_link_digest",
            "open_link_digest",
            unique=True,
            postgresql_where=text("open_link_digest IS NOT NULL"),
        ),
    )


class WaveLog(Base, TenantRow):
    """What was done to a wave as a whole, by whom and why. Never who answered, what, or when.

    account_id: None for what happened by itself. details: the moments or counts that changed.
    """

    __tablename__ = "wave_log"

    wave_id: Mapped[uuid.UUID] = mapped_column()
    at: Mapped[datetime] = mapped_column()
    account_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id"))
    event: Mapped[str] = mapped_column(String(30))
    reason: Mapped[str] = mapped_column(String(500), default="")
    details: Mapped[dict[str, Any]] = mapped_column(default=dict)

    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "wave_id"], WAVE, ondelete="CASCADE"),
        Index("ix_wave_log_wave", "agency_id", "wave_id", "at"),
    )


class WaveUnit(Base, TenantMixin):
    """The organisation tree as it was when the wave opened: the breakdowns it may report."""

    __tablename__ = "wave_unit"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(60), primary_key=True)
    parent_code: Mapped[str | None] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(300))
    headcount: Mapped[int] = mapped_column()
    position: Mapped[int] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "wave_id"], WAVE, ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["agency_id", "wave_id", "parent_code"],
            ["wave_unit.agency_id", "wave_unit.wave_id", "wave_unit.code"],
            deferrable=True,
            initially="DEFERRED",
        ),
        CheckConstraint("headcount >= 0", name="headcount_counts"),
    )


class Invitation(Base, TenantRow):
    """One link: somebody's own, or one browser that came through the open link.

    `used` is all that is known of taking part: not when, not from where, not what.
    """

    __tablename__ = "invitation"

    wave_id: Mapped[uuid.UUID] = mapped_column()
    person_id: Mapped[uuid.UUID | None] = mapped_column()
    unit_code: Mapped[str | None] = mapped_column(String(60))
    token_digest: Mapped[bytes | None] = mapped_column()
    used: Mapped[bool] = mapped_column(default=False)

    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "wave_id"], WAVE, ondelete="CASCADE"),
        ForeignKeyConstraint(["agency_id", "person_id"], ["person.agency_id", "person.id"]),
        ForeignKeyConstraint(
            ["agency_id", "wave_id", "unit_code"],
            ["wave_unit.agency_id", "wave_unit.wave_id", "wave_unit.code"],
        ),
        Index("ix_invitation_wave", "agency_id", "wave_id", "unit_code"),
        Index(
            "uq_invitation_person",
            "agency_id",
            "wave_id",
            "person_id",
            unique=True,
            postgresql_where=text("person_id IS NOT NULL"),
        ),
        Index(
            "uq_invitation_token_digest",
            "token_digest",
            unique=True,
            postgresql_where=text("token_digest IS NOT NULL"),
        ),
    )


class Draft(Base, TenantMixin):
    """Answers in progress, readable only with the key that the respondent holds.

    `answered`: whether there is any answer in it; without one, nobody loses anything with it.
    """

    __tablename__ = "draft"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    key_digest: Mapped[bytes] = mapped_column(primary_key=True)
    invitation_id: Mapped[uuid.UUID] = mapped_column()
    ciphertext: Mapped[bytes] = mapped_column()
    answered: Mapped[bool] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "wave_id"], WAVE, ondelete="CASCADE"),
        ForeignKeyConstraint(  # onupdate: a replaced link is a new id of the same invitation
            ["agency_id", "invitation_id"],
            ["invitation.agency_id", "invitation.id"],
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        Index("ix_draft_invitation", "agency_id", "invitation_id"),
    )


class MailboxEntry(Base, TenantRow):
    """Submitted answers as they arrived: encrypted to the wave's key, all of the same length."""

    __tablename__ = "mailbox_entry"

    wave_id: Mapped[uuid.UUID] = mapped_column()
    ciphertext: Mapped[bytes] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "wave_id"], WAVE, ondelete="CASCADE"),
        Index("ix_mailbox_entry_wave", "agency_id", "wave_id"),
    )


class MixedEntry(Base, TenantRow):
    """Answers after mixing: encrypted anew, in shuffled batches of at least ten."""

    __tablename__ = "mixed_entry"

    wave_id: Mapped[uuid.UUID] = mapped_column()
    ciphertext: Mapped[bytes] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "wave_id"], WAVE, ondelete="CASCADE"),
        Index("ix_mixed_entry_wave", "agency_id", "wave_id"),
    )
