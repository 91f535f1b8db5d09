"""From a link to a submission: links, drafts, resume codes, and one answer a link whatever happens."""

import itertools
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier

import psycopg
import pytest
from sqlalchemy import delete, event, func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.envelopes import make_resume_code
from cri.db.models import Draft, Invitation, MailboxEntry
from cri.db.session import enter_agency
from cri.db.single_statements import SingleStatements
from cri.domain.sheet import DONT_KNOW, Unit
from cri.domain.wave import GRACE, Answers
from cri.services import drafts
from cri.services.context import Parts
from cri.services.drafts import (
    Progress,
    find_resumable,
    load_draft,
    save_draft,
    start_draft,
    submit_draft,
)
from cri.services.open_links import start_from_open_link
from cri.services.responses import (
    AlreadySubmittedError,
    LinkUnusableError,
    Questionnaire,
    WaveClosedError,
    find_answered,
    find_questionnaire,
)
from cri.services.smallest_group import smallest_group
from cri.services.submissions import submit
from tests.database_fixtures import make_agency
from tests.factories import TREE, OpenedWave, change_wave, open_wave, received

Sessions = sessionmaker[Session]
NOW = datetime.now(UTC)
ANSWERS = Answers(items={"insight1": 7, "insight2": DONT_KNOW}, comments={"easier": "Fewer forms"})


@pytest.fixture
def wave(sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return open_wave(sessions, parts, agency_id, people=["garage", "front"])


def follow(session: Session, parts: Parts, token: str, now: datetime = NOW) -> Questionnaire:
    return find_questionnaire(session, parts.secrets, token, now)


def count(sessions: Sessions, wave: OpenedWave, table: type[MailboxEntry] | type[Draft]) -> int:
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        number = session.scalar(select(func.count()).select_from(table).where(table.wave_id == wave.wave_id))
        return int(number or 0)


def begin(sessions: Sessions, parts: Parts, token: str, progress: Progress | None = None) -> str:
    with sessions.begin() as session:
        return start_draft(session, parts.secrets, follow(session, parts, token), progress)


# Links


def test_a_personal_link_leads_to_its_wave(sessions: Sessions, parts: Parts, wave: OpenedWave) -> None:
    with sessions() as session:
        found = follow(session, parts, wave.tokens[0])
    assert (found.agency_id, found.wave_id) == (wave.agency_id, wave.wave_id)
    assert (found.unit_code, found.personal, found.may_start) == ("garage", True, True)
    assert found.languages == ("en", "ar")
    assert found.instrument.code == "cri"


def test_an_open_link_belongs_to_nobody_until_it_is_started(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    with sessions.begin() as session:
        opened = follow(session, parts, wave.open_token)
        assert (opened.invitation_id, opened.personal) == (None, False)
        with pytest.raises(ValueError, match="link of its own"):
            start_draft(session, parts.secrets, opened)
        first = start_from_open_link(session, parts.secrets, opened)
        second = start_from_open_link(session, parts.secrets, opened)
    assert len({first, second, wave.open_token}) == 3
    with sessions() as session:
        own = follow(session, parts, first)
    assert own.invitation_id is not None
    assert (own.personal, own.unit_code) == (False, None)


@pytest.mark.parametrize("token", ["", "x", "a" * 26, "\x00", "é", "' OR 1=1 --", "a" * 100_000])
def test_an_unknown_link_leads_nowhere(sessions: Sessions, parts: Parts, token: str) -> None:
    with sessions() as session, pytest.raises(LinkUnusableError) as raised:
        follow(session, parts, token)
    assert type(raised.value) is LinkUnusableError


@pytest.mark.parametrize("state", ["open", "closing"])
def test_grace_after_the_closing_time_is_for_those_who_began(
    sessions: Sessions, parts: Parts, wave: OpenedWave, state: str
) -> None:
    change_wave(sessions, wave, closes_at=NOW, state=state)
    with sessions() as session:
        assert not follow(session, parts, wave.tokens[0], NOW + GRACE).may_start
    with sessions() as session, pytest.raises(WaveClosedError):
        follow(session, parts, wave.tokens[0], NOW + GRACE + timedelta(seconds=1))


def test_a_wave_that_closes_early_lets_nobody_start(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    change_wave(sessions, wave, state="closing")
    with sessions() as session:
        assert not follow(session, parts, wave.tokens[0]).may_start


def test_a_sealed_wave_takes_nothing(
    sessions: Sessions, parts: Parts, wave: OpenedWave, alone: SingleStatements
) -> None:
    change_wave(sessions, wave, state="sealed", sheet_sha256="0" * 64, mailbox_key=None)
    for token in (wave.tokens[0], wave.open_token):
        with sessions() as session, pytest.raises(WaveClosedError):
            follow(session, parts, token)
        with pytest.raises(LinkUnusableError):
            find_answered(alone, parts.secrets, token, NOW)


# Drafts


def test_a_draft_comes_back_as_it_was_left(sessions: Sessions, parts: Parts, wave: OpenedWave) -> None:
    left = Progress(ANSWERS, page="3", prompted=frozenset({"1", "2"}))
    code = begin(sessions, parts, wave.tokens[0])
    with sessions.begin() as session:
        questionnaire = follow(session, parts, wave.tokens[0])
        assert load_draft(session, parts.secrets, questionnaire, code) == Progress()
        save_draft(session, parts.secrets, questionnaire, code, left)
    with sessions() as session:
        questionnaire = follow(session, parts, wave.tokens[0])
        assert load_draft(session, parts.secrets, questionnaire, code, lock=True) == left
    assert count(sessions, wave, Draft) == 1


def test_another_code_or_another_link_opens_nothing(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    code = begin(sessions, parts, wave.tokens[0], Progress(ANSWERS))
    with sessions() as session:
        mine, other = (follow(session, parts, token) for token in wave.tokens)
        assert load_draft(session, parts.secrets, mine, make_resume_code()) is None
        assert load_draft(session, parts.secrets, other, code) is None


def test_nobody_writes_over_a_draft_through_another_link(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    code = begin(sessions, parts, wave.tokens[0], Progress(ANSWERS))
    with sessions.begin() as session:
        save_draft(session, parts.secrets, follow(session, parts, wave.tokens[1]), code, Progress())
    with sessions() as session:
        kept = load_draft(session, parts.secrets, follow(session, parts, wave.tokens[0]), code)
    assert kept == Progress(ANSWERS)


def test_the_server_cannot_read_a_draft(
    sessions: Sessions, parts: Parts, wave: OpenedWave, superuser: psycopg.Connection
) -> None:
    begin(sessions, parts, wave.tokens[0], Progress(ANSWERS))
    row = superuser.execute("SELECT * FROM draft WHERE wave_id = %s", [wave.wave_id]).fetchone()
    assert row is not None
    stored = b"".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
    assert b"insight" not in stored
    assert b"Fewer" not in stored


def test_two_devices_keep_two_drafts_until_one_is_submitted(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    phone = begin(sessions, parts, wave.tokens[0], Progress(ANSWERS))
    laptop = begin(sessions, parts, wave.tokens[0], Progress(Answers(items={"insight1": 1})))
    assert count(sessions, wave, Draft) == 2
    with sessions.begin() as session:
        submit_draft(session, parts.secrets, follow(session, parts, wave.tokens[0]), laptop)
    assert count(sessions, wave, Draft) == 0
    with sessions() as session, pytest.raises(AlreadySubmittedError):
        follow(session, parts, wave.tokens[0])
    assert phone != laptop
    assert [one.answers.items for one in received(sessions, parts, wave)] == [{"insight1": 1}]


def test_a_code_resumes_its_own_link_and_from_a_poster_the_link_it_made(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    personal_code = begin(sessions, parts, wave.tokens[0])
    with sessions.begin() as session:
        own = start_from_open_link(session, parts.secrets, follow(session, parts, wave.open_token))
    open_code = begin(sessions, parts, own)
    with sessions() as session:
        mine, other, opened, own_link = (
            follow(session, parts, token) for token in (*wave.tokens, wave.open_token, own)
        )
        resumable = {
            (name, kind): find_resumable(session, parts.secrets, link, code)
            for name, link in {"mine": mine, "other": other, "opened": opened, "own": own_link}.items()
            for kind, code in {
                "personal": personal_code,
                "open": open_code,
                "none": make_resume_code(),
            }.items()
        }
    assert {key: token for key, token in resumable.items() if token} == {
        ("mine", "personal"): wave.tokens[0],
        ("opened", "open"): own,
        ("own", "open"): own,
    }


# Submission


def test_what_is_submitted_arrives_whole_with_its_unit(
    sessions: Sessions, parts: Parts, wave: OpenedWave, alone: SingleStatements
) -> None:
    code = begin(sessions, parts, wave.tokens[0], Progress(ANSWERS, page="check"))
    with sessions.begin() as session:
        submit_draft(session, parts.secrets, follow(session, parts, wave.tokens[0]), code)
    (submission,) = received(sessions, parts, wave)
    assert (submission.answers, submission.unit, submission.open_link) == (ANSWERS, "garage", False)
    assert find_answered(alone, parts.secrets, wave.tokens[0], NOW).wave_id == wave.wave_id
    with pytest.raises(LinkUnusableError):
        find_answered(alone, parts.secrets, wave.tokens[1], NOW)


def test_an_answer_through_the_open_link_is_marked_as_one(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    with sessions.begin() as session:
        own = start_from_open_link(session, parts.secrets, follow(session, parts, wave.open_token))
        submit(session, follow(session, parts, own), ANSWERS)
    (submission,) = received(sessions, parts, wave)
    assert (submission.unit, submission.open_link) == (None, True)


def test_fifty_at_once_count_once(sessions: Sessions, parts: Parts, wave: OpenedWave) -> None:
    code = begin(sessions, parts, wave.tokens[0], Progress(ANSWERS))
    crowd = 50
    together = Barrier(10)

    def press(_: int) -> str:
        with sessions() as session:
            found = None
            try:
                found = follow(session, parts, wave.tokens[0])
                together.wait(timeout=20)
                submit_draft(session, parts.secrets, found, code)
                session.commit()
            except AlreadySubmittedError:
                if found is None:
                    together.wait(timeout=20)
                return "before"
            return "counted"

    with ThreadPoolExecutor(10) as pool:
        outcomes = list(pool.map(press, range(crowd)))
    assert sorted(outcomes) == ["before"] * (crowd - 1) + ["counted"]
    assert len(received(sessions, parts, wave)) == 1


def test_a_replay_is_told_so_and_changes_nothing(sessions: Sessions, parts: Parts, wave: OpenedWave) -> None:
    with sessions.begin() as session:
        held = follow(session, parts, wave.tokens[0])
        submit(session, held, ANSWERS)
    with sessions.begin() as session:
        enter_agency(session, wave.agency_id)
        with pytest.raises(AlreadySubmittedError):
            submit(session, held, Answers(items={"insight1": 1}))
    assert [one.answers for one in received(sessions, parts, wave)] == [ANSWERS]


def test_sealing_that_has_begun_wins(sessions: Sessions, parts: Parts, wave: OpenedWave) -> None:
    with sessions() as session:
        held = follow(session, parts, wave.tokens[0])
    change_wave(sessions, wave, state="sealed", sheet_sha256="0" * 64)
    with sessions.begin() as session:
        enter_agency(session, wave.agency_id)
        with pytest.raises(WaveClosedError):
            submit(session, held, ANSWERS)
    assert count(sessions, wave, MailboxEntry) == 0


def submitted_with_fault_at(
    number: int, sessions: Sessions, parts: Parts, wave: OpenedWave, code: str
) -> bool:
    """Submit while the statement of that number fails; whether it went through, for want of so many."""
    statements = itertools.count()

    def fail(*_: object) -> None:
        if next(statements) == number:
            raise OperationalError("statement", {}, Exception("the connection is gone"))

    with sessions() as session:
        event.listen(session.connection(), "before_cursor_execute", fail)
        try:
            submit_draft(session, parts.secrets, follow(session, parts, wave.tokens[0]), code)
            session.commit()
        except OperationalError:
            session.rollback()
            return False
        return True


def test_whichever_statement_fails_it_is_all_or_nothing(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    code = begin(sessions, parts, wave.tokens[0], Progress(ANSWERS))
    tried = 0
    while not submitted_with_fault_at(tried, sessions, parts, wave, code):
        assert count(sessions, wave, MailboxEntry) == 0
        assert count(sessions, wave, Draft) == 1
        tried += 1
    # The link with what lies behind it, the wave's lock, the mark, the draft, the mailbox, the clearing up.
    assert tried >= 6
    assert count(sessions, wave, MailboxEntry) == 1
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        used = select(Invitation.used).where(Invitation.id == wave.invitations[0])
        assert session.scalar(used) is True


# The smallest group


@pytest.mark.parametrize(
    ("unit", "minimum", "expected"),
    [
        ("garage", 10, ("North depot", 24)),  # six work in the garage itself
        ("front", 10, ("Front desk", 30)),
        ("depot", 25, ("Streets and parks", 60)),
        ("garage", 241, None),
    ],
)
def test_the_smallest_group_is_the_nearest_that_is_large_enough(
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    unit: str,
    minimum: int,
    expected: tuple[str, int] | None,
) -> None:
    wave = open_wave(sessions, parts, agency_id, people=[unit], minimum=minimum)
    with sessions() as session:
        group = smallest_group(session, follow(session, parts, wave.tokens[0]))
    assert (group and (group.name, group.headcount)) == expected


def test_through_the_open_link_one_belongs_to_the_whole_only(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    with sessions() as session:
        group = smallest_group(session, follow(session, parts, wave.open_token))
    assert group == replace(TREE[0])


def test_an_agency_of_nine_is_told_that_no_figure_will_be_shown(sessions: Sessions, parts: Parts) -> None:
    agency_id = make_agency(sessions, "Tiny")
    wave = open_wave(sessions, parts, agency_id, people=["all"], units=[Unit("all", None, "Tiny", 9)])
    with sessions() as session:
        for token in (wave.tokens[0], wave.open_token):
            assert smallest_group(session, follow(session, parts, token)) is None


# A link begun on many devices


def kept(sessions: Sessions, parts: Parts, token: str, code: str) -> Progress | None:
    with sessions() as session:
        found = find_questionnaire(session, parts.secrets, token, NOW)
        return load_draft(session, parts.secrets, found, code)


GIVEN = Answers(items={"insight1": 4})


@pytest.mark.parametrize("naive", [False, True])
def test_of_a_link_begun_very_often_only_empty_drafts_make_room(
    sessions: Sessions, parts: Parts, wave: OpenedWave, monkeypatch: pytest.MonkeyPatch, *, naive: bool
) -> None:
    """No answer that was saved is ever lost. The control lets any draft make room."""
    token = wave.tokens[0]
    answered = [begin(sessions, parts, token, Progress(GIVEN)) for _ in range(3)]
    for _ in range(drafts.MOST_DRAFTS):
        begin(sessions, parts, token)
    if naive:
        monkeypatch.setattr(drafts, "_make_room", forget_any)
        for _ in range(drafts.MOST_DRAFTS):
            begin(sessions, parts, token)
    with sessions() as session:
        enter_agency(session, wave.agency_id)
        assert session.scalar(select(func.count()).select_from(Draft)) == drafts.MOST_DRAFTS
    found = [kept(sessions, parts, token, code) for code in answered]
    assert found == ([None] * 3 if naive else [Progress(GIVEN)] * 3)


def forget_any(session: Session, questionnaire: Questionnaire) -> None:
    """The naive way: the draft whose row is the oldest."""
    of_link = Draft.invitation_id == questionnaire.invitation_id
    oldest = select(Draft.key_digest).where(of_link).order_by(text("ctid")).limit(1).scalar_subquery()
    session.execute(delete(Draft).where(of_link, Draft.key_digest == oldest))


def test_where_every_draft_holds_answers_a_further_beginning_is_refused(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    token, other = wave.tokens[:2]
    answered = [begin(sessions, parts, token, Progress(GIVEN)) for _ in range(drafts.MOST_DRAFTS)]
    with pytest.raises(drafts.TooManyDraftsError):
        begin(sessions, parts, token)
    assert all(kept(sessions, parts, token, code) == Progress(GIVEN) for code in answered)
    begin(sessions, parts, other)


def test_beginnings_at_one_moment_do_not_go_beyond_the_most(
    sessions: Sessions, parts: Parts, wave: OpenedWave
) -> None:
    token = wave.tokens[0]
    for _ in range(drafts.MOST_DRAFTS - 1):
        begin(sessions, parts, token, Progress(GIVEN))
    together = Barrier(4)

    def one(_: int) -> bool:
        together.wait(10)
        try:
            begin(sessions, parts, token, Progress(GIVEN))
        except drafts.TooManyDraftsError:
            return False
        return True

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(one, range(4))) == [False, False, False, True]


def test_a_draft_tells_whether_it_holds_an_answer_and_no_more(
    sessions: Sessions, parts: Parts, wave: OpenedWave, superuser: psycopg.Connection
) -> None:
    code = begin(sessions, parts, wave.tokens[0])
    for answers in (
        Answers(),
        GIVEN,
        Answers(comments={"easier": "x"}),
        Answers(profile={"tenure": "short"}),
    ):
        with sessions.begin() as session:
            found = find_questionnaire(session, parts.secrets, wave.tokens[0], NOW)
            save_draft(session, parts.secrets, found, code, Progress(answers))
        rows = superuser.execute(
            "SELECT answered FROM draft WHERE agency_id = %s", [wave.agency_id]
        ).fetchall()
        assert rows == [(answers != Answers(),)]
