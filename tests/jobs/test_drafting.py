"""Drafts are made apart from the worker: killed while drafting or publishing, nothing is left in part."""

import os
import signal
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from cri.app import make_workshop
from cri.db.models import Edition
from cri.domain.wave import Answers
from cri.jobs import drafting, tasks
from cri.jobs.tasks import Workshop, seal_steps
from cri.services import editions
from cri.services import waves as waves_service
from cri.services.context import Parts
from cri.services.contributions import contribution_of
from cri.services.draft_making import make_draft, make_drafts
from cri.services.editions import Steward, approve_draft, ask_for_draft, load_draft, preview_draft
from cri.services.responses import find_questionnaire
from cri.services.submissions import submit
from cri.settings import Settings
from tests.database_fixtures import make_agency
from tests.factories import open_wave
from tests.services.own_process import in_a_process
from tests.services.pool_service import members, new_instrument

Sessions = sessionmaker[Session]
NOW = datetime(2026, 11, 22, tzinfo=UTC)
PATIENCE = 300.0


@pytest.fixture
def workshop(settings: Settings) -> Iterator[Workshop]:
    made = make_workshop(settings)
    yield made
    made.close()
    if made.drafter.process is not None:
        made.drafter.process.wait(PATIENCE)


def asked(parts: Parts) -> tuple[str, uuid.UUID, Steward]:
    """A pool of sixteen agencies, the last far from all others, and a draft asked for: (code, draft, who).

    The only one that waits: a drafter makes what waits one after the other, and one that another test has
    left could be held up in this one's place.
    """
    make_drafts(parts)
    instrument, ana = new_instrument(), Steward(uuid.uuid4(), NOW)
    scores = [*((40.0 + n, 60.0 - n) for n in range(15)), (99.0, 99.0)]
    with parts.pool_sessions.begin() as session:
        for one in members(scores, instrument, synthetic=False):
            session.add(contribution_of(parts.secrets.pseudonym, one))
    kind = (instrument["code"], instrument["version"], False)
    return instrument["code"], ask_for_draft(parts, kind, "2026.1", ana), ana


def until(there: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def waits_for_the_table(superuser: psycopg.Connection) -> bool:
    row = superuser.execute(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'pool.draft_preview'::regclass"
    ).fetchone()
    return row is not None and row[0] > 0


def run_periodic(workshop: Workshop) -> None:
    """As the worker's queue would run it now."""
    job: Any = SimpleNamespace(additional_context={tasks.WORKSHOP: workshop})
    drafting.make_drafts.func(job, timestamp=0)


def test_sealing_goes_on_while_a_draft_is_made(
    workshop: Workshop, sessions: Sessions, parts: Parts, superuser: psycopg.Connection, database: Any
) -> None:
    """The draft is held up, as a long audit would be; the same worker seals a wave meanwhile."""
    wave = open_wave(sessions, parts, make_agency(sessions), people=["depot"] * 12)
    for token in wave.tokens:
        with sessions.begin() as session:
            questionnaire = find_questionnaire(session, parts.secrets, token, datetime.now(UTC))
            submit(session, questionnaire, Answers(items={"insight1": 4}))
    with workshop.transaction(wave.agency_id) as context:
        waves_service.close_wave(context, wave.wave_id)
    _code, draft_id, _ana = asked(parts)
    with psycopg.connect(database.superuser.replace("+psycopg", "")) as holding:
        holding.execute("LOCK TABLE pool.draft_preview IN EXCLUSIVE MODE")
        run_periodic(workshop)
        until(lambda: waits_for_the_table(superuser))
        seal_steps(workshop, wave.agency_id, wave.wave_id)
        run_periodic(workshop)  # a minute later: it is still at it, and no second one is started
        with workshop.transaction(wave.agency_id) as context:
            assert waves_service.find_wave(context, wave.wave_id).state == "sealed"
        told = load_draft(parts, draft_id)
        assert told.state == "asked"
        assert told.progress is not None
        assert (told.progress.done, told.progress.steps) == (11, 11)
        holding.rollback()
    until(lambda: load_draft(parts, draft_id).state == "made")


def test_made_by_the_worker_itself_it_would_hold_everything_up(
    parts: Parts, superuser: psycopg.Connection, database: Any
) -> None:
    """The control: what the worker did before."""
    _code, draft_id, _ana = asked(parts)
    with ThreadPoolExecutor(1) as threads:
        with psycopg.connect(database.superuser.replace("+psycopg", "")) as holding:
            holding.execute("LOCK TABLE pool.draft_preview IN EXCLUSIVE MODE")
            work = threads.submit(make_drafts, parts)
            until(lambda: waits_for_the_table(superuser))
            with pytest.raises(TimeoutError):
                work.result(0.5)
            holding.rollback()
        assert work.result(PATIENCE) >= 1
    assert load_draft(parts, draft_id).state == "made"


def test_a_drafter_ends_with_its_worker_and_another_makes_the_draft(
    settings: Settings, workshop: Workshop, parts: Parts, superuser: psycopg.Connection, database: Any
) -> None:
    _code, draft_id, _ana = asked(parts)
    with psycopg.connect(database.superuser.replace("+psycopg", "")) as holding:
        holding.execute("LOCK TABLE pool.draft_preview IN EXCLUSIVE MODE")
        run_periodic(workshop)
        until(lambda: waits_for_the_table(superuser))
        assert workshop.drafter.process is not None
        workshop.drafter.close()  # what the kernel does when a worker is killed: the pipe is closed
        assert workshop.drafter.process.wait(PATIENCE) == 0
        holding.rollback()
    assert load_draft(parts, draft_id).state == "asked"
    run_periodic(workshop)
    until(lambda: load_draft(parts, draft_id).state == "made")


def dying(parts: Parts, last: int, work: Callable[[], object]) -> Callable[[], None]:
    """The work, which dies at the last-th statement or commit in the pool's database."""

    def run() -> None:
        left = [last]

        def pass_point(*_: Any, **__: Any) -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        engine = parts.pool_sessions.kw["bind"]
        engine.dispose(close=False)  # the parent's connections are not ours
        event.listen(engine, "before_cursor_execute", pass_point)
        event.listen(engine, "commit", pass_point)
        work()

    return run


def rows(superuser: psycopg.Connection, statement: str, key: object) -> int:
    row = superuser.execute(statement, [key]).fetchone()
    assert row is not None
    return int(row[0])


def test_a_drafter_killed_at_any_point_leaves_nothing_of_the_draft(
    parts: Parts, superuser: psycopg.Connection
) -> None:
    code, draft_id, _ana = asked(parts)
    kills = 0
    for last in count(1):  # ends with the process that has no such point
        ended = in_a_process(dying(parts, last, lambda: make_draft(parts, draft_id)))
        previews = rows(
            superuser, "SELECT count(*) FROM pool.draft_preview WHERE draft_id = %s", str(draft_id)
        )
        held = rows(
            superuser,
            "SELECT count(*) FROM pool.contribution_flag f JOIN pool.contribution c "
            "ON c.id = f.contribution_id WHERE c.instrument_code = %s",
            code,
        )
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        kills += 1
        assert (previews, held) == (0, 0)
    assert kills >= 15
    assert (previews, held) == (1, 1)  # the one far from all others is held with it
    assert load_draft(parts, draft_id).state == "made"


def approved(parts: Parts) -> tuple[str, uuid.UUID, Steward]:
    code, draft_id, ana = asked(parts)
    assert make_draft(parts, draft_id)
    preview_draft(parts, draft_id, ana)
    approve_draft(parts, draft_id, Steward(uuid.uuid4(), NOW))
    return code, draft_id, ana


def published_rows(superuser: psycopg.Connection, code: str, draft_id: uuid.UUID) -> tuple[int, ...]:
    """Editions, members, pages of the ledger, steps "published"."""
    tables = ("edition", "edition_member", "ledger_cell")
    counts = [
        rows(superuser, f"SELECT count(*) FROM pool.{one} WHERE instrument_code = %s", code) for one in tables
    ]
    step = "SELECT count(*) FROM pool.draft_step WHERE step = 'published' AND draft_id = %s"
    return (*counts, rows(superuser, step, str(draft_id)))


def test_publishing_killed_at_any_point_leaves_nothing_in_part(
    parts: Parts, superuser: psycopg.Connection
) -> None:
    code, draft_id, ana = approved(parts)
    kills = 0
    for last in count(1):  # ends with the process that has no such point
        ended = in_a_process(dying(parts, last, lambda: editions.publish_draft(parts, draft_id, ana)))
        there = published_rows(superuser, code, draft_id)
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        kills += 1
        assert there == (0, 0, 0, 0)
    assert kills >= 10
    assert there[0] == 1
    assert there[1] == 15
    assert there[2] >= 3
    assert there[3] == 1


def publish_step_by_step(parts: Parts, draft_id: uuid.UUID) -> None:
    """The control: what anybody would write first, a transaction for each table."""
    draft = load_draft(parts, draft_id)
    assert draft.preview is not None
    document = draft.preview.document
    assert document is not None
    told = document["instrument"]
    with parts.pool_sessions.begin() as session:
        session.add(
            Edition(
                number=document["edition"],
                instrument_code=told["code"],
                instrument_version=told["version"],
                synthetic=False,
                sha256=document["sha256"],
                document=document,
                origin="made",
                draft_id=draft_id,
                approval="approved",
            )
        )
    with parts.pool_sessions.begin() as session:
        editions._take_step(session, draft_id, "published", Steward(uuid.uuid4(), NOW))


def test_published_step_by_step_it_is_found_in_part(parts: Parts, superuser: psycopg.Connection) -> None:
    code, draft_id, _ana = approved(parts)
    found: tuple[int, ...] = ()
    ended = 0
    for last in count(1):
        ended = in_a_process(dying(parts, last, lambda: publish_step_by_step(parts, draft_id)))
        found = published_rows(superuser, code, draft_id)
        if ended == 0 or found == (1, 0, 0, 0):
            break
    assert ended == -signal.SIGKILL
    assert found == (1, 0, 0, 0)  # an edition of which nobody knows who is in its groups


def test_two_stewards_in_two_processes_publish_one_edition(
    parts: Parts, superuser: psycopg.Connection
) -> None:
    code, draft_id, ana = approved(parts)

    def publish() -> None:
        parts.pool_sessions.kw["bind"].dispose(close=False)
        editions.publish_draft(parts, draft_id, ana)

    with ThreadPoolExecutor(2) as threads:
        ended = list(threads.map(in_a_process, [publish, publish]))
    assert sorted(ended) == [0, 1]
    assert published_rows(superuser, code, draft_id)[0] == 1
