"""Signing in and out, and where one then is."""

import uuid

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.access import Role
from cri.services.accounts import create_account, grant_membership
from cri.services.context import Parts
from tests.database_fixtures import make_agency
from tests.web.visitor import PASSWORD, Person, Visitor, make_person, visit

Sessions = sessionmaker[Session]


@pytest.fixture
def person(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Person:
    return make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR))


def test_an_account_made_by_the_use_case_can_sign_in(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    email = f"{uuid.uuid4().hex}@example.org"
    with sessions.begin() as session:
        account = create_account(session, parts.secrets, email, "ünïcode pässword", "Ana")
        grant_membership(session, agency_id, account, Role.LEADER)
    visitor = Visitor(app)
    assert visitor.sign_in(Person(account, email.upper()), "ünïcode pässword").status_code == 200
    assert "Overview" in visitor.title
    assert "Leader" in visitor.text


def test_every_failure_gets_the_same_answer(
    app: Flask, person: Person, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    gone = make_person(sessions, parts, (agency_id, Role.LEADER), active=False)
    answers = set()
    for email, password in (
        (person.email, "wrong password!"),
        ("nobody@example.org", PASSWORD),
        (gone.email, PASSWORD),
        (person.email, ""),
        ("no address", PASSWORD),
    ):
        visitor = Visitor(app)
        response = visitor.sign_in(Person(uuid.uuid4(), email), password)
        page = visitor.page.replace(visitor.token(), "").replace(email, "")
        answers.add((response.status_code, page))
    assert len(answers) == 1
    assert "is not right" in answers.pop()[1]


def test_the_session_begins_afresh_and_ends_for_good(app: Flask, person: Person) -> None:
    visitor = Visitor(app)
    visitor.get("/sign-in?language=ar")
    with visitor.client.session_transaction() as session:
        session["agency"] = str(uuid.uuid4())
        session["planted"] = "by somebody else"
        token = session["csrf_token"]
    visitor.sign_in(person)
    with visitor.client.session_transaction() as session:
        assert "planted" not in session
        assert "agency" not in session
        assert session["csrf_token"] != token
        assert session["language"] == "ar"
        assert session.permanent
    visitor.post("/sign-out")
    assert visitor.client.get("/").headers["Location"].startswith("/sign-in")
    with visitor.client.session_transaction() as session:
        assert "_user_id" not in session


def test_signing_out_needs_a_form(app: Flask, person: Person) -> None:
    visitor = visit(app, person)
    assert visitor.client.get("/sign-out").status_code == 405
    assert visitor.client.post("/sign-out").status_code == 400
    assert visitor.client.get("/").status_code == 200


@pytest.mark.parametrize("wanted", ["/waves", "/waves?page=2", "/organisation/import"])
def test_after_signing_in_one_goes_where_one_wanted_to(app: Flask, person: Person, wanted: str) -> None:
    visitor = Visitor(app)
    asked = visitor.client.get(wanted).headers["Location"]
    visitor.get(asked)
    assert f'name="next" value="{wanted}"' in visitor.page
    fields = {"email": person.email, "password": PASSWORD, "next": wanted}
    answer = visitor.post("/sign-in", fields, follow=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, wanted)


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "https:evil.example",
        "\\\\evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/\t/evil.example",
    ],
)
def test_nobody_is_led_away_by_signing_in(app: Flask, person: Person, wanted: str) -> None:
    visitor = Visitor(app)
    answer = visitor.client.get("/sign-in", query_string={"next": wanted})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")
    visitor.get("/sign-in")
    fields = {"email": person.email, "password": PASSWORD, "next": wanted}
    assert visitor.post("/sign-in", fields, follow=False).status_code == 400


def test_no_lasting_cookie_is_set(app: Flask, person: Person) -> None:
    visitor = Visitor(app)
    visitor.get("/sign-in")
    fields = {"email": person.email, "password": PASSWORD, "remember": "y"}
    answer = visitor.post("/sign-in", fields, follow=False)
    cookies = answer.headers.getlist("Set-Cookie")
    assert len(cookies) == 1
    assert "HttpOnly" in cookies[0]
    assert "SameSite=Lax" in cookies[0]


def test_an_account_that_was_closed_is_signed_out_at_once(
    app: Flask, person: Person, sessions: Sessions
) -> None:
    from cri.db.models import Account

    visitor = visit(app, person)
    with sessions.begin() as session:
        session.get_one(Account, person.account_id).active = False
    assert visitor.client.get("/").headers["Location"].startswith("/sign-in")


def test_with_one_agency_one_is_in_it_and_with_several_one_chooses(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    other, foreign = make_agency(sessions, "Other agency"), make_agency(sessions, "Foreign agency")
    person = make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR), (other, Role.VIEWER))
    visitor = visit(app, person)
    assert "Choose an agency" in visitor.title
    assert "Foreign agency" not in visitor.text
    assert visitor.post("/agencies", {"agency": str(foreign)}).status_code == 404
    assert visitor.post("/agencies", {"agency": "x"}).status_code == 404
    visitor.get("/agencies")
    visitor.post("/agencies", {"agency": str(other)})
    assert "Other agency" in visitor.title
    assert visitor.get("/waves").status_code == 403
    visitor.get("/")
    visitor.post("/agencies", {"agency": str(agency_id)})
    assert visitor.get("/waves").status_code == 200


def test_a_membership_that_was_taken_away_ends_at_once(
    app: Flask, person: Person, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    from cri.db.models import Membership
    from cri.db.session import enter_agency

    visitor = visit(app, person)
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.delete(session.get_one(Membership, (agency_id, person.account_id)))
    visitor.get("/waves")
    assert "You do not belong to an agency" in visitor.text


def test_the_sign_in_page_speaks_arabic(app: Flask) -> None:
    visitor = Visitor(app)
    visitor.get("/sign-in", headers={"Accept-Language": "ar"})
    assert '<html lang="ar" dir="rtl"' in visitor.page
