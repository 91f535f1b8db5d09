"""Packs of a scored wave beside the report: made when a leader asks for them."""

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


@tasks.task(name="make_facilitator_pack", retry=RETRY, pass_context=True)
def make_facilitator_pack(job: JobContext, agency_id: str, wave_id: str) -> None:
    """Freeze the guide to the workshop and print it, likewise."""
    workshop = workshop_of(job)
    with workshop.transaction(uuid.UUID(agency_id)) as context:
        packs.make_pack(context, uuid.UUID(wave_id), "facilitator", workshop.browser)


@tasks.task(name="make_staff_pack", retry=RETRY, pass_context=True)
def make_staff_pack(job: JobContext, agency_id: str, wave_id: str) -> None:
    """Freeze the staff's summary and print it, likewise."""
    workshop = workshop_of(job)
    with workshop.transaction(uuid.UUID(agency_id)) as context:
        packs.make_pack(context, uuid.UUID(wave_id), "staff", workshop.browser)
