"""A code typed into the box: it leads to its questionnaire, or one page says that it leads nowhere."""

import uuid
from datetime import UTC, datetime, timedelta

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import AttemptCount
from cri.services.context import Parts
from tests.factories import OpenedWave, change_wave, open_wave
from tests.web.codes.letters import any_code, codes_of, statements, typed
from tests.web.respondent import Respondent

Sessions = sessionmaker[Session]


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


def test_a_form_without_its_token_is_asked_for_again(app: Flask, letters: list[str]) -> None:
    page = Respondent(app.test_client()).post("/s", {"code": letters[0]})
    assert page.status == 400
    assert page.form.texts["code"] == letters[0]


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
