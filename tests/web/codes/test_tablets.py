"""A tablet for all takes one person after another and forgets each."""

import re

from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.services.context import Parts
from tests.factories import OpenedWave, received
from tests.web.codes.letters import typed
from tests.web.respondent import Respondent

Sessions = sessionmaker[Session]


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
