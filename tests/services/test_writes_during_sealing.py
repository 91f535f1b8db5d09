"""Nothing that a respondent writes while a wave is being sealed outlives the sealing."""

import uuid
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.db.session import enter_agency
from cri.domain.wave import Answers
from cri.services import waves
from cri.services.context import Actor, Context, Parts
from cri.services.drafts import Progress, start_draft
from cri.services.open_links import start_from_open_link
from cri.services.responses import WaveClosedError, find_questionnaire
from cri.services.sealing import seal_wave
from tests.database_fixtures import make_agency
from tests.factories import OpenedWave, open_wave


@pytest.fixture
def wave(sessions: sessionmaker[Session], parts: Parts) -> OpenedWave:
    return open_wave(sessions, parts, make_agency(sessions), people=["depot"] * 2)


def close_and_seal(sessions: sessionmaker[Session], parts: Parts, wave: OpenedWave) -> None:
    for step in (waves.close_wave, seal_wave):
        with sessions.begin() as session:
            enter_agency(session, wave.agency_id)
            context = Context(session, wave.agency_id, Actor(None, "worker"), datetime.now(UTC), parts)
            step(context, wave.wave_id)


def left(superuser: psycopg.Connection, wave_id: uuid.UUID) -> tuple[int, int]:
    """(drafts, live tokens) of a wave."""
    row = superuser.execute(
        "SELECT (SELECT count(*) FROM draft WHERE wave_id = %s), "
        "(SELECT count(token_digest) FROM invitation WHERE wave_id = %s)",
        [wave_id, wave_id],
    ).fetchone()
    assert row is not None
    return row[0], row[1]


def test_a_draft_saved_after_sealing_began_is_refused(
    sessions: sessionmaker[Session], parts: Parts, wave: OpenedWave, superuser: psycopg.Connection
) -> None:
    with sessions() as session:
        opened = find_questionnaire(session, parts.secrets, wave.tokens[0], datetime.now(UTC))
        close_and_seal(sessions, parts, wave)
        with pytest.raises(WaveClosedError):
            start_draft(session, parts.secrets, opened, Progress(Answers({"insight1": 3})))
    assert left(superuser, wave.wave_id) == (0, 0)


def test_a_link_begun_after_sealing_began_is_refused(
    sessions: sessionmaker[Session], parts: Parts, wave: OpenedWave, superuser: psycopg.Connection
) -> None:
    with sessions() as session:
        opened = find_questionnaire(session, parts.secrets, wave.open_token, datetime.now(UTC))
        close_and_seal(sessions, parts, wave)
        with pytest.raises(WaveClosedError):
            start_from_open_link(session, parts.secrets, opened)
    assert left(superuser, wave.wave_id) == (0, 0)
