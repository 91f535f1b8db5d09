"""Published results of other bodies: added by stewards, shown beside the pool, never in it."""

import copy
import io
import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.document_schemas import validate
from cri.adapters.reference_tables import read_reference
from cri.db.models import ReferenceEdition
from cri.domain.access import Role
from cri.domain.documents import digest_of, readable_json
from cri.domain.errors import InputError
from cri.domain.norms import check_edition
from cri.domain.reference_editions import build_reference, place_in_reference
from cri.services.context import Parts
from cri.services.editions import Steward
from cri.services.references import add_reference, beside, list_references
from tests.reference_examples import write
from tests.reports.documents import scorecard
from tests.services.conftest import NOW
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


def altered(document: dict[str, Any], place: int = 0, **changes: Any) -> bytes:
    """The document with another cell, or with other fields where `place` is -1; its digest is right."""
    content = {key: value for key, value in copy.deepcopy(document).items() if key != "sha256"}
    (content if place < 0 else content["cells"][place]).update(changes)
    return readable_json({**content, "sha256": digest_of(content)}).encode()


def test_what_can_be_derived_is_not_believed(
    steward: Visitor, parts: Parts, superuser: psycopg.Connection, tmp_path: Path
) -> None:
    """The control: each of these matches its schema and its own digest, which was all that was asked."""
    good = made(tmp_path)
    cell = good["cells"][0]
    twice = [cell["figures"][0], {**cell["figures"][1], "organisation": "ACAS"}, *cell["figures"][2:]]
    low, middle, high = cell["quartiles"]
    wrong = [
        (
            altered(good, quartiles=[90, 95, 99]),
            f"insight: “quartiles, 1” says 90, and the figures give {low}",
        ),
        (
            altered(good, quartiles=[high, middle, low]),
            f"“quartiles, 3” says {low}, and the figures give {high}",
        ),
        (altered(good, -1, organisations=5000), "insight: “organisations” says 5000, and the figures give 4"),
        (altered(good, organisations=5000), "insight: “organisations” says 5000, and the figures give 4"),
        (altered(good, blank=7), "insight: “organisations” says 4, and the figures give 11"),
        (altered(good, lowest=1), "insight: “lowest” says 1, and the figures give 40.5"),
        (altered(good, best=100), "insight: “best” says 100, and the figures give 70.0"),
        (altered(good, figures=twice), "in insight, ACAS comes twice"),
        (altered(good, -1, cells=[cell, cell]), "insight comes 2 times"),
        (altered(good, -1, title="Sur\0vey"), "a NUL character in a text"),
    ]
    for data, line in wrong:
        validate(json.loads(data))
        check_edition(json.loads(data), "r.json")
        with pytest.raises(InputError) as refused:
            add_reference(parts, data, "r.json", Steward(uuid.uuid4(), NOW))
        assert line in str(refused.value)
    assert "Insight: “quartiles, 1” says 90, and the figures give" in upload(steward, wrong[0][0])
    assert superuser.execute("SELECT count(*) FROM pool.reference_edition").fetchone() == (0,)
    assert "The published results were added." in upload(steward, readable_json(good).encode())


def test_two_stewards_add_one_name_at_once_and_one_is_told(
    steward: Visitor, parts: Parts, superuser: psycopg.Connection, tmp_path: Path
) -> None:
    """Both have found the name free: the first one's row is not committed yet when the second adds."""
    data = readable_json(made(tmp_path)).encode()
    who = Steward(uuid.uuid4(), NOW)
    row = ReferenceEdition(
        name="example-2022",
        instrument_code="cri",
        sha256="1" * 64,
        document=json.loads(data),
        added_by=who.account_id,
        added_at=NOW,
    )
    with ThreadPoolExecutor(1) as threads:
        with parts.pool_sessions.begin() as session:
            session.add(row)
            session.flush()
            second = threads.submit(add_reference, parts, data, "r.json", who)
            with pytest.raises(TimeoutError):
                second.result(timeout=0.5)  # it waits
        with pytest.raises(InputError, match="published results called example-2022 already"):
            second.result(timeout=30)
    assert superuser.execute("SELECT count(*) FROM pool.reference_edition").fetchone() == (1,)


def test_no_page_reads_the_documents_of_other_instruments(
    steward: Visitor, parts: Parts, tmp_path: Path
) -> None:
    own = scorecard()
    other = {"reference": "other", "instrument": {"code": "uk_csps", "version": "1"}}
    for changes in ({"instrument": of_scorecard(own)}, other):
        upload(steward, readable_json(made(tmp_path, **changes)).encode())
    read: list[str] = []

    def note(row: ReferenceEdition, _context: object) -> None:
        read.append(row.name)

    event.listen(ReferenceEdition, "load", note)
    try:
        assert [one["reference"] for one, _placed in beside(parts, own)] == ["example-2022"]
        assert read == ["example-2022"]
        list_references(parts)
        assert sorted(read) == ["example-2022", "example-2022", "other"]
    finally:
        event.remove(ReferenceEdition, "load", note)
