"""The control of the kills: what anybody would make to be quick. It answers first and writes later."""

import threading

from flask import Response, g

from cri.web import database
from wsgi import app

LATER = 2.0

hooks = app.after_request_funcs[None]
hooks.remove(database._commit)  # what the service promises is taken away on purpose


@app.after_request
def commit_later(response: Response) -> Response:
    """The page says saved; what it means is still in memory."""
    session = g.get("_sqlalchemy_sessions", {}).pop("default", None)
    if session is not None:

        def write() -> None:
            session.commit()
            session.close()

        threading.Timer(LATER, write).start()
    return response
