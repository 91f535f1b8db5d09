"""Runs jobs in processes that are killed, with SIGKILL, at their n-th statement, commit or blob write.

python -m tests.jobs.killed_job AGENCY WAVE, with the service's own environment variables.
"""

import os
import signal
import uuid
from typing import Any

from sqlalchemy import delete, event

from cri.adapters.blobs import BlobStore
from cri.app import make_workshop
from cri.db.models import MailboxEntry, MixedEntry
from cri.db.queries.waves import envelopes, lock_wave
from cri.jobs.opening import open_waves_due
from cri.jobs.tasks import Workshop, seal_steps
from cri.services.invitees import freeze_units, invite_everybody
from cri.services.scoring import score_wave
from cri.services.waves import let_answers_in
from cri.settings import read_settings
from tests.jobs.forking import answer_lines


class Executioner:
    """Counts the points at which a process could die, and dies at the n-th."""

    def __init__(self, last: int) -> None:
        self.left = last

    def pass_point(self, *_: Any, **__: Any) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def seal_naively(workshop: Workshop, agency_id: uuid.UUID, wave_id: uuid.UUID) -> None:
    """The control: what anybody would write first. The answers are gone before their sheet is there."""
    with workshop.transaction(agency_id) as context:
        taken = envelopes(context.session, agency_id, wave_id)
        for table in (MailboxEntry, MixedEntry):
            context.session.execute(delete(table).where(table.wave_id == wave_id))
        lock_wave(context.session, agency_id, wave_id).sheet_sha256 = "naive"
        lock_wave(context.session, agency_id, wave_id).state = "sealed"
    if taken:
        workshop.parts.blobs.put(f"sheet/{agency_id}/{wave_id}/naive.parquet", b"".join(taken))


def open_naively(workshop: Workshop, agency_id: uuid.UUID, wave_id: uuid.UUID) -> None:
    """The control: one step after the other, each committed. Killed in between, it invites twice."""
    with workshop.transaction(agency_id) as context:
        if lock_wave(context.session, agency_id, wave_id).state != "draft":
            return
    with workshop.transaction(agency_id) as context:
        freeze_units(context, wave_id)
    with workshop.transaction(agency_id) as context:
        invite_everybody(context, wave_id)
    with workshop.transaction(agency_id) as context:
        let_answers_in(context, lock_wave(context.session, agency_id, wave_id))


def run(job: str, last: int, agency_id: uuid.UUID, wave_id: uuid.UUID) -> None:
    """The job, with death waiting at point `last` (0: it lives)."""
    workshop = make_workshop(read_settings())
    executioner = Executioner(last)
    event.listen(workshop.engine, "before_cursor_execute", executioner.pass_point)
    event.listen(workshop.engine, "commit", executioner.pass_point)
    put = BlobStore.put

    def put_and_pass(store: BlobStore, key: str, data: bytes) -> None:
        executioner.pass_point()
        put(store, key, data)
        executioner.pass_point()

    BlobStore.put = put_and_pass  # type: ignore[method-assign]  # the points just before and just after a write
    if job == "seal":
        seal_steps(workshop, agency_id, wave_id)
    elif job == "open":
        open_waves_due(workshop)
    elif job == "open-naively":
        open_naively(workshop, agency_id, wave_id)
    elif job == "seal-naively":
        seal_naively(workshop, agency_id, wave_id)
    else:
        with workshop.transaction(agency_id) as context:
            score_wave(context, wave_id)


def main() -> None:
    """Answer lines on standard input, as `answer_lines` says."""
    answer_lines(run)


if __name__ == "__main__":
    main()
