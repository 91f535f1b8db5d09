"""Outcomes, profile, pace and half of the wave on their way from a submission to the scorecard."""

import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.answer_sheets import decode_sheet
from cri.db.models import Wave
from cri.db.session import enter_agency
from cri.domain.sheet import NO_OPTION, AnswerSheet
from cri.domain.wave import PREFERS_NOT, Answers
from cri.services.context import Actor, Context, Parts
from cri.services.drafts import Progress, start_draft, submit_draft
from cri.services.instruments import OFFERED, Release, released_instrument
from cri.services.packs import build_leader_pack, load_pack
from cri.services.responses import find_questionnaire
from cri.services.scoring import load_scorecard, score_wave
from cri.services.sealing import seal_wave
from cri.services.sheets import sheet_key
from cri.services.waves import close_wave
from tests.database_fixtures import make_agency
from tests.factories import OpenedWave, change_wave, open_wave

PEOPLE = 40
Sessions = sessionmaker[Session]


def answer(sessions: Sessions, parts: Parts, wave: OpenedWave, number: int) -> None:
    """As the browser does: a draft, then its submission. Two managers, five who would rather not say."""
    with sessions.begin() as session:
        questionnaire = find_questionnaire(session, parts.secrets, wave.tokens[number], datetime.now(UTC))
        instrument = questionnaire.instrument
        manages = "manages_people" if number < 2 else PREFERS_NOT if number < 7 else "manages_nobody"
        answers = Answers(
            items={item.code: number % 7 + 1 for item in (*instrument.items, *instrument.outcomes)},
            profile={"manages": manages, "tenure": ("under_two_years", "over_ten_years")[number % 2]},
        )
        spent: dict[str, int | None] = {factor.code: 6 + 10 * number for factor in instrument.factors}
        code = start_draft(session, parts.secrets, questionnaire, Progress(answers, spent=spent))
        submit_draft(session, parts.secrets, questionnaire, code)


def run(
    sessions: Sessions, parts: Parts, wave: OpenedWave, *steps: Callable[[Context, uuid.UUID], None]
) -> None:
    for step in steps:
        with sessions.begin() as session:
            enter_agency(session, wave.agency_id)
            step(context_of(session, parts, wave), wave.wave_id)


def context_of(session: Session, parts: Parts, wave: OpenedWave) -> Context:
    return Context(session, wave.agency_id, Actor(None, "worker"), datetime.now(UTC), parts)


def sealed_sheet(sessions: Sessions, parts: Parts, wave: OpenedWave, release: Release) -> AnswerSheet:
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        sha256 = session.get_one(Wave, (wave.agency_id, wave.wave_id)).sheet_sha256
    data = parts.blobs.get(sheet_key(wave.agency_id, wave.wave_id, str(sha256)))
    return decode_sheet(data, released_instrument(*release))


@pytest.mark.parametrize("release", OFFERED, ids=lambda release: release[0])
def test_what_was_asked_beside_the_factors_is_sealed_and_scored(
    sessions: Sessions, parts: Parts, release: Release
) -> None:
    wave = open_wave(
        sessions,
        parts,
        make_agency(sessions),
        people=["depot"] * PEOPLE,
        instrument=release,
        languages=("en",),
    )
    for number in range(PEOPLE // 2):
        answer(sessions, parts, wave, number)
    change_wave(sessions, wave, closes_at=datetime.now(UTC).replace(microsecond=0))
    for number in range(PEOPLE // 2, PEOPLE):
        answer(sessions, parts, wave, number)
    run(sessions, parts, wave, close_wave, seal_wave)
    sheet = sealed_sheet(sessions, parts, wave, release)
    assert sheet.outcomes is not None
    assert (sheet.outcomes == sheet.answers[:, :2]).all()  # everybody gave the same answer to everything
    assert sheet.profile is not None
    instrument = released_instrument(*release)
    codes = [question.code for question in instrument.profile]
    manages = sheet.profile[:, codes.index("manages")]
    assert sorted(set(manages.tolist())) == [NO_OPTION]  # two managers and five silent: nobody is told apart
    tenure = sheet.profile[:, codes.index("tenure")]
    assert [int((tenure == option).sum()) for option in (NO_OPTION, 0, 1, 2)] == [0, 20, 0, 20]
    assert sheet.fast is not None
    assert sheet.fast.sum() == 1  # six seconds for six items; the next took sixteen
    assert sheet.late is not None
    assert sheet.late.sum() == PEOPLE // 2
    run(sessions, parts, wave, score_wave, build_leader_pack)
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        card = load_scorecard(context_of(session, parts, wave), wave.wave_id)
        assert load_pack(context_of(session, parts, wave), wave.wave_id) is not None
    assert card is not None
    assert card["instrument"]["code"] == release[0]
    assert len(card["factors"]) == len(instrument.factors)
