"""Keeps the service's processes running in the foreground: PostgreSQL, the web server, a worker."""

import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

from cri.domain.errors import InputError, InputProblem

STOP_SECONDS = 20
RESTART_PAUSE = 1.0


@dataclass
class Child:
    """One supervised process: how to start it, how to end it, where its id is written."""

    name: str
    start: Callable[[], subprocess.Popen[bytes]]
    stop_signal: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[bytes] | None = None


@dataclass
class Supervisor:
    """Starts children in order, restarts those that die, ends them in reverse order."""

    run_folder: Path
    children: list[Child] = field(default_factory=list)
    stopping: bool = False

    def listen(self) -> None:
        """From now on SIGTERM and SIGINT mean: end everything and exit 0."""
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop)

    def add(self, child: Child) -> None:
        """Start a child and keep it running."""
        self.children.append(child)
        self._start(child)

    def watch(self) -> None:
        """Until told to stop: a child that dies, killed or crashed, is started again."""
        while not self.stopping:
            for child in self.children:
                if not self.stopping and child.process is not None and child.process.poll() is not None:
                    sys.stderr.write(f"{child.name} ended ({child.process.returncode}); starting again\n")
                    time.sleep(RESTART_PAUSE)
                    if not self.stopping:
                        self._start(child)
            time.sleep(0.2)

    def end(self) -> None:
        """End every child, the last started first, and remove the files that name them."""
        for child in reversed(self.children):
            if child.process is not None and child.process.poll() is None:
                child.process.send_signal(child.stop_signal)
                try:
                    child.process.wait(STOP_SECONDS)
                except subprocess.TimeoutExpired:
                    child.process.kill()
                    child.process.wait()
            self._pid_file(child).unlink(missing_ok=True)

    def _start(self, child: Child) -> None:
        child.process = child.start()
        self.run_folder.mkdir(parents=True, exist_ok=True)
        file = self._pid_file(child)
        scratch = file.with_suffix(".part")
        scratch.write_text(f"{child.process.pid}\n")
        scratch.replace(file)  # whoever reads it meanwhile reads a whole number

    def _pid_file(self, child: Child) -> Path:
        return self.run_folder / f"{child.name}.pid"

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True


def spawn(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Start a process of ours; it does not get the terminal's Ctrl-C, the supervisor passes that on."""
    return subprocess.Popen(
        command, env={**os.environ, **environment}, stdin=subprocess.DEVNULL, start_new_session=True
    )


def hold_alone(var: Path) -> IO[str]:
    """Be the only demonstration in the folder `var` for as long as the file that is returned is open.

    Raises InputError when there is another. The kernel lets go of a lock whose holder was killed.
    """
    var.mkdir(parents=True, exist_ok=True)
    lock = (var / "demo.lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        problem = InputProblem(
            "another cri demo is running there", f"CRI_VAR={var}", "end it, or another folder"
        )
        raise InputError([problem]) from None
    return lock


def end_leftovers(run_folder: Path, var: Path) -> None:
    """End the children of a supervisor that was killed itself: they would hold the port for ever.

    A number from a file may be another program's by now: only a process that was told `var` is ours.
    """
    for file in (run_folder / "web.pid", run_folder / "worker.pid"):
        try:
            pid = int(file.read_text())
            deadline = time.monotonic() + STOP_SECONDS
            if _was_told(pid, var):
                os.kill(pid, signal.SIGTERM)
            while _was_told(pid, var):
                time.sleep(0.05)
                if time.monotonic() > deadline:
                    os.kill(pid, signal.SIGKILL)
        except (OSError, ValueError):
            continue  # no such file or process: nothing is left of it


def _was_told(pid: int, var: Path) -> bool:
    """Whether the living process `pid` was started to work in `var`. A zombie has no environment."""
    return f"CRI_VAR={var}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
