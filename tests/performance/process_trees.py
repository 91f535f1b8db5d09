"""What a process and all that it started have used, as Linux counts it."""

import os
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class ProcessTree:
    """A process with its descendants; what those that have ended used is counted once it has been seen."""

    root: int = field(default_factory=os.getpid)
    seen: dict[int, float] = field(default_factory=dict)

    def seconds(self) -> float:
        """Processor time of the tree so far."""
        for pid in self._pids():
            fields = _fields(pid)
            if fields:
                self.seen[pid] = (int(fields[11]) + int(fields[12])) / TICKS
        return sum(self.seen.values())

    def own_peak(self) -> int:
        """Bytes that the first process held at most."""
        return _kilobytes(Path(f"/proc/{self.root}/status"), "VmHWM") * 1024

    def others_memory(self) -> int:
        """Bytes that its descendants hold now, what they share counted once."""
        rollups = [Path(f"/proc/{pid}/smaps_rollup") for pid in self._pids() if pid != self.root]
        return sum(_kilobytes(path, "Pss") for path in rollups) * 1024

    def _pids(self) -> list[int]:
        parents = {}
        for path in Path("/proc").glob("[0-9]*"):
            fields = _fields(int(path.name))
            if fields:
                parents[int(path.name)] = int(fields[1])
        found = [self.root]
        for pid in found:
            found += [child for child, parent in parents.items() if parent == pid]
        return found


def _fields(pid: int) -> list[str]:
    """/proc/PID/stat behind the name, which may hold anything; [] for a process that is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _kilobytes(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(f"{name}:")), 0)
