"""Stewards' pages: what is vouched for, who took a file in, how far a draft is; refusals in one's words."""

import io
import json
import re
import uuid

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from cri.db.queries.edition_drafts import tell_progress
from cri.domain import audit_work
from cri.domain.access import Role
from cri.domain.edition_change import PeerChange, PeerRow
from cri.domain.edition_draft import build_edition
from cri.services.context import Parts
from cri.services.draft_making import make_drafts
from cri.services.instruments import released_instrument
from cri.web.pool_view import change_rows, figures_word
from tests.services.pool_service import members
from tests.web.test_pool import SCORES, fill, kind_of
from tests.web.visitor import Visitor, add_results, make_person, make_steward, visit

Sessions = sessionmaker[Session]


@pytest.fixture
def ana(app: Flask, sessions: Sessions, parts: Parts, superuser: psycopg.Connection) -> Visitor:
    return visit(app, make_steward(sessions, parts, superuser))


def test_a_steward_vouches_for_an_agency(ana: Visitor, parts: Parts) -> None:
    fill(parts, held=True)
    ana.get("/pool/quarantine")
    address = re.search(r'href="(/pool/contributions/[0-9a-f-]+)"', ana.page)
    assert address is not None
    ana.get(address.group(1))
    assert "Nothing yet: its owner and kind are as the agency told them." in ana.text
    ana.post(address.group(1), {"sector": "tax", "country": "SE", "relationship": "customer", "reason": ""})
    assert "Nothing was put on record. The reason has 0 characters" in ana.text
    told = {"sector": "tax", "country": "SE", "relationship": "customer", "reason": "Seen <b>there</b>"}
    ana.post(address.group(1), told)
    assert "It is on record" in ana.text
    assert "Vouched for" in ana.text
    assert "Tax and customs" in ana.text
    assert "Seen &lt;b&gt;there&lt;/b&gt;" in ana.page
    missing = f"/pool/contributions/{uuid.uuid4()}"
    assert ana.get(missing).status_code == 404
    assert ana.post(missing, told).status_code == 404


def test_who_took_an_edition_in_is_told(ana: Visitor, superuser: psycopg.Connection) -> None:
    instrument = released_instrument("cri", "1.1.0")
    told = {"code": "cri", "version": "1.1.0", "sha256": instrument.sha256}
    number = "2094.1"
    data = json.dumps(build_edition(members(SCORES, told, synthetic=False), number)).encode()
    ana.get("/pool/editions")
    ana.post("/pool/editions", {"edition": (io.BytesIO(data), "e.json")})
    for line in ("Taken in by", "Digest of the file", "From a file"):
        assert line in ana.text
    assert "not on record" not in ana.text
    superuser.execute("DELETE FROM pool.edition_import WHERE number = '2094.1' AND instrument_code = 'cri'")
    superuser.execute("DELETE FROM pool.edition WHERE number = '2094.1' AND instrument_code = 'cri'")


def test_progress_is_shown_while_a_draft_is_made_and_then_each_cell(ana: Visitor, parts: Parts) -> None:
    instrument = fill(parts)
    ana.get("/pool")
    ana.post("/pool/drafts", {"kind": kind_of(instrument), "number": "2026.1"})
    path = re.search(r'action="/pool/drafts/([0-9a-f-]+)/drop"', ana.page)
    assert path is not None
    assert "Waiting for a worker" in ana.text
    with parts.pool_sessions.begin() as session:
        tell_progress(session, uuid.UUID(path.group(1)), 3, 11)
    assert "Step 4 of 11" in ana.get(f"/pool/drafts/{path.group(1)}").text
    assert "Step 4 of 11" in ana.get("/pool").text
    make_drafts(parts)
    ana.get(f"/pool/drafts/{path.group(1)}")
    assert "Cell by cell" in ana.text
    assert "Owners" in ana.text


def preview_of(ana: Visitor, parts: Parts) -> str:
    """The text of the preview of a draft just made."""
    instrument = fill(parts)
    ana.get("/pool")
    ana.post("/pool/drafts", {"kind": kind_of(instrument), "number": "2026.1"})
    path = re.search(r'action="/pool/drafts/([0-9a-f-]+)/drop"', ana.page)
    assert path is not None
    make_drafts(parts)
    ana.get(f"/pool/drafts/{path.group(1)}")
    return ana.text


def test_a_preview_tells_which_audit_it_was_and_what_it_did_not_come_to(
    ana: Visitor, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = preview_of(ana, parts)
    assert "Test Exact" in whole
    assert "Cells that no work was left to audit 0" in whole
    assert "end after a fixed number of steps" not in whole
    monkeypatch.setattr(audit_work, "AUDIT_WORK", 0)
    ended = preview_of(ana, parts)
    assert "end after a fixed number of steps" in ended
    assert "Cells that no work was left to audit 0" not in ended
    assert "Not shown: no work was left for its audit" in ended
    monkeypatch.setattr(audit_work, "EXACT_UP_TO", 1)
    assert "Test Sufficient condition, for large pools" in preview_of(ana, parts)


def test_one_figure_and_one_group_are_said_as_one(app: Flask) -> None:
    with app.test_request_context():
        assert figures_word(1) == "1 figure"
        assert figures_word(2) == "2 figures"
        (row,) = change_rows([PeerChange("all", None, PeerRow(9, 1, 0, 1, "none"))])
    assert row["said"].startswith("1 figure in 1 group or more")


@pytest.mark.parametrize("language", ["ar", "es", "fr"])
def test_refusals_are_said_in_the_readers_language(ana: Visitor, parts: Parts, language: str) -> None:
    instrument = fill(parts)
    ana.get(f"/pool?language={language}")
    ana.post("/pool/drafts", {"kind": kind_of(instrument), "number": "26"})
    assert "2026.1" in ana.text
    assert "number of an edition" not in ana.text


def test_an_agencys_results_read_editions_and_never_the_pool(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    visitor = visit(app, make_person(sessions, parts, (agency_id, Role.LEADER)))
    asked: list[str] = []
    engine = app.extensions["cri"].pool_sessions.kw["bind"]

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    for page in (f"/results/{wave_id}", f"/results/{wave_id}/compared"):
        assert visitor.client.get(page).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    assert not [one for one in asked if re.search(r"pool\.(contribution|edition_member|ledger_cell)", one)]
    assert len(asked) <= 6
