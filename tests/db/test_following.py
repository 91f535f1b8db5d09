"""Following a link in one statement: no agency stays behind, locks hold, and a lost connection is noticed."""

import uuid

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from cri.db import session as sessions_module
from cri.db.models import Draft, Wave
from cri.db.session import enter_agency, make_engine
from cri.services.context import Parts
from cri.services.drafts import Progress, start_draft
from cri.services.following import hold_along, read_along
from cri.services.responses import LinkUnusableError, WaveClosedError, find_questionnaire
from cri.services.submissions import hold_open
from cri.web.database import alone
from cri.web.parts import now
from tests.factories import OpenedWave, change_wave, open_wave

Sessions = sessionmaker[Session]
WAVES_IN_SIGHT = "SELECT count(*) FROM wave"


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage", "front"])


def begin(sessions: Sessions, parts: Parts, wave: OpenedWave) -> str:
    """A draft of the first link; returns its code."""
    with sessions() as session:
        questionnaire = find_questionnaire(session, parts.secrets, wave.tokens[0], now())
        code = start_draft(session, parts.secrets, questionnaire, Progress(page="2"))
        session.commit()
    return code


def test_the_link_its_wave_and_its_draft_come_in_one_answer(
    app: Flask, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    code = begin(sessions, parts, wave)
    with app.app_context():
        connection = alone()
        for _ in range(2):  # the first does not know the wave yet
            questionnaire, progress = read_along(connection, parts.secrets, wave.tokens[0], code, now())
            assert (questionnaire.wave_id, progress) == (wave.wave_id, Progress(page="2"))
        assert read_along(connection, parts.secrets, wave.tokens[0], None, now())[1] is None
        assert read_along(connection, parts.secrets, wave.tokens[1], code, now())[1] is None  # another's
        assert read_along(connection, parts.secrets, wave.open_token, code, now())[1] is None
        with pytest.raises(LinkUnusableError):
            read_along(connection, parts.secrets, "a" * 26, code, now())


def test_no_agency_stays_behind_on_a_connection_that_read(app: Flask, parts: Parts, wave: OpenedWave) -> None:
    with app.app_context():
        found, _ = read_along(alone(), parts.secrets, wave.tokens[0], None, now())
        assert found.wave_id == wave.wave_id
        assert alone().one(WAVES_IN_SIGHT, ()) == (0,)


def test_control_an_agency_set_for_the_whole_connection_would_stay(app: Flask, wave: OpenedWave) -> None:
    with app.app_context():
        alone().one("SELECT set_config('app.agency_id', %s, false)", (str(wave.agency_id),))
        assert alone().one(WAVES_IN_SIGHT, ()) == (1,)


def test_while_somebody_saves_neither_sealing_nor_another_tab_goes_on(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    code = begin(sessions, parts, wave)
    with sessions() as saving, sessions() as other:
        questionnaire, progress = hold_along(saving, parts.secrets, wave.tokens[0], code, now())
        assert progress == Progress(page="2")
        hold_open(saving, questionnaire)
        for locked in (select(Wave.id).where(Wave.id == wave.wave_id), select(Draft.key_digest)):
            enter_agency(other, wave.agency_id)
            with pytest.raises(OperationalError, match="could not obtain lock"):
                other.execute(locked.with_for_update(nowait=True))
            other.rollback()
        saving.rollback()
        enter_agency(other, wave.agency_id)
        assert other.execute(select(Wave.id).with_for_update(nowait=True)).all()


def test_what_was_held_is_held_in_that_transaction_only(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    with sessions() as saving:
        questionnaire, _ = hold_along(saving, parts.secrets, wave.tokens[0], None, now())
        saving.rollback()
        change_wave(sessions, wave, state="sealed", sheet_sha256="0" * 64, mailbox_key=None)
        with pytest.raises(WaveClosedError):
            hold_open(saving, questionnaire)


def cut(superuser: psycopg.Connection, engine: Engine) -> None:
    """End the server's side of the engine's only connection, while nobody uses it."""
    with engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
    superuser.execute("SELECT pg_terminate_backend(%s, 5000)", (pid,))


def test_a_connection_that_was_idle_is_asked_before_it_is_used(
    parts: Parts, superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    own = make_engine(engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(sessions_module, "IDLE_SECONDS", 0.0)
    cut(superuser, own)
    with own.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    own.dispose()


def test_a_connection_lost_in_the_midst_of_use_costs_one_error(
    superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    own = make_engine(engine.url.render_as_string(hide_password=False))
    monkeypatch.setattr(sessions_module, "IDLE_SECONDS", 3_600.0)
    cut(superuser, own)
    with pytest.raises(OperationalError), own.connect() as connection:
        connection.execute(text("SELECT 1"))
    with own.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
    own.dispose()
