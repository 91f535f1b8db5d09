"""An administrator agrees to the pool and takes it back; leaders see whom they are compared with."""

import re
import uuid

import psycopg
import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.consent_texts import consent_text
from cri.domain.access import Role
from cri.services.context import Parts
from cri.web.language import interface_languages
from tests.database_fixtures import make_agency
from tests.web.visitor import Visitor, add_results, make_person, visit

Sessions = sessionmaker[Session]


@pytest.fixture
def administrator(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))


def consent(superuser: psycopg.Connection, agency_id: uuid.UUID) -> list[tuple[str, str, str, bool]]:
    rows = superuser.execute(
        "SELECT text_version, text_locale, text_sha256, revoked_at IS NOT NULL FROM pool_consent "
        "WHERE agency_id = %s ORDER BY given_at",
        [agency_id],
    )
    return rows.fetchall()


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_what_was_read_is_what_is_on_record(
    administrator: Visitor, superuser: psycopg.Connection, agency_id: uuid.UUID, locale: str
) -> None:
    administrator.get(f"/taking-part?language={locale}")
    text = consent_text(locale)
    assert text.locale == locale
    assert text.paragraphs[0][:40] in administrator.text
    administrator.post("/taking-part/agree", {"locale": locale, "sha256": text.sha256})
    assert consent(superuser, agency_id) == []  # the box was not ticked
    administrator.post("/taking-part/agree", {"agree": "yes", "locale": locale, "sha256": "0" * 64})
    assert consent(superuser, agency_id) == []  # another text than is shown now
    administrator.post("/taking-part/agree", {"agree": "yes", "locale": locale, "sha256": text.sha256})
    assert consent(superuser, agency_id) == [("1.0.0", locale, text.sha256, False)]
    administrator.post("/taking-part/leave")
    assert consent(superuser, agency_id) == [("1.0.0", locale, text.sha256, True)]
    administrator.post("/taking-part/leave")
    assert len(consent(superuser, agency_id)) == 1


def test_the_texts_say_the_same_number_of_things() -> None:
    english = consent_text("en")
    for locale in interface_languages():
        text = consent_text(locale)
        assert text.locale == locale
        assert len(text.paragraphs) == len(english.paragraphs) == 4
    assert consent_text("xx") == english


def test_facets_are_chosen_from_what_is_known(
    administrator: Visitor, superuser: psycopg.Connection, agency_id: uuid.UUID
) -> None:
    administrator.get("/taking-part")
    told = {"sector": "water", "country": "SE", "relationship": "customer", "owner": " The  Ministry "}
    administrator.post("/taking-part/facets", {**told, "synthetic": "true", "name": "Mallory"})
    query = (
        "SELECT sector, country, relationship_type, owner, synthetic, name FROM agency WHERE agency_id = %s"
    )
    kept = ("water", "SE", "customer", "The Ministry", False, "Test agency")
    assert superuser.execute(query, [agency_id]).fetchone() == kept
    administrator.post("/taking-part/facets", {**told, "sector": "wizardry"})
    assert "sector: wizardry is not known" in administrator.text
    assert superuser.execute(query, [agency_id]).fetchone() == kept


def test_a_made_up_agency_is_told_that_it_does_not_take_part(
    app: Flask, sessions: Sessions, parts: Parts, superuser: psycopg.Connection
) -> None:
    agency_id = make_agency(sessions, synthetic=True)
    visitor = visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))
    visitor.get("/taking-part")
    assert 'name="agree"' not in visitor.page
    visitor.post("/taking-part/agree", {"agree": "yes", "locale": "en", "sha256": consent_text("en").sha256})
    assert "made up" in visitor.text
    assert consent(superuser, agency_id) == []


def test_leaders_see_how_many_they_are_compared_with_and_no_name(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    visitor = visit(app, make_person(sessions, parts, (agency_id, Role.VIEWER)))
    visitor.get(f"/results/{wave_id}")
    link = re.search(r'href="(/results/[0-9a-f-]+/compared)"', visitor.page)
    assert link is not None
    assert visitor.get(link.group(1)).status_code == 200
    assert visitor.title.startswith("Who we are compared with")
