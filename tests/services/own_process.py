"""A task in a process of its own, which a test may kill."""

import os
from collections.abc import Callable


def in_a_process(task: Callable[[], None]) -> int:
    """Run a task in a process of its own; its exit code."""
    child = os.fork()
    if child == 0:
        try:
            task()
        except BaseException:  # noqa: BLE001  # a child never returns into pytest
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
