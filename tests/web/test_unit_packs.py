"""Packs of many units: asked for on a page, made step by step, stopped, gone on with, taken as one ZIP."""

import hashlib
import io
import json
import uuid
import zipfile
from collections.abc import Callable

import psycopg
import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.charts import ChartBrowser
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.domain.errors import InputError
from cri.services import unit_packs
from cri.services.context import Actor, Context, Parts
from cri.services.replays import replay_wave
from tests.services.conftest import NOW
from tests.web.visitor import Visitor, add_results, make_person, visit

Sessions = sessionmaker[Session]
RELEASED = ["field", "depot", "visits", "desk"]
HIDDEN = ["hq", "lab"]


@pytest.fixture
def wave_id(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> uuid.UUID:
    return add_results(sessions, parts, agency_id, "no norm", languages=("en", "ar"))


@pytest.fixture
def leader(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.LEADER)))


@pytest.fixture
def step(sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID) -> Callable[[], bool]:
    """Take one step of the job, as the worker does. A unit's pack has nothing drawn: no browser starts."""

    def once() -> bool:
        with sessions.begin() as session, ChartBrowser() as browser:
            enter_agency(session, agency_id)
            return unit_packs.make_next(worker(session, agency_id, parts), wave_id, browser)

    return once


def worker(session: Session, agency_id: uuid.UUID, parts: Parts) -> Context:
    return Context(session, agency_id, Actor(None, "worker"), NOW, parts)


def steps_asked(superuser: psycopg.Connection, wave_id: uuid.UUID) -> int:
    row = superuser.execute(
        "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'cri:make_unit_pack' AND lock = %s",
        [f"wave:{wave_id}"],
    ).fetchone()
    assert row is not None
    return int(row[0])


def test_many_are_one_order_that_can_be_stopped_and_gone_on_with(
    leader: Visitor,
    step: Callable[[], bool],
    superuser: psycopg.Connection,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    wave_id: uuid.UUID,
) -> None:
    path = f"/results/{wave_id}/unit-packs"
    leader.get(f"/results/{wave_id}")
    assert path in leader.page
    leader.get(path)
    assert "All 4 units that may be shown" in leader.text
    leader.post(path, {"which": "some", "units": ["depot", "desk"], "locale": "en"})
    assert "0 of 2 packs are made (English)" in leader.text
    assert leader.client.get(path).headers["Refresh"] == "5"
    assert steps_asked(superuser, wave_id) == 1, "one job, however many packs"
    leader.post(path, {"which": "all", "locale": "en"})
    assert "could not be asked for" in leader.text
    assert step()
    leader.get(path)
    assert "1 of 2 packs are made" in leader.text
    assert leader.client.get(f"{path}/packs.zip").status_code == 404
    leader.post(f"{path}/stop")
    assert "Stopped" in leader.text
    assert "Refresh" not in leader.client.get(path).headers
    assert not step(), "the job that was asked for before finds nothing to do"
    made = made_reports(superuser, wave_id)
    leader.post(path, {"which": "some", "units": ["depot", "desk"], "locale": "en"})
    while step():
        pass
    assert made_reports(superuser, wave_id)[: len(made)] == made, "what was made is not made again"
    leader.get(path)
    assert "2 of 2 packs are made" in leader.text
    answer = leader.client.get(f"{path}/packs.zip")
    check_zip(answer.data)
    assert answer.headers["Cache-Control"] == "private, no-store"
    superuser.execute("DELETE FROM report WHERE wave_id = %s AND kind = 'leader'", [wave_id])  # no real ones
    with sessions() as session, ChartBrowser() as browser:
        enter_agency(session, agency_id)
        told = list(replay_wave(worker(session, agency_id, parts), wave_id, browser))
        assert [one.name.split(" of wave ")[0] for one in told] == [
            "unit pdf en of unit depot",
            "unit pdf en of unit desk",
        ]
        assert not any(one.differences for one in told)


def made_reports(superuser: psycopg.Connection, wave_id: uuid.UUID) -> list[tuple[str, str]]:
    rows = superuser.execute(
        "SELECT unit_code, sha256 FROM report WHERE wave_id = %s AND kind = 'unit' ORDER BY unit_code",
        [wave_id],
    )
    return [(str(code), str(sha256)) for code, sha256 in rows.fetchall()]


def check_zip(data: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        contents = json.loads(archive.read("contents.json"))
        assert [pack["unit"] for pack in contents["packs"]] == ["depot", "desk"]
        for pack in contents["packs"]:
            assert hashlib.sha256(archive.read(pack["file"])).hexdigest() == pack["sha256"]
            assert archive.read(pack["file"]).startswith(b"%PDF")
        assert len(archive.namelist()) == 3


def test_what_is_not_released_is_named_as_left_out_and_never_made(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID
) -> None:
    leader.post(f"/results/{wave_id}/unit-packs", {"which": "all", "locale": "ar"})
    assert "Left out, because they may not be shown: Head office Service laboratory" in leader.text
    assert "0 of 4 packs are made" in leader.text
    with sessions() as session:
        enter_agency(session, agency_id)
        context = worker(session, agency_id, parts)
        order = unit_packs.find_order(context, wave_id)
        assert order is not None
        progress = unit_packs.progress_of(context, order)
        assert (progress.waiting, list(progress.left_out)) == (4, HIDDEN)
        unit_packs.stop_packs(context, wave_id)
        with pytest.raises(InputError, match="none of these units may be shown"):
            unit_packs.order_packs(context, wave_id, "en", ["lab"])
        with pytest.raises(InputError, match="there is no unit nowhere"):
            unit_packs.order_packs(context, wave_id, "en", ["nowhere"])
        with pytest.raises(InputError, match="not asked in fr"):
            unit_packs.order_packs(context, wave_id, "fr")


def test_nothing_ticked_is_said_beside_the_form(leader: Visitor, wave_id: uuid.UUID) -> None:
    path = f"/results/{wave_id}/unit-packs"
    leader.get(path)
    assert leader.post(path, {"which": "some", "locale": "en"}).status_code == 400
    assert "Tick at least one unit" in leader.text
    assert leader.post(path, {"which": "all", "locale": "tlh"}).status_code == 400
    assert leader.post(path, {"which": "some", "units": ["lab"], "locale": "en"}).status_code == 400


def test_one_units_trouble_does_not_hold_up_the_others(
    leader: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID
) -> None:
    path = f"/results/{wave_id}/unit-packs"
    leader.post(path, {"which": "some", "units": ["depot", "desk"], "locale": "en"})
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        context = worker(session, agency_id, parts)
        for _unit in range(2):
            unit_packs.give_up_next(context, wave_id)
    with sessions.begin() as session, ChartBrowser() as browser:
        enter_agency(session, agency_id)
        assert not unit_packs.make_next(worker(session, agency_id, parts), wave_id, browser)
    leader.get(path)
    assert "0 of 2 packs are made" in leader.text
    assert "These could not be made. Ask for them again" in leader.text
    assert "Depots" in leader.text


def test_a_viewer_neither_sees_nor_asks_for_them(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave_id: uuid.UUID
) -> None:
    viewer = visit(app, make_person(sessions, parts, (agency_id, Role.VIEWER)))
    path = f"/results/{wave_id}/unit-packs"
    viewer.get(f"/results/{wave_id}")
    assert path not in viewer.page
    for address in (path, f"{path}/packs.zip"):
        assert viewer.client.get(address).status_code == 403
    for address in (path, f"{path}/stop"):
        assert viewer.post(address).status_code == 403


def test_an_order_that_lost_its_job_is_taken_up_again(
    leader: Visitor,
    sessions: Sessions,
    parts: Parts,
    superuser: psycopg.Connection,
    agency_id: uuid.UUID,
    wave_id: uuid.UUID,
) -> None:
    leader.post(f"/results/{wave_id}/unit-packs", {"which": "all", "locale": "en"})
    for asked in (False, True, False):
        if asked:
            superuser.execute("DELETE FROM procrastinate_jobs WHERE lock = %s", [f"wave:{wave_id}"])
        with sessions.begin() as session:
            enter_agency(session, agency_id)
            assert unit_packs.take_up(worker(session, agency_id, parts), wave_id) is asked
