"""Sessions are Flask's own to the byte: nobody is signed out, and nothing forged or old is believed."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask, g
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import BadSignature, URLSafeTimedSerializer

from cri.web.database import db
from cri.web.signed_sessions import SignedSessions

KEPT = {"csrf_token": "ab12", "language": "ar", "_permanent": True}


def both(key: str = "a secret of this test") -> tuple[URLSafeTimedSerializer, URLSafeTimedSerializer]:
    """Flask's serializer and ours."""
    app = Flask("test")
    app.secret_key = key
    flasks = SecureCookieSessionInterface().get_signing_serializer(app)
    assert flasks is not None
    return flasks, SignedSessions(app).get_signing_serializer(app)


def test_cookies_are_the_same_as_flask_makes() -> None:
    flasks, ours = both()
    with time_machine.travel(1_800_000_000, tick=False):
        assert ours.dumps(KEPT) == flasks.dumps(KEPT)
        assert ours.loads(flasks.dumps(KEPT), max_age=5) == flasks.loads(ours.dumps(KEPT), max_age=5) == KEPT


@pytest.mark.parametrize(
    "spoil",
    [
        lambda cookie: cookie[:-1] + ("A" if cookie[-1] != "A" else "B"),
        lambda cookie: "e30" + cookie[cookie.index(".") :],
        lambda _cookie: "",
        lambda _cookie: both("another secret of another house")[1].dumps(KEPT),
    ],
    ids=["another signature", "another content", "nothing", "another key"],
)
def test_what_was_not_signed_here_is_not_believed(spoil: Callable[[Any], str]) -> None:
    _, ours = both()
    with pytest.raises(BadSignature):
        ours.loads(spoil(str(ours.dumps(KEPT))), max_age=5)


def test_an_old_session_is_over() -> None:
    _, ours = both()
    with time_machine.travel(1_800_000_000, tick=False) as clock:
        cookie = ours.dumps(KEPT)
        clock.shift(6)
        with pytest.raises(BadSignature):
            ours.loads(cookie, max_age=5)


def test_the_application_signs_with_it(app: Flask) -> None:
    assert isinstance(app.session_interface, SignedSessions)


def test_a_page_that_asks_for_no_session_of_the_database_makes_none(app: Flask) -> None:
    """The commit after each request would otherwise make one; what it knows of the extension is true."""
    with app.test_request_context("/"):
        app.process_response(app.make_response("nothing"))
        assert "_sqlalchemy_sessions" not in g
        assert db.session is not None
        assert "_sqlalchemy_sessions" in g
