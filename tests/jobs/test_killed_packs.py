"""Packs of units survive SIGKILL at every write, statement after it, commit: none lost, none without a file.

What a step does before it writes is reading, which dying cannot harm.
"""

import io
import os
import subprocess
import sys
import uuid
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.db.migrate import ROOT
from cri.db.session import enter_agency
from cri.services import unit_packs
from cri.services.context import Actor, Context, Parts
from cri.settings import Settings
from tests.services.conftest import NOW
from tests.web.visitor import add_results

MOST_POINTS = 60
IN_COMMIT = 6
"""The point of a step at which the naive one begins to lie, or one before it."""


@dataclass(frozen=True)
class Ordered:
    """A wave of which a unit's pack was asked for."""

    agency_id: uuid.UUID
    wave_id: uuid.UUID
    runner: subprocess.Popen[str]
    superuser: psycopg.Connection
    parts: Parts

    def run(self, job: str, last: int = 0) -> int:
        """Run a step that dies at point `last`; returns its exit code."""
        assert self.runner.stdin is not None
        assert self.runner.stdout is not None
        self.runner.stdin.write(f"{job} {last}\n")
        self.runner.stdin.flush()
        return int(self.runner.stdout.readline())

    def state(self) -> tuple[str, int, int, int]:
        """(state of the order, packs made, reports, steps asked for)."""
        row = self.superuser.execute(
            "SELECT state, (SELECT count(*) FROM unit_pack p WHERE p.order_id = o.id AND p.state = 'made'), "
            "(SELECT count(*) FROM report r WHERE r.wave_id = o.wave_id AND r.kind = 'unit'), "
            "(SELECT count(*) FROM procrastinate_jobs WHERE lock = 'wave:' || o.wave_id::text) "
            "FROM unit_pack_order o WHERE wave_id = %s",
            [self.wave_id],
        ).fetchone()
        assert row is not None
        return str(row[0]), int(row[1]), int(row[2]), int(row[3])

    def has_every_file(self) -> bool:
        """Whether each report that is written down is in the store."""
        rows = self.superuser.execute(
            "SELECT sha256 FROM report WHERE wave_id = %s AND kind = 'unit'", [self.wave_id]
        ).fetchall()
        folder = f"report/{self.agency_id}/{self.wave_id}"
        there = self.parts.blobs.keys(folder)
        return all(f"{folder}/{row[0]}.pdf" in there for row in rows)


@pytest.fixture
def ordered(
    sessions: sessionmaker[Session],
    parts: Parts,
    settings: Settings,
    agency_id: uuid.UUID,
    superuser: psycopg.Connection,
) -> Iterator[Ordered]:
    wave_id = add_results(sessions, parts, agency_id, "no norm", languages=("en",))
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        context = Context(session, agency_id, Actor(None, "leader"), NOW, parts)
        unit_packs.order_packs(context, wave_id, "en", ["depot"])
    command = [sys.executable, "-m", "tests.jobs.killed_packs", str(agency_id), str(wave_id)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **settings.environment()},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as runner:
        yield Ordered(agency_id, wave_id, runner, superuser, parts)


def test_packs_killed_at_every_point(ordered: Ordered, sessions: sessionmaker[Session]) -> None:
    kills = 0
    for last in range(1, MOST_POINTS):
        code = ordered.run("step", last)
        assert ordered.has_every_file()
        if code == 0:
            break
        assert code == -9
        kills += 1
        made = ordered.state()[1]
        assert ordered.state() == ("making", made, made, 1 + made), "a pack and the step after it, or neither"
        if made:
            break  # it died in its commit: the next point would kill the next unit's step
    assert kills >= 4
    for last in range(1, MOST_POINTS):  # putting them into one file
        if ordered.run("step", last) == 0:
            break
        assert ordered.state()[0] in {"making", "made"}
    assert ordered.state()[:3] == ("made", 1, 1)
    with sessions() as session:
        enter_agency(session, ordered.agency_id)
        context = Context(session, ordered.agency_id, Actor(None, "leader"), NOW, ordered.parts)
        order = unit_packs.find_order(context, ordered.wave_id)
        assert order is not None
        with zipfile.ZipFile(io.BytesIO(unit_packs.read_packs(context, order))) as archive:
            assert len(archive.namelist()) == 2
            assert archive.testzip() is None


def test_a_naive_step_counts_a_pack_whose_file_is_not_there(ordered: Ordered) -> None:
    """The control: the same kills find the moment."""
    found = False
    for last in range(IN_COMMIT, MOST_POINTS):
        code = ordered.run("naively", last)
        found = found or not ordered.has_every_file()
        if found or code == 0:
            break
    assert found
