"""What is far too long gets its page from the web server as it is deployed: no connection breaks."""

import http.client
import os
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import replace

import pytest

from cri.cli.service import gunicorn_command
from cri.db.migrate import ROOT
from cri.settings import Settings
from tests.service.conftest import free_port

START_SECONDS = 300
IMPORT = "/organisation/import"
NAIVE = "/naive"  # tests/web/cut_off.py
FAR_TOO_LONG = 30 * 1024 * 1024


@pytest.fixture
def port(settings: Settings) -> Iterator[int]:
    """Where the service answers, and its control."""
    ours = replace(settings, port=free_port())
    command = ["tests.web.cut_off:app" if part == "wsgi:app" else part for part in gunicorn_command(ours)]
    with subprocess.Popen(command, cwd=ROOT, env={**os.environ, **ours.environment()}) as server:
        try:
            _wait(ours.port)
            yield ours.port
        finally:
            server.terminate()


def _wait(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/ready", timeout=60).close()
        except OSError:
            assert time.monotonic() < deadline, "the web server did not start"
            time.sleep(0.1)
        else:
            return


def send(port: int, path: str) -> tuple[int, str]:
    """As a browser does: all of the form, and then the answer is read."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    try:
        connection.request("POST", path, b"code=" + b"x" * FAR_TOO_LONG, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()


def test_a_form_that_is_far_too_long_gets_its_page_and_without_reading_on_none(port: int) -> None:
    status, page = send(port, IMPORT)
    assert status == 413
    assert "That is too much at once" in page
    assert page.rstrip().endswith("</html>")
    with pytest.raises(ConnectionError):
        send(port, NAIVE + IMPORT)
