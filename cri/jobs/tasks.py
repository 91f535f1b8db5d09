"""Background work. Each task is one transaction, may be run twice, and may be killed at any instant.

A job's row names an agency and a wave, never a person or a submission.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from procrastinate import Blueprint, JobContext, RetryStrategy
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.charts import ChartBrowser
from cri.db.models import Wave
from cri.db.session import enter_agency
from cri.jobs.postman_starter import PostmanStarter
from cri.jobs.watched_process import Drafter
from cri.services import companions, contributions, mixing, packs, scoring, sealing, waves
from cri.services.context import Actor, Context, Parts

NAMESPACE = "cri"
WORKSHOP = "workshop"
RETRY = RetryStrategy(max_attempts=8, exponential_wait=3)
WORKER = Actor(account_id=None, role="worker")

tasks = Blueprint()
log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Workshop:
    """What a worker process was wired with."""

    parts: Parts
    engine: Engine
    sessions: sessionmaker[Session]
    browser: ChartBrowser
    postman: PostmanStarter
    drafter: Drafter

    def close(self) -> None:
        """Let go of connections and of the browser, if one was started."""
        self.browser.close()
        self.postman.close()
        self.drafter.close()
        self.engine.dispose()
        self.parts.pool_sessions.kw["bind"].dispose()

    @contextmanager
    def transaction(self, agency_id: uuid.UUID) -> Iterator[Context]:
        """One agency's transaction: committed at the end, rolled back when anything fails."""
        with self.sessions.begin() as session:
            enter_agency(session, agency_id)
            yield Context(session, agency_id, WORKER, datetime.now(UTC), self.parts)


def wave_lock(wave_id: uuid.UUID) -> str:
    """One job at a time for each wave, in the order they were asked for."""
    return f"wave:{wave_id}"


def workshop_of(job: JobContext) -> Workshop:
    """What the worker that runs this job was wired with."""
    found = job.additional_context[WORKSHOP]
    if not isinstance(found, Workshop):
        raise TypeError("the worker was started without its workshop")
    return found


@tasks.task(name="seal", retry=RETRY, pass_context=True)
def seal(job: JobContext, agency_id: str, wave_id: str) -> None:
    """Seal a closing wave, then forget its key and the pages its submissions lay on."""
    seal_steps(workshop_of(job), uuid.UUID(agency_id), uuid.UUID(wave_id))


def seal_steps(workshop: Workshop, agency_id: uuid.UUID, wave_id: uuid.UUID) -> None:
    """The sealing transaction, then what may only happen once it has committed. All may be done again."""
    with workshop.transaction(agency_id) as context:
        sealing.seal_wave(context, wave_id)
    with workshop.transaction(agency_id) as context:
        wave = context.session.get_one(Wave, (agency_id, wave_id))
        sha256, over = wave.sheet_sha256, wave.state == "discarded"
        further = companions.further_sheets(context, wave_id).values()
    if sha256 is not None or over:
        parts = workshop.parts
        sealing.forget_wave(parts.wave_keys, parts.blobs, agency_id, wave_id, sha256, further)
        sealing.vacuum_submissions(workshop.engine)


@tasks.task(name="score", retry=RETRY, pass_context=True)
def score(job: JobContext, agency_id: str, wave_id: str) -> None:
    """Write the scorecard of a sealed wave."""
    with workshop_of(job).transaction(uuid.UUID(agency_id)) as context:
        scoring.score_wave(context, uuid.UUID(wave_id))


@tasks.task(name="contribute", retry=RETRY, pass_context=True)
def contribute(job: JobContext, agency_id: str, wave_id: str) -> None:
    """Contribute a scored wave to the pool, or withdraw it, as the agency's consent says."""
    with workshop_of(job).transaction(uuid.UUID(agency_id)) as context:
        contributions.settle_contribution(context, uuid.UUID(wave_id))


@tasks.task(name="build_pack", retry=RETRY, pass_context=True)
def build_pack(job: JobContext, agency_id: str, wave_id: str) -> None:
    """Freeze the leader pack of a scored wave."""
    with workshop_of(job).transaction(uuid.UUID(agency_id)) as context:
        packs.build_leader_pack(context, uuid.UUID(wave_id))


@tasks.task(name="print_pack", retry=RETRY, pass_context=True)
def print_pack(job: JobContext, agency_id: str, wave_id: str) -> None:
    """Print the leader pack in each of the wave's languages."""
    workshop = workshop_of(job)
    with workshop.transaction(uuid.UUID(agency_id)) as context:
        packs.print_leader_report(context, uuid.UUID(wave_id), workshop.browser)


def each_wave(workshop: Workshop, state: str, step: Callable[[Context, uuid.UUID], object]) -> bool:
    """Take a step with every wave in `state`; says whether any did anything. As `each_of`."""
    with workshop.sessions() as session:
        found = mixing.waves_in(session, state)
    return each_of(workshop, found, state, step)


def each_of(
    workshop: Workshop,
    found: Iterable[tuple[uuid.UUID, uuid.UUID]],
    state: str,
    step: Callable[[Context, uuid.UUID], object],
) -> bool:
    """Take a step with each wave (agency id, wave id), each in its own transaction; says whether any did.

    One wave's trouble (its key is missing, say) is written to the log and is no other wave's.
    """
    done = False
    for agency_id, wave_id in found:
        try:
            with workshop.transaction(agency_id) as context:
                done = bool(step(context, wave_id)) or done
        except Exception:
            log.exception("wave %s, which is %s: left as it was, to be tried again", wave_id, state)
    return done


@tasks.periodic(cron="* * * * *")
@tasks.task(name="mix", pass_context=True)
def mix(job: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes the time
    """Mix what has arrived in every wave that is still open. Ten or more at a time, or not at all."""

    def step(context: Context, wave_id: uuid.UUID) -> int:
        return mixing.mix(context.session, context.parts.wave_keys, context.agency_id, wave_id)

    workshop = workshop_of(job)
    if each_wave(workshop, "open", step):  # a deleted row on its page still shows which transaction wrote it
        sealing.vacuum_submissions(workshop.engine)


@tasks.periodic(cron="* * * * *")
@tasks.task(name="close_due", pass_context=True)
def close_due(job: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes the time
    """Close the waves whose time is over, the grace for pages still open included."""
    each_wave(workshop_of(job), "open", waves.close_if_due)


@tasks.periodic(cron="17 * * * *")
@tasks.task(name="take_up_again", pass_context=True)
def take_up_again(job: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes the time
    """Ask anew for jobs that were given up: a store that was away for a day must not strand a wave."""
    for state in ("closing", "sealed", "scored", "discarded"):
        each_wave(workshop_of(job), state, _ask_again)


def _ask_again(context: Context, wave_id: uuid.UUID) -> None:
    state = context.session.get_one(Wave, (context.agency_id, wave_id)).state
    wanted = {"closing": "seal", "sealed": "score"}.get(state)
    if state == "scored":
        unsettled = "contribute" if contributions.is_unsettled(context, wave_id) else None
        wanted = packs.next_task(context, wave_id) or unsettled
    kept = context.parts.wave_keys.holds(str(wave_id))  # until it is gone no answer is anonymous
    asked = ("seal" if kept else None, wanted if wanted != "seal" or not kept else None)
    waiting = text(
        "SELECT 1 FROM procrastinate_jobs WHERE lock = :lock AND status IN ('todo', 'doing') LIMIT 1"
    )
    if context.session.scalar(waiting, {"lock": wave_lock(wave_id)}) is None:
        for task in filter(None, asked):
            context.parts.defer(context.session, task, context.agency_id, wave_id)


@tasks.periodic(cron="* * * * *")
@tasks.task(name="retry_stalled", pass_context=True)
async def retry_stalled(job: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes the time
    """Give the jobs of killed workers to the living. Every task may be run twice."""
    for stalled in await job.app.job_manager.get_stalled_jobs():
        await job.app.job_manager.retry_job(stalled)
