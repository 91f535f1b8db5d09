"""Waves that open by themselves."""

from datetime import UTC, datetime

from procrastinate import Blueprint, JobContext

from cri.db.queries.waves import waves_to_open
from cri.jobs.tasks import Workshop, each_of, workshop_of
from cri.services.waves import open_if_due

tasks = Blueprint()


@tasks.periodic(cron="* * * * *")
@tasks.task(name="open_due", queueing_lock="open_due", pass_context=True)
def open_due(job: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes the time
    """Open the drafts whose time has come. What a worker was away for is done when it is back."""
    open_waves_due(workshop_of(job))


def open_waves_due(workshop: Workshop) -> bool:
    """Open each in a transaction of its own, once, whoever else tries; says whether any was."""
    with workshop.sessions() as session:
        found = waves_to_open(session, datetime.now(UTC))
    return each_of(workshop, found, "draft", open_if_due)
