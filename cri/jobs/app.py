"""The job queue, on the service's own PostgreSQL."""

import uuid
from collections.abc import Callable

from procrastinate import App, PsycopgConnector, SyncPsycopgConnector
from sqlalchemy.orm import Session

Defer = Callable[[Session, str, uuid.UUID, uuid.UUID], None]

TASKS = "cri.jobs.tasks"


def worker_app(database_url: str) -> App:
    """The queue as a worker sees it: all tasks registered, connections of its own."""
    connector = PsycopgConnector(conninfo=plain_address(database_url), max_size=4)
    return App(connector=connector, import_paths=[TASKS])


def make_defer() -> Defer:
    """How services ask for a job: on the session's own connection, so that it joins the transaction."""
    queue = App(connector=SyncPsycopgConnector())

    def defer(session: Session, task: str, agency_id: uuid.UUID, wave_id: uuid.UUID) -> None:
        connection = session.connection().connection.driver_connection
        job = queue.configure_task(
            task,
            lock=f"wave:{wave_id}",
            queueing_lock=f"{task}:{wave_id}",
            connection=connection,
        )
        job.defer(agency_id=str(agency_id), wave_id=str(wave_id))

    return defer


def plain_address(database_url: str) -> str:
    """SQLAlchemy's address as libpq spells it."""
    return database_url.replace("postgresql+psycopg://", "postgresql://", 1)
