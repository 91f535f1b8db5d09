"""The whole service: the way through it in a browser, what it writes, that it mends itself, how it ends.

One file, so that one worker runs it and one demonstration serves all of it.
"""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from cri.db.migrate import ROOT
from tests.service.conftest import Demo, environment, folder, free_port, start, stop
from tests.service.whole_way import Way, walk


def get(url: str) -> tuple[int, str]:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.status, answer.read().decode()


def wait_for(check: object, seconds: float = 300) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            assert check()  # type: ignore[operator]  # a callable given by the test
        except (AssertionError, OSError, HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


@pytest.fixture(params=[True, False], ids=["with JavaScript", "without JavaScript"])
def way(request: pytest.FixtureRequest, browser: Browser, demo: Demo) -> Iterator[Way]:
    walk = Way(browser, demo, request.param)
    yield walk
    for context in browser.contexts:
        context.close()


def test_from_roster_to_report(way: Way) -> None:
    walk(way)


def test_it_says_where_and_how_to_sign_in(demo: Demo) -> None:
    assert f"Ready: {demo.url}\n" in demo.said
    facts = demo.facts
    assert facts["url"] == demo.url
    assert {account["role"] for account in facts["accounts"]} >= {"administrator", "leader"}
    assert set(facts) == {"url", "accounts", "open_link", "agency_id", "wave_id"}
    assert oct((demo.var / "demo.json").stat().st_mode & 0o777) == "0o600"
    assert get(f"{demo.url}/health")[0] == 200
    newest = max(path.name[:4] for path in (ROOT / "migrations" / "versions").glob("0*.py"))
    assert f'"schema":"{newest}"' in get(f"{demo.url}/ready")[1]
    status, page = get(facts["open_link"])
    assert status == 200
    assert 'id="questionnaire"' in page


def test_secrets_are_for_their_owner_only(demo: Demo) -> None:
    files = [path for path in (demo.var / "secrets").rglob("*") if path.is_file()]
    assert len(files) >= 7
    assert {oct(path.stat().st_mode & 0o777) for path in files} == {"0o600"}


def test_links_lead_into_the_open_wave(demo: Demo, tmp_path: Path) -> None:
    out = tmp_path / "links.txt"
    command = [sys.executable, "-m", "cri.cli", "demo", "links", "--n", "3", "-o", str(out)]
    subprocess.run(command, cwd=ROOT, env=environment(demo.var, demo.port), check=True, capture_output=True)
    lines = out.read_text().splitlines()
    assert len(set(lines)) == 3
    for line in lines:
        assert line.startswith("/s/")
        assert 'id="questionnaire"' in get(demo.url + line)[1]


def test_every_report_is_identical_when_it_is_made_again(demo: Demo) -> None:
    """With one number altered it says which: tests/reports/test_stored_replays.py."""
    command = [sys.executable, "-m", "cri.cli", "replay", "--all"]
    told = subprocess.run(
        command, cwd=ROOT, env=environment(demo.var, demo.port), capture_output=True, text=True, check=False
    )
    *reports, summary = told.stdout.splitlines()
    assert (told.returncode, told.stderr) == (0, ""), told.stdout
    assert summary == f"{len(reports)} reports: all identical"
    assert len(reports) >= 2
    assert all(": identical (" in line for line in reports)


def test_a_taken_port_is_refused(demo: Demo, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "cri.cli", "demo"]
    refused = subprocess.run(
        command, cwd=ROOT, env=environment(tmp_path, demo.port), check=False, capture_output=True, text=True
    )
    assert refused.returncode == 2
    assert refused.stderr.count("\n") == 1
    assert str(demo.port) in refused.stderr
    assert not (tmp_path / "postgres").exists()


@pytest.mark.parametrize("name", ["web", "worker", "postgres"])
def test_a_killed_process_comes_back(demo: Demo, name: str) -> None:
    before = demo.pid(name)
    os.kill(before, signal.SIGKILL)
    wait_for(lambda: demo.pid(name) != before)
    wait_for(lambda: get(f"{demo.url}/ready")[0] == 200)
    assert demo.process.poll() is None


def test_it_ends_clean_and_starts_again_with_the_same_data() -> None:
    with folder() as parent:
        var = parent / "var"
        first = start(var, free_port())
        facts, pids = first.facts, [first.pid(name) for name in ("web", "worker", "postgres")]
        assert stop(first) == 0
        for pid in pids:
            with pytest.raises(ProcessLookupError):
                os.kill(pid, 0)
        assert list((var / "run").iterdir()) == []
        second = start(var, first.port)
        try:
            assert second.facts == facts
        finally:
            assert stop(second) == 0
