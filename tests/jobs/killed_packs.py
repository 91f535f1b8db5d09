"""Makes packs of units in processes that are killed, as `tests.jobs.killed_job` does for sealing.

python -m tests.jobs.killed_packs AGENCY WAVE, with the service's own environment variables.
"""

import uuid

from sqlalchemy import event

from cri.adapters.blobs import BlobStore
from cri.adapters.report_files import fonts, reports_digest, unpacked
from cri.app import make_workshop
from cri.jobs.tasks import Workshop
from cri.jobs.unit_packs import make_step
from cri.services import unit_packs
from cri.settings import read_settings
from tests.jobs.forking import answer_lines
from tests.jobs.killed_job import Executioner


def step_naively(workshop: Workshop, agency_id: uuid.UUID, wave_id: uuid.UUID) -> None:
    """The control: what anybody would write first. The pack counts as made before its file is there."""
    with workshop.transaction(agency_id) as context:
        unit_packs.make_next(context, wave_id, workshop.browser)
        order = unit_packs.find_order(context, wave_id)
        assert order is not None
        keys = [key for key in context.parts.blobs.keys(f"report/{agency_id}") if key.endswith(".pdf")]
        taken = {key: context.parts.blobs.get(key) for key in keys}
        for key in keys:
            context.parts.blobs.delete(key)
    for key, data in taken.items():
        workshop.parts.blobs.put(key, data)


def run(job: str, last: int, agency_id: uuid.UUID, wave_id: uuid.UUID) -> None:
    """One step, with death waiting at point `last` (0: it lives). What comes before a file is only read."""
    workshop = make_workshop(read_settings())
    executioner = Executioner(last)
    put = BlobStore.put
    listening: list[bool] = []

    def put_and_pass(store: BlobStore, key: str, data: bytes) -> None:
        executioner.pass_point()
        put(store, key, data)
        executioner.pass_point()
        if not listening:
            listening.append(True)
            event.listen(workshop.engine, "before_cursor_execute", executioner.pass_point)
            event.listen(workshop.engine, "commit", executioner.pass_point)

    setattr(BlobStore, "put", put_and_pass)  # noqa: B010 - the points just before and just after a write
    if job == "naively":
        step_naively(workshop, agency_id, wave_id)
    else:
        make_step(workshop, agency_id, wave_id, last=False)


def main() -> None:
    """Answer lines on standard input, as `answer_lines` says."""
    reports_digest()
    for font in fonts():  # read once, not in each process
        unpacked(font.path)
    answer_lines(run)


if __name__ == "__main__":
    main()
