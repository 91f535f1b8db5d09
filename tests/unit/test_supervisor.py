"""One demonstration at a time in a folder; what a killed one left behind is ended, other programs are not."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cri.cli.supervisor import end_leftovers, hold_alone
from cri.domain.errors import InputError

SLEEP = [sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"]


def sleeper(var: Path) -> subprocess.Popen[bytes]:
    process = subprocess.Popen(SLEEP, env={**os.environ, "CRI_VAR": str(var)}, stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    process.stdout.close()
    return process


def test_the_second_demonstration_in_a_folder_is_refused(tmp_path: Path) -> None:
    with hold_alone(tmp_path), pytest.raises(InputError, match="another cri demo"):
        hold_alone(tmp_path)
    hold_alone(tmp_path).close()


def test_a_killed_demonstration_holds_nothing(tmp_path: Path) -> None:
    code = (
        "import sys, time; from pathlib import Path; from cri.cli.supervisor import hold_alone; "
        "held = hold_alone(Path(sys.argv[1])); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        with pytest.raises(InputError):
            hold_alone(tmp_path)
        holder.kill()
    hold_alone(tmp_path).close()


def test_leftovers_are_ended_and_other_programs_are_not(tmp_path: Path) -> None:
    run = tmp_path / "run"
    run.mkdir()
    ours, other = sleeper(tmp_path), sleeper(tmp_path / "elsewhere")
    try:
        (run / "web.pid").write_text(f"{ours.pid}\n")
        (run / "worker.pid").write_text(f"{other.pid}\n")
        end_leftovers(run, tmp_path)
        assert ours.wait(60) == -signal.SIGTERM
        assert other.poll() is None
    finally:
        for process in (ours, other):
            process.kill()
            process.wait()


def test_nothing_left_is_nothing_to_end(tmp_path: Path) -> None:
    end_leftovers(tmp_path / "run", tmp_path)
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "web.pid").write_text("")
    end_leftovers(tmp_path / "run", tmp_path)
