"""How a worker starts the process that sends messages."""

import os
import subprocess
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class PostmanStarter:
    """Starts the process that sends, unless one that was started here still does.

    It watches its standard input: when the worker is gone, whatever the reason, it finishes the message in
    hand and ends. environment: what it is told.
    """

    environment: Mapping[str, str]
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    def start(self) -> None:
        """Start it. Another one, of another worker, would find the lock taken and end at once."""
        if self.process is not None and self.process.poll() is None:
            return
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cri.cli", "post", "--while-watched"],
            env={**os.environ, **self.environment},
            stdin=subprocess.PIPE,
            start_new_session=True,
        )

    def close(self) -> None:
        """Let it finish the message in hand and end."""
        if self.process is not None and self.process.stdin is not None:
            with suppress(BrokenPipeError):
                self.process.stdin.close()
