"""Guessing codes finds nothing, and locks nobody out who has one."""

from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.secret_files import Secrets
from cri.db.models import AttemptCount
from cri.services import attempts, codes
from cri.services.attempts import WINDOW, TooManyTriesError, forget_tries, network_of
from cri.services.context import Parts
from cri.settings import Settings
from tests.factories import OpenedWave
from tests.web.codes.letters import any_code, browser_at, statements, typed, use
from tests.web.respondent import Respondent

Sessions = sessionmaker[Session]


def test_ten_thousand_wrong_codes_find_nothing_and_most_are_not_even_looked_up(
    sessions: Sessions, parts: Parts, letters: list[str]
) -> None:
    now, refused, looked_up = datetime.now(UTC), 0, 0
    with sessions() as session, statements() as seen:
        for number in range(10_000):
            try:
                found = codes.try_code(session, parts.secrets, any_code(), f"10.0.{number % 4}.0/24", now)
            except TooManyTriesError:
                refused += 1
            else:
                assert found is None
                looked_up += 1
        # A good code from there is refused like the others: who guesses learns nothing by a hit.
        with pytest.raises(TooManyTriesError):
            codes.try_code(session, parts.secrets, letters[0].replace("-", ""), "10.0.0.0/24", now)
    assert (looked_up, refused) == (4 * codes.CODES.near, 10_000 - 4 * codes.CODES.near)
    assert sum("lookup.try_code" in one for one in seen) == looked_up


def test_without_the_throttle_every_guess_is_looked_up(
    sessions: Sessions, parts: Parts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the same count of the same statement, on the naive way."""
    monkeypatch.setattr(codes, "require_room", lambda *_: None)
    now = datetime.now(UTC)
    with sessions() as session, statements() as seen:
        for _ in range(codes.CODES.near + 1):
            codes.try_code(session, parts.secrets, any_code(), "10.0.0.0/24", now)
    assert sum("lookup.try_code" in one for one in seen) == codes.CODES.near + 1


@pytest.mark.parametrize(("near", "locked"), [(codes.CODES.near, False), (20, True)])
def test_one_persons_wrong_codes_do_not_lock_their_colleagues_out(
    sessions: Sessions,
    parts: Parts,
    letters: list[str],
    near: int,
    locked: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The control: with twenty tries, twenty wrong codes close the box to a whole office."""
    monkeypatch.setattr(codes, "CODES", replace(codes.CODES, near=near))
    now = datetime.now(UTC)
    with sessions.begin() as session:
        for _ in range(20):
            codes.try_code(session, parts.secrets, any_code(), "192.0.2.0/24", now)
        for letter in letters:
            right = letter.replace("-", "")
            if locked:
                with pytest.raises(TooManyTriesError):
                    codes.try_code(session, parts.secrets, right, "192.0.2.0/24", now)
            else:
                assert codes.try_code(session, parts.secrets, right, "192.0.2.0/24", now) is not None


def as_it_was(session: Session, secrets: Secrets, code: str, network: str, now: datetime) -> str | None:
    """The naive way: whatever leads nowhere is a wrong try."""
    attempts.require_room(session, secrets, codes.CODES, network, now)
    with session.begin_nested() as tried:
        found = codes.try_code(session, secrets, code, network, now)
        if found is None:
            tried.rollback()
    if found is None:
        attempts.count_try(session, secrets, codes.CODES, network, now)
    return found


@pytest.mark.parametrize("naive", [False, True])
def test_whoever_types_a_used_code_again_and_again_locks_nobody_out(
    sessions: Sessions,
    parts: Parts,
    wave: OpenedWave,
    letters: list[str],
    monkeypatch: pytest.MonkeyPatch,
    *,
    naive: bool,
) -> None:
    """Their colleagues neither. The control counts each as a wrong try."""
    monkeypatch.setattr(codes, "CODES", attempts.Allowance("code", near=5, far=50, few=3))
    use(sessions, wave)
    trying, now = as_it_was if naive else codes.try_code, datetime.now(UTC)
    used, alive = (letter.replace("-", "") for letter in letters[:2])
    with sessions.begin() as session:
        for number in range(20):
            if naive and number >= 5:
                with pytest.raises(TooManyTriesError):
                    trying(session, parts.secrets, used, "192.0.2.0/24", now)
            else:
                assert trying(session, parts.secrets, used, "192.0.2.0/24", now) is None
        if naive:
            with pytest.raises(TooManyTriesError):
                trying(session, parts.secrets, alive, "192.0.2.0/24", now)
        else:
            assert trying(session, parts.secrets, alive, "192.0.2.0/24", now) == wave.tokens[1]
            for _ in range(4):
                trying(session, parts.secrets, any_code(), "192.0.2.0/24", now)
            with pytest.raises(TooManyTriesError):  # what nobody ever showed is counted as before
                trying(session, parts.secrets, any_code(), "192.0.2.0/24", now)


@pytest.mark.usefixtures("one_window")
def test_after_too_many_wrong_codes_one_waits_and_a_link_does_not(
    app: Flask, letters: list[str], wave: OpenedWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "CODES", attempts.Allowance("code", near=2, far=9, few=1))
    browser = Respondent(app.test_client())
    assert [typed(browser, any_code()).status for _ in range(3)] == [422, 422, 429]
    page = typed(browser, letters[0])
    assert (page.status, page.response.headers["Retry-After"]) == (429, "600")
    assert "Try again in 10 minutes" in page.text
    assert browser.open(f"/s/{wave.tokens[0]}").status == 200
    assert typed(browser_at(app, "192.0.2.7"), letters[0]).path == f"/s/{wave.tokens[0]}"


def test_good_codes_are_not_counted_so_a_tablet_takes_as_many_as_there_are(
    app: Flask, letters: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(codes, "CODES", attempts.Allowance("code", near=1, far=9, few=1))
    for code in letters * 2:
        assert typed(Respondent(app.test_client()), code).status == 200


def test_a_crowd_elsewhere_locks_nobody_out(sessions: Sessions, parts: Parts, letters: list[str]) -> None:
    now, few = datetime.now(UTC), attempts.Allowance("crowd", near=5, far=20, few=2)
    with sessions() as session:
        for number in range(20):
            attempts.count_try(session, parts.secrets, few, f"10.1.{number}.0/24", now)
        for _ in range(2):
            attempts.count_try(session, parts.secrets, few, "10.2.0.0/24", now)
        with pytest.raises(TooManyTriesError):
            attempts.count_try(session, parts.secrets, few, "10.2.0.0/24", now)


def test_counts_hold_no_address_and_end_with_their_minutes(
    app: Flask, sessions: Sessions, superuser: psycopg.Connection, one_window: datetime
) -> None:
    typed(browser_at(app, "192.0.2.7"), any_code())
    rows = superuser.execute("SELECT * FROM attempt_count").fetchall()
    assert len(rows) == 2
    assert all(len(row[0]) == 16 and "192.0.2" not in str(row) for row in rows)
    assert all(row[1] <= one_window + WINDOW for row in rows)
    with sessions.begin() as session:
        forget_tries(session, one_window)
        assert session.scalar(select(func.count()).select_from(AttemptCount)) == 2
        forget_tries(session, one_window + WINDOW)
        assert session.scalar(select(func.count()).select_from(AttemptCount)) == 0


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.77", "192.0.2.0/24"),
        ("::ffff:192.0.2.77", "192.0.2.0/24"),
        ("2001:db8:1:2::3", "2001:db8:1::/48"),
        ("not an address", ""),
        (None, ""),
    ],
)
def test_neighbours_share_their_tries(address: str | None, network: str) -> None:
    assert network_of(address) == network


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """Those of every test, with as many proxies as a test asks for."""
    return replace(settings, proxies=getattr(request, "param", 0))


@pytest.mark.parametrize(("settings", "expected"), [(1, [422, 422]), (0, [422, 429])], indirect=["settings"])
@pytest.mark.usefixtures("one_window")
def test_behind_proxies_tries_are_counted_where_they_come_from(
    app: Flask, letters: list[str], monkeypatch: pytest.MonkeyPatch, expected: list[int]
) -> None:
    """The control: a service that is not told of its proxy takes it for everybody."""
    monkeypatch.setattr(codes, "CODES", attempts.Allowance("code", near=1, far=99, few=1))
    statuses = []
    for asker in ("192.0.2.7", "198.51.100.7"):
        client = app.test_client()
        client.environ_base["HTTP_X_FORWARDED_FOR"] = asker
        statuses.append(typed(Respondent(client), any_code()).status)
    assert statuses == expected
