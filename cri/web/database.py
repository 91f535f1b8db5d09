"""The request's session, and the one place where requests commit."""

from inspect import iscoroutinefunction
from typing import cast

from flask import Flask, Response, current_app, g
from flask_sqlalchemy_lite import SQLAlchemy

from cri.db.session import ENGINE_OPTIONS, TenantSession
from cri.db.single_statements import SINGLE_OPTIONS, SingleStatements

db = SQLAlchemy(engine_options=ENGINE_OPTIONS, session_options={"class_": TenantSession})


_ALONE = "cri alone"
_SESSIONS = "_sqlalchemy_sessions"
"""Where the extension keeps a request's sessions, from the first time one is asked for."""


def init_database(app: Flask, database_url: str) -> None:
    """One request is one transaction: committed when it succeeded, rolled back when it did not.

    The commit comes before the answer is sent, so that a page never says saved of what is not.
    """
    single = {"url": database_url, **SINGLE_OPTIONS}
    app.config["SQLALCHEMY_ENGINES"] = {"default": database_url, "single": single}
    db.init_app(app)
    # No session here is asynchronous, and closing none of them would start an event loop at every request.
    teardown = app.teardown_appcontext_funcs
    teardown[:] = [close for close in teardown if not iscoroutinefunction(close)]
    with app.app_context():
        app.extensions[_ALONE] = SingleStatements(db.get_engine("single"))
    app.after_request(_commit)


def alone() -> SingleStatements:
    """For what one statement does: each is committed by itself, and no agency outlives it."""
    return cast("SingleStatements", current_app.extensions[_ALONE])


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
