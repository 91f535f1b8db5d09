"""The job queue, on the service's own PostgreSQL."""

import uuid

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from sqlalchemy.orm import Session

from cri.jobs import codes, drafting, messages, opening, unit_packs, uploads, workshop_packs
from cri.jobs.tasks import NAMESPACE, WORKSHOP, Workshop, tasks, wave_lock
from cri.services.context import Defer

HEARTBEAT_SECONDS = 5
STALLED_SECONDS = 30


def make_worker(database_url: str) -> App:
    """The queue as a worker sees it: all tasks registered, connections of its own."""
    app = App(connector=PsycopgConnector(conninfo=plain_address(database_url), max_size=4))
    topics = (codes, drafting, messages, opening, unit_packs, uploads, workshop_packs)
    for blueprint in (tasks, *(topic.tasks for topic in topics)):
        app.add_tasks_from(blueprint, namespace=NAMESPACE)
    return app


def run_worker(database_url: str, workshop: Workshop, *, wait: bool = True) -> None:
    """Work until told to stop (a running job is let end), or with `wait=False` until nothing is left."""
    make_worker(database_url).run_worker(
        wait=wait,
        concurrency=1,
        listen_notify=wait,
        delete_jobs="successful",
        additional_context={WORKSHOP: workshop},
        update_heartbeat_interval=HEARTBEAT_SECONDS,
        stalled_worker_timeout=STALLED_SECONDS,
    )


def make_defer() -> Defer:
    """How services ask for a job: on the session's own connection, so that it joins the transaction."""
    queue = App(connector=SyncPsycopgConnector())

    def defer(session: Session, task: str, agency_id: uuid.UUID, wave_id: uuid.UUID) -> None:
        job = queue.configure_task(
            f"{NAMESPACE}:{task}",
            lock=wave_lock(wave_id),
            connection=session.connection().connection.driver_connection,
        )
        job.defer(agency_id=str(agency_id), wave_id=str(wave_id))

    return defer


def plain_address(database_url: str) -> str:
    """SQLAlchemy's address as libpq spells it."""
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)
