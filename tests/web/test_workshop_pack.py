"""The workshop pack on the results page: asked for by a press, made by a job, downloaded by who may."""

import uuid
from datetime import UTC, datetime

import psycopg
import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.charts import ChartBrowser
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Actor, Context, Parts
from cri.services.packs import WORKSHOP, find_report, load_pack, make_workshop_pack
from tests.web.visitor import Visitor, add_results, make_person, visit

Sessions = sessionmaker[Session]
NOW = datetime(2026, 4, 1, 9, tzinfo=UTC)


@pytest.fixture
def leader(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.LEADER)))


def jobs_of(superuser: psycopg.Connection, wave_id: uuid.UUID) -> list[str]:
    rows = superuser.execute(
        "SELECT task_name FROM procrastinate_jobs WHERE lock = %s", [f"wave:{wave_id}"]
    ).fetchall()
    return [str(row[0]) for row in rows]


def test_it_is_asked_for_made_once_and_downloaded(
    leader: Visitor,
    sessions: Sessions,
    parts: Parts,
    superuser: psycopg.Connection,
    agency_id: uuid.UUID,
) -> None:
    wave_id = add_results(sessions, parts, agency_id, "no norm", languages=("en",))
    path = f"/results/{wave_id}"
    leader.get(path)
    assert "Make the workshop pack" in leader.text
    assert "Workshop pack as PDF" not in leader.text
    assert leader.client.get(f"{path}/report/en.pdf?kind=workshop").status_code == 404
    leader.post(f"{path}/workshop")
    assert "is being made" in leader.text
    assert jobs_of(superuser, wave_id) == ["cri:make_workshop_pack"]
    stored = []
    with ChartBrowser() as browser:
        for _again in range(2):
            with sessions.begin() as session:
                enter_agency(session, agency_id)
                context = Context(session, agency_id, Actor(None, "worker"), NOW, parts)
                make_workshop_pack(context, wave_id, browser)
                report = find_report(context, wave_id, WORKSHOP, "en")
                assert report is not None
                stored.append((report.id, load_pack(context, wave_id, WORKSHOP)))
    assert stored[0] == stored[1]
    leader.get(path)
    assert "Workshop pack as PDF (English)" in leader.text
    assert "Make the workshop pack" not in leader.text
    answer = leader.client.get(f"{path}/report/en.pdf?kind=workshop")
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].endswith('-en.pdf"')
    assert "cri-workshop-" in answer.headers["Content-Disposition"]
    for ending, words in (("pptx", "as PowerPoint (English)"), ("xlsx", "as Excel (English)")):
        assert words in leader.text
        answer = leader.client.get(f"{path}/workshop/en.{ending}")
        assert answer.data.startswith(b"PK")
        assert answer.headers["Content-Disposition"].endswith(f'-en.{ending}"')
        assert "openxmlformats" in answer.headers["Content-Type"]
    assert leader.client.get(f"{path}/workshop/en.pdf").status_code == 404
    assert leader.client.get(f"{path}/workshop/fr.pptx").status_code == 404
    leader.post(f"{path}/workshop")
    assert len(jobs_of(superuser, wave_id)) == 1


def test_a_viewer_neither_sees_nor_asks_for_it(
    app: Flask, sessions: Sessions, parts: Parts, superuser: psycopg.Connection, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    viewer = visit(app, make_person(sessions, parts, (agency_id, Role.VIEWER)))
    viewer.get(f"/results/{wave_id}")
    assert "workshop pack" not in viewer.text.lower()
    assert viewer.post(f"/results/{wave_id}/workshop").status_code == 403
    assert viewer.client.get(f"/results/{wave_id}/workshop/en.pptx").status_code == 403
    assert jobs_of(superuser, wave_id) == []


def test_it_cannot_be_asked_for_before_the_report_is_there(
    leader: Visitor, sessions: Sessions, parts: Parts, superuser: psycopg.Connection, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id, pack=False)
    assert leader.post(f"/results/{wave_id}/workshop").status_code == 404
    assert jobs_of(superuser, wave_id) == []
