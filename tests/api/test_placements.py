"""Placements and targets by the API: what the pages show, with their digits; refusals say what is wanted."""

import uuid

import psycopg
import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.document_schemas import validate
from cri.domain.access import Role
from cri.domain.comparing import own_facets
from cri.domain.placing import place
from cri.domain.released_placement import released_placement
from cri.domain.targets import with_targets
from cri.services.context import Parts
from tests.web.compared_examples import edition, own, published
from tests.web.visitor import Visitor, add_results, make_person, visit

Sessions = sessionmaker[Session]
FACETS = own_facets(own(), {"relationship": "citizen"})


@pytest.fixture
def viewer(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.VIEWER)))


def test_a_placement_has_targets_and_the_digits_of_a_page(
    viewer: Visitor, sessions: Sessions, parts: Parts, superuser: psycopg.Connection, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    path = f"/api/v1/waves/{wave_id}/placement"
    with published(parts, superuser, edition("2026.1", 36)):
        answer = viewer.client.get(f"{path}?edition=2026.1")
        document = answer.get_json()
        validate(document)
        full = with_targets(place(own(), edition("2026.1", 36), facets=FACETS), own(), edition("2026.1", 36))
        assert document == released_placement(full)
        told, exact = document["placements"][1], full["placements"][1]
        assert told["score"] == round(exact["score"], 1) != exact["score"]
        assert told["percentile"] == round(exact["percentile"])
        assert {one["basis"] for one in document["targets"]} == {"achieved"}
        assert {one["changes"] for one in document["targets"]} == {"2026.1"}
        again = viewer.client.get(f"{path}?edition=2026.1", headers={"If-None-Match": answer.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")

        for query, told_back in (("edition=2031.1", "2026.1"), ("peers=sector%3Dhealth", "its own sector")):
            refused = viewer.client.get(f"{path}?{query}")
            assert refused.status_code == 422
            assert refused.mimetype == "application/problem+json"
            assert told_back in refused.get_json()["detail"]


def test_without_an_edition_there_is_no_placement(
    viewer: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id, "no norm")
    for one in (wave_id, uuid.uuid4()):
        answer = viewer.client.get(f"/api/v1/waves/{one}/placement")
        assert answer.status_code == 404
        assert answer.mimetype == "application/problem+json"
