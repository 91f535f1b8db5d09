"""A page is saved by one statement, over the writing that it was read from and over no other."""

import threading
import uuid
from collections.abc import Callable

import psycopg
import pytest
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from cri.db import session as sessions_module
from cri.db.session import make_engine
from cri.db.single_statements import SINGLE_OPTIONS, SingleStatements
from cri.domain.wave import Answers
from cri.services.context import Parts
from cri.services.drafts import DraftMovedError, Progress, save_over, start_draft, submit_draft
from cri.services.following import hold_along, read_along
from cri.services.responses import AlreadySubmittedError, Questionnaire, find_questionnaire
from cri.web.parts import now
from tests.database_fixtures import Database
from tests.factories import OpenedWave, change_wave, open_wave

Sessions = sessionmaker[Session]
Read = Callable[[], tuple[Questionnaire, Progress]]
TABS = 8


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage", "front"])


@pytest.fixture
def code(sessions: Sessions, parts: Parts, wave: OpenedWave) -> str:
    """Of a draft of the first link, with nothing in it."""
    with sessions.begin() as session:
        questionnaire = find_questionnaire(session, parts.secrets, wave.tokens[0], now())
        return start_draft(session, parts.secrets, questionnaire, Progress(page="1"))


@pytest.fixture
def read(alone: SingleStatements, parts: Parts, wave: OpenedWave, code: str) -> Read:
    def read_it() -> tuple[Questionnaire, Progress]:
        questionnaire, progress = read_along(alone, parts.secrets, wave.tokens[0], code, now())
        assert progress is not None
        return questionnaire, progress

    return read_it


def with_answer(progress: Progress, item: str) -> Progress:
    answers = Answers({**progress.answers.items, item: 3})
    return Progress(answers, progress.page, seen=progress.seen)


def test_what_was_saved_over_is_there_for_every_other_connection(
    alone: SingleStatements, sessions: Sessions, parts: Parts, wave: OpenedWave, code: str, read: Read
) -> None:
    questionnaire, progress = read()
    save_over(alone, parts.secrets, questionnaire, code, with_answer(progress, "insight1"))
    with sessions() as session:
        _, kept = hold_along(session, parts.secrets, wave.tokens[0], code, now())
    assert kept is not None
    assert kept.answers.items == {"insight1": 3}


def test_the_second_of_two_tabs_is_told_and_takes_nothing_away(
    alone: SingleStatements, parts: Parts, code: str, read: Read
) -> None:
    (questionnaire, first), (_, second) = read(), read()
    save_over(alone, parts.secrets, questionnaire, code, with_answer(first, "insight1"))
    with pytest.raises(DraftMovedError):
        save_over(alone, parts.secrets, questionnaire, code, with_answer(second, "insight2"))
    assert read()[1].answers.items == {"insight1": 3}


def answer_in_many_tabs(save: Callable[[str], None]) -> None:
    together = threading.Barrier(TABS)

    def tab(number: int) -> None:
        together.wait()
        save(f"item{number}")

    tabs = [threading.Thread(target=tab, args=(number,)) for number in range(TABS)]
    for one in tabs:
        one.start()
    for one in tabs:
        one.join()


def test_of_many_tabs_at_once_none_loses_an_answer(
    alone: SingleStatements, parts: Parts, code: str, read: Read
) -> None:
    def save(item: str) -> None:
        while True:
            questionnaire, progress = read()
            try:
                save_over(alone, parts.secrets, questionnaire, code, with_answer(progress, item))
            except DraftMovedError:
                continue
            return

    answer_in_many_tabs(save)
    assert read()[1].answers.items == {f"item{number}": 3 for number in range(TABS)}


def test_control_saving_without_looking_loses_answers(
    alone: SingleStatements, parts: Parts, code: str, read: Read
) -> None:
    """The naive version: it takes whatever writing is there now for the one that was read."""
    everybody_has_read = threading.Barrier(TABS)

    def save(item: str) -> None:
        _, progress = read()
        everybody_has_read.wait()
        while True:
            questionnaire, newest = read()
            careless = Progress(Answers({**progress.answers.items, item: 3}), "1", seen=newest.seen)
            try:
                save_over(alone, parts.secrets, questionnaire, code, careless)
            except DraftMovedError:
                continue
            return

    answer_in_many_tabs(save)
    assert len(read()[1].answers.items) == 1


@pytest.mark.parametrize("state", ["sealed", "open"])
def test_when_all_is_over_nothing_is_written(
    alone: SingleStatements,
    sessions: Sessions,
    parts: Parts,
    wave: OpenedWave,
    code: str,
    read: Read,
    state: str,
) -> None:
    questionnaire, progress = read()
    if state == "sealed":
        change_wave(sessions, wave, state="sealed", sheet_sha256="0" * 64, mailbox_key=None)
    else:
        with sessions.begin() as session:
            opened = find_questionnaire(session, parts.secrets, wave.tokens[0], now())
            submit_draft(session, parts.secrets, opened, code)
    with pytest.raises(DraftMovedError):
        save_over(alone, parts.secrets, questionnaire, code, with_answer(progress, "insight1"))
    if state == "open":
        with pytest.raises(AlreadySubmittedError):
            read()


def test_nobody_saves_through_anothers_link(
    alone: SingleStatements, parts: Parts, wave: OpenedWave, code: str, read: Read
) -> None:
    _, progress = read()
    another, _ = read_along(alone, parts.secrets, wave.tokens[1], None, now())
    with pytest.raises(DraftMovedError):
        save_over(alone, parts.secrets, another, code, with_answer(progress, "insight1"))
    assert read()[1].answers.items == {}


def test_an_error_is_of_the_kind_that_a_session_raises_and_has_no_value_in_it(
    alone: SingleStatements,
) -> None:
    with pytest.raises(DataError) as raised:
        alone.one("SELECT %s::text::uuid", ("no number of theirs",))
    assert "InvalidTextRepresentation" in str(raised.value)
    assert "theirs" not in str(raised.value)


def test_a_connection_lost_in_the_midst_of_use_costs_one_error(
    database: Database, superuser: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(database.application, **SINGLE_OPTIONS)
    own = SingleStatements(engine)
    for seconds in (3_600.0, 0.0):  # the second time it was idle, and is asked first
        monkeypatch.setattr(sessions_module, "IDLE_SECONDS", seconds)
        found = own.one("SELECT pg_backend_pid()", ())
        assert found is not None
        superuser.execute("SELECT pg_terminate_backend(%s, 5000)", found)
        if seconds:
            with pytest.raises(OperationalError):
                own.one("SELECT 1", ())
        assert own.one("SELECT 1", ()) == (1,)
    engine.dispose()


def test_a_server_that_is_not_there_is_told_as_a_session_tells_it(database: Database) -> None:
    engine = make_engine(database.application.partition("?")[0] + "?host=/nowhere", **SINGLE_OPTIONS)
    with pytest.raises(OperationalError):
        SingleStatements(engine).one("SELECT 1", ())
