"""Comments on pages: who clears, who reads, and what nobody finds in any way out."""

import json
import re
import uuid

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Person
from cri.db.models.agencies import OrganisationUnit
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Parts
from tests.web.visitor import Visitor, add_results, make_person, visit

Sessions = sessionmaker[Session]
SAID = [f"Answering in time, case {number:03}" for number in range(40)]
SPECIAL = [
    "Zebediah shouts; call 0161 496 0000",
    "=HYPERLINK(1) is what I see",
    "<script>alert(1)</script> & <b>bold</b>",
    "تعليق قصير",
]


@pytest.fixture
def wave_id(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> uuid.UUID:
    made = add_results(sessions, parts, agency_id)
    sealed = {"first_change": sorted([*SAID, *SPECIAL])}
    parts.blobs.put(f"sheet/{agency_id}/{made}/comments.json", json.dumps(sealed).encode())
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        session.add(OrganisationUnit(agency_id=agency_id, code="all", name="All", parent_code=None))
        session.flush()
        session.add(
            Person(
                agency_id=agency_id,
                id=uuid.uuid4(),
                name="Zebediah Crane",
                email="z@example.org",
                unit_code="all",
            )
        )
    return made


def visitor(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, role: Role) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, role)))


def test_a_person_clears_before_anybody_reads(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID
) -> None:
    clerk = visitor(app, sessions, parts, agency_id, Role.ADMINISTRATOR)
    leader = visitor(app, sessions, parts, agency_id, Role.LEADER)
    base = f"/results/{wave_id}/comments"
    leader.get(base)
    assert "Nothing to read yet" in leader.text
    assert "Begin to clear" not in leader.page
    clerk.get(base)
    clerk.post(f"{base}/bring")
    assert "Waiting (44)" in clerk.text
    assert clerk.page.count("cri-clearing") == 20
    for step in range(3):
        assert leader.get(base).status_code == 200
        assert "case 0" not in leader.text, step
        assert leader.client.get(f"{base}.csv").get_data(as_text=True).count("\n") == 1
        assert "<b>bold</b>" not in clerk.page
        ids = re.findall(r'name="decision-([0-9a-f-]{36})" value="cleared"', clerk.page)
        decisions = {f"decision-{one}": "cleared" for one in ids}
        clerk.post(f"{base}/clearing", {**decisions, "question": "first_change", "show": "waiting"})
    assert "Cleared (44)" in clerk.text
    leader.get(base)
    shown = re.findall(r'<li dir="auto">(.*?)</li>', leader.page, re.DOTALL)
    assert len(shown) == 44
    assert shown != sorted(shown)
    assert "[name] shouts; call [number]" in leader.text
    for never in ("Zebediah", "0161", "<script>alert", "<b>bold"):
        assert never not in leader.page
    table = leader.client.get(f"{base}.csv").get_data(as_text=True)
    assert "'=HYPERLINK(1)" in table
    assert "Zebediah" not in table
    assert not any("comments.json" in key for key in parts.blobs.keys(f"sheet/{agency_id}"))  # the store's


def test_few_of_a_script_are_pointed_out_and_hidden_words_are_gone(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID
) -> None:
    clerk = visitor(app, sessions, parts, agency_id, Role.ADMINISTRATOR)
    base = f"/results/{wave_id}/comments"
    clerk.get(base)
    clerk.post(f"{base}/bring")
    warned = 0
    for _ in range(3):
        warned += clerk.page.count("Few wrote in this script")
        ids = re.findall(r'name="decision-([0-9a-f-]{36})" value="withheld"', clerk.page)
        given = {f"decision-{one}": "withheld" for one in ids} | {f"hide-{ids[0]}": "nowhere to be found"}
        clerk.post(f"{base}/clearing", {**given, "question": "first_change"})
        assert "Not found in its comment" in clerk.text
        clerk.post(f"{base}/clearing", {f"decision-{ids[0]}": "withheld", "question": "first_change"})
    assert warned == 1
    clerk.get(base)
    assert "44 people wrote something; 0 comments are shown" in clerk.text


@pytest.mark.parametrize("role", [Role.LEADER, Role.VIEWER])
def test_only_who_runs_surveys_clears(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID, role: Role
) -> None:
    other = visitor(app, sessions, parts, agency_id, role)
    base = f"/results/{wave_id}/comments"
    assert other.get(base).status_code == 200
    assert other.client.get(f"{base}/clearing").status_code == 403
    for path in ("bring", "clearing"):
        assert other.post(f"{base}/{path}", {f"decision-{uuid.uuid4()}": "cleared"}).status_code == 403
    assert other.client.get(f"{base}.csv").status_code == (200 if role is Role.LEADER else 403)


def test_comments_that_are_not_there_are_not_found(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    clerk = visitor(app, sessions, parts, agency_id, Role.ADMINISTRATOR)
    base = f"/results/{add_results(sessions, parts, agency_id)}/comments"
    clerk.get(base)
    assert "fewer than 30 people wrote something" in clerk.text
    clerk.get(f"{base}/clearing")
    assert "There is nothing to clear." in clerk.text
    assert clerk.post(f"{base}/clearing", {f"decision-{uuid.uuid4()}": "cleared"}).status_code == 404
    assert clerk.client.get(f"{base}/clearing?show=everything").status_code == 404
