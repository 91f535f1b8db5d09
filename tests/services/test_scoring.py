"""Of how many people the answers are: known when everybody came through a link of their own, else not."""

from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.db.session import enter_agency
from cri.domain.wave import Answers
from cri.services.context import Actor, Context, Parts
from cri.services.instruments import released_instrument
from cri.services.open_links import start_from_open_link
from cri.services.responses import find_questionnaire
from cri.services.scoring import load_scorecard, score_wave
from cri.services.sealing import seal_wave
from cri.services.submissions import submit
from cri.services.waves import close_wave
from tests.database_fixtures import make_agency
from tests.factories import OpenedWave, open_wave

INVITED = 24
CODES = [item.code for item in released_instrument("cri", "1.0.0").items]


def answer(session: Session, parts: Parts, token: str, point: int) -> None:
    questionnaire = find_questionnaire(session, parts.secrets, token, datetime.now(UTC))
    submit(session, questionnaire, Answers(items=dict.fromkeys(CODES, point)))


def answer_openly(session: Session, parts: Parts, wave: OpenedWave, point: int) -> None:
    questionnaire = find_questionnaire(session, parts.secrets, wave.open_token, datetime.now(UTC))
    answer(session, parts, start_from_open_link(session, parts.secrets, questionnaire), point)


@pytest.mark.parametrize(("own", "through_poster", "headcount"), [(24, 0, 24), (12, 0, 24), (12, 12, None)])
def test_answers_through_the_open_link_are_of_nobody_knows_how_many(
    sessions: sessionmaker[Session], parts: Parts, own: int, through_poster: int, headcount: int | None
) -> None:
    """12 of 24 people and 12 visitors are not all 24: that would be an interval of certainty."""
    wave = open_wave(sessions, parts, make_agency(sessions), people=["depot"] * INVITED)
    with sessions.begin() as session:
        for number in range(own):
            answer(session, parts, wave.tokens[number], number % 7 + 1)
        for number in range(through_poster):
            answer_openly(session, parts, wave, number % 7 + 1)
    for step in (close_wave, seal_wave, score_wave):
        with sessions.begin() as session:
            enter_agency(session, wave.agency_id)
            context = Context(session, wave.agency_id, Actor(None, "worker"), datetime.now(UTC), parts)
            step(context, wave.wave_id)
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        context = Context(session, wave.agency_id, Actor(None, "worker"), datetime.now(UTC), parts)
        card = load_scorecard(context, wave.wave_id)
    assert card is not None
    population, index = card["population"], card["index"]
    assert isinstance(population, dict)
    assert isinstance(index, dict)
    assert population["headcount"] == headcount
    assert population["response_rate"] == (None if headcount is None else own / INVITED)
    assert (index["se"] > 0) == (own + through_poster != headcount)
