"""What is asked beside the factors, how long a page was open, and what of it reaches the envelope."""

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.services.context import Parts
from cri.services.instruments import OFFERED, released_instrument, released_texts
from tests.factories import OpenedWave, open_wave, received
from tests.web.respondent import Page, Respondent

Sessions = sessionmaker[Session]
INSTRUMENT = released_instrument(*OFFERED[0])
TEXTS = {locale: released_texts(*OFFERED[0], locale) for locale in ("en", "ar")}
PROFILE = [question.code for question in INSTRUMENT.profile]


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage", "front"])


@pytest.fixture
def ann(app: Flask) -> Respondent:
    return Respondent(app.test_client())


def to_closing(ann: Respondent, wave: OpenedWave, number: int = 0) -> Page:
    """Every section answered."""
    page = ann.start(wave.tokens[number])
    while not page.path.endswith("/closing"):
        page = ann.answer_all(page)
    return page


def test_the_page_holds_outcomes_profile_and_open_questions(ann: Respondent, wave: OpenedWave) -> None:
    page = to_closing(ann, wave)
    assert page.read.heading == "About your work"
    assert list(page.form.radios) == ["overall", "speak_well", *PROFILE]
    for outcome in ("overall", "speak_well"):
        assert page.form.radios[outcome] == [*"1234567", "DK"]
        assert TEXTS["en"].statement(outcome, "residents") in page.text
    for question in INSTRUMENT.profile:
        assert page.form.radios[question.code] == [*question.options, "-"]
        assert TEXTS["en"].profile[question.code].prompt in page.text
    assert page.text.count("Prefer not to say") == len(PROFILE)
    assert "No group of fewer than 10 people is ever shown." in page.text
    assert list(page.form.texts) == ["easier", "keep"]
    assert page.html.count("<fieldset") == page.html.count("<legend") == 2 + len(PROFILE)
    assert "required" not in page.html


def test_nothing_on_it_is_compulsory_nor_asked_for_twice(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    page = ann.send(to_closing(ann, wave))
    assert page.read.heading == "Check your answers"
    assert "Every statement is answered." in page.text
    assert "About your work: 0 of 7 answered" in page.text
    assert ann.send(page).is_receipt
    (submission,) = received(sessions, parts, wave)
    assert submission.answers.profile == {}
    assert len(submission.answers.items) == 36


def test_it_is_saved_resumed_checked_changed_and_submitted(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    chosen = {"overall": "7", "speak_well": "DK", "work": "front_line", "manages": "-"}
    page = ann.send(to_closing(ann, wave), {**chosen, "go": "later"})
    page = ann.open(f"/s/{wave.tokens[0]}")
    assert page.read.heading == "About your work"
    assert page.form.checked == chosen
    page = ann.send(page, {"go": "back"})
    page = ann.send(page)
    assert page.form.checked == chosen
    page = ann.send(page)
    assert "About your work: 4 of 7 answered" in page.text
    assert "<dd>Strongly agree</div>" in page.html
    assert "face to face, by phone or in writing</div>" in page.html
    assert "<dd>Prefer not to say</div>" in page.html
    link = next(link for link in page.read.links if link.endswith("#tenure"))
    page = ann.send(ann.follow(page, link), {"tenure": "over_ten_years", "manages": "manages_nobody"})
    assert "<dd>More than 10 years</div>" in page.html
    assert ann.send(page).is_receipt
    (submission,) = received(sessions, parts, wave)
    assert submission.answers.items["overall"] == 7
    assert submission.answers.items["speak_well"] == -2
    assert submission.answers.profile == {
        "work": "front_line",
        "manages": "manages_nobody",
        "tenure": "over_ten_years",
    }


def test_it_can_be_answered_in_arabic(app: Flask, wave: OpenedWave) -> None:
    page = to_closing(Respondent(app.test_client(), "ar"), wave)
    assert (page.read.attributes["lang"], page.read.attributes["dir"]) == ("ar", "rtl")
    assert page.read.heading == "عن عملك"
    for question in INSTRUMENT.profile:
        for option in TEXTS["ar"].profile[question.code].options.values():
            assert option in page.text
    assert TEXTS["ar"].statement("overall", "residents") in page.text


def test_the_language_changes_and_what_was_chosen_stays(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.send(to_closing(ann, wave), {"overall": "2", "place": "at_home", "go": "language:ar"})
    assert page.read.heading == "عن عملك"
    assert page.form.checked == {"overall": "2", "place": "at_home"}


def test_what_was_not_offered_is_refused_and_the_rest_is_kept(ann: Respondent, wave: OpenedWave) -> None:
    page = to_closing(ann, wave)
    typed = {"overall": "9", "speak_well": "6", "manages": "sometimes", "tenure": "over_ten_years"}
    page = ann.send(page, {**typed, "easier": "Shorter forms"})
    assert page.status == 422
    assert page.read.title.startswith("Error: About your work")
    assert {"#overall", "#manages"} <= set(page.read.links)
    assert "#tenure" not in page.read.links
    page = ann.open(f"/s/{wave.tokens[0]}/closing")
    assert page.form.checked == {"speak_well": "6", "tenure": "over_ten_years"}
    assert page.form.texts["easier"] == "Shorter forms"


def test_saving_unasked_only_adds(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.send(to_closing(ann, wave), {"overall": "2", "work": "support", "go": "back"})
    address = f"/s/{wave.tokens[0]}/closing"
    late = {**ann.open(address).form.hidden, "manages": "manages_people"}
    assert ann.client.post(f"{address}/save", data=late).status_code == 204
    page = ann.open(address)
    assert page.form.checked == {"overall": "2", "work": "support", "manages": "manages_people"}


def test_an_older_instrument_still_asks_its_one_question(
    ann: Respondent, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    older = open_wave(sessions, parts, agency_id, instrument=("cri", "1.0.0"))
    page = to_closing(ann, older)
    assert page.read.heading == "In your own words"
    assert (page.form.radios, page.form.texts) == ({}, {"easier": ""})
    assert "Leave it empty if you have nothing to add." in page.text
    page = ann.send(page, {"easier": "Fewer forms"})
    assert "About your work" not in page.text
    assert ann.send(page).is_receipt
    (submission,) = received(sessions, parts, older)
    assert submission.answers.comments == {"easier": "Fewer forms"}


def test_an_organisation_that_competes_is_asked_seven_factors(
    ann: Respondent, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    competing = open_wave(sessions, parts, agency_id, instrument=("mri", "1.0.0"), noun="passengers")
    page = ann.open(f"/s/{competing.tokens[0]}")
    assert "44 short statements" in page.text
    page = ann.send(page)
    assert page.read.heading == "Section 1 of 7"
    steps = 1
    while not page.is_receipt:
        page = ann.answer_all(page)
        steps += 1
    assert steps == 10
    (submission,) = received(sessions, parts, competing)
    assert len(submission.answers.items) == 44


# How long, and when


def test_a_page_without_a_script_has_no_seconds(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.start(wave.tokens[0])
    assert 'data-spent="0"' in page.html
    assert "seconds" not in page.form.filled()
    page = ann.answer_all(page)
    page = ann.send(page, {"go": "back"})
    assert "data-spent" not in page.html  # answered unmeasured: it is no use to begin now


def answer_timed(ann: Respondent, wave: OpenedWave, seconds: str) -> Page:
    """Every page's script says the same."""
    page = ann.start(wave.tokens[0])
    while "Check your answers" not in page.read.heading:
        given = {name: some[0] for name, some in page.form.radios.items()}
        page = ann.send(page, {**given, "seconds": seconds})
    return page


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("11", 1),
        ("12", 2),
        ("0", 0),
        ("999999999999", 10),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
    ],
)
def test_of_the_seconds_only_the_median_an_item_travels_with_the_answers(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave, said: str, kept: int | None
) -> None:
    assert ann.send(answer_timed(ann, wave, said)).is_receipt
    (submission,) = received(sessions, parts, wave)
    assert submission.seconds == kept
    assert "spent" not in submission.to_document()


def test_a_page_looked_at_again_goes_on_counting(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.start(wave.tokens[0])
    page = ann.send(page, {"insight1": "4", "seconds": "20"})  # some are open: the page comes back
    assert 'data-spent="20"' in page.html
    page = ann.send(page, {"insight2": "4", "seconds": "25"})
    page = ann.send(page, {"go": "back", "seconds": "3"})
    assert 'data-spent="25"' in page.html
    ann.client.delete_cookie("cri")  # the session is lost: the same page again, with what it said
    page = ann.send(page, {"insight3": "4", "seconds": "31"})
    assert page.status == 400
    assert 'data-spent="31"' in page.html


@pytest.mark.parametrize(("closes_in", "late"), [(timedelta(hours=23), True), (timedelta(hours=25), False)])
def test_the_half_of_the_wave_is_known_by_its_own_times(
    ann: Respondent,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    closes_in: timedelta,
    late: bool,
) -> None:
    """The wave was opened a day ago."""
    wave = open_wave(sessions, parts, agency_id, closes_in=closes_in)
    ann.send(ann.to_check(wave.tokens[0]))
    (submission,) = received(sessions, parts, wave)
    assert submission.late is late


def test_the_checking_page_says_what_goes_with_the_answers(ann: Respondent, wave: OpenedWave) -> None:
    page = ann.to_check(wave.tokens[0])
    assert "What goes with your answers: your unit, if your link belongs to one;" in page.text
    assert "the first or the second half of the survey" in page.text
    assert "how many seconds you took for a statement" in page.text
