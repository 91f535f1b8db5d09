"""What was sent in and never accepted is destroyed when its hour is over."""

from datetime import UTC, datetime

from procrastinate import Blueprint, JobContext

from cri.jobs.tasks import workshop_of
from cri.services.uploads import drop_old_uploads

tasks = Blueprint()


@tasks.periodic(cron="*/5 * * * *")
@tasks.task(name="drop_old_uploads", pass_context=True)
def drop_old(job: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes the time
    """Delete the uploads of all agencies that are over an hour old. Nobody could read them any more."""
    drop_old_uploads(workshop_of(job).parts.blobs, datetime.now(UTC))
