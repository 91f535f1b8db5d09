"""What is asked beside the main instrument: promises first, a companion after; and the pages around them."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.access import Role
from cri.domain.sections import NO, YES
from cri.domain.sheet import DONT_KNOW
from cri.services.context import Parts
from cri.services.instruments import released_instrument
from tests.factories import OpenedWave, change_wave, open_wave, received
from tests.services.test_companions import COMPANION, PROMISED, PUBLICNESS, run, sealed
from tests.web.respondent import Respondent
from tests.web.visitor import Visitor, add_results, make_person, visit

Sessions = sessionmaker[Session]
MRI = ("mri", "1.0.0")


@pytest.fixture
def ann(app: Flask) -> Respondent:
    return Respondent(app.test_client())


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, ["garage", "front"], companion=PUBLICNESS, promises=PROMISED)


@pytest.fixture
def visitor(app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> Visitor:
    return visit(app, make_person(sessions, parts, (agency_id, Role.ADMINISTRATOR)))


# Answering


def test_the_whole_way_with_promises_and_a_companion(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    welcome = ann.open(f"/s/{wave.tokens[0]}")
    assert "We expect about 11 minutes: 48 short statements" in welcome.text
    assert ", two questions about each of 2 promises made to staff" in welcome.text
    page, headings = ann.send(welcome), []
    while not page.is_receipt:
        headings.append(page.read.heading)
        page = ann.send(
            page,
            dict.fromkeys(page.form.texts, "Words")
            | {name: some[0] for name, some in page.form.radios.items()},
        )
    sections = [f"Section {number} of 8" for number in range(1, 9)]
    assert headings == ["What was promised", *sections, "About your work", "Check your answers"]
    (submission,) = received(sessions, parts, wave)
    asked = {item.code for item in (*released_instrument("cri", "1.1.0").items, *COMPANION.items)}
    assert asked < set(submission.answers.items)
    assert submission.answers.items["promise2_helped"] == YES
    assert set(submission.answers.comments) == {"easier", "keep", "pull"}


@pytest.mark.parametrize("language", ["en", "ar"])
def test_promises_are_asked_in_the_readers_language_and_may_be_left_out(
    app: Flask, sessions: Sessions, parts: Parts, wave: OpenedWave, language: str
) -> None:
    ann = Respondent(app.test_client(), language)
    page = ann.start(wave.tokens[0])
    assert [promise[language] in page.text for promise in PROMISED] == [True, True]
    names = [f"promise{place}_{what}" for place in (1, 2) for what in ("noticed", "helped")]
    assert list(page.form.radios) == names  # in their order for everybody
    assert set(map(tuple, page.form.radios.values())) == {(str(YES), str(NO), "DK")}
    page = ann.send(page, {"promise1_noticed": str(NO), "promise1_helped": "DK"})
    assert page.path == f"/s/{wave.tokens[0]}/1"  # not asked for twice
    back = ann.send(page, {"go": "back"})
    assert back.form.checked == {"promise1_noticed": str(NO), "promise1_helped": "DK"}


def test_promises_are_saved_unasked_checked_and_refused_like_any_other(
    ann: Respondent, sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    page = ann.start(wave.tokens[0])
    form = page.form.filled() | {"promise1_helped": "DK"}
    assert ann.client.post(f"{page.path}/save", data=form).status_code == 204
    wrong = ann.send(ann.open(page.path), {"promise1_noticed": "7"})
    assert (wrong.status, wrong.read.title[:6]) == (422, "Error:")
    check = ann.open(f"/s/{wave.tokens[0]}/check")
    assert "What was promised: 1 of 2 answered" in check.text
    assert "Noticed: open. Helped: cannot say." in check.text
    assert ann.send(check).is_receipt
    (submission,) = received(sessions, parts, wave)
    assert submission.answers.items == {"promise1_helped": DONT_KNOW}


def test_a_companion_goes_after_either_instrument(
    ann: Respondent, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = open_wave(sessions, parts, agency_id, instrument=MRI, companion=PUBLICNESS)
    page = ann.start(wave.tokens[0])
    seen = []
    while page.read.heading.startswith("Section"):
        seen.append(len(page.form.radios))
        page = ann.answer_all(page)
    assert seen == [6] * 7 + [6, 4]
    facets = [item.code for item in COMPANION.items]
    check = ann.send(page)
    assert "Every statement is answered" in check.text
    assert all(f"#{code}" in check.html for code in facets)


def test_the_last_hour_says_until_when(ann: Respondent, sessions: Sessions, wave: OpenedWave) -> None:
    page = ann.start(wave.tokens[0])
    assert "The survey closes at" not in page.text
    change_wave(sessions, wave, closes_at=datetime.now(UTC) + timedelta(minutes=59))
    assert "Whoever has started by then may submit until" in ann.open(page.path).text


def test_the_heaviest_questionnaire_stays_within_its_weight(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    """Everything that can be asked, in the script that takes most bytes, in all languages; heads included."""
    promise = dict.fromkeys(("en", "ar", "es", "fr"), "وعد بنماذج أقصر للجميع قبل نهاية شهر مايو")
    wave = open_wave(
        sessions, parts, agency_id, languages=list(promise), companion=PUBLICNESS, promises=[promise] * 5
    )
    ann = Respondent(app.test_client(), "ar")
    page, weights = ann.start(wave.tokens[0]), {}
    while not page.is_receipt:
        heads = sum(len(name) + len(value) + 4 for name, value in page.response.headers)
        weights[page.path.rpartition("/")[2]] = len(page.response.data) + heads
        page = ann.answer_all(page)
    assert len(weights) == 11
    assert {step: weight for step, weight in weights.items() if weight > 15_000} == {}


# The administrator's page


def drafted(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> str:
    wave = open_wave(sessions, parts, agency_id, people=[])
    return f"/waves/{wave.wave_id}/promises"


def make_draft(visitor: Visitor) -> str:
    visitor.get("/waves/new")
    day = (datetime.now(UTC) + timedelta(days=20)).date().isoformat()
    given = {"label": "Next", "instrument": "cri", "languages": ["en", "ar"], "noun": "residents"}
    answer = visitor.post("/waves/new", {**given, "closes_on": day, "closes_time": "17:00"}, follow=False)
    return f"{answer.headers['Location']}/promises"


def test_promises_are_entered_once_for_each_language(visitor: Visitor) -> None:
    address = make_draft(visitor)
    visitor.get(address)
    given: dict[str, object] = {
        f"promise-{place}-{language}": text
        for place, promise in enumerate(PROMISED, start=1)
        for language, text in promise.items()
    }
    visitor.post(address, {**given, "promise-2-ar": ""})
    assert "Write this promise in each language of the survey." in visitor.text
    assert PROMISED[0]["ar"] in visitor.text  # nothing typed is lost
    visitor.post(address, given)
    assert "The promises are saved" in visitor.text
    visitor.get(address)
    assert all(text in visitor.text for promise in PROMISED for text in promise.values())


def test_once_the_wave_is_open_promises_are_settled(
    visitor: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    assert visitor.get(drafted(sessions, parts, agency_id)).status_code == 409


def test_posters_of_units_and_the_tablets_address(
    visitor: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, app: Flask
) -> None:
    wave = open_wave(sessions, parts, agency_id, people=["garage"])
    visitor.get(f"/waves/{wave.wave_id}/links")
    assert f"{parts.external_url}/kiosk" in visitor.page
    visitor.get(f"/waves/{wave.wave_id}/links/posters?unit=depot")
    assert "Open link of this unit" in visitor.text
    address = visitor.page.partition(f"{parts.external_url}/s/")[2][:26]
    assert "North depot, 24 people" in Respondent(app.test_client()).open(f"/s/{address}").text


# The leader's page


def test_publicness_has_a_page_of_its_own_and_is_never_ranked(
    visitor: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    from cri.services.scoring import score_wave

    wave, _ = sealed(sessions, parts, agency_id, 30)
    address = f"/results/{wave.wave_id}/publicness"
    assert visitor.get(address).status_code == 404
    run(sessions, parts, wave, score_wave)
    assert visitor.get(address).status_code == 200
    assert "Publicness" in visitor.title
    for facet in ("Common good", "Voice and give-and-take", "Fair priority"):
        assert facet in visitor.text
    assert "no agency is ranked by them" in visitor.text
    assert "percentile" not in visitor.text


def test_a_wave_without_a_companion_has_no_such_page(
    visitor: Visitor, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    visitor.get(f"/results/{wave_id}/publicness")
    assert "This survey had no companion" in visitor.text
