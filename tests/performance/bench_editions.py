"""Building an edition and placing an agency in it, as the pool grows; the exact audit by itself."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from cri.domain import audit_work
from cri.domain.audit_work import EXACT_UP_TO
from cri.domain.edition_draft import Draft, draft_edition
from cri.domain.eligibility import Member
from cri.domain.placing import place
from tests.performance.measures import Row, best_time, peak_memory
from tests.performance.pool_of_size import SIXTY, pool_of_size

NAME = "editions"
SIZES = (1_000, 10_000, 100_000)
LARGEST = SIZES[-1]
SECONDS, GIGABYTES, PLACING_SECONDS = 10.0, 1.0, 0.050
FEW: Sequence[tuple[str, ...]] = ((), ("size",), ("relationship",))
EXACT = ((80, SIXTY), (300, FEW), (EXACT_UP_TO, FEW))
"""Pools that the exact audit is timed for, and the attributes of their peer groups."""


def measure() -> list[Row]:
    """Some minutes: the exact audit of the largest pools is the longest part."""
    rows = [memory_row(pool_of_size(LARGEST))]  # first: what was freed before would hide some of it
    for size in SIZES:
        pool = pool_of_size(size)
        with sufficient_only():
            draft = draft_of(pool)
            seconds = best_time(partial(draft_of, pool), 1 if size == LARGEST else 3, time.process_time)
        rows.append(edition_row(size, draft, seconds))
        rows.append(placing_row(size, pool, draft.document))
    rows += [exact_row(size, peers) for size, peers in EXACT]
    return rows


@contextmanager
def sufficient_only() -> Iterator[None]:
    """The sufficient test for pools of any size, so that its growth can be seen."""
    vars(audit_work)["EXACT_UP_TO"] = 0
    try:
        yield
    finally:
        vars(audit_work)["EXACT_UP_TO"] = EXACT_UP_TO


def draft_of(pool: Sequence[Member]) -> Draft:
    """An edition of sixty peer groups."""
    return draft_edition(pool, "2026.1", peers=SIXTY)


def edition_row(size: int, draft: Draft, seconds: float) -> Row:
    """How long an edition took by the sufficient test."""
    groups = sum(len(cell["groups"]) for cell in draft.document["cells"])
    budget = f"{SECONDS:.0f} s" if size == LARGEST else ""
    return Row(
        f"edition from {size:,} contributions x 6 factors x 60 peer groups, sufficient test",
        f"{seconds:.2f} s of processor time ({len(draft.cells)} cells, {groups} groups)",
        budget,
        seconds <= SECONDS if budget else None,
    )


def memory_row(pool: Sequence[Member]) -> Row:
    """Memory above what the contributions themselves hold."""

    def work() -> None:
        with sufficient_only():
            draft_of(pool)

    gigabytes = peak_memory(work) / (1 << 30)
    return Row(
        f"edition from {len(pool):,} contributions: memory above what these hold",
        f"{gigabytes:.2f} GB",
        f"{GIGABYTES:.0f} GB",
        gigabytes <= GIGABYTES,
    )


def placing_row(size: int, pool: Sequence[Member], edition: dict[str, Any]) -> Row:
    """Placing one agency's index and six factors."""
    own = pool[size // 2].scorecard
    seconds = best_time(lambda: place(own, edition), 9)
    return Row(
        f"placing in an edition of {size:,}: index and 6 factors",
        f"{1000 * seconds:.1f} ms",
        f"{1000 * PLACING_SECONDS:.0f} ms",
        seconds <= PLACING_SECONDS,
    )


def exact_row(size: int, peers: Sequence[tuple[str, ...]]) -> Row:
    """The exact audit: no budget, since it is made in a process of its own."""
    pool = pool_of_size(size)
    told: list[Draft] = []
    clock = time.process_time
    seconds = best_time(lambda: told.append(draft_edition(pool, "2026.1", peers=peers)), 1, clock)
    cells = told[0].document["certificate"]["cells"]
    names = len({cell["peers"] for cell in told[0].document["cells"]})
    return Row(
        f"exact audit, {size:,} contributions x 6 factors x {names} peer groups shown",
        f"{seconds:.0f} s of processor time ({cells['new']} cells, {cells['fewer_groups']} with fewer "
        f"groups, {cells['refused']} refused)",
    )
