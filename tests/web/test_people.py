"""The roster one person at a time: found, added, changed, gone; a lost link replaced."""

import re
import uuid

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Person
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Parts
from tests.database_fixtures import make_agency
from tests.factories import open_wave
from tests.web.visitor import Visitor, make_person, visit

Sessions = sessionmaker[Session]
PEOPLE = "/organisation/people"
IMPORT, PREVIEW = "/organisation/import", "/organisation/import/preview"
TREE = "code,parent,name\nall,,The agency\ngarage,all,The garage\n"


@pytest.fixture
def visitor(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))


def bring_in(visitor: Visitor, roster: str, tree: str = TREE) -> None:
    visitor.get(IMPORT)
    visitor.post(IMPORT, {"tree": tree, "roster": "name,email,unit\n" + roster})
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', visitor.page)
    assert digest is not None
    visitor.post(PREVIEW, {"digest": digest.group(1), "sure": "yes"})


def person_id(sessions: Sessions, agency_id: uuid.UUID, email: str) -> uuid.UUID:
    with sessions() as session:
        enter_agency(session, agency_id)
        found = session.scalar(select(Person.id).where(Person.email == email))
    assert found is not None
    return found


def test_an_empty_roster_says_what_to_do(visitor: Visitor) -> None:
    visitor.get(PEOPLE)
    assert "Nobody on the roster yet" in visitor.text


def test_many_people_come_in_pages_and_are_found(visitor: Visitor) -> None:
    rows = "".join(f"Person {n:04},p{n}@example.org,garage\n" for n in range(250))
    bring_in(visitor, rows + "عمر سعيد,omar@example.org,all\n100%_off,odd@example.org,all\n")
    visitor.get(PEOPLE)
    assert len(re.findall(rf'href="{PEOPLE}/[0-9a-f-]{{36}}"', visitor.page)) == 100
    assert "Page 1 of 3" in visitor.text
    visitor.get(f"{PEOPLE}?page=99")
    assert "Page 3 of 3" in visitor.text
    for search, name in (("OMAR@", "عمر سعيد"), ("person 0207", "Person 0207"), ("%_", "100%_off")):
        visitor.get(f"{PEOPLE}?q={search.replace('%', '%25')}")
        assert "(1)" in visitor.text
        assert name in visitor.text
    visitor.get(f"{PEOPLE}?q=garage&page=2")
    assert "Page 2 of 3" in visitor.text
    visitor.get(f"{PEOPLE}?q=<b>nobody")
    assert "Nobody found" in visitor.text
    assert "<b>nobody" not in visitor.page


def test_somebody_joins_is_changed_and_leaves(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    bring_in(visitor, "Ana Ruiz,ana@example.org,garage\n")
    visitor.get(f"{PEOPLE}/new")
    wrong = {"name": "", "email": "no address", "unit": "", "language": "en"}
    assert visitor.post(f"{PEOPLE}/new", dict(wrong)).status_code == 422
    assert "“no address” is not an e-mail address" in visitor.text
    assert visitor.page.count("nothing is filled in") == 4  # name and unit: in the summary and at the field
    twice = {"name": "Ana", "email": "ANA@example.org", "unit": "all", "language": "en"}
    assert visitor.post(f"{PEOPLE}/new", dict(twice)).status_code == 422
    assert "“ana@example.org” is on the roster already" in visitor.text
    unseen = {"name": "Ben\u200b", "email": "ben@example.org", "unit": "all", "language": "en"}
    assert visitor.post(f"{PEOPLE}/new", dict(unseen)).status_code == 422
    visitor.post(f"{PEOPLE}/new", {**unseen, "name": "Ben <i>Okri</i>"})
    assert "Ben <i>Okri</i> is on the roster now." in visitor.text
    assert "<i>Okri" not in visitor.page
    ben = person_id(sessions, agency_id, "ben@example.org")
    visitor.get(f"{PEOPLE}/{ben}")
    visitor.post(f"{PEOPLE}/{ben}", {"name": "Ben O", "unit": "garage", "language": "ar", "email": "x@y.z"})
    assert "Ben O ben@example.org The garage" in visitor.text
    visitor.get(f"{PEOPLE}/{ben}")
    visitor.post(f"{PEOPLE}/{ben}/leave")
    assert "Ben O is no longer on the roster." in visitor.text
    assert visitor.get(f"{PEOPLE}/{ben}").status_code == 404
    visitor.get(f"{PEOPLE}/new")
    visitor.post(f"{PEOPLE}/new", {**unseen, "name": "Ben Okri"})
    assert person_id(sessions, agency_id, "ben@example.org") == ben


def test_somebody_without_email_stands_by_a_staff_number(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    bring_in(visitor, "Ana Ruiz,ana@example.org,garage\n")
    visitor.get(f"{PEOPLE}/new")
    given = {"name": "Ida Berg", "email": "", "number": "", "unit": "garage", "language": "en"}
    assert visitor.post(f"{PEOPLE}/new", dict(given)).status_code == 422
    assert "an address, or a staff number for who has none" in visitor.text
    assert visitor.post(f"{PEOPLE}/new", {**given, "email": "ida.example.org"}).status_code == 422
    visitor.post(f"{PEOPLE}/new", {**given, "number": "A 47"})
    assert "Ida Berg #a 47 The garage" in visitor.text
    ida = person_id(sessions, agency_id, "#a 47")
    visitor.get(f"{PEOPLE}/{ida}")
    assert "Staff number: a 47" in visitor.text
    visitor.post(f"{PEOPLE}/{ida}", {"name": "Ida B", "unit": "all", "language": "en"})
    assert "Stored: Ida B." in visitor.text
    exported = visitor.client.get("/organisation/people.csv").get_data(as_text=True)
    assert "Ida B,,all,en,a 47" in exported


def test_while_a_survey_is_open_the_pages_say_what_follows(
    visitor: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = open_wave(sessions, parts, agency_id, people=["garage"])
    visitor.get(f"{PEOPLE}/new")
    visitor.post(
        f"{PEOPLE}/new", {"name": "Cleo", "email": "cleo@example.org", "unit": "depot", "language": "en"}
    )
    assert "Each open survey has a link for them" in visitor.text
    cleo = person_id(sessions, agency_id, "cleo@example.org")
    visitor.get(f"{PEOPLE}/{cleo}")
    visitor.post(f"{PEOPLE}/{cleo}", {"name": "Cleo", "unit": "front", "language": "en"})
    assert "they stay with the unit they were in at the opening" in visitor.text
    visitor.get(f"{PEOPLE}/{cleo}")
    visitor.post(f"{PEOPLE}/{cleo}/link", {"wave": str(wave.wave_id)})
    link = re.search(r"/s/[a-z2-7]{26}", visitor.page)
    assert link is not None
    assert app_of(visitor).test_client().get(link.group(0)).status_code == 200
    for wrong in ("", str(uuid.uuid4()), "no id"):
        visitor.get(f"{PEOPLE}/{cleo}")
        visitor.post(f"{PEOPLE}/{cleo}/link", {"wave": wrong})
        assert "There is no link to replace" in visitor.text
    visitor.get(IMPORT)
    visitor.post(
        IMPORT, {"roster": "name,email,unit\nCleo,cleo@example.org,depot\nNew,new@example.org,all\n"}
    )
    assert "Open now: Autumn survey." in visitor.text
    assert "who joins gets a link (1)" in visitor.text
    assert "they still count as invited (1)" in visitor.text
    assert "who moves stays with the unit they were in at the opening (1)" in visitor.text


def app_of(visitor: Visitor) -> Flask:
    application = visitor.client.application
    assert isinstance(application, Flask)
    return application


def test_people_and_events_of_another_agency_are_not_there(
    visitor: Visitor, app: Flask, sessions: Sessions, parts: Parts
) -> None:
    other = make_agency(sessions, "Other")
    there = visit(app, make_person(sessions, parts, (other, Role.ADMINISTRATOR)))
    bring_in(there, "Ana Ruiz,ana@example.org,garage\n")
    ana = person_id(sessions, other, "ana@example.org")
    assert there.get(f"{PEOPLE}/{ana}").status_code == 200  # the control
    bring_in(visitor, "Ben,ben@example.org,garage\n")
    visitor.get(f"{PEOPLE}/new")
    assert visitor.client.get(f"{PEOPLE}/{ana}").status_code == 404
    token = visitor.token()
    for path in (f"{PEOPLE}/{ana}", f"{PEOPLE}/{ana}/leave", f"{PEOPLE}/{ana}/link"):
        data = {"csrf_token": token, "name": "Mallory", "unit": "all", "language": "en"}
        assert visitor.client.post(path, data=data).status_code == 404
    assert there.get(f"{PEOPLE}/{ana}").status_code == 200
    assert "Ana Ruiz" in there.text
