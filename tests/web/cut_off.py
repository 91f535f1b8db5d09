"""The service, and beside it under /naive the same pages without what reads refused forms to their end."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, cast

from wsgi import app as service

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

    from cri.web.unread_bodies import UnreadBodies

around = cast("UnreadBodies", service.wsgi_app)
NAIVE = "/naive"


def app(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    """Either, by the path."""
    path = str(environ["PATH_INFO"])
    if path.startswith(NAIVE):
        return around.inner({**environ, "PATH_INFO": path.removeprefix(NAIVE)}, start_response)
    return around(environ, start_response)
