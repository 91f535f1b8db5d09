"""The process that sends, as a worker starts it: it outlives its worker by the message in hand, no longer."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.mail import MailServer as Route
from cri.app import make_workshop
from cri.domain.message_plan import Kind
from cri.jobs.postman_starter import PostmanStarter
from cri.jobs.tasks import Workshop
from cri.services import deliveries
from cri.services.context import Parts
from cri.settings import Settings
from tests.factories import OpenedWave
from tests.jobs.mailing import ROOT, MailServer, environment, invite, mail_server, states

pytestmark = pytest.mark.usefixtures("nothing_else_waits")
Sessions = sessionmaker[Session]
SECONDS = 300

# A worker: it starts the postman as a worker does, tells its id, and waits to be killed.
WORKER = """
import os, sys, time
from cri.jobs.postman_starter import PostmanStarter
starter = PostmanStarter({})
starter.start()
print(starter.process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


@pytest.fixture
def workshop(server: MailServer, settings: Settings) -> Iterator[Workshop]:
    route = Route("127.0.0.1", server.port, "surveys@example.org", security="none", per_minute=0)
    made = make_workshop(replace(settings, mail=route))
    yield made
    made.close()


def wait_for(what: str, met: object) -> None:
    assert callable(met)
    deadline = time.monotonic() + SECONDS
    while not met():
        assert time.monotonic() < deadline, what
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def begun(
    superuser: psycopg.Connection,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    workshop: Workshop,
) -> OpenedWave:
    wave = invite(superuser, sessions, parts, agency_id, {"slow-": 3})
    with workshop.transaction(agency_id) as ctx:
        deliveries.begin_by_hand(ctx, wave.wave_id, Kind.INVITATION)
    return wave


def test_a_killed_worker_takes_no_message_with_it(
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    superuser: psycopg.Connection,
    server: MailServer,
    workshop: Workshop,
    settings: Settings,
) -> None:
    """The server takes a second and a half for its answer; the worker is killed meanwhile."""
    wave = begun(superuser, sessions, parts, agency_id, workshop)
    with subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env=environment(settings, server.port),
        stdout=subprocess.PIPE,
        text=True,
    ) as worker:
        assert worker.stdout is not None
        postman = int(worker.stdout.readline())
        wait_for("a message in hand", lambda: states(superuser, wave)["handed"] == 1)
        os.kill(worker.pid, signal.SIGKILL)
    wait_for("the postman's end", lambda: not is_running(postman))
    counted = states(superuser, wave)
    sent = counted["sent"]
    assert 1 <= sent <= 2  # it was noticed after the message in hand, or just before the next
    assert counted == {"sent": sent, "waiting": 3 - sent}
    assert sum(server.reached().values()) == sent


def test_a_second_postman_finds_the_first_at_work_and_ends(
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    superuser: psycopg.Connection,
    server: MailServer,
    workshop: Workshop,
    settings: Settings,
) -> None:
    wave = begun(superuser, sessions, parts, agency_id, workshop)
    starters = [PostmanStarter(environment(settings, server.port)) for _ in range(2)]
    for starter in starters:
        starter.start()
        starter.start()  # one that was started is not started again
    processes = [starter.process for starter in starters]
    for process in processes:
        assert process is not None
        assert process.wait(SECONDS) == 0
    for starter in starters:
        starter.close()
    assert states(superuser, wave) == {"sent": 3}
    assert set(server.reached().values()) == {1}


def test_the_log_of_the_mail_server_settles_what_is_unsure(
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    superuser: psycopg.Connection,
    server: MailServer,
    workshop: Workshop,
    settings: Settings,
    tmp_path: Path,
) -> None:
    """`cri post --settle-by`: of three messages that are unsure one is in the log."""
    wave = invite(superuser, sessions, parts, agency_id, {"person": 1})
    with workshop.transaction(agency_id) as ctx:
        deliveries.begin_by_hand(ctx, wave.wave_id, Kind.INVITATION)
    told = environment(settings, server.port)
    command = [sys.executable, "-m", "cri.cli", "post"]
    subprocess.run(command, cwd=ROOT, env=told, check=True)
    superuser.execute("UPDATE message SET state = 'unsure' WHERE wave_id = %s", [wave.wave_id])
    more = invite(superuser, sessions, parts, agency_id, {"other": 2})
    with workshop.transaction(agency_id) as ctx:
        deliveries.begin_by_hand(ctx, more.wave_id, Kind.INVITATION)
    superuser.execute("UPDATE message SET state = 'unsure' WHERE wave_id = %s", [more.wave_id])
    log = tmp_path / "mail.log"
    (name,) = server.taken()
    log.write_text(f"Nov  2 09:00:00 mx postfix/cleanup[7]: 4F2: message-id=<{name}>\n")
    subprocess.run([*command, "--settle-by", str(log)], cwd=ROOT, env=told, check=True)
    assert states(superuser, wave) + states(superuser, more) == {"sent": 3}
    assert sorted(server.reached().values()) == [1, 1, 1]
