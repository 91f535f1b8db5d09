"""Messages to people: their texts, which were sent, and to whom none may be sent.

A row of Message says of one invitation that a message of one kind was handed over, or waits to be. It has no
time: `retry_at` is set only while a message waits for another try, and is rounded. Rows of reminders exist
only for invitations that were unused then, and are destroyed after sealing (docs/anonymity.md).
"""

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base, TenantMixin
from cri.db.models.waves import WAVE

KINDS = "kind IN ('invitation', 'first_reminder', 'second_reminder')"
PERSON = ["person.agency_id", "person.id"]


class MessageText(Base, TenantMixin):
    """An agency's own text of a message of one wave. Without one the service's own is sent."""

    __tablename__ = "message_text"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    language: Mapped[str] = mapped_column(String(10), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text())

    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "wave_id"], WAVE, ondelete="CASCADE"),
        CheckConstraint(KINDS, name="kind_known"),
    )


class MessageBatch(Base, TenantMixin):
    """That messages of a kind are being sent, or were: the day on which it began, on the agency's calendar.

    trouble: what the mail server said when it last took nothing at all; empty when it takes messages.
    sent, failed: how many there were, once the wave is sealed and its messages' rows are destroyed.
    """

    __tablename__ = "message_batch"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    day: Mapped[date] = mapped_column()
    trouble: Mapped[str] = mapped_column(String(300), default="")
    sent: Mapped[int | None] = mapped_column()
    failed: Mapped[int | None] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "wave_id"], WAVE, ondelete="CASCADE"),
        CheckConstraint(KINDS, name="kind_known"),
    )


class Message(Base, TenantMixin):
    """One message to one invited person: there can be no second of its kind.

    States: waiting -> handed -> sent, or failed; handed -> waiting again when the server says "later". A
    message is handed in the instant before the server is told that it is complete; one that is found so
    after its sender was killed becomes unsure, and is never sent again by itself.
    """

    __tablename__ = "message"

    invitation_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    wave_id: Mapped[uuid.UUID] = mapped_column()
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    tries: Mapped[int] = mapped_column(default=0)
    retry_at: Mapped[datetime | None] = mapped_column()
    reply: Mapped[str] = mapped_column(String(300), default="")

    __table_args__ = (
        ForeignKeyConstraint(
            ["agency_id", "wave_id", "kind"],
            ["message_batch.agency_id", "message_batch.wave_id", "message_batch.kind"],
            ondelete="CASCADE",
        ),
        ForeignKeyConstraint(  # onupdate: a replaced link is a new id of the same invitation
            ["agency_id", "invitation_id"],
            ["invitation.agency_id", "invitation.id"],
            ondelete="CASCADE",
            onupdate="CASCADE",
        ),
        CheckConstraint("state IN ('waiting', 'handed', 'sent', 'failed', 'unsure')", name="state_known"),
        CheckConstraint("retry_at IS NULL OR state = 'waiting'", name="no_time_once_sent"),
        Index("ix_message_wave", "agency_id", "wave_id", "kind", "state"),
    )


class BadAddress(Base, TenantMixin):
    """An address of a person that mail does not reach. Void as soon as the person has another."""

    __tablename__ = "bad_address"

    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    address: Mapped[str] = mapped_column(String(255))

    __table_args__ = (ForeignKeyConstraint(["agency_id", "person_id"], PERSON, ondelete="CASCADE"),)


class OptOut(Base, TenantMixin):
    """Somebody who wants no e-mail about surveys of this agency. Letters and codes still reach them."""

    __tablename__ = "opt_out"

    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)

    __table_args__ = (ForeignKeyConstraint(["agency_id", "person_id"], PERSON, ondelete="CASCADE"),)
