"""The API: true to its description, walled like the pages, problems said as documents."""

import uuid

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.document_schemas import validate
from cri.domain.access import Role
from cri.domain.documents import digest_of
from cri.domain.released_scorecard import released_scorecard
from cri.services.context import Parts
from tests.database_fixtures import make_agency
from tests.reports.documents import CASES, scorecard
from tests.web.visitor import Visitor, add_results, make_person, visit

Sessions = sessionmaker[Session]


@pytest.fixture
def viewer(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.VIEWER)))


def test_waves_are_listed_as_described(
    viewer: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    (wave,) = viewer.client.get("/api/v1/waves").get_json()
    assert wave == {
        "id": str(wave_id),
        "label": "Spring 2026",
        "state": "scored",
        "synthetic": False,
        "practice": False,
        "instrument_code": "cri",
        "instrument_version": "1.0.0",
        "languages": ["en", "ar"],
        "opened_at": "2026-11-02T09:00:00+00:00",
        "closes_at": "2026-11-02T09:00:00+00:00",
        "closed_at": "2026-11-02T09:00:00+00:00",
    }


def test_the_scorecard_has_the_digits_of_a_page_and_its_digest_is_its_etag(
    viewer: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id, "small")
    answer = viewer.client.get(f"/api/v1/waves/{wave_id}/scorecard")
    document = answer.get_json()
    stored = scorecard(**CASES["small"][0])
    assert document == released_scorecard(stored)
    assert document["index"]["score"] == round(stored["index"]["score"], 1) != stored["index"]["score"]
    validate(document)
    assert answer.headers["ETag"] == f'"{digest_of(document)}"'
    again = viewer.client.get(
        f"/api/v1/waves/{wave_id}/scorecard", headers={"If-None-Match": answer.headers["ETag"]}
    )
    assert (again.status_code, again.data) == (304, b"")


def test_nobody_signed_in_gets_nothing(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    client = app.test_client()
    for path in ("/api/v1/waves", f"/api/v1/waves/{wave_id}/scorecard"):
        answer = client.get(path)
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"
        assert answer.get_json()["status"] == 401


def test_several_agencies_and_none_chosen_is_refused_with_a_reason(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    other = make_agency(sessions, "Other")
    person = make_person(sessions, parts, (agency_id, Role.LEADER), (other, Role.LEADER))
    visitor = visit(app, person)
    answer = visitor.client.get("/api/v1/waves")
    assert answer.status_code == 403
    assert "Choose an agency" in answer.get_json()["detail"]
    visitor.post("/agencies", {"agency": str(other)})
    assert visitor.client.get("/api/v1/waves").get_json() == []


def test_another_agencys_wave_and_one_that_is_not_there_look_alike(
    viewer: Visitor, sessions: Sessions, parts: Parts
) -> None:
    theirs = add_results(sessions, parts, make_agency(sessions, "Other"))
    answers = [viewer.client.get(f"/api/v1/waves/{wave_id}/scorecard") for wave_id in (theirs, uuid.uuid4())]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].data == answers[1].data


@pytest.mark.parametrize(
    "path", ["/api/v1/waves", f"/api/v1/waves/{uuid.UUID(int=1)}/scorecard", "/api/v1/openapi.json"]
)
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_wrong_method_says_which_are_right(viewer: Visitor, path: str, method: str) -> None:
    answer = viewer.client.open(path, method=method, headers={"X-CSRFToken": viewer.token()})
    assert answer.status_code == 405
    assert {"GET", "HEAD", "OPTIONS"} == set(answer.headers["Allow"].split(", "))
    assert answer.mimetype == "application/problem+json"


def test_what_is_not_there_is_a_problem_document(viewer: Visitor) -> None:
    for path in ("/api/v1/nothing", "/api/v2/waves", "/api/v1/waves/not-an-id/scorecard"):
        answer = viewer.client.get(path)
        assert answer.status_code == 404
        assert answer.get_json() == {"type": "about:blank", "title": "Not Found", "status": 404}


def test_the_description_names_every_endpoint_and_every_answer(viewer: Visitor, app: Flask) -> None:
    description = viewer.client.get("/api/v1/openapi.json").get_json()
    assert description["openapi"].startswith("3.1")
    routes = {
        rule.rule.replace("<uuid:wave_id>", "{wave_id}")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and not rule.rule.endswith(".json")
    }
    assert set(description["paths"]) == routes
    answers = {
        path: set(methods["get"]["responses"]) - {"default"} for path, methods in description["paths"].items()
    }
    assert answers == {
        "/api/v1/waves": {"200", "401", "403"},
        "/api/v1/waves/{wave_id}/scorecard": {"200", "304", "401", "403", "404"},
        "/api/v1/waves/{wave_id}/placement": {"200", "304", "401", "403", "404", "422"},
    }
    assert description["components"]["schemas"]["Scorecard"]["$id"] == "urn:cri:scorecard:1"
    wave = description["components"]["schemas"]["Wave"]
    assert set(wave["required"]) == set(wave["properties"])


def test_a_fault_of_ours_says_nothing_of_its_inside(
    app: Flask, monkeypatch: pytest.MonkeyPatch, viewer: Visitor
) -> None:
    import cri.api.v1.waves

    app.testing, app.config["PROPAGATE_EXCEPTIONS"] = False, False

    def fail(*_arguments: object) -> None:
        raise RuntimeError("secret inside")

    monkeypatch.setattr(cri.api.v1.waves, "list_waves", fail)
    answer = viewer.client.get("/api/v1/waves")
    assert answer.status_code == 500
    assert answer.mimetype == "application/problem+json"
    assert "secret" not in answer.text
