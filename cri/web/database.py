"""The request's session, and the one place where requests commit."""

from inspect import iscoroutinefunction

from flask import Flask, Response, g
from flask_sqlalchemy_lite import SQLAlchemy

from cri.db.session import ENGINE_OPTIONS, TenantSession

db = SQLAlchemy(engine_options=ENGINE_OPTIONS, session_options={"class_": TenantSession})


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


def keep_despite_error() -> None:
    """Commit this request although its page reports an error: what could be saved of a form is saved."""
    g.keep_despite_error = True


def _commit(response: Response) -> Response:
    if response.status_code < 400 or (response.status_code == 422 and g.get("keep_despite_error")):
        db.session.commit()
    else:
        db.session.rollback()
    return response
