"""What people wrote in their own words, redacted: waiting for a person, cleared by one, or withheld.

A comment has no time, no unit, no key and no order that it shares with anything else: rows are written in one
transaction, in random order, under random ids.
"""

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Computed, ForeignKey, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base, TenantRow
from cri.db.models.results import REAL_WAVE


class WaveComment(Base, TenantRow):
    """One answer to one open question, names taken out. state: waiting, cleared or withheld."""

    __tablename__ = "wave_comment"

    wave_id: Mapped[uuid.UUID] = mapped_column()
    question: Mapped[str] = mapped_column(String(40))
    text: Mapped[str] = mapped_column(Text())
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    practice: Mapped[bool] = mapped_column(Computed("false", persisted=True))

    __table_args__ = (
        ForeignKeyConstraint(*REAL_WAVE, ondelete="CASCADE"),
        CheckConstraint("state IN ('waiting', 'cleared', 'withheld')", name="state_known"),
        Index("ix_wave_comment_wave", "agency_id", "wave_id", "question", "id"),
    )


class CommentDecision(Base, TenantRow):
    """Who decided what about a comment, and when; never which words they hid."""

    __tablename__ = "comment_decision"

    comment_id: Mapped[uuid.UUID] = mapped_column()
    decision: Mapped[str] = mapped_column(String(10))
    decided_by: Mapped[uuid.UUID] = mapped_column(ForeignKey("account.id"))
    decided_at: Mapped[datetime] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(
            ["agency_id", "comment_id"], ["wave_comment.agency_id", "wave_comment.id"], ondelete="CASCADE"
        ),
        CheckConstraint("decision IN ('cleared', 'withheld', 'hidden')", name="decision_known"),
        Index("ix_comment_decision_comment", "agency_id", "comment_id"),
    )
