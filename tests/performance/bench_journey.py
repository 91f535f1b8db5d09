"""Whole questionnaires through the service as it is demonstrated, by a client that is no part of it.

The client opens a link as a fresh browser does, answers every page, submits, and sees the receipt; the next
begins at once. It runs on the same machine as the service, so that the figures say what the service costs and
not what a network does. Its time is not the service's: the processor time is that of the web server's and
PostgreSQL's processes, as the system counts it.
"""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from cri.db.migrate import ROOT
from tests.performance.measures import Row
from tests.service.conftest import Demo, environment, folder, free_port, start, stop

NAME = "journey"
CLIENT = ROOT.parent / "shared" / "tools" / "journey.py"
RECEIPT = 'data-page="receipt"'
WARM_UP = 20
AT_ONCE = {1: 60, 8: 240, 32: 240}
"""How many answer at once, and how many journeys are made so."""

CPU_SECONDS, A_SECOND, PAGE_SECONDS, STEPS = 0.040, 30.0, 0.060, 10
BUDGET_AT = 8
"""The budgets of the service: for one questionnaire, and for pages while eight answer at once."""


def measure() -> list[Row]:
    """Two minutes, most of them for the demonstration to start. SystemExit where there is no client."""
    if not CLIENT.is_file():
        raise SystemExit(
            f"bench {NAME}: {CLIENT} is not there. It is the client, and no part of this repository; "
            "put it there or leave this bench out."
        )
    with folder() as parent:
        demo = start(parent / "var", free_port())
        try:
            return [row for found in _journeys(demo, parent) for row in rows(found)]
        finally:
            stop(demo)


def rows(found: dict[str, Any]) -> list[Row]:
    """What one run of the client found, as lines of the table."""
    together, journeys = found["concurrency"], found["completed"]
    server = {name: 1000 * (one["user"] + one["sys"]) / journeys for name, one in found["server"].items()}
    cpu, speed, page = sum(server.values()), found["journeys_per_s"], found["step_ms"]
    steps = len(found["by_step_p50_p95"])
    budgeted = together == BUDGET_AT
    lines = [
        Row(
            f"{together} at once: journeys a second",
            f"{speed:.1f} ({journeys} journeys of {found['answers_per_journey']:.0f} answers)",
            f"{A_SECOND:.0f}" if budgeted else "",
            speed >= A_SECOND if budgeted else None,
        ),
        Row(
            f"{together} at once: a page with its redirect, half of them and 95 of 100 within",
            f"{page['p50']:.0f} ms and {page['p95']:.0f} ms",
            f"{1000 * PAGE_SECONDS:.0f} ms" if budgeted else "",
            page["p95"] <= 1000 * PAGE_SECONDS if budgeted else None,
        ),
        Row(
            f"{together} at once: processor time of the service, a journey",
            f"{cpu:.0f} ms (web {server['web']:.0f}, PostgreSQL {server['postgres']:.0f})",
            f"{1000 * CPU_SECONDS:.0f} ms",
            cpu <= 1000 * CPU_SECONDS,
        ),
        Row(f"{together} at once: cores that other programs kept busy", f"{found['other_busy_cores']:.1f}"),
        Row(f"{together} at once: errors", str(sum(found["errors"].values())), "0", not found["errors"]),
    ]
    if together == 1:
        sent, received = found["bytes_sent_per_journey"], found["html_bytes_recv_per_journey"]
        lines += [
            Row(
                "steps of a journey (a post and its redirect are one)", str(steps), str(STEPS), steps <= STEPS
            ),
            Row("a journey's bytes, style sheet and script apart", f"{received:,} received, {sent:,} sent"),
        ]
    return lines


def _journeys(demo: Demo, parent: Path) -> list[dict[str, Any]]:
    """Run the client, each time with links that nobody has used."""
    links = parent / "links.txt"
    command = [sys.executable, "-m", "cri.cli", "demo", "links", "-o", str(links)]
    command += ["--n", str(WARM_UP + sum(AT_ONCE.values()))]
    subprocess.run(command, cwd=ROOT, env=environment(demo.var, demo.port), check=True, capture_output=True)
    left = links.read_text().splitlines()
    found = []
    for together, count in {4: WARM_UP, **AT_ONCE}.items():
        links.write_text("\n".join(left[:count]) + "\n")
        left = left[count:]
        found.append(_run(demo, links, together, count))
    return found[1:]


def _run(demo: Demo, links: Path, together: int, count: int) -> dict[str, Any]:
    servers = [f"--server-pid={name}={demo.pid(name)}" for name in ("web", "postgres")]
    made = subprocess.run(
        [
            *(sys.executable, str(CLIENT), "--target", "form", "--base", demo.url, "--starts", str(links)),
            *("--done", RECEIPT, "--n", str(count), "-c", str(together), *servers),
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    found: dict[str, Any] = json.loads(made.stdout)
    return found
