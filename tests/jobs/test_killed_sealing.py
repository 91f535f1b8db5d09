"""Sealing and scoring survive SIGKILL at every statement, commit and blob write: none lost, none twice."""

import os
import random
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.answer_sheets import decode_sheet
from cri.db.migrate import ROOT
from cri.db.models import Wave
from cri.db.session import enter_agency
from cri.domain.wave import Answers
from cri.services.context import Parts
from cri.services.instruments import OFFERED, released_instrument
from cri.services.responses import find_questionnaire
from cri.services.sheets import sheet_key
from cri.services.submissions import submit
from cri.settings import Settings
from tests.database_fixtures import make_agency
from tests.factories import OpenedWave, open_wave

PEOPLE = 24
MOST_POINTS = 60


@dataclass(frozen=True)
class Closing:
    """A wave that is about to be sealed, and what was answered in it."""

    wave: OpenedWave
    rows: list[list[int]]
    runner: subprocess.Popen[str]

    def run(self, job: str, last: int) -> int:
        """Run a job that dies at point `last`; returns its exit code."""
        assert self.runner.stdin is not None
        assert self.runner.stdout is not None
        self.runner.stdin.write(f"{job} {last}\n")
        self.runner.stdin.flush()
        return int(self.runner.stdout.readline())


@pytest.fixture
def closing(sessions: sessionmaker[Session], parts: Parts, settings: Settings) -> Iterator[Closing]:
    agency_id = make_agency(sessions)
    wave = open_wave(sessions, parts, agency_id, people=["depot"] * PEOPLE)
    draw = random.Random(5)
    codes = [item.code for item in released_instrument(*OFFERED[0]).items]
    rows = [[draw.randint(1, 7) for _ in codes] for _ in range(PEOPLE)]
    for token, row in zip(wave.tokens, rows, strict=True):
        with sessions.begin() as session:
            questionnaire = find_questionnaire(session, parts.secrets, token, datetime.now(UTC))
            submit(session, questionnaire, Answers(items=dict(zip(codes, row, strict=True))))
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.execute(
            update(Wave).where(Wave.id == wave.wave_id).values(state="closing", closed_at=datetime.now(UTC))
        )
    environment = {
        "DATABASE_URL": str(settings.database_url),
        "DATABASE_POOL_URL": str(settings.database_pool_url),
        "CRI_VAR": str(settings.var),
        "CRI_SECRETS_DIR": str(settings.secrets_dir),
        "CRI_BLOB_URL": settings.blob_url,
    }
    command = [sys.executable, "-m", "tests.jobs.killed_job", str(agency_id), str(wave.wave_id)]
    with subprocess.Popen(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as runner:
        yield Closing(wave, rows, runner)


def state_of(superuser: psycopg.Connection, wave_id: uuid.UUID) -> tuple[str, str | None, int, int, int]:
    """(state, sheet digest, submissions left, scorecards, jobs of each kind asked for)."""
    row = superuser.execute(
        "SELECT state, sheet_sha256, "
        "(SELECT count(*) FROM mailbox_entry m WHERE m.wave_id = w.id) + "
        "(SELECT count(*) FROM mixed_entry m WHERE m.wave_id = w.id), "
        "(SELECT count(*) FROM scorecard s WHERE s.wave_id = w.id), "
        "(SELECT count(*) FROM procrastinate_jobs j WHERE j.args->>'wave_id' = w.id::text) "
        "FROM wave w WHERE w.id = %s",
        [wave_id],
    ).fetchone()
    assert row is not None
    return row  # type: ignore[return-value]  # the columns of the query


def test_sealing_killed_at_every_point(closing: Closing, superuser: psycopg.Connection, parts: Parts) -> None:
    wave_id, kills = closing.wave.wave_id, 0
    for last in range(1, MOST_POINTS):
        code = closing.run("seal", last)
        state, sha256, left, _, jobs = state_of(superuser, wave_id)
        if code == 0:
            break
        assert code == -9
        kills += 1
        if state == "closing":
            assert (sha256, left, jobs) == (None, PEOPLE, 0)
        else:
            assert (state, left, jobs) == ("sealed", 0, 1)
    assert kills >= 12
    assert (state, left, jobs) == ("sealed", 0, 1)
    data = parts.blobs.get(sheet_key(closing.wave.agency_id, wave_id, str(sha256)))
    sheet = decode_sheet(data, released_instrument(*OFFERED[0]))
    assert sorted(sheet.answers.tolist()) == sorted(closing.rows)
    assert len(parts.blobs.keys(f"sheet/{closing.wave.agency_id}")) == 1
    with pytest.raises(FileNotFoundError):
        parts.wave_keys.private(str(wave_id))


def test_naive_sealing_loses_answers(closing: Closing, superuser: psycopg.Connection, parts: Parts) -> None:
    """The control: the same kills find the moment at which the answers are nowhere."""
    lost = False
    for last in range(1, MOST_POINTS):
        code = closing.run("seal-naively", last)
        _, _, left, _, _ = state_of(superuser, closing.wave.wave_id)
        lost = lost or (left == 0 and not parts.blobs.keys(f"sheet/{closing.wave.agency_id}"))
        if code == 0:
            break
    assert lost


def test_scoring_killed_at_every_point(closing: Closing, superuser: psycopg.Connection) -> None:
    assert closing.run("seal", 0) == 0
    kills = 0
    for last in range(1, MOST_POINTS):
        code = closing.run("score", last)
        state, _, _, scorecards, jobs = state_of(superuser, closing.wave.wave_id)
        if code == 0:
            break
        assert code == -9
        kills += 1
        assert (state, scorecards, jobs) in [("sealed", 0, 1), ("scored", 1, 2)]
    assert kills >= 5
    assert (state, scorecards, jobs) == ("scored", 1, 2)
