"""Published results of other bodies: added by stewards, shown beside the pool, never in it."""

import io
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.reference_tables import read_reference
from cri.domain.access import Role
from cri.domain.documents import readable_json
from cri.domain.reference_editions import build_reference, place_in_reference
from cri.services.context import Parts
from tests.reference_examples import write
from tests.reports.documents import scorecard
from tests.web.compared_examples import edition
from tests.web.visitor import Visitor, add_results, make_person, make_steward, visit

Sessions = sessionmaker[Session]


def made(folder: Path, **changes: Any) -> dict[str, Any]:
    """The reference edition of the small example, of the instrument's version that results are of."""
    read = read_reference(*write(folder, **changes))
    return build_reference(read.about, read.organisations, read.left_out)


@pytest.fixture
def steward(app: Flask, sessions: Sessions, parts: Parts, superuser: psycopg.Connection) -> Iterator[Visitor]:
    """A steward; what was added is taken away again, since every agency's page shows it."""
    yield visit(app, make_steward(sessions, parts, superuser))
    superuser.execute("DELETE FROM pool.reference_edition")


def upload(steward: Visitor, data: bytes) -> str:
    steward.get("/pool/references")
    steward.post("/pool/references", {"reference": (io.BytesIO(data), "r.json")})
    return steward.text


def of_scorecard(scorecard: dict[str, Any]) -> dict[str, str]:
    return {key: scorecard["instrument"][key] for key in ("code", "version")}


def test_an_agency_sees_exact_ranks_and_where_they_come_from_beside_the_pool(
    app: Flask, steward: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, tmp_path: Path
) -> None:
    own = scorecard()
    reference = made(tmp_path, instrument=of_scorecard(own))
    wave_id = add_results(sessions, parts, agency_id)
    leader = visit(app, make_person(sessions, parts, (agency_id, Role.LEADER)))
    assert "Published results" not in leader.get(f"/results/{wave_id}/compared").text
    assert "The published results were added." in upload(steward, readable_json(reference).encode())
    assert "Open licence 3" in steward.text
    leader.get(f"/results/{wave_id}/compared")
    for told in ("Survey of bodies 2022", "Office of surveys", "Open licence 3", "A steward"):
        assert told in leader.text
    assert "they stand beside the pool and are no part of it" in leader.text.lower()
    placed = place_in_reference(own, reference)["placements"]
    for one in placed:
        assert f">{round(one['percentile'])}</td>" in leader.page
        assert f">{one['others']}</td>" in leader.page
    first = placed[0]
    marks = (first["lowest"], *first["quartiles"], first["best"])
    assert " | ".join(f"{one:.1f}" for one in marks) in leader.text
    assert "Borders" not in leader.text  # public, but of no use here


def test_nothing_of_it_enters_the_pool(
    steward: Visitor, superuser: psycopg.Connection, tmp_path: Path
) -> None:
    tables = ("contribution", "edition", "edition_member", "ledger_cell")
    counts = [superuser.execute(f"SELECT count(*) FROM pool.{one}").fetchone() for one in tables]
    upload(steward, readable_json(made(tmp_path)).encode())
    assert [superuser.execute(f"SELECT count(*) FROM pool.{one}").fetchone() for one in tables] == counts
    pointing = superuser.execute(
        "SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND "
        "('pool.reference_edition'::regclass IN (conrelid, confrelid))"
    ).fetchall()
    assert pointing == []


def test_other_questions_are_not_compared(
    app: Flask, steward: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, tmp_path: Path
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    leader = visit(app, make_person(sessions, parts, (agency_id, Role.LEADER)))
    others = (
        {"reference": "other-instrument", "instrument": {"code": "uk_csps", "version": "1"}},
        {"reference": "other-version", "instrument": {"code": "cri", "version": "0.1.0"}},
    )
    for changes in others:
        upload(steward, readable_json(made(tmp_path, **changes)).encode())
    assert steward.page.count("Survey of bodies 2022") == 2
    assert "Survey of bodies" not in leader.get(f"/results/{wave_id}/compared").text


def test_a_file_is_added_whole_or_not_at_all(
    steward: Visitor, superuser: psycopg.Connection, tmp_path: Path
) -> None:
    data = readable_json(made(tmp_path)).encode()
    for bad in (
        data.replace(b"40.5", b"40.6", 1),
        data[:-40],
        b"[]",
        json.dumps(edition("2026.1", 36)).encode(),
    ):
        assert "The file was refused." in upload(steward, bad)
    row = superuser.execute("SELECT count(*) FROM pool.reference_edition").fetchone()
    assert row == (0,)
    upload(steward, data)
    assert "There are published results called example-2022 already" in upload(steward, data)
    steward.post("/pool/references", {})
    assert "Choose a file first." in steward.text
