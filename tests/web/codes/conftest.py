"""A wave with three people and the code in each one's letter; nobody has tried any."""

import uuid
from datetime import UTC, datetime, tzinfo

import psycopg
import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.services.context import Parts
from cri.web import parts as web_parts
from tests.factories import OpenedWave, open_wave
from tests.web.codes.letters import codes_of

Sessions = sessionmaker[Session]


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage", "front", "front"])


@pytest.fixture(autouse=True)
def _nobody_tried(superuser: psycopg.Connection) -> None:
    """Tries of other tests came from the same address."""
    superuser.execute("DELETE FROM attempt_count")


@pytest.fixture
def letters(sessions: Sessions, parts: Parts, wave: OpenedWave) -> list[str]:
    """The code in each person's letter."""
    return codes_of(sessions, parts, wave)


@pytest.fixture
def one_window(monkeypatch: pytest.MonkeyPatch) -> datetime:
    """The pages' clock stands still: the minutes of counted tries do not end while a test counts."""
    at = datetime.now(UTC)

    class Still(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> "Still":
            return cls.fromtimestamp(at.timestamp(), tz)

    monkeypatch.setattr(web_parts, "datetime", Still)
    return at
