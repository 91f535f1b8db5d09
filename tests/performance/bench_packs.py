"""Workshop packs as a worker makes them: processor time, memory, packs a minute; Chromium on the same HTML.

Each pack is of other answers, so that all its figures are drawn: in a browser that runs already, as in a
worker that has printed before. Processor time is that of the worker and of its browser together.
"""

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import sync_playwright

from cri.db.migrate import ROOT
from cri.domain.documents import readable_json
from tests.performance.measures import Row
from tests.performance.process_trees import ProcessTree
from tests.reports.documents import edition

NAME = "packs"
PACKS = 5
"""Packs that each worker prints when it is warm."""
CPU_SECONDS, NEARLY_TWICE = 5.0, 1.7
"""Budgets: of one pack, and how many times as many packs two workers make as one."""
MEGABYTE = 1 << 20


def measure() -> list[Row]:
    """One worker by itself, then two at the same time, then Chromium on the first one's HTML."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        (folder / "edition.json").write_text(readable_json(edition()), encoding="utf-8")
        with _worker(folder / "one", 100) as (told, go):
            (alone,) = _results([go])
            page = Path(told["html"]).read_bytes()
        with _worker(folder / "two", 200) as (_, first), _worker(folder / "three", 300) as (_, second):
            together = _results([first, second])
        beside = _chromium(folder, page)
    return _rows(told, alone, together, beside)


def _rows(
    told: dict[str, Any], alone: dict[str, Any], together: list[dict[str, Any]], beside: tuple[float, float]
) -> list[Row]:
    one = 60 * PACKS / alone["wall"]
    two = 60 * 2 * PACKS / max(worker["wall"] for worker in together)
    pack = f"a workshop pack of {told['pages']} pages with {told['charts']} charts, warm"
    return [
        Row(
            f"{pack}: processor time, every chart drawn",
            f"{alone['cpu']:.2f} s ({alone['own']:.2f} s without the browser that draws)",
            f"{CPU_SECONDS:.0f} s",
            alone["cpu"] < CPU_SECONDS,
        ),
        Row("the same again, charts from the cache", f"{alone['cached']:.2f} s"),
        Row("peak memory of the worker", f"{alone['memory'] / MEGABYTE:.0f} MB"),
        Row("memory of its browser beside it", f"{alone['browser'] / MEGABYTE:.0f} MB"),
        Row("packs a minute, one worker", f"{one:.1f}"),
        Row(
            "packs a minute, two workers",
            f"{two:.1f} ({two / one:.2f} x)",
            f"{NEARLY_TWICE} x",
            two / one >= NEARLY_TWICE,
        ),
        Row(
            "the same HTML printed by headless Chromium, warm: processor time",
            f"{beside[0]:.2f} s ({alone['cached'] / beside[0]:.1f} x as much here)",
        ),
        Row("the same, time on the clock", f"{beside[1]:.2f} s"),
    ]


@contextmanager
def _worker(folder: Path, first: int) -> Iterator[tuple[dict[str, Any], "subprocess.Popen[str]"]]:
    """A worker that is warm: what it said, and its process, which waits for a line."""
    folder.mkdir()
    command = [sys.executable, "-m", "tests.performance.pack_worker", str(PACKS), str(folder), str(first)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        yield _line(process), process


def _results(processes: list["subprocess.Popen[str]"]) -> list[dict[str, Any]]:
    """Let them all begin at once; what each says in the end."""
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("go\n")
        process.stdin.flush()
    return [_line(process) for process in processes]


def _line(process: "subprocess.Popen[str]") -> dict[str, Any]:
    assert process.stdout is not None
    told: dict[str, Any] = json.loads(process.stdout.readline())
    return told


def _chromium(folder: Path, page: bytes) -> tuple[float, float]:
    """(processor time, time on the clock) in seconds of one printing in a browser that runs already."""
    source = folder / "page.html"
    source.write_bytes(page)
    tree = ProcessTree()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        found = []
        for _again in range(3):
            before, start = tree.seconds(), time.perf_counter()
            tab = browser.new_page()
            tab.goto(source.as_uri())
            tab.pdf(format="A4", print_background=True, tagged=True)
            tab.close()
            found.append((tree.seconds() - before, time.perf_counter() - start))
        browser.close()
    return min(found[1:])
