"""A wave with many invitations, a real mail server, and postmen that can be killed."""

import os
import signal
import subprocess
import sys
import time
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy.orm import Session, sessionmaker

from cri.services.context import Parts
from cri.settings import Settings
from tests.factories import OpenedWave, open_wave

ROOT = Path(__file__).parents[2]
LEAST_LINE = 90  # bytes of the server's log for a message
DEADLINE_SECONDS = 60

# people of one unit with an address each, invited, and their invitations begun
_INVITE = """
WITH made AS (
    INSERT INTO person (agency_id, id, name, email, unit_code, language, active)
    SELECT %(agency)s, gen_random_uuid(), 'Person ' || n, %(before)s || n || '@example.org', 'depot', 'en',
        true
    FROM generate_series(1, %(count)s) n RETURNING agency_id, id
)
INSERT INTO invitation (agency_id, id, wave_id, person_id, unit_code, token_digest, used)
SELECT agency_id, gen_random_uuid(), %(wave)s, id, 'depot', decode(replace(id::text, '-', ''), 'hex'), false
FROM made
"""


@dataclass(frozen=True)
class MailServer:
    """Where a server listens, and what it has taken."""

    port: int
    log: Path

    def taken(self) -> Counter[str]:
        """Message-ID -> how often it arrived."""
        return Counter(line.split()[0].strip("<>") for line in self.log.read_text().splitlines())

    def reached(self) -> Counter[str]:
        """Address -> how many messages arrived for it."""
        return Counter(line.split()[1] for line in self.log.read_text().splitlines())


@contextmanager
def mail_server(folder: Path) -> Iterator[MailServer]:
    """A mail server in a process of its own."""
    log = folder / "taken.log"
    log.touch()
    with subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.smtp_server", str(log)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield MailServer(int(process.stdout.readline()), log)
        finally:
            process.kill()


def environment(settings: Settings, port: int) -> dict[str, str]:
    """What a process of the service is told that sends through the server at `port`."""
    return {
        **os.environ,
        **settings.environment(),
        "CRI_SMTP_HOST": "127.0.0.1",
        "CRI_SMTP_PORT": str(port),
        "CRI_SMTP_SECURITY": "none",
        "CRI_MAIL_FROM": "surveys@example.org",
        "CRI_MAIL_PER_MINUTE": "0",
    }


@dataclass
class Runner:
    """Starts postmen one after the other."""

    process: subprocess.Popen[str]

    def start(self, who: str = "postman", last: int = 0) -> int:
        """Start one; its process id."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{who} {last}\n")
        self.process.stdin.flush()
        return self._number()

    def ended(self) -> int:
        """Wait for it; its exit code."""
        return self._number()

    def run(self, who: str = "postman", last: int = 0) -> int:
        """Start one and wait; its exit code."""
        self.start(who, last)
        return self.ended()

    def kill_after(self, server: MailServer, messages: int, seconds: float) -> int:
        """Start one and kill it a moment after so many messages of its have arrived; its exit code."""
        wanted = server.log.stat().st_size + messages * LEAST_LINE
        pid = self.start()
        deadline = time.monotonic() + DEADLINE_SECONDS
        while server.log.stat().st_size < wanted and time.monotonic() < deadline:
            time.sleep(0.001)
        time.sleep(seconds)
        os.kill(pid, signal.SIGKILL)
        return self.ended()

    def _number(self) -> int:
        assert self.process.stdout is not None
        return int(self.process.stdout.readline())


@contextmanager
def postmen(told: Mapping[str, str]) -> Iterator[Runner]:
    """A runner of postmen."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.mail_runner"],
        cwd=ROOT,
        env=dict(told),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Runner(process)
        finally:
            process.kill()


def invite(
    superuser: psycopg.Connection,
    sessions: sessionmaker[Session],
    parts: Parts,
    agency_id: uuid.UUID,
    people: Mapping[str, int],
) -> OpenedWave:
    """An open wave with so many people, by the beginning of their addresses."""
    wave = open_wave(sessions, parts, agency_id, people=())
    for before, count in people.items():
        values = {"agency": agency_id, "wave": wave.wave_id, "before": before, "count": count}
        superuser.execute(_INVITE, values)
    return wave


def states(superuser: psycopg.Connection, wave: OpenedWave) -> Counter[str]:
    """State -> how many messages of a wave are in it."""
    rows = superuser.execute("SELECT state FROM message WHERE wave_id = %s", [wave.wave_id])
    return Counter(row[0] for row in rows)
