"""Every route there is: guarded or said to be public, walled off from others, closed to forged forms."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

import psycopg
import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.routing import Rule

from cri.domain.access import Duty, Permission, Role, allows
from cri.services.context import Parts
from cri.web.access import guard_of
from tests.database_fixtures import make_agency
from tests.factories import draft_wave, open_wave
from tests.web.visitor import Visitor, add_results, make_person, make_steward, visit

Sessions = sessionmaker[Session]

PUBLIC = {
    "static",  # style sheets, scripts and fonts
    "security.login",
    "security.logout",
    "security.static",  # the library's own, none of it used
    "status.health",
    "status.ready",
    "codes.enter",  # whoever holds a code; tests/web/codes/test_guessing.py guesses ten thousand
    "codes.follow",
    "kiosk.start",
    "kiosk.follow",
    "unsubscribe.show",  # whoever holds a keyed token; tests/web/test_unsubscribe.py
    "unsubscribe.one_click",
    "unsubscribe.stop",
    "unsubscribe.again",
    "staff_pages.read",  # whoever holds a keyed token, once leaders show it; tests/web/test_staff_pages.py
    "staff_pages.read_pdf",
    "bounces.receive",  # a mail service, by its key; tests/web/test_bounces.py
    "api-docs.openapi_json",  # says what the API can do, nothing of any agency
}
BY_LINK = "questionnaire"
"""The questionnaire is guarded by its link's token, in tests of its own."""

NEEDS_AN_EDITION = {"api_placements.placement"}
"""Answers only where an edition is published: opened with one's own ids in tests/api/test_placements.py."""
NEEDS_PACKS = {"unit_packs.take", "results.workshop_file"}
"""Answers only where packs are made: opened in tests/web/test_unit_packs.py and test_workshop_pack.py."""

CODE, LOCALE = "insight", "en"
STEWARD = Duty.STEWARD.value
ELSEWHERE = {
    "draft_id": uuid.UUID(int=7),
    "contribution_id": uuid.UUID(int=8),
    "person_id": uuid.UUID(int=9),
    "event_id": uuid.UUID(int=10),
    "step": "preview",
    "kind": "invitation",
    "name": "0" * 32,
    "number": 1,
    "figure": "summary",
    "ending": "pptx",
}
"""Other parts of addresses: of things that are not there."""


def rules(app: Flask) -> list[Rule]:
    return sorted(app.url_map.iter_rules(), key=lambda rule: (rule.rule, rule.endpoint))


def guard(app: Flask, rule: Rule) -> str | None:
    """What guards a rule's view, through whatever a library has wrapped around it."""
    view = app.view_functions[rule.endpoint]
    while view is not None:
        if (found := guard_of(view)) is not None:
            return found
        view = getattr(view, "__wrapped__", None)
    return None


def is_open(rule: Rule) -> bool:
    return rule.endpoint in PUBLIC or rule.endpoint.split(".")[0] == BY_LINK


def test_every_view_is_guarded_or_listed_as_public(app: Flask) -> None:
    unguarded = [rule for rule in rules(app) if not is_open(rule) and guard(app, rule) is None]
    assert unguarded == []
    assert {rule.endpoint for rule in rules(app)} >= PUBLIC - {"security.static"}


def test_the_walk_finds_a_view_without_a_guard(app: Flask) -> None:
    """The control: a view added carelessly is found."""
    app._got_first_request = False
    app.add_url_rule("/careless", "careless", lambda: "everything")
    assert [rule.endpoint for rule in rules(app) if not is_open(rule) and guard(app, rule) is None] == [
        "careless"
    ]


@dataclass(frozen=True)
class Waves:
    """An open wave, a closed one and one with results, of one agency."""

    agency_id: uuid.UUID
    open: uuid.UUID
    draft: uuid.UUID
    scored: uuid.UUID

    def __iter__(self) -> Iterator[uuid.UUID]:
        return iter((self.open, self.draft, self.scored))


def make_waves(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Waves:
    opened = open_wave(sessions, parts, agency_id, people=["garage", "front"])
    draft = draft_wave(sessions, agency_id)
    return Waves(agency_id, opened.wave_id, draft, add_results(sessions, parts, agency_id))


@pytest.fixture
def mine(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Waves:
    return make_waves(sessions, parts, agency_id)


@pytest.fixture
def theirs(sessions: Sessions, parts: Parts) -> Waves:
    return make_waves(sessions, parts, make_agency(sessions, "The other agency"))


def walk(app: Flask, waves: Waves) -> list[tuple[Rule, str, str, uuid.UUID]]:
    """(rule, method, address, wave) for every rule that names a wave, with each of these waves."""
    found = []
    for rule in rules(app):
        if "wave_id" in rule.arguments:
            for wave_id in waves:
                values = {**ELSEWHERE, "wave_id": wave_id, "code": CODE, "locale": LOCALE}
                with app.test_request_context():
                    path = app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
                found += [
                    (rule, method, path, wave_id) for method in ("GET", "POST") if method in rule.methods
                ]
    return found


def ask(visitor: Visitor, method: str, path: str) -> int:
    data = {"csrf_token": visitor.token()} if method == "POST" else None
    return visitor.client.open(path, method=method, data=data).status_code


def test_no_id_of_another_agency_opens_anything_for_any_role(
    app: Flask, sessions: Sessions, parts: Parts, mine: Waves, theirs: Waves
) -> None:
    tried = 0
    for role in Role:
        visitor = visit(app, make_person(sessions, parts, (mine.agency_id, role)))
        for rule, method, path, _wave in walk(app, theirs):
            wanted = 404 if allows(Permission(guard(app, rule)), role) else 403
            assert ask(visitor, method, path) == wanted, f"{role}: {method} {path}"
            tried += 1
    assert tried >= 3 * 3 * 15


def test_the_same_addresses_open_with_ones_own_ids(
    app: Flask, sessions: Sessions, parts: Parts, mine: Waves
) -> None:
    """The control: the walk above knocks at doors that do open."""
    visitor = visit(app, make_person(sessions, parts, (mine.agency_id, Role.ADMINISTRATOR)))
    opened = {
        rule.endpoint
        for rule, method, path, _wave in walk(app, mine)
        if method == "GET" and ask(visitor, method, path) == 200
    }
    there = {rule.endpoint for rule, method, *_rest in walk(app, mine) if method == "GET"}
    assert opened == there - NEEDS_AN_EDITION - NEEDS_PACKS


def test_choosing_another_agency_by_hand_does_not_make_one_belong_to_it(
    app: Flask, sessions: Sessions, parts: Parts, mine: Waves, theirs: Waves
) -> None:
    visitor = visit(app, make_person(sessions, parts, (mine.agency_id, Role.ADMINISTRATOR)))
    with visitor.client.session_transaction() as session:
        session["agency"] = str(theirs.agency_id)
    visitor.get("/")
    assert "The other agency" not in visitor.text
    assert visitor.get(f"/waves/{theirs.open}").status_code == 404


def test_every_route_turns_away_whoever_is_not_signed_in(app: Flask, mine: Waves) -> None:
    client = app.test_client()
    for rule in rules(app):
        if is_open(rule):
            continue
        values = {"wave_id": mine.scored, "code": CODE, "locale": LOCALE, **ELSEWHERE}
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
        visitor = Visitor(app)
        token = visitor.token()
        for method in rule.methods & {"GET", "POST"}:
            if method == "POST":
                answer = visitor.client.post(path, data={"csrf_token": token})
            else:
                answer = client.get(path)
            if path.startswith("/api/"):
                assert answer.status_code == 401
            else:
                assert answer.status_code == 302
                assert answer.headers["Location"].startswith("/sign-in")


def test_every_role_is_stopped_where_the_table_says(
    app: Flask, sessions: Sessions, parts: Parts, mine: Waves
) -> None:
    for role in Role:
        visitor = visit(app, make_person(sessions, parts, (mine.agency_id, role)))
        for rule in rules(app):
            if is_open(rule) or guard(app, rule) == "signed in" or "GET" not in rule.methods:
                continue
            values = {"wave_id": mine.scored, "code": CODE, "locale": LOCALE, **ELSEWHERE}
            with app.test_request_context():
                path = app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
            refused = visitor.client.get(path).status_code == 403
            required = guard(app, rule)
            allowed = required != STEWARD and allows(Permission(required), role)
            assert refused is not allowed, f"{role}: {path}"


def test_a_steward_has_the_pool_and_nothing_of_any_agency(
    app: Flask, sessions: Sessions, parts: Parts, mine: Waves, superuser: psycopg.Connection
) -> None:
    visitor = visit(app, make_steward(sessions, parts, superuser))
    assert visitor.title.startswith("Pool of agencies")
    opened = 0
    for rule in rules(app):
        required = guard(app, rule)
        if is_open(rule) or required == "signed in":
            continue
        values = {"wave_id": mine.scored, "code": CODE, "locale": LOCALE, **ELSEWHERE}
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **{name: values[name] for name in rule.arguments})
        for method in rule.methods & {"GET", "POST"}:
            status = ask(visitor, method, path)
            if required == STEWARD:
                assert status in {200, 303, 404}, f"{method} {path}: {status}"
                opened += status in {200, 303}
            else:
                assert status in {302, 403, 404}, f"{method} {path}: {status}"
    assert opened >= 5


def test_no_form_is_accepted_without_its_token(
    app: Flask, sessions: Sessions, parts: Parts, mine: Waves
) -> None:
    visitor = visit(app, make_person(sessions, parts, (mine.agency_id, Role.ADMINISTRATOR)))
    tried = 0
    for rule in rules(app):
        if not rule.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            continue
        values = {"wave_id": mine.open, "token": "a" * 26, "code": CODE, "locale": LOCALE, **ELSEWHERE}
        with app.test_request_context():
            path = app.url_for(rule.endpoint, **{name: values.get(name, "1") for name in rule.arguments})
        for method in rule.methods & {"POST", "PUT", "PATCH", "DELETE"}:
            for data in ({}, {"csrf_token": "forged"}):
                answer = visitor.client.open(path, method=method, data=data)
                wanted = {400, 404} if is_open(rule) else {400}  # a made-up link is not there at all
                assert answer.status_code in wanted, f"{method} {path}: {answer.status_code}"
                tried += 1
    assert tried >= 2 * 10
    assert visitor.client.get("/").status_code == 200  # not signed out by any of them
