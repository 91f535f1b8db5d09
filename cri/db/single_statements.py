"""Statements that are a transaction each, through the driver alone: what every page of a questionnaire asks.

SQLAlchemy keeps the connections; a statement does not pass through it. That, and the messages that begin and
end a transaction, would cost as much again as the statement.
"""

from collections.abc import Sequence
from typing import Any, Final, LiteralString, cast

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import PoolProxiedConnection

from cri.db.quiet_errors import quieten

SINGLE_OPTIONS: Final[dict[str, Any]] = {
    "connect_args": {"autocommit": True},
    "pool_reset_on_return": None,  # there is never a transaction to end
}
"""What an engine for such statements is made with, besides the others."""


class SingleStatements:
    """Runs them. No agency outlives its statement: one that does not say which it means finds nothing."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def one(self, statement: LiteralString, values: Sequence[object]) -> tuple[Any, ...] | None:
        """The statement's only row, None for none. It is committed when this returns.

        Raises sqlalchemy.exc.DBAPIError of the kind that a session would, without any value in it.
        """
        held: PoolProxiedConnection | None = None
        try:
            held = self._engine.raw_connection()
            connection = cast("psycopg.Connection[tuple[Any, ...]]", held.dbapi_connection)
            with connection.cursor(binary=True) as cursor:
                return cursor.execute(statement, values, prepare=True).fetchone()
        except psycopg.Error as error:
            if held is not None and connection.broken:
                held.invalidate()
            quieten(error)
            raise DBAPIError.instance(
                statement, None, error, psycopg.Error, hide_parameters=True, dialect=self._engine.dialect
            ) from None
        finally:
            if held is not None:
                held.close()
