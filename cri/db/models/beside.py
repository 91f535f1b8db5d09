"""What is asked beside a wave's main instrument: promises of the last wave, and the sheets of their own."""

import uuid
from typing import Any

from sqlalchemy import CheckConstraint, Computed, ForeignKeyConstraint, String
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cri.db.models.declarative import Base, TenantMixin
from cri.db.models.results import REAL_WAVE
from cri.db.models.waves import WAVE


class WavePromise(Base, TenantMixin):
    """What leaders promised after an earlier wave, as this wave's questionnaire asks about it.

    `place`: 1 to 5. `texts`: language -> the promise. Once the wave is open the database keeps it as it is.
    """

    __tablename__ = "wave_promise"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    texts: Mapped[dict[str, str]] = mapped_column(JSONB())

    __table_args__ = (
        ForeignKeyConstraint(["agency_id", "wave_id"], WAVE, ondelete="CASCADE"),
        CheckConstraint("place BETWEEN 1 AND 5", name="place_on_the_page"),
    )


class FurtherSheet(Base, TenantMixin):
    """The digest of a sealed sheet beside the wave's own: of its companion, or of its promises."""

    __tablename__ = "further_sheet"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    instrument_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    sheet_sha256: Mapped[str] = mapped_column(String(64))
    practice: Mapped[bool] = mapped_column(Computed("false", persisted=True))

    __table_args__ = (ForeignKeyConstraint(*REAL_WAVE, ondelete="CASCADE"),)


class FurtherScorecard(Base, TenantMixin):
    """The scorecard of a companion. Never changed once written; never pooled, never ranked."""

    __tablename__ = "further_scorecard"

    wave_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    instrument_code: Mapped[str] = mapped_column(String(40), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64))
    document: Mapped[dict[str, Any]] = mapped_column()
    practice: Mapped[bool] = mapped_column(Computed("false", persisted=True))

    __table_args__ = (ForeignKeyConstraint(*REAL_WAVE, ondelete="CASCADE"),)
