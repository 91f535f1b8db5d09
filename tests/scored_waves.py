"""Waves that are scored already: rows as scoring leaves them, around a scorecard that a test made."""

import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from cri.db.models import StoredPack, StoredScorecard, Wave
from cri.domain.documents import digest_of
from tests.reports.documents import cri_instrument


def add_scored_wave(
    session: Session,
    agency_id: uuid.UUID,
    card: dict[str, Any],
    build: Callable[..., dict[str, Any]],
    label: str,
    at: datetime,
) -> uuid.UUID:
    """Add a wave with this scorecard and the leaders' pack that `build` makes of it; returns its id."""
    wave_id = uuid.uuid4()
    session.add(
        Wave(
            agency_id=agency_id,
            id=wave_id,
            label=label,
            instrument_code="cri",
            instrument_version="1.0.0",
            languages=["en"],
            noun="residents",
            synthetic=False,
            state="scored",
            opened_at=at,
            closes_at=at,
            closed_at=at,
            sheet_sha256=card["sheet_sha256"],
        )
    )
    session.flush()
    key = {"agency_id": agency_id, "wave_id": wave_id}
    pack = build(card, instrument=cri_instrument(), noun="residents")
    session.add(StoredScorecard(**key, sha256=digest_of(card), document=card))
    session.add(StoredPack(**key, kind="leader", edition=None, document=pack))
    return wave_id
