"""A wave that opens by itself opens once: killed at every point, and by two workers at the same moment."""

import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.app import make_workshop
from cri.db.migrate import ROOT
from cri.db.models import Wave
from cri.db.session import enter_agency
from cri.jobs.opening import open_waves_due
from cri.jobs.tasks import Workshop
from cri.services.context import Actor, Context, Parts
from cri.services.practice import try_out
from cri.services.waves import create_wave
from cri.settings import Settings
from tests.database_fixtures import make_agency
from tests.services.organised import organise

PEOPLE = 23
MOST_POINTS = 80
Counted = tuple[str, int, int, int]


@dataclass(frozen=True)
class Due:
    """A draft whose opening time has come, with a try-out that ends with it."""

    agency_id: uuid.UUID
    wave_id: uuid.UUID


@pytest.fixture
def due(sessions: sessionmaker[Session], parts: Parts) -> Due:
    agency_id, now = make_agency(sessions), datetime.now(UTC)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        ctx = Context(session, agency_id, Actor(None, "worker"), now, parts)
        organise(ctx, {"north": 12, "south": PEOPLE - 12})
        wave_id = create_wave(
            ctx, "Autumn", languages=["en"], noun="residents", closes_at=now + timedelta(days=9)
        )
        session.scalars(select(Wave).where(Wave.id == wave_id)).one().opens_at = now - timedelta(minutes=1)
        try_out(ctx, wave_id)
    return Due(agency_id, wave_id)


@pytest.fixture
def runner(due: Due, settings: Settings) -> Iterator[subprocess.Popen[str]]:
    environment = {
        "DATABASE_URL": str(settings.database_url),
        "DATABASE_POOL_URL": str(settings.database_pool_url),
        "CRI_VAR": str(settings.var),
        "CRI_SECRETS_DIR": str(settings.secrets_dir),
        "CRI_BLOB_URL": settings.blob_url,
    }
    command = [sys.executable, "-m", "tests.jobs.killed_job", str(due.agency_id), str(due.wave_id)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as started:
        yield started


def run(runner: subprocess.Popen[str], job: str, last: int) -> int:
    assert runner.stdin is not None
    assert runner.stdout is not None
    runner.stdin.write(f"{job} {last}\n")
    runner.stdin.flush()
    return int(runner.stdout.readline())


def counted(superuser: psycopg.Connection, due: Due) -> Counted:
    """(state, units, invitations, lines of the log that say it was opened)."""
    row = superuser.execute(
        "SELECT state, (SELECT count(*) FROM wave_unit u WHERE u.wave_id = w.id), "
        "(SELECT count(*) FROM invitation i WHERE i.wave_id = w.id), "
        "(SELECT count(*) FROM wave_log l WHERE l.wave_id = w.id AND event = 'opened') "
        "FROM wave w WHERE id = %s",
        [due.wave_id],
    ).fetchone()
    assert row is not None
    return row


def test_killed_at_every_point_it_opens_once(
    runner: subprocess.Popen[str], due: Due, superuser: psycopg.Connection
) -> None:
    kills = 0
    for last in range(1, MOST_POINTS):
        code = run(runner, "open", last)
        now = counted(superuser, due)
        if code == 0:
            break
        assert code == -9
        kills += 1
        assert now in [("draft", 0, 0, 0), ("open", 3, PEOPLE, 1)]
    assert kills >= 12
    assert now == ("open", 3, PEOPLE, 1)
    assert run(runner, "open", 0) == 0
    assert counted(superuser, due) == now


def test_the_naive_opening_is_found_half_done(
    runner: subprocess.Popen[str], due: Due, superuser: psycopg.Connection
) -> None:
    """The control: the same kills find people invited to a draft."""
    whole = {("draft", 0, 0, 0), ("open", 3, PEOPLE, 1)}
    for last in range(4, MOST_POINTS):
        assert run(runner, "open-naively", last) == -9, "never found half done"
        if counted(superuser, due) not in whole:
            return


def test_two_workers_at_the_same_moment_open_it_once(
    due: Due, settings: Settings, superuser: psycopg.Connection
) -> None:
    workshops: list[Workshop] = [make_workshop(settings) for _ in range(2)]
    start, opened = threading.Barrier(2), []

    def work(workshop: Workshop) -> None:
        start.wait()
        opened.append(open_waves_due(workshop))

    threads = [threading.Thread(target=work, args=(one,)) for one in workshops]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for workshop in workshops:
        workshop.close()
    assert sorted(opened) == [False, True]
    assert counted(superuser, due) == ("open", 3, PEOPLE, 1)


def test_what_lacks_something_is_not_opened_and_says_why(
    sessions: sessionmaker[Session], parts: Parts, settings: Settings, superuser: psycopg.Connection
) -> None:
    agency_id, now = make_agency(sessions), datetime.now(UTC)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        ctx = Context(session, agency_id, Actor(None, "worker"), now, parts)
        wave_id = create_wave(
            ctx, "Autumn", languages=["en"], noun="residents", closes_at=now + timedelta(days=9)
        )
        session.scalars(select(Wave).where(Wave.id == wave_id)).one().opens_at = now
    workshop = make_workshop(settings)
    assert [open_waves_due(workshop) for _ in range(2)] == [False, False]
    workshop.close()
    told = superuser.execute(
        "SELECT w.state, w.opens_at, l.event, l.details FROM wave w JOIN wave_log l ON l.wave_id = w.id "
        "WHERE w.id = %s",
        [wave_id],
    ).fetchall()
    assert told == [("draft", None, "not opened", {"missing": ["tree", "roster"]})]
