"""What the questionnaire's first page says of answers and of comments, beside who may in fact read them."""

import uuid

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.domain.access import Permission, Role, allows
from cri.services.context import Parts
from tests.factories import open_wave
from tests.web.respondent import Respondent

Sessions = sessionmaker[Session]

CHOSEN = {
    "en": "sees which answers you choose",
    "ar": "الإجابات التي تختارها",
    "es": "qué respuestas elige usted",
    "fr": "quelles réponses vous choisissez",
}
READ = {
    "en": "an administrator reads them first, recognised names taken out, then leaders",
    "ar": "ثم تقرأ القيادات ما أُجيز منه",
    "es": "lo lee primero una persona de la administración",
    "fr": "puis la direction lit ce qui a été validé",
}


@pytest.mark.parametrize("locale", CHOSEN)
def test_it_says_of_answers_that_nobody_sees_them_and_of_comments_who_reads_them(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, locale: str
) -> None:
    wave = open_wave(sessions, parts, agency_id, languages=tuple(CHOSEN))
    page = Respondent(app.test_client(), locale).open(f"/s/{wave.tokens[0]}")
    assert CHOSEN[locale] in page.text
    assert READ[locale] in page.text
    assert "30" in page.text  # that many have to write something, or none of it is kept


def test_those_who_it_says_read_comments_first_are_those_who_may() -> None:
    first = {role for role in Role if allows(Permission.CLEAR_COMMENTS, role)}
    then = {role for role in Role if allows(Permission.READ_RESULTS, role)}
    assert first == {Role.ADMINISTRATOR}
    assert Role.LEADER in then
