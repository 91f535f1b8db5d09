"""Bringing a sheet of answers on pages: every mistake told, nothing kept until accepted, marked then."""

import io
import re
import uuid

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import MixedEntry, Wave
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Parts
from tests.services.test_answer_imports import sheet
from tests.web.test_people import bring_in
from tests.web.visitor import Visitor, make_person, visit

Sessions = sessionmaker[Session]
DAYS = {"began_on": "2026-03-02", "ended_on": "2026-03-20"}


@pytest.fixture
def visitor(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))


def draft(visitor: Visitor) -> str:
    """The address at which a sheet is brought into a new draft."""
    bring_in(
        visitor, "Ana,ana@example.org,garage\n" + "".join(f"P,p{n}@example.org,garage\n" for n in range(30))
    )
    visitor.get("/waves/new")
    fields = {"label": "On paper", "instrument": "cri", "languages": "en", "noun": "residents"}
    later = {"closes_on": "2099-01-04", "closes_time": "17:00"}
    visitor.post("/waves/new", {**fields, **later})
    found = re.search(r'href="(/waves/[0-9a-f-]{36}/elsewhere)"', visitor.page)
    assert found is not None
    visitor.get(found.group(1))
    return found.group(1)


def send(visitor: Visitor, path: str, data: bytes, **fields: str) -> int:
    form = {"csrf_token": visitor.token(), **DAYS, **fields, "sheet": (io.BytesIO(data), "answers.csv")}
    response = visitor.client.post(path, data=form, follow_redirects=True)
    visitor.page = response.text
    return response.status_code


def state(sessions: Sessions, agency_id: uuid.UUID) -> tuple[str, int]:
    with sessions() as session:
        enter_agency(session, agency_id)
        count = session.scalar(select(func.count()).select_from(MixedEntry)) or 0
        return session.scalars(select(Wave.state)).one(), count


def test_a_sheet_is_checked_shown_by_unit_and_taken_in(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    path = draft(visitor)
    assert "nobody is invited" in visitor.text
    assert send(visitor, path, sheet(*["garage"] * 12, "")) == 200
    assert "Answers 13 People on the roster 31 Without a unit 1" in visitor.text
    assert "The agency 12 The garage 12" in visitor.text
    assert state(sessions, agency_id) == ("draft", 0)
    digest = re.search(r'name="digest" value="([0-9a-f]{64})"', visitor.page)
    assert digest is not None
    assert visitor.post(f"{path}/accept", {"digest": digest.group(1)}).status_code == 422
    assert "Tick the box if this is so." in visitor.text
    assert state(sessions, agency_id) == ("draft", 0)
    visitor.post(f"{path}/accept", {"digest": digest.group(1), "told": "yes"})
    assert "Taken in: 13 answers." in visitor.text
    assert "Collected elsewhere and brought as a sheet: 13 answers." in visitor.text
    assert state(sessions, agency_id) == ("closing", 13)
    assert visitor.get(path).status_code == 409


def test_every_mistake_is_told_and_nothing_kept(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID, parts: Parts
) -> None:
    path = draft(visitor)
    assert send(visitor, path, sheet(*["nowhere"] * 25)) == 422
    assert "The sheet cannot be used as it is." in visitor.text
    assert "answers: row 2, column unit nowhere is not a unit" in visitor.text
    assert visitor.page.count("is not a unit") == 20
    assert "And 5 more." in visitor.text
    assert send(visitor, path, sheet("garage"), began_on="2026-04-01") == 422
    assert send(visitor, path, sheet("garage"), began_on="") == 422
    assert "Give a day." in visitor.text
    assert visitor.post(path, dict(DAYS)).status_code == 422
    assert "Choose a file." in visitor.text
    assert send(visitor, path, b"<b>who</b>,are\nyou,?\n") == 422
    assert "<b>who" not in visitor.page
    assert parts.blobs.keys("upload") == []
    assert state(sessions, agency_id) == ("draft", 0)


def test_a_sheet_is_discarded_and_another_browser_does_not_see_it(
    visitor: Visitor, app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    path = draft(visitor)
    assert send(visitor, path, sheet(*["garage"] * 3)) == 200
    assert "So few answers can never be shown" in visitor.text
    other = visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))
    other.get(path)
    assert "Bring one sheet" in other.text
    visitor.post(f"{path}/accept", {"digest": "0" * 64, "told": "yes"})
    assert "This sheet is no longer there" in visitor.text
    visitor.get(path)
    visitor.post(f"{path}/discard")
    assert "Bring one sheet" in visitor.text
    assert parts.blobs.keys("upload") == []
