"""What goes wrong while people answer: no answer is lost once its page said saved, and none is counted twice.

One command: pytest tests/service/test_faults.py. Real processes are killed, a real PostgreSQL crashes, a real
file cannot be written. Each claim has its control: the naive way, which the same check catches.
"""

import errno
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.answer_sheets import decode_sheet
from cri.adapters.secret_files import read_or_make_secrets
from cri.db.migrate import ROOT
from cri.db.models import Wave
from cri.db.session import enter_agency
from cri.domain.wave import Answers
from cri.services.context import Parts
from cri.services.instruments import OFFERED, released_instrument
from cri.services.responses import find_questionnaire
from cri.services.sheets import sheet_key
from cri.services.submissions import submit
from cri.settings import Settings
from cri.web import parts as web_parts
from tests.factories import OpenedWave, change_wave, open_wave, received
from tests.service.own_service import OwnService, own_service
from tests.service.staff import TEXT, Browser, Ledger, answer_all
from tests.web.respondent import PageReader, Respondent

PEOPLE, AT_ONCE = 12, 6


def installation(folder: Path) -> Settings:
    """Settings of an installation of its own; its database is still to come."""
    return Settings(
        var=folder,
        host="127.0.0.1",
        port=0,
        external_url="http://127.0.0.1",
        database_url=None,
        database_owner_url=None,
        database_pool_url=None,
        blob_url=f"file://{folder / 'blobs'}",
        secrets=read_or_make_secrets(folder / "secrets"),
        secrets_dir=folder / "secrets",
        demo=False,
        web_workers=2,
        web_threads=4,
    )


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnService]:
    with own_service(installation(tmp_path_factory.mktemp("installation"))) as made:
        made.serve()
        yield made


def under_load(service: OwnService, wave: OpenedWave, disturb: Callable[[Ledger], None]) -> Ledger:
    """Let everybody who is invited answer, AT_ONCE at a time, while something goes wrong."""
    ledger = Ledger()
    with ThreadPoolExecutor(AT_ONCE + 1) as people:
        disturbed = people.submit(disturb, ledger)
        each = [
            people.submit(answer_all, service.url, token, f"person {number}", ledger)
            for number, token in enumerate(wave.tokens)
        ]
        browsers = [one.result() for one in each]
        disturbed.result()
    assert sum(browser.troubles for browser in browsers) > 0, "nobody noticed anything: nothing was tried"
    return ledger


def test_web_processes_are_killed_while_people_answer(service: OwnService) -> None:
    wave = service.wave(PEOPLE)

    def kill(ledger: Ledger) -> None:
        for pages, how_many in ((20, 1), (60, 2)):
            ledger.wait_for(pages)
            service.kill(service.workers()[:how_many])

    ledger = under_load(service, wave, kill)
    assert len(ledger.received) == PEOPLE
    assert ledger.broken(received(service.sessions, service.parts, wave)) == []


def test_postgres_crashes_while_people_answer(service: OwnService) -> None:
    wave = service.wave(PEOPLE)

    def crash(ledger: Ledger) -> None:
        for pages in (30, 75):
            ledger.wait_for(pages)
            service.crash_postgres()

    ledger = under_load(service, wave, crash)
    assert len(ledger.received) == PEOPLE
    assert ledger.broken(received(service.sessions, service.parts, wave)) == []


def is_kept(service: OwnService, wave: OpenedWave, fault: Callable[[], object]) -> bool:
    """Whether the first page is there after a fault in the instant in which it was called saved."""
    ann = Browser(service.url)
    path, page = ann.open(f"/s/{wave.tokens[0]}")
    ann.submit(path, PageReader(page).forms["questionnaire"], {})
    service.wait_until_written(wave)  # that somebody began: whoever is careless has had time for that
    path, page = ann.open(f"{path}/1")
    form = PageReader(page).forms["questionnaire"]
    given = {name: values[4] for name, values in form.radios.items()}
    assert given
    status, to, _ = ann.once("POST", path, {**form.filled(), **given})
    assert (status, to) == (302, f"/s/{wave.tokens[0]}/2")
    fault()
    return PageReader(ann.open(path)[1]).forms["questionnaire"].checked == given


def test_a_page_that_was_called_saved_is_there_after_any_crash(service: OwnService) -> None:
    wave = service.wave(people=1)
    assert is_kept(service, wave, lambda: service.kill(service.workers()))
    assert is_kept(service, service.wave(people=1), service.crash_postgres)


def test_control_a_page_that_is_answered_before_it_is_written_is_lost(service: OwnService) -> None:
    naive = service.beside("tests.service.naive_web:app")
    try:
        assert not is_kept(naive, service.wave(people=1), lambda: naive.kill(naive.workers()))
    finally:
        naive.stop_serving()


def test_control_a_server_that_confirms_before_it_writes_loses_pages(service: OwnService) -> None:
    """What `synchronous_commit = off` would save in time, a crash takes back."""
    lazy = ("synchronous_commit=off", "wal_writer_delay=10s", "wal_writer_flush_after=1GB")
    service.restart_postgres(lazy)
    try:
        assert not is_kept(service, service.wave(people=1), service.crash_postgres)
    finally:
        service.restart_postgres(())


def test_one_link_on_two_devices_with_double_clicks_and_two_tabs_counts_once(service: OwnService) -> None:
    wave = service.wave(people=1)
    link, ledgers = wave.tokens[0], [Ledger(), Ledger()]
    devices, checks = [Browser(service.url), Browser(service.url)], []
    for name, device, ledger in zip(("one", "other"), devices, ledgers, strict=True):
        path, page = device.open(f"/s/{link}")
        assert ("begun before" in page) == (name == "other")
        while not path.endswith("/check"):
            form = PageReader(page).forms["questionnaire"]
            given = {field: values[len(name) % len(values)] for field, values in form.radios.items()}
            given |= dict.fromkeys(form.texts, name)
            path, page, accepted = device.submit(path, form, given)
            assert accepted
            ledger.note_saved(name, given)
        checks.append((path, PageReader(page).forms["questionnaire"]))
        again, _ = device.open(f"/s/{link}")  # a second tab of the same browser is where the first is
        assert again == path

    def click(number: int) -> str:
        device = devices[number % 2]
        path, form = checks[number % 2]
        own = Browser(service.url, dict(device.cookies))
        return own.submit(path, form, {})[1]

    with ThreadPoolExecutor(8) as people:
        ends = list(people.map(click, range(8)))
    assert all('data-page="receipt"' in page for page in ends)
    assert sum("They are counted once. You will get no more reminders." in page for page in ends) == 1
    submissions = received(service.sessions, service.parts, wave)
    assert len(submissions) == 1
    assert submissions[0].answers.comments[TEXT] in ("one", "other")
    assert sorted(len(ledger.broken(submissions)) for ledger in ledgers) == [
        0,
        1,
    ]  # the other was never asked
    assert Browser(service.url).once("GET", f"/s/{link}")[0] == 404


# Clocks


class Clock:
    """The clock of the web server, as far off as it is told to be. The database's own is right."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.off = timedelta(0)
        right, clock = time.time, self

        class Shown(datetime):
            @classmethod
            def now(cls, tz: tzinfo | None = None) -> "Shown":
                return cls.fromtimestamp(right(), tz) + clock.off

        monkeypatch.setattr(time, "time", lambda: right() + self.off.total_seconds())
        monkeypatch.setattr(web_parts, "datetime", Shown)


def test_clocks_an_hour_off_on_either_side_lose_nothing(
    app: Flask,
    sessions: sessionmaker[Session],
    parts: Parts,
    agency_id: uuid.UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Two machines whose clocks differ by two hours serve one person in turn, in the last hours of a wave."""
    wave = open_wave(sessions, parts, agency_id, closes_in=timedelta(hours=3))
    clock, ann, given, asked_again = Clock(monkeypatch), Respondent(app.test_client()), {}, 0
    page = ann.open(f"/s/{wave.tokens[0]}")
    for number in range(40):
        if page.is_receipt:
            break
        clock.off = timedelta(hours=1 if number % 2 else -1)
        answers = {name: values[number % 7] for name, values in page.form.radios.items() if len(values) > 7}
        page = ann.send(page, answers)
        assert page.status in (200, 400)
        if page.status == 400:  # signed by a clock that is ahead: the page as typed, and once more
            asked_again += 1
            assert "choose the button again" in page.text or "press the button once more" in page.text
            page = ann.send(page)
            assert page.status == 200
        given.update(answers)
    assert page.is_receipt
    assert asked_again > 0, "the clocks made no difference: nothing was tried"
    submissions = received(sessions, parts, wave)
    assert len(submissions) == 1
    assert {code: str(value) for code, value in submissions[0].answers.items.items()} == given


def test_a_clock_an_hour_ahead_says_closed_and_loses_nothing(
    app: Flask,
    sessions: sessionmaker[Session],
    parts: Parts,
    agency_id: uuid.UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    wave = open_wave(sessions, parts, agency_id, closes_in=timedelta(minutes=10))
    clock, ann = Clock(monkeypatch), Respondent(app.test_client())
    page = ann.answer_all(ann.start(wave.tokens[0]), "2")
    clock.off = timedelta(hours=1)
    closed = ann.answer_all(page, "5")
    assert closed.status == 410
    assert "Your answers were not submitted, so they are not counted" in closed.text
    clock.off = timedelta(0)
    page = ann.open(f"/s/{wave.tokens[0]}")
    assert page.read.heading == "Section 2 of 6"
    assert set(ann.open(f"/s/{wave.tokens[0]}/1").form.checked.values()) == {"2"}
    for _ in range(6):
        page = ann.answer_all(page, "2")
    assert ann.send(page).is_receipt
    assert len(received(sessions, parts, wave)) == 1


# A full disk


def test_where_sheets_are_kept_nothing_fits_any_more(
    sessions: sessionmaker[Session],
    parts: Parts,
    settings: Settings,
    agency_id: uuid.UUID,
) -> None:
    """The system refuses the write as on a full disk. The wave waits unsealed with every answer in it."""
    wave = open_wave(sessions, parts, agency_id, people=["depot"] * 12)
    codes = [item.code for item in released_instrument(*OFFERED[0]).items]
    rows = [[1 + (place + number) % 7 for place in range(len(codes))] for number in range(12)]
    for token, row in zip(wave.tokens, rows, strict=True):
        with sessions.begin() as session:
            questionnaire = find_questionnaire(session, parts.secrets, token, datetime.now(UTC))
            submit(session, questionnaire, Answers(items=dict(zip(codes, row, strict=True))))
    change_wave(sessions, wave, state="closing", closed_at=datetime.now(UTC))

    with sealing(settings, wave) as seal:
        assert seal(1024) == errno.EFBIG
        assert state_of(sessions, wave) == ("closing", None)
        assert len(received(sessions, parts, wave)) == 12
        assert parts.blobs.keys("sheet") == [], "nothing half-written can be taken for a sheet"
        assert seal(-1) == 0
    state, sha256 = state_of(sessions, wave)
    assert state == "sealed"
    data = parts.blobs.get(sheet_key(wave.agency_id, wave.wave_id, str(sha256)))
    sheet = decode_sheet(data, released_instrument(*OFFERED[0]))
    assert sorted(sheet.answers.tolist()) == sorted(rows)


@contextmanager
def sealing(settings: Settings, wave: OpenedWave) -> Iterator[Callable[[int], int]]:
    """Call it with the most bytes that a file may have: it seals in a new process; returns its exit code."""
    command = [sys.executable, "-m", "tests.service.small_disk", str(wave.agency_id), str(wave.wave_id)]
    told, pipe = {**os.environ, **settings.environment()}, subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=told, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asked, told_back = process.stdin, process.stdout

        def seal(most_bytes: int) -> int:
            asked.write(f"{most_bytes}\n")
            asked.flush()
            return int(told_back.readline())

        yield seal


def state_of(sessions: sessionmaker[Session], wave: OpenedWave) -> tuple[str, str | None]:
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        found = session.execute(select(Wave.state, Wave.sheet_sha256).where(Wave.id == wave.wave_id)).one()
        return found.state, found.sheet_sha256
