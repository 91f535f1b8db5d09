"""The workshop pack of a scored wave, made when a leader asks for it."""

import uuid

from procrastinate import Blueprint, JobContext

from cri.jobs.tasks import RETRY, workshop_of
from cri.services import packs

tasks = Blueprint()


@tasks.task(name="make_workshop_pack", retry=RETRY, pass_context=True)
def make_workshop_pack(job: JobContext, agency_id: str, wave_id: str) -> None:
    """Freeze the wave's workshop pack and print it in each of its languages that is not printed yet."""
    workshop = workshop_of(job)
    with workshop.transaction(uuid.UUID(agency_id)) as context:
        packs.make_workshop_pack(context, uuid.UUID(wave_id), workshop.browser)
