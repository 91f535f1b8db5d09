"""The whole service as `make demo` runs it: real processes, an embedded PostgreSQL of its own."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from cri.db.migrate import ROOT

START_SECONDS = 900


@dataclass
class Demo:
    """A running demonstration."""

    var: Path
    port: int
    process: subprocess.Popen[str]
    said: list[str]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def facts(self) -> dict[str, Any]:
        """What var/demo.json says."""
        read: dict[str, Any] = json.loads((self.var / "demo.json").read_text())
        return read

    def pid(self, name: str) -> int:
        """The id in var/run/NAME.pid."""
        return int((self.var / "run" / f"{name}.pid").read_text())

    def password(self, role: str) -> tuple[str, str]:
        """(e-mail, password) of the example's account with that role."""
        return next((a["email"], a["password"]) for a in self.facts["accounts"] if a["role"] == role)


def free_port() -> int:
    """A port that nothing listens on, and that the kernel gives no outgoing connection meanwhile."""
    lowest = int(Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split()[0])
    while True:
        port = secrets.choice(range(10_000, lowest))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port


def environment(var: Path, port: int) -> dict[str, str]:
    """What a person's shell would hold; nothing of the tests' own database."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("DATABASE_", "CRI_"))}
    return {**kept, "CRI_VAR": str(var), "PORT": str(port)}


def start(var: Path, port: int) -> Demo:
    """Start `cri demo` and wait until it says Ready."""
    with (var.parent / "demo.err").open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "cri.cli", "demo"],
            cwd=ROOT,
            env=environment(var, port),
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    too_late = threading.Timer(START_SECONDS, process.terminate)
    too_late.start()
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("All people"):
            too_late.cancel()
            return Demo(var, port, process, said)
    too_late.cancel()
    process.wait()
    process.stdout.close()
    told = (var.parent / "demo.err").read_text()[-3000:]
    raise AssertionError(f"the demo ended before it was ready: {said} {told}")


def stop(demo: Demo) -> int:
    """SIGTERM, as a terminal or a service manager sends it; returns the exit code."""
    demo.process.send_signal(signal.SIGTERM)
    code = demo.process.wait(300)
    assert demo.process.stdout is not None
    demo.process.stdout.close()
    return code


@contextmanager
def folder() -> Iterator[Path]:
    """A new folder that PostgreSQL's account can reach; pytest's own are closed to other accounts."""
    made = Path(tempfile.mkdtemp(prefix="cri-demo-"))
    made.chmod(0o755)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="session")
def demo() -> Iterator[Demo]:
    """One demonstration for all tests of the whole service."""
    with folder() as parent:
        running = start(parent / "var", free_port())
        yield running
        if running.process.poll() is None:
            stop(running)
