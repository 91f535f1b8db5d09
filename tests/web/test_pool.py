"""The stewards' pages: counts and facets, decisions, two stewards for an edition, files out and in."""

import io
import json
import re
import uuid
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.db.queries.pool_contributions import add_contribution
from cri.domain.access import Role
from cri.domain.documents import digest_of
from cri.domain.edition_draft import build_edition
from cri.domain.quarantine import Rule
from cri.services.context import Parts
from cri.services.contributions import contribution_of
from cri.services.draft_making import make_drafts
from cri.services.instruments import released_instrument
from tests.services.pool_service import members, new_instrument
from tests.web.visitor import Visitor, make_person, make_steward, visit

Sessions = sessionmaker[Session]
SCORES = [(40.0 + n, 60.0 - n) for n in range(14)]
FACETS = {"sector": "water", "country": "SE", "relationship": "customer"}


@pytest.fixture
def ana(app: Flask, sessions: Sessions, parts: Parts, superuser: psycopg.Connection) -> Visitor:
    return visit(app, make_steward(sessions, parts, superuser))


@pytest.fixture
def ben(app: Flask, sessions: Sessions, parts: Parts, superuser: psycopg.Connection) -> Visitor:
    return visit(app, make_steward(sessions, parts, superuser))


def fill(parts: Parts, *, held: bool = False) -> dict[str, Any]:
    """A pool of fourteen agencies of an instrument of its own; the last one held if asked."""
    instrument = new_instrument()
    with parts.pool_sessions.begin() as session:
        for number, one in enumerate(members(SCORES, instrument, FACETS, synthetic=False)):
            made = contribution_of(parts.secrets.pseudonym, one)
            flagged = held and number == 13
            add_contribution(session, made, [Rule.FAR_FROM_POOL] if flagged else [])
    return instrument


def kind_of(instrument: dict[str, Any]) -> str:
    return f"{instrument['code']}:{instrument['version']}:real"


def test_an_edition_is_made_by_two_stewards(ana: Visitor, ben: Visitor, parts: Parts) -> None:
    instrument = fill(parts)
    ana.get("/pool")
    assert instrument["code"] in ana.text
    ana.post("/pool/drafts", {"kind": kind_of(instrument), "number": "2026.1"})
    assert "Draft of edition 2026.1" in ana.text
    assert "A worker is making it" in ana.text
    path = re.search(r'action="(/pool/drafts/[0-9a-f-]+)/drop"', ana.page)
    assert path is not None
    address = path.group(1)
    assert make_drafts(parts) >= 1
    ana.get(address)
    for told in ("All agencies", "Disclosure certificate", "Passed", "any two owners", "Mar 2026"):
        assert told in ana.text
    ana.post(f"{address}/preview")
    assert "a second steward does" in ana.text
    assert f"{address}/approve" not in ana.page
    ana.post(f"{address}/approve")
    assert "Nothing was changed" in ana.text
    ben.get(address)
    ben.post(f"{address}/approve")
    ben.post(f"{address}/publish")
    assert "Done, and on record" in ben.text
    ben.get(f"/pool/editions/{instrument['code']}/2026.1")
    assert "Edition 2026.1" in ben.text
    exported = ben.client.get(f"/pool/editions/{instrument['code']}/2026.1/edition.json")
    document = json.loads(exported.data)
    assert document["sha256"] == digest_of({k: v for k, v in document.items() if k != "sha256"})
    assert instrument["code"] in ben.get("/pool/editions").text


def test_a_wrong_number_is_refused_with_a_line(ana: Visitor, parts: Parts) -> None:
    instrument = fill(parts)
    ana.get("/pool")
    ana.post("/pool/drafts", {"kind": kind_of(instrument), "number": "26"})
    assert "No draft was asked for. This is not a number of an edition; expected: year and 1 or 2" in ana.text
    assert ana.post("/pool/drafts", {"kind": "nothing", "number": "2026.1"}).status_code == 404


def test_a_held_contribution_is_decided_on(ana: Visitor, parts: Parts) -> None:
    fill(parts, held=True)
    ana.get("/pool/quarantine")
    assert "A score far from all others" in ana.text
    action = re.search(r'action="(/pool/quarantine/[0-9a-f-]+)"', ana.page)
    assert action is not None
    ana.post(action.group(1), {"verdict": "accepted", "reason": " "})
    assert "Nothing was decided." in ana.text
    ana.post(action.group(1), {"verdict": "accepted", "reason": "They <b>told</b> us why"})
    assert "The decision is on record." in ana.text
    assert "They &lt;b&gt;told&lt;/b&gt; us why" in ana.page
    assert (
        ana.post(f"/pool/quarantine/{uuid.uuid4()}", {"verdict": "refused", "reason": "x"}).status_code == 404
    )


def test_no_page_for_stewards_names_an_agency_or_shows_a_score(ana: Visitor, parts: Parts) -> None:
    instrument = fill(parts, held=True)
    for path in ("/pool", "/pool/contributions", "/pool/quarantine"):
        ana.get(path)
        assert f"{instrument['code']} 3" not in ana.page  # the agencies' names begin so
        assert "43.0" not in ana.text
    assert "Customers who pay" in ana.get("/pool/contributions").text


def test_a_file_comes_in_whole_or_not_at_all(ana: Visitor, superuser: psycopg.Connection) -> None:
    instrument = released_instrument("cri", "1.1.0")
    told = {"code": "cri", "version": "1.1.0", "sha256": instrument.sha256}
    number = "2095.1"
    document = build_edition(members(SCORES, told, synthetic=False), number)
    data = json.dumps(document).encode()
    ana.get("/pool/editions")
    ana.post("/pool/editions", {"edition": (io.BytesIO(data.replace(b'"passed"', b'"passee"')), "e.json")})
    assert "The file was refused. e.json:" in ana.text
    ana.post("/pool/editions", {})
    assert "Choose a file first." in ana.text
    ana.post("/pool/editions", {"edition": (io.BytesIO(data), "e.json")})
    assert "The edition was taken in." in ana.text
    assert "From a file" in ana.text
    superuser.execute("DELETE FROM pool.edition_import WHERE number = '2095.1' AND instrument_code = 'cri'")
    superuser.execute("DELETE FROM pool.edition WHERE number = '2095.1' AND instrument_code = 'cri'")


def test_a_steward_of_an_agency_has_both(
    app: Flask, sessions: Sessions, parts: Parts, superuser: psycopg.Connection, agency_id: uuid.UUID
) -> None:
    visitor = visit(app, make_steward(sessions, parts, superuser, (agency_id, Role.ADMINISTRATOR)))
    assert "Survey waves" in visitor.text
    assert "Pool of agencies" in visitor.text
    other = visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))
    assert "Pool of agencies" not in other.text
    assert other.client.get("/pool").status_code == 403
