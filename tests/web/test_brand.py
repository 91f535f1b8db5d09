"""Colour and logo of an agency's documents: sent in, refused where they are none, printed from then on."""

import hashlib
import io
import uuid

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy.orm import Session, sessionmaker
from werkzeug.datastructures import FileStorage

from cri.db.models import Agency
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Parts
from tests.database_fixtures import make_agency
from tests.unit.test_logos import SVG, bomb, drawn
from tests.web.visitor import Visitor, make_person, visit

Sessions = sessionmaker[Session]
PAGE, PICTURE = "/documents-look", "/documents-look/logo.png"


@pytest.fixture
def visitor(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))


def sent(data: bytes, name: str = "logo.png") -> FileStorage:
    return FileStorage(io.BytesIO(data), name)


def kept(sessions: Sessions, agency_id: uuid.UUID) -> tuple[str, str | None]:
    with sessions() as session:
        enter_agency(session, agency_id)
        agency = session.get_one(Agency, agency_id)
        return agency.colour, agency.logo_sha256


def test_a_colour_and_a_logo_are_kept_shown_and_taken_away(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    visitor.get("/organisation")
    visitor.get(PAGE)
    assert "No logo" in visitor.text
    assert visitor.get(PICTURE).status_code == 404
    visitor.post(PAGE, {"colour": "#F2B705", "logo": sent(drawn())})
    assert "Documents made from now on look like this." in visitor.text
    assert "darker here than the one you chose" in visitor.text
    answer = visitor.client.get(PICTURE)
    assert answer.mimetype == "image/png"
    assert kept(sessions, agency_id) == ("#f2b705", hashlib.sha256(answer.data).hexdigest())
    visitor.post(PAGE, {"colour": "#12436d"})
    assert kept(sessions, agency_id)[1] is not None
    visitor.post(PAGE, {"colour": "#12436d", "without": "yes"})
    assert kept(sessions, agency_id) == ("#12436d", None)


@pytest.mark.parametrize(
    ("data", "told"),
    [
        (SVG, "This is an SVG"),
        (bomb(20_000, 20_000, 9), "too large"),
        (bomb(5_000, 40), "too large"),
        (b"GIF89a", "no picture that can be read"),
        (drawn(colour="#00000000"), "Nothing can be seen"),
    ],
)
def test_what_is_no_logo_is_told_so_and_nothing_is_changed(
    visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID, data: bytes, told: str
) -> None:
    before = kept(sessions, agency_id)
    visitor.get(PAGE)
    answer = visitor.post(PAGE, {"colour": "#aa0000", "logo": sent(data, "logo.svg")})
    assert answer.status_code == 422
    assert told in visitor.text
    assert visitor.title.startswith("Error: ")
    assert kept(sessions, agency_id) == before


def test_what_is_no_colour_is_told_so(visitor: Visitor, sessions: Sessions, agency_id: uuid.UUID) -> None:
    before = kept(sessions, agency_id)
    for typed in ("", "red", "#12436d;background:url(file:///etc/passwd)"):
        visitor.get(PAGE)
        assert visitor.post(PAGE, {"colour": typed, "logo": sent(drawn())}).status_code == 422
        assert "Choose a colour" in visitor.text
        assert kept(sessions, agency_id) == before


def test_each_agency_has_its_own_and_leaders_change_nothing(
    app: Flask, visitor: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    visitor.get(PAGE)
    visitor.post(PAGE, {"colour": "#aa0000", "logo": sent(drawn())})
    other = visit(
        app, make_person(sessions, parts, (make_agency(sessions, "The other agency"), Role.ADMINISTRATOR))
    )
    assert other.get(PICTURE).status_code == 404
    leader = visit(app, make_person(sessions, parts, (agency_id, Role.LEADER)))
    assert leader.get(PAGE).status_code == 403
    assert leader.get(PICTURE).status_code == 403


def test_the_logo_as_kept_is_a_picture_of_nothing_but_pixels(visitor: Visitor) -> None:
    visitor.get(PAGE)
    visitor.post(PAGE, {"colour": "#aa0000", "logo": sent(drawn((900, 300)) + b"CANARY")})
    data = visitor.client.get(PICTURE).data
    assert b"CANARY" not in data
    assert Image.open(io.BytesIO(data)).size <= (640, 256)
