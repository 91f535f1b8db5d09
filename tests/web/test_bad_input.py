"""Whatever is typed or sent where a respondent can type or send, by kind; and where else each kind is tried.

Forged and guessed codes: here and in tests/web/codes (ten thousand guesses; unknown, used and late
ones get the same answer and cost the same writing; controls). Links: test_questionnaire_troubles and
services/test_responses; tokens of forms: security/test_routes. 10 MB in a text box: here. Control characters:
here, unit/test_wave, unit/test_unseen, unit/test_message_text. Emoji: here, unit/test_wave (the longest text
of them fits its envelope). Bidi overrides: here, unit/test_unseen, services/test_wave_setup. Formulas: here,
unit/test_roster (no cell of a download is one), test_organisation (there and back). Rosters of too many rows
and files that are not what they say: unit/test_roster, test_organisation.
"""

import csv
import io
import uuid

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.safe_csv import FORMULA_SIGNS, plain_cell
from cri.db.models import AttemptCount, Invitation, Person
from cri.db.session import enter_agency
from cri.domain.access import Role
from cri.services.context import Parts
from tests.factories import OpenedWave, open_wave, received
from tests.web.respondent import Page, Respondent
from tests.web.visitor import make_person, visit

Sessions = sessionmaker[Session]
FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f1e9\U0001f1ea \U0001f44d\U0001f3fe"
OVERRIDE = "ab\u202ecba\u2066 <b>\u05d0"
FORMULA = '=HYPERLINK("http://example.org",1)'
UNPRINTABLE = ("nul \x00", "bell \x07", "escape \x1b[2J", "delete \x7f", "next \x85 line", "csi \x9b31m")
TEN_MEGABYTES = "x" * 10_000_000


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage"] * 8)


@pytest.fixture
def ann(app: Flask) -> Respondent:
    return Respondent(app.test_client())


def with_text(ann: Respondent, token: str, text: str) -> Page:
    """The page that follows, after a text in one's own words."""
    page = ann.open(f"/s/{token}")
    if not page.path.endswith("/1"):
        ann.send(page)
    return ann.send(ann.open(f"/s/{token}/closing"), {"easier": text})


def test_what_can_be_printed_arrives_as_it_was_typed_and_stays_in_its_place(
    app: Flask, wave: OpenedWave, sessions: Sessions, parts: Parts
) -> None:
    texts = (FAMILY, OVERRIDE, FORMULA, "+1", "@SUM(A1)", "-2+3", "a\u2028b", "\u200f\u0645")
    for token, text in zip(wave.tokens, texts, strict=True):
        ann = Respondent(app.test_client())
        page = with_text(ann, token, text)
        shown = text.replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")
        assert f"<bdi>{shown}</bdi>" in page.html  # an override ends where the answer ends
        assert ann.send(page).is_receipt
    arrived = [submission.answers.comments["easier"] for submission in received(sessions, parts, wave)]
    assert sorted(arrived) == sorted(texts)


def test_what_cannot_be_printed_is_told(ann: Respondent, wave: OpenedWave) -> None:
    for text in UNPRINTABLE:
        page = with_text(ann, wave.tokens[0], text)
        assert page.status == 422
        assert "holds signs that cannot be printed" in page.text


def test_ten_megabytes_in_a_text_box_are_not_read(ann: Respondent, wave: OpenedWave) -> None:
    own = f"/s/{wave.tokens[0]}"
    token = ann.start(wave.tokens[0]).form.hidden["csrf_token"]
    for path in (f"{own}/closing", f"{own}/closing/save", f"{own}/resume", "/s", "/kiosk"):
        page = ann.post(path, {"csrf_token": token, "easier": TEN_MEGABYTES, "code": TEN_MEGABYTES})
        assert page.status == 413
        assert len(page.html) < 100_000
    assert ann.open(own).read.heading == "Section 1 of 6"  # and nothing is lost


def test_what_is_no_code_is_told_in_every_box_and_is_no_try(
    ann: Respondent, wave: OpenedWave, sessions: Sessions
) -> None:
    def tries() -> int | None:
        with sessions() as session:
            return session.scalar(select(func.sum(AttemptCount.tries)))

    before = tries()
    for box in ("/s", "/kiosk", f"/s/{wave.tokens[0]}"):
        start = ann.open(box)
        form = start.read.forms.get("resume") or start.form
        for code in (FAMILY, OVERRIDE, FORMULA, *UNPRINTABLE, "\u0661\u0662" * 7, "x" * 300, "<script>x"):
            page = ann.send(start, {"code": code}, form=form)
            assert page.status == 422
            assert "This is not a" in page.text
            assert "<script>x" not in page.html
    assert tries() == before


def test_a_forged_cookie_opens_nothing_and_breaks_nothing(ann: Respondent, wave: OpenedWave) -> None:
    path = f"/s/{wave.tokens[0]}"
    ann.answer_all(ann.start(wave.tokens[0]), "2")
    for forged in ("", "x", "0" * 17, "a" * 26, "\U0001f600", "=1+1", "ABCD-EFGH-JKMN-PQRS-T", "y" * 3_000):
        ann.client.set_cookie("draft", forged, path=path)
        assert ann.open(path).read.heading.startswith("How well does")
        ann.client.set_cookie("link", forged, path="/s/kiosk")
        ann.client.set_cookie("draft", forged, path="/s/kiosk")
        page = ann.open("/s/kiosk")
        assert page.status in (200, 404)
        assert "Section" not in page.read.heading


def test_a_formula_in_a_name_is_none_in_the_downloaded_links(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, wave: OpenedWave
) -> None:
    names = [FORMULA, "@SUM(A1)", "+1", "-1", "\tx", "\rx", "=", "x"]
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        invited = select(Invitation.person_id).order_by(Invitation.id)
        for person_id, name in zip(session.scalars(invited).all(), names, strict=True):
            session.execute(update(Person).where(Person.id == person_id).values(name=name))
    visitor = visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))
    answer = visitor.client.get(f"/waves/{wave.wave_id}/links/personal.csv")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert sorted(plain_cell(row[0]) for row in rows[1:]) == sorted(names)
    assert not any(cell.startswith(FORMULA_SIGNS) for row in rows for cell in row)
