"""The web server and PostgreSQL as they are deployed, alone, so that both can be killed."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import psycopg
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.embedded_postgres import EmbeddedPostgres
from cri.app import make_parts
from cri.cli.databases import DATABASE, prepare_embedded
from cri.cli.service import gunicorn_command
from cri.db.migrate import ROOT
from cri.db.roles import derive_passwords
from cri.db.session import make_engine, make_sessions
from cri.services.context import Parts
from cri.settings import Settings
from tests.conftest import SECRET
from tests.database_fixtures import make_agency
from tests.factories import OpenedWave, open_wave
from tests.service.conftest import free_port

START_SECONDS = 300


@dataclass
class OwnService:
    """PostgreSQL with the durability that an installation has, and a web server of two processes."""

    settings: Settings
    server: EmbeddedPostgres
    parts: Parts
    sessions: sessionmaker[Session]
    web: subprocess.Popen[bytes] | None = None
    postgres: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    def serve(self, application: str = "wsgi:app") -> None:
        """Start the web server with the service's own command, or a control in the place of the service."""
        self.stop_serving()
        command = [application if part == "wsgi:app" else part for part in gunicorn_command(self.settings)]
        self.web = subprocess.Popen(
            command, cwd=ROOT, env={**os.environ, **self.settings.environment()}, start_new_session=True
        )
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                urllib.request.urlopen(f"{self.url}/ready", timeout=10).close()
            except OSError:
                assert time.monotonic() < deadline, "the web server did not start"
                time.sleep(0.1)
            else:
                return

    def beside(self, application: str) -> "OwnService":
        """Another web server, of one process, on the same database; whoever asks for it stops it."""
        other = replace(self, settings=replace(self.settings, port=free_port(), web_workers=1), web=None)
        other.serve(application)
        return other

    def stop_serving(self) -> None:
        if self.web is not None:
            self.web.terminate()
            self.web.wait(60)
            self.web = None

    def workers(self) -> list[int]:
        """Ids of the processes that answer requests."""
        assert self.web is not None
        children = Path(f"/proc/{self.web.pid}/task/{self.web.pid}/children").read_text()
        return [int(pid) for pid in children.split()]

    def kill(self, workers: Sequence[int]) -> None:
        """SIGKILL: no clean end for any of them."""
        for pid in workers:
            os.kill(pid, signal.SIGKILL)

    def crash_postgres(self) -> None:
        """Stop the server as a loss of power does: what it has not written down is gone. Then start it."""
        pid = self.server.pid()
        assert pid is not None
        os.kill(pid, signal.SIGQUIT)
        self.postgres.pop().wait(60)
        self.start_postgres()

    def wait_until_written(self, wave: OpenedWave) -> None:
        """Until somebody's draft is in the wave, and on the disk."""
        address = self.server.url("postgres", self.server.password, DATABASE).replace("+psycopg", "")
        deadline = time.monotonic() + START_SECONDS
        with psycopg.connect(address, autocommit=True) as superuser:
            drafts = "SELECT FROM draft WHERE wave_id = %s"
            while superuser.execute(drafts, [wave.wave_id]).fetchone() is None:
                assert time.monotonic() < deadline
                time.sleep(0.05)
            superuser.execute("CHECKPOINT")

    def restart_postgres(self, options: Sequence[str]) -> None:
        """Stop it cleanly, and start it with other options."""
        self.server.stop()
        self.postgres.pop().wait(60)
        self.server = replace(self.server, options=tuple(options))
        self.start_postgres()

    def start_postgres(self) -> None:
        started = self.server.start()
        assert started is not None
        self.postgres.append(started)
        self.sessions.kw["bind"].dispose()  # the test's own connections; the service finds out by itself

    def wave(self, people: int) -> OpenedWave:
        """A new agency with an open wave."""
        return open_wave(self.sessions, self.parts, make_agency(self.sessions), people=["garage"] * people)

    def end(self) -> None:
        self.stop_serving()
        self.sessions.kw["bind"].dispose()
        self.parts.pool_sessions.kw["bind"].dispose()
        self.server.stop()
        for process in self.postgres:
            process.wait(60)


@contextmanager
def own_service(settings: Settings, *options: str) -> Iterator[OwnService]:
    """PostgreSQL with `options`, prepared; the web server is not started yet."""
    folder = Path(tempfile.mkdtemp(prefix="cri-faults-"))
    folder.chmod(0o755)
    server = EmbeddedPostgres(folder / "postgres", SECRET.hex(), options)
    process = server.start()
    assert process is not None
    try:
        addresses = prepare_embedded(server, derive_passwords(SECRET))
        ready = replace(
            settings,
            port=free_port(),
            database_url=addresses.application,
            database_owner_url=None,
            database_pool_url=addresses.pool,
            web_workers=2,
            web_threads=4,
        )
        sessions = make_sessions(make_engine(addresses.application))
        service = OwnService(ready, server, make_parts(ready), sessions, postgres=[process])
        try:
            yield service
        finally:
            service.end()
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(server.socket_folder, ignore_errors=True)
