"""Results for all staff: nothing before a leader shows them, nothing after they are taken off."""

import uuid
from datetime import UTC, datetime

import psycopg
import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Actor, Context, Parts
from cri.services.message_keys import staff_token
from cri.services.packs import load_pack
from tests.database_fixtures import make_agency
from tests.factories import draft_wave
from tests.web.visitor import Visitor, add_results, make_person, visit

Sessions = sessionmaker[Session]
NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)


@pytest.fixture
def wave_id(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> uuid.UUID:
    return add_results(sessions, parts, agency_id, "no norm", languages=("en", "ar"))


@pytest.fixture
def leader(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.LEADER)))


@pytest.fixture
def address(parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID) -> str:
    return f"/staff/{staff_token(parts.secrets, agency_id, wave_id)}"


def frozen(sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID) -> bool:
    with sessions() as session:
        enter_agency(session, agency_id)
        context = Context(session, agency_id, Actor(None, "test"), NOW, parts)
        return load_pack(context, wave_id, "staff") is not None


def test_it_is_there_from_the_leaders_press_until_the_other(
    app: Flask, leader: Visitor, wave_id: uuid.UUID, address: str
) -> None:
    somebody = Visitor(app)
    assert somebody.get(address).status_code == 404
    leader.get(f"/results/{wave_id}/staff")
    assert "Not shown" in leader.text
    assert "What we said together" in leader.text
    assert address not in leader.page
    leader.post(f"/results/{wave_id}/staff/show")
    assert address in leader.page
    answer = somebody.get(address)
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    assert "What we said together" in somebody.text
    leader.post(f"/results/{wave_id}/staff/take-off")
    assert somebody.get(address).status_code == 404
    leader.post(f"/results/{wave_id}/staff/show")
    assert somebody.get(address).status_code == 200


def test_looking_at_it_stores_nothing_and_shows_it_to_nobody(
    app: Flask, leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID,
    wave_id: uuid.UUID, address: str,
) -> None:  # fmt: skip
    leader.get(f"/results/{wave_id}/staff")
    assert not frozen(sessions, parts, agency_id, wave_id)
    assert Visitor(app).get(address).status_code == 404
    leader.post(f"/results/{wave_id}/staff/show")
    assert frozen(sessions, parts, agency_id, wave_id)


def test_it_holds_the_whole_agency_only(
    app: Flask, leader: Visitor, wave_id: uuid.UUID, address: str
) -> None:
    leader.get(f"/results/{wave_id}/factors/insight")
    assert "Field services" in leader.text  # the control: leaders see units
    leader.post(f"/results/{wave_id}/staff/show")
    somebody = Visitor(app)
    somebody.get(address)
    assert "56.1" in somebody.text
    for kept_back in ("Field services", "Depots", "Don\u2019t say it", "alpha"):
        assert kept_back not in somebody.text


def test_it_speaks_the_languages_of_the_survey(
    app: Flask, leader: Visitor, wave_id: uuid.UUID, address: str
) -> None:
    leader.post(f"/results/{wave_id}/staff/show")
    somebody = Visitor(app)
    somebody.get(f"{address}?language=ar")
    assert 'dir="rtl"' in somebody.page
    assert "ما قلناه معًا" in somebody.text
    assert "56.1" in somebody.text
    somebody.get(f"{address}?language=fr")
    assert 'lang="fr"' not in somebody.page  # it was not a language of this survey


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.VIEWER])
def test_only_a_leader_shows_it_or_takes_it_off(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID, role: Role,
    leader: Visitor, address: str,
) -> None:  # fmt: skip
    other = visit(app, make_person(sessions, parts, (agency_id, role)))
    assert other.post(f"/results/{wave_id}/staff/show").status_code == 403
    assert Visitor(app).get(address).status_code == 404
    leader.post(f"/results/{wave_id}/staff/show")
    assert other.post(f"/results/{wave_id}/staff/take-off").status_code == 403
    assert Visitor(app).get(address).status_code == 200


def test_an_address_cannot_be_guessed_from_another(
    app: Flask, leader: Visitor, sessions: Sessions, parts: Parts, wave_id: uuid.UUID, address: str
) -> None:
    """A page shown says nothing of another wave's or agency's, and no sign of its proof can be changed."""
    leader.post(f"/results/{wave_id}/staff/show")
    other_agency = make_agency(sessions, "The other agency")
    other_wave = add_results(sessions, parts, other_agency)
    somebody = Visitor(app)
    theirs = f"/staff/{staff_token(parts.secrets, other_agency, other_wave)}"
    assert somebody.get(theirs).status_code == 404
    mixed = address[:-20] + theirs[-20:]
    changed = [address[:place] + ("a" if address[place] != "a" else "b") + address[place + 1 :]
               for place in range(len("/staff/"), len(address), 5)]  # fmt: skip
    for wrong in (mixed, address + "a", address[:-1], *changed):
        assert somebody.client.get(wrong).status_code == 404
    assert somebody.get(address).status_code == 200


def test_what_was_decided_is_in_the_log_once_each(
    leader: Visitor, superuser: psycopg.Connection, wave_id: uuid.UUID
) -> None:
    for path in ("show", "show", "take-off", "take-off"):
        leader.post(f"/results/{wave_id}/staff/{path}")
    rows = superuser.execute(
        "SELECT event FROM wave_log WHERE wave_id = %s AND event LIKE '%%staff' ORDER BY at", [wave_id]
    )
    assert [row[0] for row in rows.fetchall()] == ["shown to staff", "taken from staff"]


def test_with_too_few_answers_staff_read_that_and_no_number(
    app: Flask, leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    few = add_results(sessions, parts, agency_id, "few alone", languages=("en",))
    leader.post(f"/results/{few}/staff/show")
    somebody = Visitor(app)
    somebody.get(f"/staff/{staff_token(parts.secrets, agency_id, few)}")
    assert "Fewer than 10 people" in somebody.text
    assert "of 655" not in somebody.text
    assert "<table" not in somebody.page


def test_a_practice_wave_can_never_be_shown(
    sessions: Sessions, parts: Parts, superuser: psycopg.Connection, agency_id: uuid.UUID
) -> None:
    """The database refuses the row, whatever the service does; of another wave it takes it."""
    person = make_person(sessions, parts, (agency_id, Role.LEADER))
    insert = "INSERT INTO staff_page (agency_id, wave_id, shown_by, shown_at) VALUES (%s, %s, %s, now())"
    practice, real = draft_wave(sessions, agency_id, practice=True), draft_wave(sessions, agency_id)
    with pytest.raises(psycopg.errors.ForeignKeyViolation):
        superuser.execute(insert, [agency_id, practice, person.account_id])
    superuser.execute(insert, [agency_id, real, person.account_id])


@pytest.mark.parametrize("kind", ["facilitator", "staff"])
def test_further_packs_are_asked_for_by_those_who_may(
    app: Flask, leader: Visitor, sessions: Sessions, parts: Parts, superuser: psycopg.Connection,
    agency_id: uuid.UUID, wave_id: uuid.UUID, kind: str,
) -> None:  # fmt: skip
    viewer = visit(app, make_person(sessions, parts, (agency_id, Role.VIEWER)))
    assert viewer.post(f"/results/{wave_id}/packs/{kind}").status_code == 403
    assert leader.post(f"/results/{wave_id}/packs/poster").status_code == 404
    leader.post(f"/results/{wave_id}/packs/{kind}")
    assert "is being made" in leader.text
    rows = superuser.execute(
        "SELECT task_name FROM procrastinate_jobs WHERE lock = %s", [f"wave:{wave_id}"]
    ).fetchall()
    assert [row[0] for row in rows] == [f"cri:make_{kind}_pack"]
