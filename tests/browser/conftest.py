"""The application behind a real socket, for a real browser."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from cri.web.assets import read_assets
from tests.browser.signed_in import enter

__all__ = ["enter"]  # a fixture that tests here are given by its name


class QuietHandler(WSGIRequestHandler):
    """Keep-alive as in service, and no line for each request."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002  # the parent's name for it
        """Say nothing."""


@pytest.fixture(scope="session")
def base_url() -> None:
    """Addresses here are whole ones. The plugin's own fixture of this name is deprecated by pytest 9."""


@pytest.fixture
def live_server(app: Flask) -> Iterator[str]:
    """Address of the test's own application, served by threads on 127.0.0.1: "http://127.0.0.1:PORT"."""
    read_assets()  # pages without style or script would prove nothing: FileNotFoundError says what to run
    server = ThreadedWSGIServer("127.0.0.1", 0, app, QuietHandler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()
