"""The request's session, and the one place where requests commit."""

from inspect import iscoroutinefunction

from flask import Flask, Response, current_app, g
from flask_sqlalchemy_lite import SQLAlchemy
from sqlalchemy import Connection, Engine

from cri.db.session import ENGINE_OPTIONS, TenantSession

db = SQLAlchemy(engine_options=ENGINE_OPTIONS, session_options={"class_": TenantSession})


_READING = "cri reading"
_SESSIONS = "_sqlalchemy_sessions"
"""Where the extension keeps a request's sessions, from the first time one is asked for."""


def init_database(app: Flask, database_url: str) -> None:
    """One request is one transaction: committed when it succeeded, rolled back when it did not.

    The commit comes before the answer is sent, so that a page never says saved of what is not.
    """
    app.config["SQLALCHEMY_ENGINES"] = {"default": database_url}
    db.init_app(app)
    # No session here is asynchronous, and closing none of them would start an event loop at every request.
    teardown = app.teardown_appcontext_funcs
    teardown[:] = [close for close in teardown if not iscoroutinefunction(close)]
    app.after_request(_commit)


def reading() -> Connection:
    """A connection that commits each statement by itself: one round trip for what is only looked at.

    No agency outlives its statement there: what does not say which one it means finds nothing.
    """
    engine: Engine | None = current_app.extensions.get(_READING)
    if engine is None:  # made once: it shares the pool of the other
        engine = current_app.extensions[_READING] = db.engine.execution_options(isolation_level="AUTOCOMMIT")
    return engine.connect()


def keep_despite_error() -> None:
    """Commit this request although its page reports an error: what could be saved of a form is saved."""
    g.keep_despite_error = True


def _commit(response: Response) -> Response:
    if _SESSIONS not in g or not db.session.in_transaction():  # asking for a session would make one
        return response
    if response.status_code < 400 or (response.status_code == 422 and g.get("keep_despite_error")):
        db.session.commit()
    else:
        db.session.rollback()
    return response
