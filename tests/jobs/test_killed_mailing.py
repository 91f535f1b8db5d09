"""Every message exactly once, though its sender is killed at any moment: real processes, a real mail server.

The one moment that nobody can see into, between the last line of a message and the server's answer to it,
leaves a message unsure. It is never sent again by itself; the mail server's log says whether it arrived.
CRI_LONG=1 kills five times as often.
"""

import os
import random
import uuid
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import psycopg
import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.mail import MailServer as Route
from cri.app import make_workshop
from cri.domain.message_plan import Kind
from cri.jobs.tasks import Workshop
from cri.services import deliveries
from cri.services.context import Parts
from cri.services.message_keys import read_message_id
from cri.settings import Settings
from tests.factories import OpenedWave
from tests.jobs.mailing import MailServer, Runner, environment, invite, mail_server, postmen, states

pytestmark = pytest.mark.usefixtures("nothing_else_waits")
Sessions = sessionmaker[Session]
INVITATIONS = 5_000
KILLS = 250 if os.environ.get("CRI_LONG") else 50


@pytest.fixture
def server(tmp_path: Path) -> Iterator[MailServer]:
    with mail_server(tmp_path) as server:
        yield server


@pytest.fixture
def runner(server: MailServer, settings: Settings) -> Iterator[Runner]:
    with postmen(environment(settings, server.port)) as runner:
        yield runner


@pytest.fixture
def workshop(server: MailServer, settings: Settings) -> Iterator[Workshop]:
    route = Route("127.0.0.1", server.port, "surveys@example.org", security="none", per_minute=0)
    made = make_workshop(replace(settings, mail=route))
    yield made
    made.close()


def begin(workshop: Workshop, wave: OpenedWave) -> None:
    with workshop.transaction(wave.agency_id) as ctx:
        deliveries.begin_by_hand(ctx, wave.wave_id, Kind.INVITATION)


def settle(workshop: Workshop, wave: OpenedWave, server: MailServer) -> None:
    """What an administrator of the mail server does: look into its log."""
    with workshop.transaction(wave.agency_id) as ctx:
        deliveries.find_out_unsure(ctx, wave.wave_id)
        deliveries.settle_by_log(ctx, wave.wave_id, set(server.taken()), "example.org")


def unsettled(superuser: psycopg.Connection, wave: OpenedWave) -> int:
    counted = states(superuser, wave)
    return counted["handed"] + counted["unsure"]


def test_5000_invitations_each_exactly_once_through_50_kills(
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    superuser: psycopg.Connection,
    server: MailServer,
    runner: Runner,
    workshop: Workshop,
) -> None:
    wave = invite(superuser, sessions, parts, agency_id, {"person": INVITATIONS})
    begin(workshop, wave)
    chance = random.Random(7)
    for _ in range(KILLS):  # each at work: some way into a message after so many others
        assert runner.kill_after(server, chance.randint(1, 60), chance.uniform(0, 0.01)) == -9
    assert runner.run() == 0
    taken, counted = server.taken(), states(superuser, wave)
    assert max(taken.values()) == 1
    assert counted["sent"] + counted["unsure"] == INVITATIONS
    assert counted["unsure"] <= KILLS
    assert counted["sent"] <= len(taken) <= INVITATIONS
    settle(workshop, wave, server)
    assert runner.run() == 0
    assert states(superuser, wave) == Counter(sent=INVITATIONS)
    assert server.taken().most_common(1)[0][1] == 1
    assert len(server.taken()) == INVITATIONS
    assert len(server.reached()) == INVITATIONS


def test_killed_at_every_line_and_every_statement(
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    superuser: psycopg.Connection,
    server: MailServer,
    runner: Runner,
    workshop: Workshop,
) -> None:
    """Death at each point of sending one message: it never arrives twice, and is never lost untold."""
    kills, found = 0, Counter[str]()
    for last in count(1):  # ends with the postman that has no such point: it sends and lives
        wave = one_waits(superuser, sessions, parts, workshop, agency_id, last)
        code = runner.run(last=last)
        (state,) = states(superuser, wave)
        arrived = server.reached()[f"p{last}-1@example.org"]
        assert (state, arrived) in [("waiting", 0), ("handed", 0), ("handed", 1), ("sent", 1)]
        if code == 0:
            break
        assert code == -9
        kills += 1
        found[state] += 1
        if state == "handed":
            settle(workshop, wave, server)
            assert states(superuser, wave) == Counter(["sent" if arrived else "waiting"])
        assert runner.run() == 0
        assert server.reached()[f"p{last}-1@example.org"] == 1
        superuser.execute("UPDATE wave SET state = 'closing' WHERE id = %s", [wave.wave_id])
    assert kills >= 15
    assert found["waiting"] >= 10
    assert found["handed"] >= 3  # before the last line, after it, after the answer, before it is written down
    assert max(server.taken().values()) == 1


def one_waits(
    superuser: psycopg.Connection,
    sessions: Sessions,
    parts: Parts,
    workshop: Workshop,
    agency_id: uuid.UUID,
    number: int,
) -> OpenedWave:
    wave = invite(superuser, sessions, parts, agency_id, {f"p{number}-": 1})
    begin(workshop, wave)
    return wave


def test_send_then_write_down_sends_twice(
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    superuser: psycopg.Connection,
    server: MailServer,
    runner: Runner,
    workshop: Workshop,
) -> None:
    """The control: the same kills find the moment at which what was sent is not written down yet."""
    for last in count(10):  # around the last line: what comes before is the same as above
        one_waits(superuser, sessions, parts, workshop, agency_id, last)
        code = runner.run("naive", last)
        assert runner.run("naive") == 0
        if code == 0 or max(server.taken().values()) > 1:
            break
    assert max(server.taken().values()) > 1


def test_ids_name_their_message_and_nobody_elses_are_believed(parts: Parts) -> None:
    assert read_message_id(parts.secrets, f"{'a' * 69}@example.org") is None
