"""What happened to units, so that their history follows them; and what an accepted import changed.

Nothing here knows of a wave, an invitation or an answer.
"""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, Date, ForeignKey, ForeignKeyConstraint, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base, TenantMixin, TenantRow


class RosterImport(Base, TenantRow):
    """One tree or roster that was accepted. `changes`: counts, for whoever asks later what was done.

    `undo` is what undoes it: the rows as they were, with names and addresses. Only the newest import has it,
    for as long as it can be undone.
    """

    __tablename__ = "roster_import"

    accepted_at: Mapped[datetime] = mapped_column()
    accepted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    changes: Mapped[dict[str, Any]] = mapped_column()
    undo: Mapped[bytes | None] = mapped_column()
    undone_at: Mapped[datetime | None] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], ondelete="CASCADE"),
        CheckConstraint("undone_at IS NULL OR undo IS NULL", name="undone_once"),
        Index(
            "uq_roster_import_newest",
            "agency_id",
            unique=True,
            postgresql_where=text("undo IS NOT NULL"),
        ),
    )


class UnitEvent(Base, TenantRow):
    """A reorganisation as somebody recorded it: which units, from which day, went on as which.

    Written once; a mistake is taken back, not changed.
    """

    __tablename__ = "unit_event"

    kind: Mapped[str] = mapped_column(String(10))
    happened_on: Mapped[date] = mapped_column(Date())
    recorded_at: Mapped[datetime] = mapped_column()
    recorded_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    import_id: Mapped[uuid.UUID | None] = mapped_column()

    __table_args__ = (
        ForeignKeyConstraint(["agency_id"], ["agency.agency_id"], ondelete="CASCADE"),
        ForeignKeyConstraint(
            ["agency_id", "import_id"],
            ["roster_import.agency_id", "roster_import.id"],
            ondelete="CASCADE",
        ),
        CheckConstraint("kind IN ('rename', 'move', 'merge', 'split')", name="kind_known"),
        Index("ix_unit_event_day", "agency_id", "happened_on"),
    )


class UnitSuccession(Base, TenantMixin):
    """Of an event: one unit before goes on in one unit after. Names and places as they were at that time.

    Units come and go, so nothing here refers to the tree of today.
    """

    __tablename__ = "unit_succession"

    event_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    before_code: Mapped[str] = mapped_column(String(60), primary_key=True)
    after_code: Mapped[str] = mapped_column(String(60), primary_key=True)
    before_name: Mapped[str] = mapped_column(String(300))
    after_name: Mapped[str] = mapped_column(String(300))
    before_parent: Mapped[str | None] = mapped_column(String(60))
    after_parent: Mapped[str | None] = mapped_column(String(60))

    __table_args__ = (
        ForeignKeyConstraint(
            ["agency_id", "event_id"], ["unit_event.agency_id", "unit_event.id"], ondelete="CASCADE"
        ),
    )


class CollectedElsewhere(Base, TenantMixin):
    """That a wave's answers were not collected by this service but brought as a sheet. Its waves are read so.

    `answers`: rows of the sheet; `people`: of how many, None if not known. Which answers, nothing says.
    """

    __tablename__ = "collected_elsewhere"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    began_on: Mapped[date] = mapped_column(Date())
    ended_on: Mapped[date] = mapped_column(Date())
    answers: Mapped[int] = mapped_column()
    people: Mapped[int | None] = mapped_column()
    accepted_at: Mapped[datetime] = mapped_column()
    accepted_by: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))

    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "wave_id"], ["wave.agency_id", "wave.id"], ondelete="CASCADE"),
        CheckConstraint("began_on <= ended_on", name="days_in_order"),
        CheckConstraint("answers > 0", name="answers_counted"),
        CheckConstraint("people IS NULL OR people >= answers", name="people_enough"),
    )
