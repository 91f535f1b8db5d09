"""Units and surveys side by side: only what the release plan shows, on the page and in all that leaves it."""

import json
import re
import uuid
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.domain.pack import leader_pack
from cri.services.context import Parts
from tests.reports.waves import three_waves
from tests.scored_waves import add_scored_wave
from tests.web.visitor import Visitor, add_results, make_person, visit

Sessions = sessionmaker[Session]


def add_waves(sessions: Sessions, agency_id: uuid.UUID) -> uuid.UUID:
    """Three scored waves of one agency; the id of the newest."""
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        for card in three_waves():
            at = datetime.fromisoformat(f"{card['wave']['closed']}T12:00").replace(tzinfo=UTC)
            wave_id = add_scored_wave(session, agency_id, card, leader_pack, card["wave"]["label"], at)
    return wave_id


@pytest.fixture
def leader(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.LEADER)))


def test_the_picker_has_the_units_shown_and_nothing_of_the_others(
    leader: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    base = f"/results/{add_waves(sessions, agency_id)}"
    units = three_waves()[-1]["units"]
    hidden = [unit for unit in units if unit["suppressed"]]
    assert hidden
    assert leader.get(f"{base}/units").status_code == 200
    choices = leader.page.partition("<select")[2].partition("</select>")[0]
    for unit in units:
        assert (unit["name"] in choices) == (unit["suppressed"] is None)
        wanted = 404 if unit["suppressed"] else 200
        assert leader.client.get(f"{base}/units?unit={unit['code']}").status_code == wanted
        for kind in ("unit.json", "lineage.json", "unit.csv", "print/unit.json"):
            address = f"{base}/figures/{kind}?unit={unit['code']}"
            assert leader.client.get(address).status_code == wanted, address
    gone = [
        re.sub(rb"signed in until \d\d:\d\d", b"", leader.client.get(f"{base}/units?unit={code}").data)
        for code in (hidden[0]["code"], "nowhere")
    ]
    assert gone[0].replace(hidden[0]["code"].encode(), b"nowhere") == gone[1]


def test_the_heatmap_says_why_a_cell_is_empty_and_no_number_of_it(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    figure = leader.client.get(f"/results/{wave_id}/figures/heatmap.json").get_json()
    said = [text for trace in figure["data"] for text in trace.get("hovertext", [])]
    hidden = [text for text in said if "Service laboratory" in text]
    assert len(hidden) == 6
    assert all(text.endswith(("fewer than 10", "kept back")) for text in hidden)
    table = leader.client.get(f"/results/{wave_id}/figures/heatmap.csv").get_data(as_text=True)
    row = next(line for line in table.splitlines() if line.startswith("Service laboratory"))
    assert not any(sign.isdigit() for sign in row.partition(",")[2][2:].replace("fewer than 10", ""))


def test_a_merged_units_line_is_drawn_back_to_both_under_their_names_then(
    leader: Visitor, sessions: Sessions, agency_id: uuid.UUID
) -> None:
    base = f"/results/{add_waves(sessions, agency_id)}"
    leader.get(f"{base}/units?unit=field")
    for said in ("Field services, survey by survey", "North district", "South district", "Spring 2024"):
        assert said in leader.text
    figure = leader.client.get(f"{base}/figures/lineage.json?unit=field").get_json()
    hovers = " ".join(figure["data"][0]["hovertext"])
    assert "North district" in hovers
    assert "Service laboratory" not in json.dumps(figure)
    leader.get(f"{base}/waves")
    for said in ("The index changed by", "Spring 2025", "Field services", "Units and what they were"):
        assert said in leader.text
    leader.get(f"{base}/factors/insight")
    assert "Customer insight, survey by survey" in leader.text


def test_the_first_survey_says_that_there_is_none_before_it(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    leader.get(f"/results/{wave_id}/waves")
    assert "No earlier survey" in leader.text
    assert leader.client.get(f"/results/{wave_id}/figures/waves.json").status_code == 404
    leader.get(f"/results/{wave_id}/units?unit=desk")
    assert "There is no earlier survey." in leader.text
