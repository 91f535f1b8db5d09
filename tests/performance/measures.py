"""How the benches measure: time, memory, and the machine they ran on."""

import platform
import resource
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_STATUS, _CLEAR = Path("/proc/self/status"), Path("/proc/self/clear_refs")
_MEGABYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: what was done, what was measured, the budget and whether it is held.

    `held` is None where there is no budget.
    """

    work: str
    measured: str
    budget: str = ""
    held: bool | None = None


def best_time(work: Callable[[], Any], times: int, clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds of the quickest of several runs: what the work takes when nothing else disturbs it.

    clock: `time.process_time` for work of one thread on a machine that has other work as well.
    """
    found = []
    for _ in range(times):
        start = clock()
        work()
        found.append(clock() - start)
    return min(found)


def peak_memory(work: Callable[[], Any]) -> int:
    """Bytes that the process held at most during the work, above what it held before."""
    if not _CLEAR.exists():  # not Linux: the peak since the start
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        work()
        return (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024
    before = _kilobytes("VmRSS")
    _CLEAR.write_text("5")  # forgets the peak so far
    work()
    return (_kilobytes("VmHWM") - before) * 1024


def machine() -> str:
    """One line: processor, cores, memory, system and versions."""
    import numpy as np

    model, cores = platform.processor(), 0
    information = Path("/proc/cpuinfo")
    if information.exists():
        lines = information.read_text(encoding="utf-8").splitlines()
        names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
        model, cores = (names[0] if names else model), len(names)
    versions = f"Python {platform.python_version()}, numpy {np.__version__}"
    return f"{model}, {cores} cores, {platform.system()} {platform.release()}, {versions}"


def say(text: str) -> None:
    """Print a line at once."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _kilobytes(name: str) -> int:
    for line in _STATUS.read_text(encoding="utf-8").splitlines():
        if line.startswith(name + ":"):
            return int(line.split()[1])
    raise ValueError(name)
