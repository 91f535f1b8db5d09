"""Counted tries are destroyed when their minutes are over."""

from datetime import UTC, datetime

from procrastinate import Blueprint, JobContext

from cri.jobs.tasks import workshop_of
from cri.services.attempts import forget_tries

tasks = Blueprint()


@tasks.periodic(cron="*/10 * * * *")
@tasks.task(name="forget_tries", pass_context=True)
def forget(job: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes the time
    """Destroy the counts of windows that are over."""
    with workshop_of(job).sessions.begin() as session:
        forget_tries(session, datetime.now(UTC))
