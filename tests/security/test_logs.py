"""What a fault leaves in the web server's log: which view it was, never whose link."""

import json
import os
import subprocess
import sys

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.db.migrate import ROOT
from cri.services.context import Parts
from cri.settings import Settings
from cri.web.database import db
from tests.database_fixtures import make_agency
from tests.factories import open_wave


def test_a_fault_on_a_personal_link_does_not_write_the_link(
    app: Flask,
    sessions: sessionmaker[Session],
    parts: Parts,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    wave = open_wave(sessions, parts, make_agency(sessions))

    def fail() -> None:
        raise RuntimeError("the commit failed")

    with app.app_context():
        monkeypatch.setattr(type(db.session), "commit", lambda _session: fail())
    app.testing = False
    answer = app.test_client().get(f"/s/{wave.tokens[0]}")
    assert answer.status_code == 500
    assert "exception in questionnaire.welcome" in caplog.text
    assert "the commit failed" in caplog.text
    assert wave.tokens[0] not in caplog.text


WEB_SERVER = """
import logging, sys
gunicorn = logging.getLogger("gunicorn.error")
gunicorn.propagate = False
gunicorn.addHandler(logging.StreamHandler(sys.stderr))
import wsgi
gunicorn.error("Error handling request %s %s", "GET", "/s/canary")
gunicorn.warning("Invalid request from ip=192.0.2.7: canary")
gunicorn.error("Worker (pid:%s) exited", 7)
wsgi.app.logger.error("a fault", extra={"typed": "canary"})
"""


def test_the_web_server_writes_allowed_fields_and_no_request(settings: Settings) -> None:
    environment = {
        "DATABASE_URL": str(settings.database_url),
        "DATABASE_POOL_URL": str(settings.database_pool_url),
        "CRI_VAR": str(settings.var),
    }
    command = [sys.executable, "-c", WEB_SERVER]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **environment}, check=True, capture_output=True, text=True
    )
    first, second, third = done.stderr.splitlines()
    assert (first, second) == ("Error handling a request", "Worker (pid:7) exited")
    assert json.loads(third).keys() == {"event", "level", "logger", "timestamp"}
