"""Packs of many units: one order, made step by step, a pack and a transaction each.

Between two steps other jobs have their turn, so that a hundred packs hold nobody up. A step that fails three
times gives its unit up and goes on with the next.
"""

import logging
import uuid

from procrastinate import Blueprint, JobContext, RetryStrategy

from cri.jobs.tasks import Workshop, each_wave, workshop_of
from cri.services import unit_packs
from cri.services.context import Context

TRIES = 3

tasks = Blueprint()
log = logging.getLogger(__name__)


@tasks.task(
    name=unit_packs.STEP, retry=RetryStrategy(max_attempts=TRIES, exponential_wait=3), pass_context=True
)
def make_unit_pack(job: JobContext, agency_id: str, wave_id: str) -> None:
    """Make the next pack of the wave's order, and ask for the step after it."""
    workshop = workshop_of(job)
    make_step(workshop, uuid.UUID(agency_id), uuid.UUID(wave_id), last=job.job.attempts >= TRIES - 1)


def make_step(workshop: Workshop, agency_id: uuid.UUID, wave_id: uuid.UUID, *, last: bool) -> None:
    """One pack in one transaction. last: no further try is left, so that a failure is written down."""
    try:
        with workshop.transaction(agency_id) as context:
            unit_packs.make_next(context, wave_id, workshop.browser)
    except Exception:
        if not last:
            raise
        log.exception("wave %s: a unit's pack could not be made and is left out", wave_id)
        with workshop.transaction(agency_id) as context:
            unit_packs.give_up_next(context, wave_id)


@tasks.periodic(cron="27 * * * *")
@tasks.task(name="take_up_unit_packs", pass_context=True)
def take_up_again(job: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes the time
    """Ask anew for the step of an order that has none: its job was given up."""

    def step(context: Context, wave_id: uuid.UUID) -> bool:
        return unit_packs.take_up(context, wave_id)

    each_wave(workshop_of(job), "scored", step)
