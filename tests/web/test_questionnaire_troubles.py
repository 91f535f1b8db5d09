"""What may be in a respondent's way: wrong links, lost sessions, bad input, closing time, outages."""

import re
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier

import psycopg
import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Invitation
from cri.db.session import enter_agency
from cri.domain.wave import GRACE
from cri.services.context import Parts
from cri.web.database import db
from tests.factories import OpenedWave, change_wave, open_wave, received
from tests.web.respondent import Page, PageReader, Respondent

Sessions = sessionmaker[Session]


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage", "front"])


@pytest.fixture
def ann(app: Flask) -> Respondent:
    return Respondent(app.test_client())


def close(sessions: Sessions, wave: OpenedWave) -> None:
    """Closing time, and the grace after it, have passed."""
    change_wave(sessions, wave, closes_at=datetime.now(UTC) - GRACE - timedelta(seconds=1))


# Links


def test_wrong_used_and_expired_links_get_one_and_the_same_page(
    app: Flask, ann: Respondent, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave: OpenedWave
) -> None:
    ann.send(ann.to_check(wave.tokens[0]))
    expired = open_wave(sessions, parts, agency_id, languages=["ar"], closes_in=-GRACE - timedelta(hours=1))
    in_grace = open_wave(sessions, parts, agency_id, languages=["ar"], closes_in=-timedelta(minutes=1))
    closing = open_wave(sessions, parts, agency_id)
    change_wave(sessions, closing, state="closing")
    sealed = open_wave(sessions, parts, agency_id)
    change_wave(sessions, sealed, state="sealed", sheet_sha256="0" * 64, mailbox_key=None)
    wrong = ["a" * 26, "nothing", wave.tokens[1][:-1], wave.tokens[1].upper() + "x"]
    late = [link for one in (expired, in_grace, closing, sealed) for link in (one.tokens[0], one.open_token)]
    pages = [Respondent(app.test_client()).open(f"/s/{token}") for token in [*wrong, wave.tokens[0], *late]]
    assert {page.status for page in pages} == {404}
    assert len({page.html for page in pages}) == 1
    assert "This link cannot be used" in pages[0].text
    headers = [{name for name, _ in page.response.headers} for page in pages]
    assert all(names == headers[0] for names in headers)


def test_a_used_link_stays_used_from_any_device_and_any_page(
    app: Flask, ann: Respondent, wave: OpenedWave
) -> None:
    ann.send(ann.to_check(wave.tokens[0]))
    for path in ("", "/1", "/closing", "/check", "/later", "/receipt"):
        assert Respondent(app.test_client()).open(f"/s/{wave.tokens[0]}{path}").status == 404


@pytest.mark.parametrize("step", ["0", "7", "01", "receipts", "closing2", "-1", "٣"])
def test_a_page_that_does_not_exist_is_not_shown(ann: Respondent, wave: OpenedWave, step: str) -> None:
    ann.start(wave.tokens[0])
    assert ann.open(f"/s/{wave.tokens[0]}/{step}").status == 404


# Bad input


def test_an_answer_out_of_scale_is_named_and_everything_else_is_saved(
    ann: Respondent, wave: OpenedWave
) -> None:
    page = ann.start(wave.tokens[0])
    page = ann.send(page, {"insight1": "9", "insight2": "3", "insight3": "DK"})
    assert page.status == 422
    assert page.read.heading == "Section 1 of 6"
    assert page.read.title.startswith("Error: ")
    assert "#insight1" in page.read.links
    assert "This answer was not one of those offered" in page.text
    assert page.form.checked == {"insight2": "3", "insight3": "DK"}
    again = ann.open(f"/s/{wave.tokens[0]}")
    assert again.form.checked == {"insight2": "3", "insight3": "DK"}


def test_an_over_long_text_comes_back_whole_with_what_and_where(ann: Respondent, wave: OpenedWave) -> None:
    ann.to_check(wave.tokens[0])
    page = ann.open(f"/s/{wave.tokens[0]}/closing")
    page = ann.send(page, {"easier": "A good text"})
    page = ann.open(f"/s/{wave.tokens[0]}/closing")
    typed = "<b>&\r\n" + "x" * 1000
    page = ann.send(page, {"easier": typed})
    assert page.status == 422
    assert page.form.texts["easier"].replace("\r\n", "\n") == typed.replace("\r\n", "\n")
    assert "Your text is 5 characters too long: it has 1,005, and 1,000 fit." in page.text
    assert "#easier" in page.read.links
    assert "<b>&\n" not in page.html
    assert ann.open(f"/s/{wave.tokens[0]}/closing").form.texts == {"easier": "A good text", "keep": ""}
    shorter = ann.send(page, {"easier": typed[:1000]})
    assert shorter.read.heading == "Check your answers"


def test_a_text_of_exactly_the_limit_is_accepted(ann: Respondent, wave: OpenedWave) -> None:
    ann.to_check(wave.tokens[0])
    page = ann.send(ann.open(f"/s/{wave.tokens[0]}/closing"), {"easier": "ط" * 1000})
    assert page.read.heading == "Check your answers"
    assert "ط" * 1000 in page.html


def test_signs_that_cannot_be_printed_are_refused(ann: Respondent, wave: OpenedWave) -> None:
    ann.to_check(wave.tokens[0])
    page = ann.send(ann.open(f"/s/{wave.tokens[0]}/closing"), {"easier": "bell\x07"})
    assert page.status == 422
    assert "holds signs that cannot be printed" in page.text


def test_a_text_beyond_all_measure_is_not_even_read(ann: Respondent, wave: OpenedWave) -> None:
    ann.to_check(wave.tokens[0])
    page = ann.send(ann.open(f"/s/{wave.tokens[0]}/closing"), {"easier": "x" * 600_000})
    assert page.status == 413
    assert "That text is far too long" in page.text


def test_what_is_typed_is_shown_as_text_never_as_a_page(ann: Respondent, wave: OpenedWave) -> None:
    ann.to_check(wave.tokens[0])
    typed = "</textarea><script>alert(1)</script>"
    page = ann.send(ann.open(f"/s/{wave.tokens[0]}/closing"), {"easier": typed})
    assert "<script>alert" not in page.html
    assert "&lt;script&gt;alert" in page.html
    assert ann.open(f"/s/{wave.tokens[0]}/closing").form.texts == {"easier": typed, "keep": ""}


# Sessions, tokens, cookies


def lose_session(ann: Respondent) -> None:
    ann.client.delete_cookie("cri")


def test_a_lost_session_loses_nothing_that_was_typed(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.answer_all(ann.start(wave.tokens[0]), "2")
    lose_session(ann)
    page = ann.answer_all(page, "5")
    assert page.status == 400
    assert page.read.heading == "Section 2 of 6"
    assert "Nothing you gave is lost: choose the button again." in page.text
    assert set(page.form.checked.values()) == {"5"}
    page = ann.send(page)
    assert page.read.heading == "Section 3 of 6"
    page = ann.send(page, {"go": "back"})
    assert set(page.form.checked.values()) == {"5"}


def test_a_lost_session_keeps_a_long_text(ann: Respondent, wave: OpenedWave) -> None:
    ann.to_check(wave.tokens[0])
    page = ann.open(f"/s/{wave.tokens[0]}/closing")
    lose_session(ann)
    page = ann.send(page, {"easier": "Open on Saturdays"})
    assert (page.status, page.form.texts) == (400, {"easier": "Open on Saturdays", "keep": ""})
    assert "Open on Saturdays" in ann.send(page).text


def test_a_lost_session_does_not_stop_submitting(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    page = ann.to_check(wave.tokens[0])
    lose_session(ann)
    page = ann.send(page)
    assert (page.status, page.read.heading) == (400, "Check your answers")
    assert received(sessions, parts, wave) == []
    assert ann.send(page).is_receipt
    assert len(received(sessions, parts, wave)) == 1


@pytest.mark.parametrize("path", ["", "/resume", "/1", "/closing", "/check", "/later", "/1/save"])
def test_nothing_is_done_for_a_form_without_its_token(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave, path: str
) -> None:
    ann.to_check(wave.tokens[0])
    forged = {"csrf_token": "forged", "insight1": "1", "easier": "forged", "code": "x"}
    page = ann.post(f"/s/{wave.tokens[0]}{path}", forged)
    assert page.status == 400
    assert received(sessions, parts, wave) == []
    kept = ann.open(f"/s/{wave.tokens[0]}/1").form.checked
    assert set(kept.values()) == {"6"}
    assert ann.open(f"/s/{wave.tokens[0]}/closing").form.texts == {"easier": "", "keep": ""}


def test_a_forged_form_for_a_dead_link_learns_nothing(ann: Respondent, wave: OpenedWave) -> None:
    assert ann.post("/s/nothing/1", {"insight1": "1"}).status == 404
    assert ann.post(f"/s/{wave.tokens[0]}/99", {"insight1": "1"}).status == 404


def test_a_browser_without_cookies_is_told_so(app: Flask, wave: OpenedWave) -> None:
    ann = Respondent(app.test_client(use_cookies=False))
    page = ann.send(ann.open(f"/s/{wave.tokens[0]}"))
    assert page.status == 400
    assert "your browser is blocking cookies" in page.text


def test_a_draft_lost_in_the_middle_keeps_this_page_and_says_so(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.answer_all(ann.start(wave.tokens[0]), "2")
    ann.client.delete_cookie("draft", path=f"/s/{wave.tokens[0]}")
    page = ann.answer_all(page, "5")
    assert page.status == 200
    assert page.read.heading == "Section 2 of 6"
    assert "you have started afresh" in page.text
    assert set(page.form.checked.values()) == {"5"}
    page = ann.send(page)
    assert page.read.heading == "Section 3 of 6"
    assert ann.open(f"/s/{wave.tokens[0]}/1").form.checked == {}


def test_a_draft_lost_before_submitting_is_never_submitted_empty(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    page = ann.to_check(wave.tokens[0])
    ann.client.delete_cookie("draft", path=f"/s/{wave.tokens[0]}")
    page = ann.send(page)
    assert "No saved answers were found on this device" in page.text
    assert received(sessions, parts, wave) == []


def test_forms_are_accepted_over_https(app: Flask, wave: OpenedWave) -> None:
    client, path = app.test_client(), f"/s/{wave.tokens[0]}"
    welcome = client.get(path, base_url="https://survey.example")
    # What a browser sends back with a form of this page, given the policy that the page set.
    assert welcome.headers["Referrer-Policy"] == "same-origin"
    response = client.post(
        path,
        base_url="https://survey.example",
        data=PageReader(welcome.text).forms["questionnaire"].filled(),
        headers={"Referer": f"https://survey.example{path}"},
    )
    assert response.status_code == 302
    assert response.location == f"{path}/1"


# Closing time and second clicks


def test_a_wave_that_closes_while_somebody_answers_says_the_truth(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    page = ann.start(wave.tokens[0])
    close(sessions, wave)
    page = ann.answer_all(page)
    assert page.status == 410
    assert "Your answers were not submitted, so they are not counted" in page.text
    assert received(sessions, parts, wave) == []


def test_who_is_answering_at_closing_time_may_still_submit_for_a_while(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    page = ann.answer_all(ann.start(wave.tokens[0]))
    change_wave(sessions, wave, closes_at=datetime.now(UTC) - timedelta(minutes=1))
    assert ann.open(f"/s/{wave.tokens[0]}").read.heading == "Section 2 of 6"
    for _ in range(6):
        page = ann.answer_all(page)
    assert ann.send(page).is_receipt
    assert len(received(sessions, parts, wave)) == 1


def test_nobody_starts_after_closing_time(ann: Respondent, sessions: Sessions, wave: OpenedWave) -> None:
    page = ann.open(f"/s/{wave.tokens[0]}")
    change_wave(sessions, wave, closes_at=datetime.now(UTC) - timedelta(minutes=1))
    assert ann.send(page).status == 404


def test_a_second_click_on_submit_does_not_look_like_an_error(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    check = ann.to_check(wave.tokens[0])
    first, second, third = ann.send(check), ann.send(check), ann.send(check)
    assert "They are counted once. You will get no more reminders." in first.text
    for page in (second, third):
        assert (page.status, page.is_receipt) == (200, True)
        assert "They had arrived before, and they are counted once" in page.text
    assert len(received(sessions, parts, wave)) == 1


def test_another_tab_that_was_left_open_is_told_the_same(ann: Respondent, wave: OpenedWave) -> None:
    tab = ann.start(wave.tokens[0])
    ann.send(ann.to_check(wave.tokens[0]))
    page = ann.answer_all(tab)
    assert page.is_receipt
    assert "Anything changed after that is not part of them" in page.text


def test_a_stranger_with_a_used_link_is_told_nothing(app: Flask, ann: Respondent, wave: OpenedWave) -> None:
    ann.send(ann.to_check(wave.tokens[0]))
    bob = Respondent(app.test_client())
    form = bob.open(f"/s/{wave.tokens[1]}").form.filled()
    for path in ("", "/1", "/check", "/later", "/resume"):
        page = bob.post(f"/s/{wave.tokens[0]}{path}", form)
        assert (page.status, page.is_receipt) == (404, False)


def test_fifty_submissions_at_once_count_once(
    app: Flask, ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    check = ann.to_check(wave.tokens[0])
    held = {
        name: ann.client.get_cookie(name, path=path)
        for name, path in (("cri", "/"), ("draft", f"/s/{wave.tokens[0]}"))
    }
    together = Barrier(10)

    def press(_: int) -> tuple[int, str]:
        client = app.test_client()
        for name, cookie in held.items():
            assert cookie is not None
            client.set_cookie(name, cookie.value, path=cookie.path)
        together.wait(timeout=30)
        page = Respondent(client).send(check)
        return page.status, "again" if "had arrived before" in page.text else "first"

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(press, range(50)))
    assert sorted(outcomes) == [(200, "again")] * 49 + [(200, "first")]
    assert len(received(sessions, parts, wave)) == 1


def test_two_tabs_on_different_pages_lose_nothing(app: Flask, ann: Respondent, wave: OpenedWave) -> None:
    token = wave.tokens[0]
    tabs = [ann.answer_all(ann.start(token), "1"), ann.open(f"/s/{token}/4")]
    held = {
        name: ann.client.get_cookie(name, path=path)
        for name, path in (("cri", "/"), ("draft", f"/s/{token}"))
    }
    together = Barrier(2)

    def send(tab: Page) -> None:
        client = app.test_client()
        for name, cookie in held.items():
            assert cookie is not None
            client.set_cookie(name, cookie.value, path=cookie.path)
        together.wait(timeout=30)
        assert Respondent(client).answer_all(tab, "7").status == 200

    for _ in range(5):
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(send, tabs))
        for step in ("2", "4"):
            assert set(ann.open(f"/s/{token}/{step}").form.checked.values()) == {"7"}
        for step in ("2", "4"):
            page = ann.open(f"/s/{token}/{step}")
            ann.post(page.path, page.form.hidden)  # both empty again


# Saving each answer


def test_an_answer_is_saved_unasked(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.start(wave.tokens[0])
    address = re.search(r'data-autosave="([^"]+)"', page.html)
    assert address is not None
    saved = ann.post(address[1], {**page.form.filled(), "insight5": "4"})
    assert (saved.status, saved.html) == (204, "")
    assert ann.open(page.path).form.checked == {"insight5": "4"}


def test_a_late_save_takes_nothing_away(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.start(wave.tokens[0])
    ann.answer_all(page, "3")
    assert ann.post(page.path + "/save", {**page.form.hidden, "insight5": "4"}).status == 204
    assert ann.open(page.path).form.checked == {**dict.fromkeys(page.form.radios, "3"), "insight5": "4"}


def test_what_cannot_be_saved_unasked_says_so_to_the_script(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.start(wave.tokens[0])
    saved = ann.post(page.path + "/save", {**page.form.hidden, "insight5": "4", "insight6": "0"})
    assert saved.status == 422
    assert ann.open(page.path).form.checked == {"insight5": "4"}
    ann.client.delete_cookie("draft", path=f"/s/{wave.tokens[0]}")
    assert ann.post(page.path + "/save", page.form.hidden).status == 409
    assert ann.post("/s/nothing/1/save", page.form.hidden).status == 409


# The database


@pytest.fixture
def outage(app: Flask) -> Iterator[list[bool]]:
    """Append something to it, and every statement fails as if the server were gone."""
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    failing: list[bool] = []

    def fail(*_: object) -> None:
        if failing:
            raise OperationalError("statement", {}, Exception("server closed the connection"))

    def fail_alone(*_: object) -> None:
        if failing:
            raise psycopg.OperationalError("server closed the connection")

    with app.app_context():
        engine, single = db.engine, db.get_engine("single")
    event.listen(engine, "before_cursor_execute", fail)
    event.listen(single, "checkout", fail_alone)
    yield failing
    event.remove(engine, "before_cursor_execute", fail)
    event.remove(single, "checkout", fail_alone)


def test_while_the_database_is_away_what_was_typed_waits(
    ann: Respondent, wave: OpenedWave, outage: list[bool]
) -> None:
    page = ann.answer_all(ann.start(wave.tokens[0]), "2")
    outage.append(True)
    away = ann.answer_all(page, "5")
    assert away.status == 503
    assert "Everything you saved on earlier pages is saved" in away.text
    still = ann.send(away)
    assert still.status == 503
    outage.clear()
    page = ann.send(still)
    assert page.read.heading == "Section 3 of 6"
    page = ann.send(page, {"go": "back"})
    assert set(page.form.checked.values()) == {"5"}


def test_an_outage_is_told_on_every_kind_of_request(
    ann: Respondent, wave: OpenedWave, outage: list[bool]
) -> None:
    page = ann.to_check(wave.tokens[0])
    outage.append(True)
    assert ann.open(f"/s/{wave.tokens[0]}").status == 503
    assert ann.open(page.path).status == 503
    assert ann.post(f"/s/{wave.tokens[0]}/1/save", page.form.hidden).status == 503
    lose_session(ann)
    unproven = ann.post(f"/s/{wave.tokens[0]}/1", {"insight1": "4"})
    assert unproven.status in (500, 503)
    assert unproven.form.texts == {"insight1": "4"}


def test_a_submission_whose_commit_fails_is_not_called_received(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave, outage: list[bool], app: Flask
) -> None:
    page = ann.to_check(wave.tokens[0])

    def fail(_connection: object) -> None:
        raise OperationalError("COMMIT", {}, Exception("server closed the connection"))

    with app.app_context():
        engine = db.engine
    event.listen(engine, "commit", fail)
    failed = ann.send(page)
    event.remove(engine, "commit", fail)
    assert failed.status in (500, 503)
    assert not failed.is_receipt
    assert received(sessions, parts, wave) == []
    assert ann.send(failed).is_receipt
    assert len(received(sessions, parts, wave)) == 1
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        used = select(Invitation.used).where(Invitation.id == wave.invitations[0])
        assert session.scalar(used) is True


def test_a_fault_of_ours_keeps_what_was_typed(
    ann: Respondent, wave: OpenedWave, outage: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ann.start(wave.tokens[0])

    def break_down(*_: object) -> None:
        raise RuntimeError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr("cri.web.views.questionnaire_moves.save_over", break_down)
        failed = ann.answer_all(page, "5")
    assert failed.status == 500
    assert "The fault is ours, not yours" in failed.text
    assert "RuntimeError" not in failed.html
    assert ann.send(failed).read.heading == "Section 2 of 6"
