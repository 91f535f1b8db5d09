"""What the worker does every minute and every hour: no wave stops another, none is stranded."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.envelopes import seal_answers
from cri.app import make_workshop
from cri.db.models import Wave
from cri.db.session import enter_agency
from cri.domain.wave import Answers
from cri.jobs import tasks
from cri.jobs.tasks import Workshop, seal_steps
from cri.services import packs, scoring, sealing
from cri.services import waves as waves_service
from cri.services.context import Context, Parts
from cri.services.mixing import MOST, mix
from cri.services.responses import find_questionnaire
from cri.services.submissions import submit
from cri.settings import Settings
from tests.database_fixtures import make_agency
from tests.factories import OpenedWave, open_wave

Sessions = sessionmaker[Session]


@pytest.fixture
def workshop(settings: Settings) -> Iterator[Workshop]:
    made = make_workshop(settings)
    yield made
    made.close()


def run(task: Any, workshop: Workshop) -> None:
    """The task as the queue would run it now."""
    task.func(SimpleNamespace(additional_context={tasks.WORKSHOP: workshop}), timestamp=0)


def answered_wave(sessions: Sessions, parts: Parts, people: int) -> OpenedWave:
    wave = open_wave(sessions, parts, make_agency(sessions), people=["depot"] * people)
    for token in wave.tokens:
        with sessions.begin() as session:
            questionnaire = find_questionnaire(session, parts.secrets, token, datetime.now(UTC))
            submit(session, questionnaire, Answers(items={"insight1": 4}))
    return wave


def mixed(superuser: psycopg.Connection, wave: OpenedWave) -> int:
    row = superuser.execute("SELECT count(*) FROM mixed_entry WHERE wave_id = %s", [wave.wave_id]).fetchone()
    assert row is not None
    return int(row[0])


def jobs_of(superuser: psycopg.Connection, wave: OpenedWave) -> list[str]:
    rows = superuser.execute(
        "SELECT task_name FROM procrastinate_jobs WHERE lock = %s AND status = 'todo'",
        [f"wave:{wave.wave_id}"],
    ).fetchall()
    return [str(row[0]) for row in rows]


def give_up(superuser: psycopg.Connection, wave: OpenedWave) -> None:
    """As the queue does after the last attempt."""
    superuser.execute(
        "UPDATE procrastinate_jobs SET status = 'failed' WHERE lock = %s AND status = 'todo'",
        [f"wave:{wave.wave_id}"],
    )


def test_a_wave_without_its_key_does_not_stop_the_mixing_of_others(
    sessions: Sessions,
    parts: Parts,
    workshop: Workshop,
    superuser: psycopg.Connection,
    caplog: pytest.LogCaptureFixture,
) -> None:
    waves = [answered_wave(sessions, parts, 10) for _ in range(3)]
    key = parts.wave_keys.folder / "waves" / str(waves[1].wave_id)
    kept = key.read_bytes()
    key.unlink()
    run(tasks.mix, workshop)
    assert [mixed(superuser, wave) for wave in waves] == [10, 0, 10]
    assert str(waves[1].wave_id) in caplog.text
    key.write_bytes(kept)
    run(tasks.mix, workshop)
    assert mixed(superuser, waves[1]) == 10


def test_a_backlog_larger_than_one_statement_can_name_is_mixed_in_parts(
    sessions: Sessions, parts: Parts, superuser: psycopg.Connection
) -> None:
    """A worker that was away for a day. 66,000 ids in one statement are more than PostgreSQL takes."""
    wave = open_wave(sessions, parts, make_agency(sessions))
    sealed = seal_answers(parts.wave_keys.make(str(wave.wave_id)), {}, 8)
    with (
        superuser.cursor() as cursor,
        cursor.copy("COPY mailbox_entry (agency_id, id, wave_id, ciphertext) FROM STDIN") as rows,
    ):
        for _ in range(66_000):
            rows.write_row((wave.agency_id, uuid.uuid4(), wave.wave_id, sealed))
    with sessions.begin() as session:
        enter_agency(session, wave.agency_id)
        moved = mix(session, parts.wave_keys, wave.agency_id, wave.wave_id)
    left = superuser.execute(
        "SELECT count(*) FROM mailbox_entry WHERE wave_id = %s", [wave.wave_id]
    ).fetchone()
    assert moved == mixed(superuser, wave) == MOST
    assert left == (66_000 - MOST,)
    superuser.execute("DELETE FROM mailbox_entry WHERE wave_id = %s", [wave.wave_id])


def test_what_was_given_up_is_asked_for_again_and_nothing_twice(
    sessions: Sessions, parts: Parts, workshop: Workshop, superuser: psycopg.Connection
) -> None:
    wave = answered_wave(sessions, parts, 12)
    with workshop.transaction(wave.agency_id) as context:
        waves_service.close_wave(context, wave.wave_id)
    for wanted in ("cri:seal", "cri:score", "cri:build_pack"):
        assert jobs_of(superuser, wave) == [wanted]
        run(tasks.take_up_again, workshop)
        assert jobs_of(superuser, wave) == [wanted]
        give_up(superuser, wave)
        run(tasks.take_up_again, workshop)
        assert jobs_of(superuser, wave) == [wanted]
        give_up(superuser, wave)
        take_step(workshop, wave, wanted)
    assert jobs_of(superuser, wave) == ["cri:print_pack"]


@pytest.mark.parametrize("practice", [False, True])
def test_a_key_that_could_not_be_destroyed_is_destroyed_later(
    sessions: Sessions,
    parts: Parts,
    workshop: Workshop,
    superuser: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    practice: bool,
) -> None:
    """The folder of secrets was away when sealing had committed, and for as long as the job was tried."""
    wave = open_wave(sessions, parts, make_agency(sessions), practice=practice)
    with workshop.transaction(wave.agency_id) as context:
        waves_service.close_wave(context, wave.wave_id)

    def away(*_: object) -> None:
        raise OSError("away")

    with monkeypatch.context() as patched:
        patched.setattr(sealing, "forget_wave", away)
        with pytest.raises(OSError, match="away"):
            seal_steps(workshop, wave.agency_id, wave.wave_id)
    assert parts.wave_keys.holds(str(wave.wave_id))
    for _ in jobs_of(superuser, wave):
        give_up(superuser, wave)
    run(tasks.take_up_again, workshop)
    assert "cri:seal" in jobs_of(superuser, wave)
    seal_steps(workshop, wave.agency_id, wave.wave_id)
    assert not parts.wave_keys.holds(str(wave.wave_id))


def take_step(workshop: Workshop, wave: OpenedWave, task: str) -> None:
    if task == "cri:seal":
        seal_steps(workshop, wave.agency_id, wave.wave_id)
        return
    with workshop.transaction(wave.agency_id) as context:
        if task == "cri:score":
            scoring.score_wave(context, wave.wave_id)
        else:
            packs.build_leader_pack(context, wave.wave_id)


def test_a_wave_whose_time_is_over_closes_though_another_cannot(
    sessions: Sessions, parts: Parts, workshop: Workshop, monkeypatch: pytest.MonkeyPatch
) -> None:
    waves = [
        open_wave(sessions, parts, make_agency(sessions), closes_in=-timedelta(hours=1)) for _ in range(3)
    ]
    close = waves_service.close_if_due

    def close_or_fail(context: Context, wave_id: uuid.UUID) -> bool:
        if wave_id == waves[1].wave_id:
            raise RuntimeError("no")
        return close(context, wave_id)

    monkeypatch.setattr(waves_service, "close_if_due", close_or_fail)
    run(tasks.close_due, workshop)
    states = []
    for wave in waves:
        with sessions() as session:
            enter_agency(session, wave.agency_id)
            states.append(session.get_one(Wave, (wave.agency_id, wave.wave_id)).state)
    assert states == ["closing", "open", "closing"]
