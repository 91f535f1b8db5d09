"""Stewards' pages and an agency's results with a pool of a hundred thousand contributions in PostgreSQL.

The server is the bench's own and goes with it. Contributions hold six factors of six items, as real ones do.
"""

import json
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import psycopg

from cri.adapters.embedded_postgres import EmbeddedPostgres
from cri.db.migrate import upgrade
from cri.db.queries.pool_outlines import counts_of
from cri.db.roles import OWNER, POOL, derive_passwords, make_database, make_roles
from cri.db.session import make_engine, make_sessions
from cri.domain.contribution import aggregates_of
from cri.services.context import Parts
from cri.services.editions import list_drafts, list_editions
from cri.services.pool_overview import contributions_page, pools_counted, quarantined
from tests.performance.measures import Row, best_time
from tests.performance.pool_of_size import KINDS, scorecard

NAME = "pool_pages"
SIZES = (1_000, 100_000)
SECONDS = 0.100
SECRET = b"benches only, never a real secret"
DATABASE = "bench"


def measure() -> list[Row]:
    """Two minutes, most of them for filling the tables."""
    rows = []
    with pool_server() as (parts, superuser):
        there = 0
        for size in SIZES:
            fill(superuser, there, size)
            there = size
            rows += [
                counted_row(f"overview of the pool, {size:,} contributions, after a change", parts),
                page_row(f"overview of the pool, {size:,} contributions", lambda: pools_counted(parts)),
                page_row(f"first page of {size:,} contributions", lambda: contributions_page(parts, 1)),
                page_row(f"last page of {size:,} contributions", lambda: contributions_page(parts, 10**6)),
                page_row(f"quarantine, {size:,} contributions", lambda: quarantined(parts, held=True)),
                page_row(
                    f"drafts and editions, {size:,} contributions",
                    lambda: (list_drafts(parts), list_editions(parts)),
                ),
            ]
    return rows


def page_row(work: str, page: Any) -> Row:
    """What the page reads, as the fastest of several visits."""
    seconds = best_time(page, 7)
    return Row(work, f"{1000 * seconds:.0f} ms", f"{1000 * SECONDS:.0f} ms", seconds <= SECONDS)


def counted_row(work: str, parts: Parts) -> Row:
    """What the first visit after a change takes, which counts the pool anew."""

    def count() -> None:
        with parts.pool_sessions() as session:
            counts_of(session, ("bench", "1.0.0", False))

    return Row(work, f"{1000 * best_time(count, 3):.0f} ms")


@contextmanager
def pool_server() -> Iterator[tuple[Parts, psycopg.Connection]]:
    """A migrated database of one's own: the parts that the pages need, and a superuser's connection."""
    folder = Path(tempfile.mkdtemp(prefix="cri-bench-"))
    server = EmbeddedPostgres(folder / "postgres", SECRET.hex(), ("fsync=off", "synchronous_commit=off"))
    process = server.start()
    try:
        passwords = derive_passwords(SECRET)
        make_roles(server.superuser_url, passwords)
        make_database(server.superuser_url, DATABASE)
        upgrade(server.url(OWNER, passwords.owner, DATABASE))
        engine = make_engine(server.url(POOL, passwords.pool, DATABASE))
        address = server.url("postgres", server.password, DATABASE).replace("+psycopg", "")
        with psycopg.connect(address, autocommit=True) as superuser:
            # the pages read nothing but the pool's sessions
            yield cast("Parts", SimpleNamespace(pool_sessions=make_sessions(engine))), superuser
        engine.dispose()
    finally:
        server.stop()
        if process is not None:
            process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(server.socket_folder, ignore_errors=True)


def fill(superuser: psycopg.Connection, first: int, size: int) -> None:
    """Add contributions up to this size: one in a hundred held, one in fifty withdrawn."""
    draws = np.random.default_rng(first)
    columns = "id, pseudonym, owner_pseudonym, sheet_sha256, instrument_code, instrument_version, synthetic"
    ids = [uuid.UUID(bytes=draws.bytes(16)) for _ in range(first, size)]
    with (
        superuser.cursor() as cursor,
        cursor.copy(f"COPY pool.contribution ({columns}, aggregates) FROM STDIN") as copy,
    ):
        for number, one in zip(range(first, size), ids, strict=True):
            kept = aggregates(number, draws)
            told = (one, draws.bytes(32).hex(), draws.bytes(32).hex(), kept["sheet_sha256"])
            copy.write_row((*told, "bench", "1.0.0", False, json.dumps(kept)))
    now = datetime.now(UTC)
    with superuser.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO pool.contribution_flag (contribution_id, rule) VALUES (%s, 'far_from_pool')",
            [(one,) for one in ids[::100]],
        )
        cursor.executemany(
            "INSERT INTO pool.withdrawal (contribution_id, withdrawn_at) VALUES (%s, %s)",
            [(one, now) for one in ids[7::50]],
        )
    superuser.execute("VACUUM ANALYZE")


def aggregates(number: int, draws: np.random.Generator) -> dict[str, Any]:
    """What the pool keeps of one wave."""
    made: dict[str, Any] = scorecard(number, draws.uniform(30, 90, 6).tolist(), int(draws.integers(50, 3000)))
    for factor in made["factors"]:
        factor["items"] = [
            {"code": f"{factor['code']}{item}", "n": 100, "n_eff": 100.0, "mean": mean, "sd": 1.1}
            for item, mean in enumerate(draws.uniform(2, 6, 6).tolist())
        ]
    made["wave"] = {"closed": f"20{draws.integers(20, 27):02}-{draws.integers(1, 13):02}-28"}
    return aggregates_of(made, {name: str(draws.choice(values)) for name, values in KINDS.items()})
