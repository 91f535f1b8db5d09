"""The questionnaire as a respondent without JavaScript meets it: the way through, and coming back."""

import re
import uuid
from datetime import timedelta
from http.cookies import SimpleCookie

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.envelopes import read_resume_code
from cri.db.models import Draft, Invitation, MailboxEntry
from cri.db.session import enter_agency
from cri.services.context import Parts
from cri.services.instruments import OFFERED, released_texts
from tests.database_fixtures import make_agency
from tests.factories import OpenedWave, open_wave, received
from tests.web.respondent import Page, Respondent

Sessions = sessionmaker[Session]
TEXTS = {locale: released_texts(*OFFERED[0], locale) for locale in ("en", "ar")}


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage", "front"])


@pytest.fixture
def ann(app: Flask) -> Respondent:
    return Respondent(app.test_client())


# The way through


def test_the_whole_way_in_ten_steps(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    page = ann.open(f"/s/{wave.tokens[0]}")
    steps, values = 1, iter("1234567")
    while not page.is_receipt:
        point = next(values) if page.form.radios else ""
        changes = dict.fromkeys(page.form.radios, point)
        changes |= {code: some[-2] for code, some in page.form.radios.items() if point not in some}
        changes |= dict.fromkeys(page.form.texts, "Shorter forms")
        page = ann.send(page, changes)
        assert page.status == 200
        steps += 1
    assert steps <= 10
    (submission,) = received(sessions, parts, wave)
    answered = {f"{code}{number}" for code in TEXTS["en"].factors for number in range(1, 7)}
    assert set(submission.answers.items) == answered | {"overall", "speak_well"}
    assert submission.answers.items["insight4"] == 1
    assert submission.answers.items["alignment4"] == 6
    assert submission.answers.items["overall"] == 7
    assert submission.answers.comments == {"easier": "Shorter forms", "keep": "Shorter forms"}
    assert submission.answers.profile == {
        "work": "support",
        "manages": "manages_nobody",
        "tenure": "over_ten_years",
        "pattern": "other_hours",
        "place": "at_home",
    }
    assert (submission.unit, submission.open_link) == ("garage", False)
    assert (submission.late, submission.seconds) == (False, None)  # no script, no seconds


def test_welcome_says_who_asks_and_what_will_be_seen(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.open(f"/s/{wave.tokens[0]}")
    assert "Test agency asks everybody who works here" in page.text
    assert "We expect about 8 minutes: 38 short statements to agree or disagree with" in page.text
    assert ", 5 questions about your work, and 2 open questions" in page.text
    assert "Voluntary" in page.text
    assert re.search(r"Open until\s?\w+day \d+ \w+ \d{4}, \d\d:\d\d", page.text)
    assert "groups in which at least 10 people answered" in page.text
    assert "The smallest group you will appear in: North depot, 24 people." in page.text


def test_the_statement_of_confidentiality_is_short_and_does_not_promise_too_much(
    ann: Respondent, wave: OpenedWave
) -> None:
    html = ann.open(f"/s/{wave.tokens[0]}").html
    found = re.search(r'<section class="cri-panel" id="confidentiality".*?</section>', html, re.DOTALL)
    assert found is not None
    statement = re.sub(r"<[^>]+>", " ", found[0])
    assert 60 < len(statement.split()) <= 120
    assert "confidential" in statement


@pytest.mark.parametrize("language", ["en", "ar"])
def test_no_page_says_anonymous_before_sealing(app: Flask, wave: OpenedWave, language: str) -> None:
    ann = Respondent(app.test_client(), language)
    page, seen = ann.open(f"/s/{wave.tokens[0]}"), 0
    while True:
        assert "anonym" not in page.html.lower()
        assert "مجهول" not in page.html
        seen += 1
        if page.is_receipt:
            break
        page = ann.answer_all(page)
    assert seen == 10


def test_each_section_says_where_it_stands_and_holds_its_own_items(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.start(wave.tokens[0])
    for number, factor in enumerate(TEXTS["en"].factors, start=1):
        assert page.read.heading == f"Section {number} of 6"
        assert page.read.title == f"Section {number} of 6 \u2013 Test agency"
        assert page.path == f"/s/{wave.tokens[0]}/{number}"
        assert sorted(page.form.radios) == [f"{factor}{place}" for place in range(1, 7)]
        assert set(map(tuple, page.form.radios.values())) == {(*"1234567", "DK")}
        assert page.html.count("<fieldset") == page.html.count("<legend") == 6
        assert "<table" not in page.html
        assert not page.form.checked
        page = ann.answer_all(page)
    assert page.read.heading == "About your work"


def test_one_persons_order_stays_and_differs_from_anothers(app: Flask, wave: OpenedWave) -> None:
    orders = []
    for token in (*wave.tokens, wave.tokens[0]):
        page = Respondent(app.test_client()).start(token)
        orders.append([page.form.radios])
        second = Respondent(app.test_client())
        page = second.answer_all(second.start(token))
        orders[-1].append(page.form.radios)
    listed = [[list(radios) for radios in pages] for pages in orders]
    assert listed[0] == listed[2]
    assert listed[0] != listed[1]


def test_the_receipt_says_what_comes_next_and_why_there_is_no_way_back(
    ann: Respondent, wave: OpenedWave
) -> None:
    page = ann.send(ann.to_check(wave.tokens[0]))
    assert page.is_receipt
    assert page.path == f"/s/{wave.tokens[0]}/receipt"
    assert "They are counted once" in page.text
    assert "The survey stays open until" in page.text
    assert "Your link is dead now" in page.text
    assert "There is no way back to your answers, on purpose" in page.text
    assert ann.open(page.path).is_receipt  # refreshing is harmless
    assert ann.open(f"/s/{wave.tokens[0]}").status == 404


def test_only_the_receipt_is_marked_as_one(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.open(f"/s/{wave.tokens[0]}")
    for _ in range(9):
        assert not page.is_receipt
        page = ann.answer_all(page)
    assert page.is_receipt


# Leaving things out


def test_open_statements_are_prompted_for_once_and_then_let_be(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    page = ann.start(wave.tokens[0])
    page = ann.send(page, {"insight1": "5"})
    assert page.read.heading == "Section 1 of 6"
    assert "5 statements are still open" in page.text
    assert page.form.checked == {"insight1": "5"}
    assert [link for link in page.read.links if link.startswith("#insight")] != []
    page = ann.send(page, {"insight2": "DK"})
    assert page.read.heading == "Section 2 of 6"
    page = ann.send(ann.send(page, {"go": "back"}))
    assert page.read.heading == "Section 2 of 6"  # not prompted a second time
    for _ in range(5):
        page = ann.send(ann.send(page))
    page = ann.send(page)
    assert page.read.heading == "Check your answers"
    assert "34 statements are still open" in page.text
    assert ann.send(page).is_receipt
    assert received(sessions, parts, wave)[0].answers.items == {"insight1": 5, "insight2": -2}


def test_the_checking_page_leads_to_what_is_open_and_back(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.start(wave.tokens[0])
    page = ann.send(page, dict.fromkeys([f"insight{number}" for number in range(1, 6)], "2"))
    page = ann.send(page)
    for _ in range(5):
        page = ann.answer_all(page)
    page = ann.send(page)
    assert "One statement is still open" in page.text
    link = next(link for link in page.read.links if link.endswith("#insight6"))
    page = ann.follow(page, link)
    assert page.read.heading == "Section 1 of 6"
    page = ann.send(page, {"insight6": "7"})
    assert page.read.heading == "Check your answers"
    assert "Every statement is answered" in page.text
    assert "6 of 6 answered" in page.text
    link = next(link for link in page.read.links if link.endswith("#easier"))
    page = ann.send(ann.follow(page, link), {"easier": "Longer hours"})
    assert page.read.heading == "Check your answers"
    assert "Longer hours" in page.text


def test_the_checking_page_shows_every_answer_in_words(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.to_check(wave.tokens[0], "6")
    assert page.html.count("<dd>Agree</div>") == 36
    for code in TEXTS["en"].items:
        statement = TEXTS["en"].statement(code, "residents")
        assert statement.replace("'", "&#39;") in page.html


# Back, later, other devices


def test_back_saves_and_shows_what_was_answered(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.answer_all(ann.start(wave.tokens[0]), "3")
    page = ann.send(page, {"foresight2": "DK", "go": "back"})
    assert page.read.heading == "Section 1 of 6"
    assert set(page.form.checked.values()) == {"3"}
    page = ann.send(page)
    assert page.form.checked == {"foresight2": "DK"}


def test_the_same_device_resumes_by_itself_where_it_left(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.answer_all(ann.answer_all(ann.start(wave.tokens[0])))
    assert page.read.heading == "Section 3 of 6"
    again = ann.open(f"/s/{wave.tokens[0]}")
    assert again.read.heading == "Section 3 of 6"
    assert again.path == f"/s/{wave.tokens[0]}/3"


def leave(ann: Respondent, token: str) -> str:
    """Answer one statement of the second section, save for later; the code as shown."""
    page = ann.answer_all(ann.start(token))
    page = ann.send(page, {"foresight3": "7", "go": "later"})
    assert page.read.heading == "Your answers are saved"
    found = re.search(r'<p class="cri-code" dir="ltr"><code>([^<]+)</code>', page.html)
    assert found is not None
    return found[1]


def test_another_device_resumes_with_the_code_however_it_is_typed(
    app: Flask, ann: Respondent, wave: OpenedWave
) -> None:
    code = leave(ann, wave.tokens[0])
    for typed in (code, code.lower().replace("-", " "), code.replace("0", "o").replace("1", "l")):
        phone = Respondent(app.test_client())
        page = phone.open(f"/s/{wave.tokens[0]}")
        assert page.read.heading.startswith("How well")
        page = phone.send(page, {"code": typed}, form=page.read.forms["resume"])
        assert page.read.heading == "Section 2 of 6"
        assert page.form.checked == {"foresight3": "7"}


def test_a_slip_in_the_code_is_said_and_what_was_typed_is_kept(
    app: Flask, ann: Respondent, wave: OpenedWave
) -> None:
    code = leave(ann, wave.tokens[0])
    slip = ("A" if code[0] != "A" else "B") + code[1:]
    phone = Respondent(app.test_client())
    page = phone.open(f"/s/{wave.tokens[0]}")
    page = phone.send(page, {"code": slip}, form=page.read.forms["resume"])
    assert page.status == 422
    assert "This is not a resume code" in page.text
    assert page.read.title.startswith("Error:")
    assert page.read.forms["resume"].texts == {"code": slip}
    assert phone.send(page).read.heading == "Section 1 of 6"  # and Start still starts


def test_a_code_of_another_link_opens_nothing(app: Flask, ann: Respondent, wave: OpenedWave) -> None:
    code = leave(ann, wave.tokens[0])
    bob = Respondent(app.test_client())
    page = bob.open(f"/s/{wave.tokens[1]}")
    page = bob.send(page, {"code": code}, form=page.read.forms["resume"])
    assert page.status == 422
    assert "No saved answers belong to this code and this link" in page.text


def test_with_neither_cookie_nor_code_the_link_starts_afresh_and_says_so(
    app: Flask, ann: Respondent, wave: OpenedWave
) -> None:
    leave(ann, wave.tokens[0])
    phone = Respondent(app.test_client())
    first = phone.open(f"/s/{wave.tokens[0]}")
    assert (
        "This link was begun before, on another device or in another browser. Start begins afresh."
        in first.text
    )
    assert "begun before" not in phone.open(f"/s/{wave.tokens[1]}").text
    page = phone.open(f"/s/{wave.tokens[0]}/2")  # an address copied from the other device
    assert "No saved answers were found on this device. Start begins afresh." in page.text
    page = phone.send(page)
    assert page.read.heading == "Section 1 of 6"
    assert not page.form.checked


def test_two_devices_and_the_first_to_submit_counts(
    app: Flask, ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    phone = Respondent(app.test_client())
    laptop_page = ann.to_check(wave.tokens[0], "2")
    phone_page = phone.to_check(wave.tokens[0], "5")
    assert ann.send(laptop_page).is_receipt
    page = phone.send(phone_page)
    assert page.status == 200
    assert page.is_receipt
    assert "They had arrived before, and they are counted once" in page.text
    (submission,) = received(sessions, parts, wave)
    assert set(submission.answers.items.values()) == {2}


def test_going_on_after_all(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.send(ann.start(wave.tokens[0]), {"go": "later"})
    assert ann.send(page).read.heading == "Section 1 of 6"


# Languages


def test_the_language_changes_in_the_middle_and_unsaved_answers_stay(
    ann: Respondent, wave: OpenedWave
) -> None:
    page = ann.start(wave.tokens[0])
    assert page.read.attributes["lang"] == "en"
    page = ann.send(page, {"insight2": "1", "insight4": "DK", "go": "language:ar"})
    assert (page.read.attributes["lang"], page.read.attributes["dir"]) == ("ar", "rtl")
    assert page.path == f"/s/{wave.tokens[0]}/1"
    assert TEXTS["ar"].statement("insight2", "residents") in page.html
    assert page.form.checked == {"insight2": "1", "insight4": "DK"}
    page = ann.answer_all(page, "4")
    assert page.read.attributes["lang"] == "ar"  # and it stays
    page = ann.send(page, {"go": "language:en"})
    assert page.read.attributes["lang"] == "en"


def test_a_text_that_is_refused_survives_a_change_of_language(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.to_check(wave.tokens[0])
    page = ann.open(f"/s/{wave.tokens[0]}/closing")
    page = ann.send(page, {"easier": "x" * 1001, "go": "language:ar"})
    assert page.status == 422
    assert page.read.attributes["lang"] == "ar"
    assert page.form.texts == {"easier": "x" * 1001, "keep": ""}


def test_the_browsers_language_is_used_when_the_wave_speaks_it(app: Flask, wave: OpenedWave) -> None:
    for asked, shown in (("ar,en;q=0.8", "ar"), ("de,ar;q=0.5", "ar"), ("de", "en"), ("", "en")):
        page = Respondent(app.test_client(), asked).open(f"/s/{wave.tokens[0]}")
        assert page.read.attributes["lang"] == shown


def test_a_wave_in_one_language_offers_no_other(
    ann: Respondent, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = open_wave(sessions, parts, agency_id, languages=["ar"])
    page = ann.open(f"/s/{wave.tokens[0]}?language=en")
    assert page.read.attributes["lang"] == "ar"
    assert "?language=" not in "".join(page.read.links)
    page = ann.send(ann.start(wave.tokens[0]), {"go": "language:en"})
    assert page.read.attributes["lang"] == "ar"
    assert page.status == 200


def test_the_welcome_page_offers_its_languages(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.open(f"/s/{wave.tokens[0]}")
    assert "?language=ar" in page.read.links
    page = ann.open(f"/s/{wave.tokens[0]}?language=ar")
    assert page.read.attributes["dir"] == "rtl"
    assert ann.send(page).read.attributes["lang"] == "ar"


# The open link


def test_an_open_link_becomes_a_link_of_ones_own(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    page = ann.open(f"/s/{wave.open_token}")
    assert "The smallest group you will appear in: Borough of Elm, 240 people" in page.text
    page = ann.send(page)
    own = page.path.split("/")[2]
    assert own not in (wave.open_token, *wave.tokens)
    assert ann.open(f"/s/{wave.open_token}").path == f"/s/{own}/1"  # the same browser resumes
    for _ in range(7):
        page = ann.answer_all(page)
    assert ann.send(page).is_receipt
    (submission,) = received(sessions, parts, wave)
    assert (submission.unit, submission.open_link) == (None, True)
    assert ann.open(f"/s/{wave.open_token}").status == 404  # one answer a browser session


def test_two_browsers_through_one_poster_are_two_people(
    app: Flask, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    for _ in range(2):
        ann = Respondent(app.test_client())
        assert ann.send(ann.to_check(wave.open_token)).is_receipt
    assert len(received(sessions, parts, wave)) == 2


def test_the_code_resumes_through_the_same_poster(app: Flask, ann: Respondent, wave: OpenedWave) -> None:
    code = leave(ann, wave.open_token)
    phone = Respondent(app.test_client())
    page = phone.open(f"/s/{wave.open_token}")
    page = phone.send(page, {"code": code}, form=page.read.forms["resume"])
    assert page.read.heading == "Section 2 of 6"
    assert page.form.checked == {"foresight3": "7"}


def test_whoever_came_by_a_poster_is_shown_the_address_that_is_theirs(
    ann: Respondent, wave: OpenedWave
) -> None:
    page = ann.start(wave.open_token)
    own = page.path.split("/")[2]
    assert f"http://127.0.0.1/s/{own}" in ann.send(page, {"go": "later"}).text


# Cookies, caches, labels


def cookies(page: Page) -> list[SimpleCookie]:
    responses = [*page.response.history, page.response]
    lines = [line for response in responses for line in response.headers.getlist("Set-Cookie")]
    return [SimpleCookie(line) for line in lines]


def test_there_are_two_cookies_and_the_draft_is_bound_to_its_link(ann: Respondent, wave: OpenedWave) -> None:
    first = ann.open(f"/s/{wave.tokens[0]}")
    page = ann.send(first)
    made = {name: morsel for cookie in [*cookies(first), *cookies(page)] for name, morsel in cookie.items()}
    assert set(made) == {"cri", "draft"}
    draft = made["draft"]
    assert draft["path"] == f"/s/{wave.tokens[0]}"
    assert draft["httponly"]
    assert draft["samesite"] == "Lax"
    assert draft["expires"]  # it outlives the browser, until the wave closes
    assert not draft["secure"]
    assert wave.tokens[0] not in made["cri"].value


def test_from_a_poster_the_code_is_the_last_cookie_set(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.start(wave.open_token)
    own = page.path.split("/")[2]
    drafts = [cookie["draft"] for cookie in cookies(page) if "draft" in cookie]
    assert [draft["path"] for draft in drafts] == [f"/s/{wave.open_token}", f"/s/{own}"]
    assert drafts[0].value == own  # the poster's address only remembers whose link this browser has
    assert read_resume_code(drafts[1].value) == drafts[1].value


def test_the_draft_is_forgotten_on_the_device_after_submitting(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.send(ann.to_check(wave.tokens[0]))
    (draft,) = (cookie["draft"] for cookie in cookies(page) if "draft" in cookie)
    assert draft.value == ""
    assert ann.client.get_cookie("draft", path=f"/s/{wave.tokens[0]}") is None


def test_no_page_is_kept_by_caches(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.open(f"/s/{wave.tokens[0]}")
    pages = [page, ann.open("/s/nothing"), ann.send(page), ann.open(f"/s/{wave.tokens[0]}/9")]
    for response in [one for page in pages for one in (*page.response.history, page.response)]:
        assert response.headers["Cache-Control"] == "no-store"


def test_pages_load_nothing_from_elsewhere_and_hold_no_inline_code(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.open(f"/s/{wave.tokens[0]}")
    for _ in range(10):
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page.html)
        assert not re.search(r"<style|<script(?! src=)| style=| on\w+=", page.html)
        if page.is_receipt:
            break
        page = ann.answer_all(page)


def test_an_example_survey_is_labelled_on_every_page(
    ann: Respondent, sessions: Sessions, parts: Parts
) -> None:
    agency_id = make_agency(sessions, "Made-up agency", synthetic=True)
    wave = open_wave(sessions, parts, agency_id)
    page = ann.open(f"/s/{wave.tokens[0]}")
    for _ in range(10):
        assert "Example survey: synthetic agency" in page.text
        if page.is_receipt:
            break
        page = ann.answer_all(page)
    assert page.is_receipt


def test_a_real_survey_is_not(ann: Respondent, wave: OpenedWave) -> None:
    assert "synthetic" not in ann.open(f"/s/{wave.tokens[0]}").text


def test_no_time_and_no_address_is_kept_with_a_draft_or_an_answer(
    ann: Respondent, sessions: Sessions, wave: OpenedWave
) -> None:
    ann.client.environ_base["REMOTE_ADDR"] = "203.0.113.77"
    ann.answer_all(ann.start(wave.tokens[0]))
    for table in (Draft, Invitation, MailboxEntry):
        kinds = {str(column.type) for column in table.__table__.columns}
        assert not {kind for kind in kinds if "DATE" in kind or "TIME" in kind or "INET" in kind}
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        row = session.execute(select(Draft.__table__).where(Draft.wave_id == wave.wave_id)).one()
    assert not any(b"203.0.113.77" in value for value in row if isinstance(value, bytes))


def test_the_wave_closes_when_it_says_in_the_agencys_time(
    ann: Respondent, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = open_wave(sessions, parts, agency_id, closes_in=timedelta(minutes=5))
    assert "(UTC)" in ann.open(f"/s/{wave.tokens[0]}").text
