"""What a fault leaves in the web server's log: which view it was, never whose link."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.services.context import Parts
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
