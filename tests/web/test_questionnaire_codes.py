"""Typed codes, posters of a unit and a tablet for all, as a respondent without JavaScript meets them."""

import re
import secrets
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import psycopg
import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, select, text, update
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.secret_files import Secrets
from cri.db.models import AttemptCount, Draft, Invitation
from cri.db.session import enter_agency
from cri.domain.crockford import write_code
from cri.domain.wave import Answers
from cri.services import attempts, codes, drafts, open_links
from cri.services.attempts import WINDOW, TooManyTriesError, forget_tries, network_of
from cri.services.context import Actor, Context, Parts
from cri.services.drafts import Progress, load_draft, start_draft
from cri.services.responses import LinkUnusableError, find_questionnaire
from cri.settings import Settings
from tests.factories import OpenedWave, change_wave, open_wave, received
from tests.web.respondent import Page, Respondent

Sessions = sessionmaker[Session]


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage", "front", "front"])


@pytest.fixture(autouse=True)
def _nobody_tried(superuser: psycopg.Connection) -> None:
    """Tries of other tests came from the same address."""
    superuser.execute("DELETE FROM attempt_count")


@pytest.fixture
def letters(sessions: Sessions, parts: Parts, wave: OpenedWave) -> list[str]:
    """The code in each person's letter."""
    return codes_of(sessions, parts, wave)


def codes_of(sessions: Sessions, parts: Parts, wave: OpenedWave) -> list[str]:
    with sessions.begin() as session:
        return list(codes.show_codes(context(session, parts, wave), wave.invitations).values())


def context(session: Session, parts: Parts, wave: OpenedWave) -> Context:
    enter_agency(session, wave.agency_id)
    return Context(session, wave.agency_id, Actor(None, "administrator"), datetime.now(UTC), parts)


def any_code() -> str:
    """A well-formed code that nobody has."""
    code = None
    while code is None:
        code = write_code(secrets.randbits(60), codes.SYMBOLS)
    return code


def typed(browser: Respondent, code: str, box: str = "/s") -> Page:
    return browser.send(browser.open(box), {"code": code})


def browser_at(app: Flask, address: str) -> Respondent:
    """A browser somewhere else in the network."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = address
    return Respondent(client)


# The box


def test_a_code_leads_to_the_persons_own_questionnaire(
    app: Flask, letters: list[str], wave: OpenedWave
) -> None:
    page = typed(Respondent(app.test_client()), letters[1].lower().replace("-", " "))
    assert page.path == f"/s/{wave.tokens[1]}"
    assert "Front desk, 30 people" in page.text


def test_a_slip_of_the_finger_is_said_kept_and_not_counted(
    app: Flask, letters: list[str], sessions: Sessions
) -> None:
    wrong = letters[0][:-1] + ("2" if letters[0][-1] != "2" else "3")
    page = typed(Respondent(app.test_client()), wrong)
    assert page.status == 422
    assert "13 letters and digits" in page.text
    assert page.form.texts["code"] == wrong
    with sessions() as session:
        assert session.scalar(select(func.count()).select_from(AttemptCount)) == 0


@contextmanager
def statements() -> Iterator[list[str]]:
    """What is asked of the database meanwhile."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(Engine, "before_cursor_execute", note)


def test_wrong_used_and_expired_codes_get_one_and_the_same_answer(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave: OpenedWave, letters: list[str]
) -> None:
    """One body, one head, and one and the same list of statements: nothing else takes time."""
    ann = Respondent(app.test_client())
    ann.send(ann.to_check(wave.tokens[0]))
    dead = [letters[0], any_code()]
    for values in ({"closes_at": datetime.now(UTC)}, {"state": "closing"}):
        other = open_wave(sessions, parts, agency_id, languages=["ar"])
        dead += codes_of(sessions, parts, other)
        change_wave(sessions, other, **values)
    pages, asked = [], []
    for code in dead:
        with statements() as seen:
            pages.append(typed(Respondent(app.test_client()), code))
        asked.append([one.replace(code, "") for one in seen])
    assert len(pages) == 4
    assert {page.status for page in pages} == {422}
    assert len({page.html for page in pages}) == 1
    assert "This code cannot be used" in pages[0].text
    heads = [{name for name, _ in page.response.headers} for page in pages]
    assert all(names == heads[0] for names in heads)
    assert all(one == asked[0] for one in asked)


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
    with sessions() as session, statements() as seen:
        for _ in range(codes.CODES.near + 1):
            codes.try_code(session, parts.secrets, any_code(), "10.0.0.0/24", datetime.now(UTC))
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


def use(sessions: Sessions, wave: OpenedWave, number: int = 0) -> None:
    """One person has answered."""
    with sessions.begin() as session:
        enter_agency(session, wave.agency_id)
        session.execute(update(Invitation).where(Invitation.id == wave.invitations[number]).values(used=True))


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


NAIVE = """
CREATE FUNCTION lookup.naive_try(
    typed bytea, moment timestamptz, near bytea, far bytea, over timestamptz, a integer, b integer
)
    RETURNS uuid LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM invitation_code c WHERE c.digest = typed) THEN
        INSERT INTO attempt_count AS known (bucket, until, tries) VALUES (near, over, 1), (far, over, 1)
            ON CONFLICT (bucket) DO UPDATE SET tries = known.tries + 1;
    END IF;
    RETURN NULL;
END $$;
ALTER FUNCTION lookup.naive_try OWNER TO cri_lookup;
GRANT EXECUTE ON FUNCTION lookup.naive_try TO cri_app
"""


@pytest.fixture
def naive_try(superuser: psycopg.Connection) -> Iterator[None]:
    """In the database: the way that leaves out the writing where there is nothing to count."""
    superuser.execute(NAIVE)
    yield
    superuser.execute("DROP FUNCTION lookup.naive_try")


@pytest.mark.parametrize("naive", [False, True])
@pytest.mark.usefixtures("naive_try")
def test_a_used_code_costs_the_same_writing_as_an_unknown_one(
    sessions: Sessions,
    parts: Parts,
    wave: OpenedWave,
    letters: list[str],
    superuser: psycopg.Connection,
    monkeypatch: pytest.MonkeyPatch,
    *,
    naive: bool,
) -> None:
    """Each writes both rows anew, so each commit waits for the disk. The control writes for one only."""
    if naive:
        asked = "SELECT lookup.naive_try(:typed, :now, :near, :far, :until, :near_most, :far_most)"
        monkeypatch.setattr(codes, "_TRY", text(asked))
    use(sessions, wave)
    now, written = datetime.now(UTC), []
    for code in (any_code(), letters[0].replace("-", ""), any_code(), letters[0].replace("-", "")):
        with sessions.begin() as session:
            codes.try_code(session, parts.secrets, code, "192.0.2.0/24", now)
        written.append({row[0] for row in superuser.execute("SELECT xmin::text FROM attempt_count")})
    fresh = [len(written[0]) == 1, *(one != before for before, one in pairwise(written))]
    assert fresh == ([True, False, True, False] if naive else [True] * 4)


def test_the_service_itself_cannot_ask_whether_a_code_was_good_once(
    sessions: Sessions, parts: Parts, wave: OpenedWave, letters: list[str]
) -> None:
    """It is given a link or nothing; without an agency it finds no row, and no other function tells."""
    use(sessions, wave)
    now = datetime.now(UTC)
    with sessions() as session:
        found = [
            session.execute(codes._TRY, asked).all()
            for asked in (tried(parts, code, now) for code in (any_code(), letters[0].replace("-", "")))
        ]
        assert found == [[(None,)], [(None,)]]
        assert session.execute(text("SELECT count(*) FROM invitation_code")).scalar_one() == 0
        functions = (
            "SELECT proname FROM pg_proc WHERE pronamespace = 'lookup'::regnamespace AND prosrc LIKE :of"
        )
        assert session.scalars(text(functions), {"of": "%invitation_code%"}).all() == ["try_code"]


def tried(parts: Parts, code: str, now: datetime) -> dict[str, object]:
    near, far, until = attempts.buckets_of(parts.secrets, codes.CODES, "192.0.2.0/24", now)
    where = {"near": near, "far": far, "until": until, "near_most": 200, "far_most": 20_000}
    return {"typed": codes._digest_of(parts.secrets, code), "now": now, **where}


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
    app: Flask, sessions: Sessions, superuser: psycopg.Connection
) -> None:
    typed(browser_at(app, "192.0.2.7"), any_code())
    rows = superuser.execute("SELECT * FROM attempt_count").fetchall()
    assert len(rows) == 2
    assert all(len(row[0]) == 16 and "192.0.2" not in str(row) for row in rows)
    assert all(row[1] <= datetime.now(UTC) + WINDOW for row in rows)
    with sessions.begin() as session:
        forget_tries(session, datetime.now(UTC))
        assert session.scalar(select(func.count()).select_from(AttemptCount)) == 2
        forget_tries(session, datetime.now(UTC) + WINDOW)
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


def test_a_form_without_its_token_is_asked_for_again(app: Flask, letters: list[str]) -> None:
    page = Respondent(app.test_client()).post("/s", {"code": letters[0]})
    assert page.status == 400
    assert page.form.texts["code"] == letters[0]


# Posters


def poster_of(sessions: Sessions, parts: Parts, wave: OpenedWave, unit: str) -> str:
    with sessions.begin() as session:
        ctx = context(session, parts, wave)
        address = open_links.unit_link(ctx, wave.wave_id, unit)
        assert address == open_links.unit_link(ctx, wave.wave_id, unit)
    return address.removeprefix(parts.external_url)


def test_a_poster_of_a_unit_counts_apart_and_for_its_unit(
    app: Flask, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    path = poster_of(sessions, parts, wave, "depot")
    ann = Respondent(app.test_client())
    assert "North depot, 24 people" in ann.open(path).text
    page = ann.send(ann.open(path))
    while not page.is_receipt:
        page = ann.answer_all(page)
    (submission,) = received(sessions, parts, wave)
    assert (submission.unit, submission.open_link) == ("depot", True)
    again = ann.open(path)  # one answer a browser session
    assert again.status == 404
    assert not Respondent(app.test_client()).open(path).is_receipt


def test_a_poster_of_a_unit_that_is_not_there(sessions: Sessions, parts: Parts, wave: OpenedWave) -> None:
    with sessions() as session:
        ctx = context(session, parts, wave)
        with pytest.raises(open_links.UnitMissingError):
            open_links.unit_link(ctx, wave.wave_id, "nowhere")


def test_starts_through_a_poster_are_limited_and_personal_links_are_not(
    app: Flask, wave: OpenedWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(open_links, "STARTS", attempts.Allowance("open link", near=2, far=9, few=1))
    started = [Respondent(app.test_client()).start(wave.open_token) for _ in range(3)]
    assert [page.status for page in started] == [200, 200, 429]
    assert "Please wait a while" in started[2].text
    assert Respondent(app.test_client()).start(wave.tokens[0]).status == 200
    assert browser_at(app, "192.0.2.7").start(wave.open_token).status == 200


@pytest.mark.parametrize("refusing", [False, True])
def test_a_full_poster_makes_room_for_whoever_comes(
    app: Flask, sessions: Sessions, wave: OpenedWave, monkeypatch: pytest.MonkeyPatch, *, refusing: bool
) -> None:
    """The control: a poster that refuses when it is full is closed for good by whoever starts often."""
    monkeypatch.setattr(open_links, "LEAST_ROOM", 2)
    monkeypatch.setattr(open_links, "ROOM_A_PERSON", 0)
    if refusing:
        monkeypatch.setattr(open_links, "_make_room", _refuse)
    started = [Respondent(app.test_client()).start(wave.open_token).status for _ in range(4)]
    assert started == ([200, 200, 429, 429] if refusing else [200] * 4)
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        assert session.scalar(select(func.count()).select_from(Draft)) == 2


def _refuse(*_: object) -> None:
    raise open_links.PosterFullError


@pytest.mark.parametrize("naive", [False, True])
def test_whoever_has_answered_something_is_the_last_to_make_room_on_a_full_poster(
    sessions: Sessions, parts: Parts, wave: OpenedWave, monkeypatch: pytest.MonkeyPatch, *, naive: bool
) -> None:
    """A script that only starts costs nobody an answer. The control: a script that answers as well, so that
    lots are drawn among all, as they were before."""
    monkeypatch.setattr(open_links, "LEAST_ROOM", 3)
    monkeypatch.setattr(open_links, "ROOM_A_PERSON", 0)
    monkeypatch.setattr(open_links, "STARTS", attempts.Allowance("open link", near=999, far=999, few=1))
    given = Progress(Answers(items={"insight1": 4}))
    token, code = came(sessions, parts, wave, given)
    for _ in range(40):  # by lot among three, somebody is still there once in ten million times
        came(sessions, parts, wave, given if naive else Progress())
    with sessions() as session:
        if naive:
            with pytest.raises(LinkUnusableError):
                find_questionnaire(session, parts.secrets, token, datetime.now(UTC))
        else:
            found = find_questionnaire(session, parts.secrets, token, datetime.now(UTC))
            assert load_draft(session, parts.secrets, found, code) == given


def came(sessions: Sessions, parts: Parts, wave: OpenedWave, given: Progress) -> tuple[str, str]:
    """Somebody through the poster; their link and resume code."""
    now, secret = datetime.now(UTC), parts.secrets
    with sessions.begin() as session:
        found = find_questionnaire(session, secret, wave.open_token, now)
        open_links.may_start(session, secret, found, "192.0.2.0/24", now)
        token = open_links.start_from_open_link(session, secret, found)
        own = find_questionnaire(session, secret, token, now)
        return token, start_draft(session, secret, own, given)


def test_a_link_begun_too_often_is_told_and_a_resume_code_still_works(
    app: Flask, wave: OpenedWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 2)
    devices = [Respondent(app.test_client()) for _ in range(3)]
    for one in devices[:2]:
        one.answer_all(one.start(wave.tokens[0]), "4")
    page = devices[2].start(wave.tokens[0])
    assert (page.status, page.read.heading) == (409, "This link was begun too often")
    assert f"/s/{wave.tokens[0]}" in page.html
    again = devices[0].open(f"/s/{wave.tokens[0]}")
    assert again.read.heading == "Section 2 of 6"
    code = devices[0].open(f"/s/{wave.tokens[0]}/later").read.text
    found = re.search(r"(?:[0-9A-Z]{4}-){4}[0-9A-Z]", code)
    assert found
    welcome = devices[2].open(f"/s/{wave.tokens[0]}")
    resumed = devices[2].send(welcome, {"code": found[0]}, form=welcome.read.forms["resume"])
    assert resumed.read.heading == "Section 2 of 6"


# A tablet for all


def test_a_tablet_takes_one_person_after_another_and_forgets_each(
    app: Flask, letters: list[str], sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    tablet = Respondent(app.test_client())
    for number, code in enumerate(letters[:2], start=1):
        page = typed(tablet, code, "/kiosk")
        seen = [page]
        page = tablet.send(page)
        while not page.is_receipt:
            seen.append(page)
            page = tablet.answer_all(page)
        assert "This tablet returns to its start by itself" in page.text
        assert all(one.path.startswith("/s/kiosk") for one in seen)
        assert not any(token in one.html for one in seen for token in wave.tokens)
        assert len(received(sessions, parts, wave)) == number
        start = tablet.follow(page, "/kiosk")
        assert tablet.client.get_cookie("link", path="/s/kiosk") is None
        assert tablet.client.get_cookie("draft", path="/s/kiosk") is None
        for step in ("", "/1", "/closing", "/check", "/later", "/receipt"):
            assert tablet.open(f"/s/kiosk{step}").path == "/kiosk"
        assert start.response.headers["Clear-Site-Data"] == '"cache"'


def test_a_tablet_left_in_the_middle_shows_nothing_to_the_next(
    app: Flask, letters: list[str], sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    tablet = Respondent(app.test_client())
    page = tablet.send(typed(tablet, letters[0], "/kiosk"))
    left = tablet.answer_all(page)
    tablet.open("/kiosk?language=ar")
    assert tablet.send(left).path == "/kiosk"  # Back, then Next: nobody's
    assert tablet.open("/kiosk").read.attributes["lang"] == "en"
    page = typed(tablet, letters[0], "/kiosk")
    assert "This link was begun before" in page.text
    assert not tablet.send(page).form.checked
    assert received(sessions, parts, wave) == []


def test_a_tablets_cookies_last_some_minutes_and_longer_while_one_answers(
    app: Flask, letters: list[str]
) -> None:
    tablet = Respondent(app.test_client())
    page = tablet.send(typed(tablet, letters[0], "/kiosk"))
    for name in ("link", "draft"):
        cookie = tablet.client.get_cookie(name, path="/s/kiosk")
        assert cookie is not None
        assert (cookie.max_age, cookie.http_only) == (15 * 60, True)
    again = tablet.open(page.path)
    renewed = [one.partition("=")[0] for one in again.response.headers.getlist("Set-Cookie")]
    assert {"link", "draft"} <= set(renewed)


def test_on_a_tablet_the_resume_code_is_told_with_the_letters_code(app: Flask, letters: list[str]) -> None:
    tablet = Respondent(app.test_client())
    page = tablet.send(typed(tablet, letters[0], "/kiosk"))
    later = tablet.send(page, {"insight1": "6", "go": "later"})
    shown = re.search(r"<code>([0-9A-Z-]{21})</code>", later.html)
    assert shown is not None
    assert "This tablet will forget you" in later.text
    tablet.open("/kiosk")
    welcome = typed(tablet, letters[0], "/kiosk")
    back = tablet.send(welcome, {"code": shown[1]}, form=welcome.read.forms["resume"])
    assert (back.path, back.form.checked) == ("/s/kiosk/1", {"insight1": "6"})


# The draft's cookie


def test_a_wave_that_is_extended_keeps_the_draft_on_the_device_for_longer(
    app: Flask, sessions: Sessions, wave: OpenedWave
) -> None:
    ann = Respondent(app.test_client())
    page = ann.start(wave.tokens[0])
    before = ann.client.get_cookie("draft", path=f"/s/{wave.tokens[0]}")
    change_wave(sessions, wave, closes_at=datetime.now(UTC) + timedelta(days=30))
    ann.answer_all(page)
    after = ann.client.get_cookie("draft", path=f"/s/{wave.tokens[0]}")
    assert before is not None
    assert after is not None
    assert before.value == after.value
    assert before.expires is not None
    assert after.expires is not None
    assert after.expires - before.expires > timedelta(days=20)


# Behind a proxy


@pytest.fixture
def settings(settings: Settings, request: pytest.FixtureRequest) -> Settings:
    """Those of every test, with as many proxies as a test asks for."""
    return replace(settings, proxies=getattr(request, "param", 0))


@pytest.mark.parametrize(("settings", "expected"), [(1, [422, 422]), (0, [422, 429])], indirect=["settings"])
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
