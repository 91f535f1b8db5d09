"""A companion and promises, from questions to sheets of their own: never beside anybody's other answers."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.answer_sheets import decode_sheet
from cri.db.models import WavePromise
from cri.db.session import enter_agency
from cri.domain.errors import InputError
from cri.domain.sections import NO, PROMISES, YES, minutes_for, promise_instrument, sections_of
from cri.domain.sheet import DONT_KNOW, NO_UNIT, AnswerSheet
from cri.domain.wave import Answers
from cri.services.companions import further_sheets, load_companion
from cri.services.context import Actor, Context, Parts
from cri.services.instruments import OFFERED, released_instrument
from cri.services.practice import try_out
from cri.services.promises import LENGTH, set_promises, wave_promises
from cri.services.responses import find_questionnaire
from cri.services.scoring import load_scorecard, score_wave
from cri.services.sealing import forget_wave, seal_wave
from cri.services.sheets import sheet_key
from cri.services.submissions import submit
from cri.services.waves import WaveStateError, close_wave, create_wave, find_wave
from tests.factories import OpenedWave, open_wave

Sessions = sessionmaker[Session]
PUBLICNESS = ("publicness", "1.0.0")
PROMISED = ({"en": "Shorter forms by May", "ar": "نماذج أقصر"}, {"en": "A second desk", "ar": "مكتب ثان"})
MAIN, COMPANION = released_instrument(*OFFERED[0]), released_instrument(*PUBLICNESS)


def answer(sessions: Sessions, parts: Parts, wave: OpenedWave, number: int) -> None:
    """Nobody answers two instruments alike; every third leaves the companion out."""
    items: dict[str, int] = {item.code: number % 7 + 1 for item in MAIN.items}
    if number % 3:
        items |= {item.code: (number + place) % 7 + 1 for place, item in enumerate(COMPANION.items)}
    items |= {"promise1_noticed": YES if number % 2 else NO, "promise2_helped": DONT_KNOW}
    with sessions.begin() as session:
        found = find_questionnaire(session, parts.secrets, wave.tokens[number], datetime.now(UTC))
        submit(session, found, Answers(items, {"pull": f"Comment {number}"}))


def run(
    sessions: Sessions, parts: Parts, wave: OpenedWave, *steps: Callable[[Context, uuid.UUID], object]
) -> list[Any]:
    done = []
    for step in steps:
        with sessions.begin() as session:
            enter_agency(session, wave.agency_id)
            ctx = Context(session, wave.agency_id, Actor(None, "worker"), datetime.now(UTC), parts)
            done.append(step(ctx, wave.wave_id))
    return done


def sealed(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID, people: int
) -> tuple[OpenedWave, dict[str, str]]:
    wave = open_wave(sessions, parts, agency_id, ["depot"] * people, companion=PUBLICNESS, promises=PROMISED)
    for number in range(people):
        answer(sessions, parts, wave, number)
    *_, sheets = run(sessions, parts, wave, close_wave, seal_wave, further_sheets)
    return wave, sheets


def sheet_of(parts: Parts, wave: OpenedWave, sheets: dict[str, str], code: str) -> AnswerSheet:
    instrument = COMPANION if code == COMPANION.code else promise_instrument(len(PROMISED))
    return decode_sheet(parts.blobs.get(sheet_key(wave.agency_id, wave.wave_id, sheets[code])), instrument)


def test_each_has_a_sheet_of_its_own_and_nothing_that_joins_them(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave, sheets = sealed(sessions, parts, agency_id, 30)
    assert set(sheets) == {COMPANION.code, PROMISES}
    for code in sheets:
        sheet = sheet_of(parts, wave, sheets, code)
        assert sheet.respondents == 30
        assert sheet.units == ()
        assert set(sheet.unit.tolist()) == {NO_UNIT}
        assert (sheet.profile, sheet.outcomes, sheet.fast, sheet.late) == (None, None, None, None)
        rows = [tuple(row) for row in sheet.answers.tolist()]
        assert rows == sorted(rows)  # in order of content: the order of another sheet says nothing
    promised = sheet_of(parts, wave, sheets, PROMISES).answers
    assert [int((promised[:, 0] == given).sum()) for given in (YES, NO)] == [15, 15]
    assert (promised[:, 3] == DONT_KNOW).all()
    # What may be forgotten after sealing does not touch them.
    (sha256,) = run(sessions, parts, wave, lambda ctx, one: find_wave(ctx, one).sheet_sha256)
    forget_wave(parts.wave_keys, parts.blobs, wave.agency_id, wave.wave_id, sha256, sheets.values())
    assert sheet_of(parts, wave, sheets, PROMISES).respondents == 30
    # The control: whoever forgets to name them loses them, so the test above could fail.
    forget_wave(parts.wave_keys, parts.blobs, wave.agency_id, wave.wave_id, sha256)
    with pytest.raises(FileNotFoundError):
        sheet_of(parts, wave, sheets, PROMISES)


def test_the_companion_is_scored_apart_and_never_added(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave, _ = sealed(sessions, parts, agency_id, 30)
    alone = open_wave(sessions, parts, agency_id, ["depot"] * 30)
    for number in range(30):
        with sessions.begin() as session:
            found = find_questionnaire(session, parts.secrets, alone.tokens[number], datetime.now(UTC))
            submit(session, found, Answers({item.code: number % 7 + 1 for item in MAIN.items}))
    run(sessions, parts, alone, close_wave, seal_wave)
    _, card, companion = run(sessions, parts, wave, score_wave, load_scorecard, load_companion)
    _, without, nothing = run(sessions, parts, alone, score_wave, load_scorecard, load_companion)
    for part in ("population", "index", "factors", "units"):
        assert card[part] == without[part]  # not a figure of the main scorecard knows of the companion
    assert nothing is None
    assert companion["instrument"]["code"] == "publicness"
    assert [factor["code"] for factor in companion["factors"]] == [one.code for one in COMPANION.factors]
    assert (companion["units"], companion["profile"]) == ([], None)
    assert companion["index"]["n"] == 20  # every third left it out
    assert companion["disclosure"] is not None


def test_of_nine_people_neither_sheet_keeps_an_answer(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave, sheets = sealed(sessions, parts, agency_id, 9)
    for code in sheets:
        sheet = sheet_of(parts, wave, sheets, code)
        assert (sheet.respondents, set(np.unique(sheet.answers))) == (9, {-1})
    _, companion = run(sessions, parts, wave, score_wave, load_companion)
    assert companion["index"]["score"] is None


def test_no_two_instruments_that_are_asked_together_share_a_code() -> None:
    """Answers of one respondent lie side by side under their codes until sealing."""
    for release in OFFERED:
        asked = (released_instrument(*release), COMPANION, promise_instrument(5))
        codes = [item.code for one in asked for item in (*one.items, *one.outcomes)]
        codes += [question.code for one in asked for question in one.profile]
        codes += [question.code for one in asked for question in one.questions]
        assert len(set(codes)) == len(codes)


def test_short_factors_share_a_page_and_long_ones_do_not() -> None:
    assert [len(section.factor.items) for section in sections_of(MAIN)] == [6] * 6
    assert [len(section.factor.items) for section in sections_of(COMPANION)] == [6, 4]
    assert [section.opens for section in sections_of(COMPANION)] == [True, False]
    assert minutes_for(MAIN) == 8
    assert minutes_for(MAIN, COMPANION) > 8


# Promises of a draft


@pytest.fixture
def draft(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    with sessions.begin() as session:
        enter_agency(session, agency_id)
        ctx = Context(session, agency_id, Actor(None, "administrator"), datetime.now(UTC), parts)
        wave_id = create_wave(ctx, "Next year", languages=["en", "ar"], noun="residents")
    return OpenedWave(agency_id, wave_id, (), (), "")


def test_promises_are_kept_in_their_order_and_replaced_whole(
    sessions: Sessions, parts: Parts, draft: OpenedWave
) -> None:
    blank = {"en": " ", "ar": ""}
    first, second = PROMISED
    run(sessions, parts, draft, lambda ctx, wave: set_promises(ctx, wave, [blank, second, first]))
    assert run(sessions, parts, draft, wave_promises) == [(second, first)]
    run(sessions, parts, draft, lambda ctx, wave: set_promises(ctx, wave, [first]))
    assert run(sessions, parts, draft, wave_promises) == [(first,)]


@pytest.mark.parametrize(
    ("promises", "where"),
    [
        ([{"en": "Only in English"}], "1.ar"),
        ([{"en": "x" * (LENGTH + 1), "ar": "x"}], "1.en"),
        ([{"en": "a\x07bell", "ar": "x"}], "1.en"),
        ([PROMISED[0]] * 6, "promises"),
    ],
)
def test_a_promise_that_cannot_be_asked_about_is_refused(
    sessions: Sessions, parts: Parts, draft: OpenedWave, promises: list[dict[str, str]], where: str
) -> None:
    run(sessions, parts, draft, lambda ctx, wave: set_promises(ctx, wave, PROMISED))
    with pytest.raises(InputError) as raised:
        run(sessions, parts, draft, lambda ctx, wave: set_promises(ctx, wave, promises))
    assert [problem.where for problem in raised.value.problems] == [where]
    assert run(sessions, parts, draft, wave_promises) == [PROMISED]


def test_once_a_wave_is_open_neither_the_service_nor_its_database_changes_a_promise(
    sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = open_wave(sessions, parts, agency_id, promises=PROMISED)
    with pytest.raises(WaveStateError):
        run(sessions, parts, wave, lambda ctx, wave_id: set_promises(ctx, wave_id, []))
    third = WavePromise(agency_id=agency_id, wave_id=wave.wave_id, place=3, texts={"en": "x"})
    with pytest.raises(IntegrityError, match="settled when its wave opens"):
        run(sessions, parts, wave, lambda ctx, _: ctx.session.merge(third))
    with pytest.raises(IntegrityError, match="settled when its wave opens"):
        run(sessions, parts, wave, lambda ctx, _: ctx.session.execute(text("DELETE FROM wave_promise")))
    assert run(sessions, parts, wave, wave_promises) == [PROMISED]


def test_a_try_out_asks_about_the_drafts_promises(
    sessions: Sessions, parts: Parts, draft: OpenedWave
) -> None:
    run(sessions, parts, draft, lambda ctx, wave: set_promises(ctx, wave, PROMISED))
    (made,) = run(sessions, parts, draft, try_out)
    assert run(sessions, parts, replace(draft, wave_id=made), wave_promises) == [PROMISED]
