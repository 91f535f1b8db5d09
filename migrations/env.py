"""Runs migrations as the owner role: one at a time, never waiting long for a lock."""

from alembic import context
from sqlalchemy import Connection, NullPool, create_engine, text

from cri.db.models import Base

_ADVISORY_LOCK = 7_241_001
_OURS = {None, "pool"}


def _is_ours(_thing: object, name: str | None, kind: str, _reflected: bool, _compared: object) -> bool:
    """Procrastinate keeps its own tables in shape; everything else is described by the models."""
    return not (kind == "table" and str(name).startswith("procrastinate_"))


def _run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_schemas=True,
        include_name=lambda name, kind, _parents: kind != "schema" or name in _OURS,
        include_object=_is_ours,
        compare_type=True,
        version_table="cri_migration",
    )
    with context.begin_transaction():
        connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _ADVISORY_LOCK})
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    _run(given)
else:
    with create_engine(context.config.attributes["url"], poolclass=NullPool).connect() as opened:
        _run(opened)
