"""Messages of waves: what is due begins, and a process of its own is started that sends it."""

import uuid
from collections.abc import Collection

from procrastinate import Blueprint, JobContext
from sqlalchemy import text

from cri.jobs.tasks import Workshop, each_wave, workshop_of
from cri.services.context import Context
from cri.services.deliveries import plan_messages, settle_by_log
from cri.services.messages import forget_messages

OVER = ("sealed", "scored", "discarded")

tasks = Blueprint()


def send_what_is_due(workshop: Workshop) -> None:
    """Begin what is due in every open wave, and start sending if anything can be sent."""
    if workshop.parts.mail is not None and each_wave(workshop, "open", plan_messages):
        workshop.postman.start()


@tasks.task(name="post", pass_context=True)
def post(job: JobContext, agency_id: str, wave_id: str) -> None:
    """Send a wave's messages without waiting for the next minute."""
    workshop = workshop_of(job)
    with workshop.transaction(uuid.UUID(agency_id)) as context:
        waiting = plan_messages(context, uuid.UUID(wave_id))
    if waiting:
        workshop.postman.start()


@tasks.periodic(cron="* * * * *")
@tasks.task(name="post_due", queueing_lock="post_due", pass_context=True)
def post_due(job: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes the time
    """Send what is due."""
    send_what_is_due(workshop_of(job))


@tasks.periodic(cron="47 * * * *")
@tasks.task(name="forget_messages", pass_context=True)
def forget(job: JobContext, timestamp: int) -> None:  # noqa: ARG001  # the queue passes the time
    """Destroy the rows of messages of waves that are over: only how many there were is kept."""
    forget_what_is_over(workshop_of(job))


def settle_what_is_unsure(workshop: Workshop, logged: Collection[str]) -> None:
    """Settle unsure messages of open waves by the ids in the mail server's log; the others wait again.

    Only while nothing is being sent: what is in hand would be called unsure.
    """
    route = workshop.parts.mail
    if route is None:
        return
    domain = route.sender.rpartition("@")[2]

    def step(context: Context, wave_id: uuid.UUID) -> bool:
        return any(settle_by_log(context, wave_id, logged, domain))

    each_wave(workshop, "open", step)


def forget_what_is_over(workshop: Workshop) -> None:
    """The rows of messages, and the pages that they lay on."""

    def step(context: Context, wave_id: uuid.UUID) -> bool:
        return forget_messages(context, wave_id)

    destroyed = [each_wave(workshop, state, step) for state in OVER]
    if any(destroyed):
        with workshop.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM message"))
