"""A session ends after twelve hours without a page: said beforehand, put off by any, and nothing is lost."""

import time
import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.access import Role
from cri.services.context import Parts
from tests.database_fixtures import make_agency
from tests.web.visitor import Person, Visitor, make_person, visit

Sessions = sessionmaker[Session]
HOME = "http://localhost"
TYPED = {"label": "Autumn <b>2026</b>", "noun": "residents", "password": "never shown"}


@pytest.fixture
def person(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Person:
    return make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR))


class Clock:
    """The time by which sessions are signed and judged."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        right, self.gone = time.time, 0.0
        monkeypatch.setattr(time, "time", lambda: right() + self.gone)

    def go_on(self, hours: float) -> None:
        self.gone += timedelta(hours=hours).total_seconds()


def is_signed_in(visitor: Visitor) -> bool:
    visitor.get("/waves")
    return "Sign in" not in visitor.title


def test_each_page_says_until_when_and_whoever_opens_none_is_signed_out_then(
    app: Flask, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, visitor = Clock(monkeypatch), visit(app, person)
    assert "You stay signed in until " in visitor.text
    assert "at least: 12 hours from the last page" in visitor.text
    clock.go_on(13)
    assert not is_signed_in(visitor)
    assert "You stay signed in" not in visitor.text


def test_to_go_on_begins_the_time_anew(app: Flask, person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    clock, visitor = Clock(monkeypatch), visit(app, person)
    for _ in range(3):
        clock.go_on(11)
        answer = visitor.client.get("/signed-in")
        assert answer.status_code == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert f'data-who="{answer.json["who"]}"' in visitor.page  # type: ignore[index]  # it is JSON
        assert set(answer.json) == {"who", "token"}  # type: ignore[arg-type]  # as above
    assert is_signed_in(visitor)
    clock.go_on(13)
    assert visitor.client.get("/signed-in").status_code == 302


def test_who_is_signed_in_is_told_by_account_and_agency(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    both = make_person(
        sessions, parts, (agency_id, Role.ADMINISTRATOR), (make_agency(sessions), Role.ADMINISTRATOR)
    )
    visitor = visit(app, both)
    told = [visitor.client.get("/signed-in").json["who"]]  # type: ignore[index]  # it is JSON
    visitor.post("/agencies", {"agency": str(agency_id)})
    told.append(visitor.client.get("/signed-in").json["who"])  # type: ignore[index]  # as above
    assert told == [f"{both.account_id}/", f"{both.account_id}/{agency_id}"]


def test_a_form_that_was_sent_too_late_gives_back_what_was_typed(
    app: Flask, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, visitor = Clock(monkeypatch), visit(app, person)
    visitor.get("/waves/new")
    form = {"csrf_token": visitor.token(), **TYPED}
    clock.go_on(13)
    answer = visitor.client.post("/waves/new", data=form, headers={"Origin": HOME})
    assert answer.status_code == 400
    assert "Sign in, open the page anew and send it again." in answer.text
    assert "Autumn &lt;b&gt;2026&lt;/b&gt;</textarea>" in answer.text
    assert ">residents</textarea>" in answer.text
    assert "never shown" not in answer.text
    assert form["csrf_token"] not in answer.text


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_another_sites_words_are_never_shown_as_ours(app: Flask, headers: dict[str, str]) -> None:
    answer = Visitor(app).client.post("/waves/new", data=TYPED, headers=headers)
    assert answer.status_code == 400
    assert "Autumn" not in answer.text


@pytest.mark.parametrize("path", ["/sign-in", "/nothing-here", "/s"])
def test_pages_for_everybody_give_nothing_back(app: Flask, path: str) -> None:
    answer = Visitor(app).client.post(path, data=TYPED, headers={"Origin": HOME})
    assert answer.status_code >= 400
    assert "Autumn" not in answer.text
