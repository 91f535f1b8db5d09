"""Error pages: what happened and what to do, in the reader's language, nothing of the inside."""

import uuid

import pytest
from flask import Flask
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.access import Role
from cri.services.context import Parts
from tests.web.visitor import Visitor, make_person, visit

Sessions = sessionmaker[Session]


@pytest.fixture
def visitor(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = False, False
    return visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))


def test_not_found(visitor: Visitor) -> None:
    for path in ("/nope", f"/waves/{uuid.uuid4()}", "/waves/not-an-id"):
        assert visitor.get(path).status_code == 404
        assert "Page not found" in visitor.title


def test_method_not_allowed_says_which_are(visitor: Visitor) -> None:
    answer = visitor.client.get("/organisation/import/discard")
    assert answer.status_code == 405
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_too_much_at_once(visitor: Visitor, app: Flask) -> None:
    token = visitor.token()
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = visitor.client.post("/waves/new", data={"csrf_token": token, "label": "x" * 2000})
    assert answer.status_code == 413
    assert "That is too much at once" in answer.text


def test_a_form_without_its_token_is_refused_kindly(visitor: Visitor) -> None:
    answer = visitor.client.post("/waves/new", data={"label": "x"})
    assert answer.status_code == 400
    assert "The form could not be accepted" in answer.text


@pytest.mark.parametrize(
    ("fault", "status", "words"),
    [
        (RuntimeError("secret inside"), 500, "Something went wrong on our side"),
        (OperationalError("secret inside", {}, Exception("secret")), 503, "not available for a moment"),
    ],
)
def test_a_fault_of_ours_tells_nothing_of_the_inside(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, fault: Exception, status: int, words: str
) -> None:
    from cri.services import waves

    def fail(*_arguments: object) -> None:
        raise fault

    monkeypatch.setattr(waves, "list_waves", fail)
    answer = visitor.client.get("/waves")
    assert answer.status_code == status
    assert words in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text


def test_errors_speak_the_readers_language(app: Flask) -> None:
    answer = app.test_client().get("/nope", headers={"Accept-Language": "ar"})
    assert 'lang="ar" dir="rtl"' in answer.text
    assert "Page not found" not in answer.text
