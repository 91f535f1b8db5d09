"""Sessions that carry their tenant: every transaction they begin is told the agency first."""

import time
import uuid
from typing import Any, cast

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import Session, SessionTransaction, sessionmaker
from sqlalchemy.pool import ConnectionPoolEntry, Pool, PoolProxiedConnection

from cri.db import quiet_errors

_SET_TENANT = text("SELECT set_config('app.agency_id', :agency_id, true)")
_TENANT = "agency_id"


class TenantSession(Session):
    """A session of the application role. Without a tenant it sees no tenant's row and can write none."""


def enter_agency(session: Session, agency_id: uuid.UUID) -> None:
    """Make `agency_id` the tenant of this session, now and in each transaction it begins.

    The setting is local to the transaction, so a pooled connection never carries it to the next user.
    """
    session.info[_TENANT] = agency_id
    if session.in_transaction():
        session.execute(_SET_TENANT, {"agency_id": str(agency_id)})


def note_agency(session: Session, agency_id: uuid.UUID) -> None:
    """Remember the tenant that a statement of this very transaction has set already, for the next ones."""
    session.info[_TENANT] = agency_id


def leave_agency(session: Session) -> None:
    """Be nobody's session again."""
    session.info.pop(_TENANT, None)
    if session.in_transaction():
        session.execute(_SET_TENANT, {"agency_id": ""})


def current_agency(session: Session) -> uuid.UUID | None:
    """The session's tenant, or None."""
    return session.info.get(_TENANT)


@event.listens_for(TenantSession, "after_begin")
def _tell_the_database(session: Session, _transaction: SessionTransaction, connection: Connection) -> None:
    agency_id = session.info.get(_TENANT)
    if agency_id is not None:
        connection.execute(_SET_TENANT, {"agency_id": str(agency_id)})


IDLE_SECONDS = 1.0
"""A connection that was used so lately is not asked whether it is still there."""

_LAST_USED = "last used"


def _note_use(_connection: DBAPIConnection | None, record: ConnectionPoolEntry) -> None:
    record.info[_LAST_USED] = time.monotonic()


def _ask_after_idling(
    connection: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection
) -> None:
    """Before the first use after a while, see whether the server has gone meanwhile; then all are renewed.

    A server that goes in the midst of use costs one error a connection at most. Whoever shows it says that
    what was saved is saved, and lets what was sent be sent again.
    """
    if time.monotonic() - record.info.get(_LAST_USED, time.monotonic()) <= IDLE_SECONDS:
        return
    try:
        cast("psycopg.Connection[Any]", connection).execute("")
        cast("psycopg.Connection[Any]", connection).rollback()
    except psycopg.Error as gone:
        raise InvalidatePoolError from gone


event.listen(Pool, "checkin", _note_use)
event.listen(Pool, "checkout", _ask_after_idling)

# hide_parameters: an error message must not carry what somebody typed into a log; nor what the server adds
event.listen(Engine, "handle_error", quiet_errors.forget_values)
ENGINE_OPTIONS: dict[str, Any] = {
    "hide_parameters": True,
    "pool_size": 10,
    "max_overflow": 10,
}


def make_engine(url: str, **more: Any) -> Engine:
    """An engine for work outside requests (jobs, commands, tests). `more`: options besides ENGINE_OPTIONS."""
    return create_engine(url, **ENGINE_OPTIONS, **more)


def make_sessions(engine: Engine) -> sessionmaker[Session]:
    """Tenant sessions on `engine`."""
    return cast("sessionmaker[Session]", sessionmaker(engine, class_=TenantSession))
