"""Processes that a worker starts for work that would hold up its jobs."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ClassVar


@dataclass
class WatchedProcess:
    """Starts `cri COMMAND --while-watched`, unless one that was started here still runs.

    It watches its standard input: when the worker is gone, whatever the reason, it ends as well. environment:
    what it is told.
    """

    command: ClassVar[str]

    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it. Another one, of another worker, would find the work taken and end."""
        if self.running:
            return
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cri.cli", self.command, "--while-watched"],
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    @property
    def running(self) -> bool:
        """Whether it is there."""
        return self.process is not None and self.process.poll() is None

    def close(self) -> None:
        """Let it end."""
        if self.process is not None and self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()


class Drafter(WatchedProcess):
    """Makes the drafts of editions that stewards have asked for: the audit of a large pool takes minutes."""

    command = "draft"
