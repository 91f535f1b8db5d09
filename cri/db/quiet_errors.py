"""Errors of the database without what people typed: "Key (email)=(ana@example.org) already exists" names her.

`hide_parameters` keeps a statement's parameters out of an error. The server itself puts values into the lines
after the first (DETAIL, CONTEXT), and of a value that is none of its type into the first line too.
"""

from typing import Final

import psycopg
from sqlalchemy.engine import ExceptionContext

_DATA_EXCEPTION: Final = "22"  # class of SQLSTATE: a value is not what its column holds


def forget_values(context: ExceptionContext) -> None:
    """Leave of an error what happened and to which constraint, before anybody can write it to a log.

    Listens to `handle_error` of every engine: cri/db/session.py.
    """
    error = context.original_exception
    if not isinstance(error, psycopg.Error):
        return
    loud = str(error)
    quieten(error)
    outer = context.sqlalchemy_exception
    if outer is not None and outer.args:
        outer.args = (str(outer.args[0]).replace(loud, str(error)), *outer.args[1:])


def quieten(error: psycopg.Error) -> None:
    """The same for an error of the driver that nobody has wrapped yet."""
    if error.sqlstate is None:
        return
    quiet = f"{type(error).__name__} ({error.sqlstate})"
    if not error.sqlstate.startswith(_DATA_EXCEPTION):
        quiet = str(error).partition("\n")[0]
    error.args = (quiet,)
