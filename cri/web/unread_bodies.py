"""What a page was sent and did not read is taken off the line, so that the browser gets to read the answer.

A form that is far too long is refused before it is read. A browser looks for the answer when it has sent
everything; the web server reads 64 KB more and then closes the connection, and a browser that still sends
shows that the connection broke, in place of the page that says what was wrong.
"""

import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from werkzeug.exceptions import ClientDisconnected
from werkzeug.wsgi import LimitedStream

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

MOST_BYTES: Final = 100 * 1024 * 1024
"""Five times what may be sent. Whoever sends more is cut off."""

MOST_SECONDS: Final = 30.0
_SHORT: Final = 64 * 1024
"""So much the web server takes off the line by itself."""
_PIECE: Final = 64 * 1024


class UnreadBodies:
    """A WSGI application around another: reads to its end what the other left, and keeps none of it."""

    def __init__(self, inner: "WSGIApplication") -> None:
        self.inner = inner

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """The inner application's answer, when it has done its work: its transaction is over."""
        length = environ.get("CONTENT_LENGTH") or "0"
        if not length.isdecimal() or not _SHORT < int(length) <= MOST_BYTES:
            return self.inner(environ, start_response)
        # It counts what the other reads: some servers wait for ever where nothing more will come.
        body = LimitedStream(environ["wsgi.input"], int(length))
        environ["wsgi.input"] = body
        answer = self.inner(environ, start_response)
        _read_on(body)
        return answer


def _read_on(body: LimitedStream) -> None:
    """To the end of the body; no longer than MOST_SECONDS from now, as far as the sender sends at all."""
    until = time.monotonic() + MOST_SECONDS
    try:
        while body.read(_PIECE) and time.monotonic() < until:
            pass
    except (OSError, ValueError, ClientDisconnected):
        return  # whoever sent it has gone
