"""Editions are drafted in a process of their own, so that sealing and scoring go on meanwhile."""

from procrastinate import Blueprint, JobContext

from cri.jobs.tasks import workshop_of
from cri.services import draft_making

tasks = Blueprint()


@tasks.periodic(cron="* * * * *")
@tasks.task(name="make_drafts", queueing_lock="make_drafts", pass_context=True)
def make_drafts(job: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes the time
    """Have somebody make what stewards have asked for; a drafter that was killed is started again."""
    workshop = workshop_of(job)
    if draft_making.drafts_waiting(workshop.parts):
        workshop.drafter.start()
