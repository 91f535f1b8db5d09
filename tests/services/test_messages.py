"""Sending a wave's messages through a real mail server: who gets one, who gets none, and what goes wrong."""

import smtplib
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.mail import MailServer as Route
from cri.adapters.smtp import HIDDEN
from cri.app import make_postman, make_workshop
from cri.db.models import BadAddress, Invitation, Message, MessageBatch, Person
from cri.domain.message_plan import MOST_TRIES, Kind
from cri.jobs.messages import forget_what_is_over, send_what_is_due
from cri.jobs.tasks import Workshop
from cri.services import bounces, deliveries, messages
from cri.services.context import Parts
from cri.services.message_keys import MessageKey, message_id, read_message_id, read_stop_token, stop_token
from cri.services.waves import find_wave
from cri.settings import Settings
from tests.factories import OpenedWave, change_wave
from tests.jobs.mailing import MailServer, invite, mail_server, states

pytestmark = pytest.mark.usefixtures("nothing_else_waits")
Sessions = sessionmaker[Session]
INVITATION, FIRST, SECOND = Kind


class Mailing:
    """An agency that sends through a mail server."""

    def __init__(self, settings: Settings, server: MailServer, workshop: Workshop) -> None:
        self.settings, self.server, self.workshop = settings, server, workshop

    def begin(self, wave: OpenedWave, kind: Kind = INVITATION) -> None:
        with self.workshop.transaction(wave.agency_id) as ctx:
            deliveries.begin_by_hand(ctx, wave.wave_id, kind)

    def plan(self, wave: OpenedWave) -> bool:
        with self.workshop.transaction(wave.agency_id) as ctx:
            return deliveries.plan_messages(ctx, wave.wave_id)

    def send(self, **changed: object) -> int:
        route = replace(self.settings.mail, **changed) if changed else self.settings.mail  # type: ignore[type-var]  # given
        postman = make_postman(replace(self.settings, mail=route), lambda: False)
        assert postman is not None
        try:
            return postman.run()
        finally:
            postman._engine.dispose()
            postman._parts.pool_sessions.kw["bind"].dispose()

    def answer(self, wave: OpenedWave, address: str) -> None:
        with self.workshop.transaction(wave.agency_id) as ctx:
            person = ctx.session.scalars(select(Person).where(Person.email == address)).one()
            ctx.session.execute(update(Invitation).where(Invitation.person_id == person.id).values(used=True))

    def reached(self) -> dict[str, int]:
        return {address.partition("@")[0]: times for address, times in self.server.reached().items()}


@pytest.fixture(scope="module")
def one_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MailServer]:
    with mail_server(tmp_path_factory.mktemp("mail")) as server:
        yield server


@pytest.fixture
def server(one_server: MailServer) -> MailServer:
    """A mail server that has taken nothing yet."""
    one_server.log.write_bytes(b"")
    return one_server


@pytest.fixture
def mailing(server: MailServer, settings: Settings) -> Iterator[Mailing]:
    route = Route("127.0.0.1", server.port, "surveys@example.org", security="none", per_minute=0, timeout=5)
    told = replace(settings, mail=route)
    workshop = make_workshop(told)
    yield Mailing(told, server, workshop)
    workshop.close()


@pytest.fixture(autouse=True)
def every_day_is_a_working_day(sessions: Sessions, request: pytest.FixtureRequest) -> None:
    """Tests run on Sundays too. What a weekend means is tested with dates, in tests/unit."""
    monkeypatch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    monkeypatch.setattr(deliveries, "is_working_now", lambda *_: True)


def made(
    superuser: psycopg.Connection, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, **people: int
) -> OpenedWave:
    named = {name.replace("_", "-"): count for name, count in people.items()}
    return invite(superuser, sessions, parts, agency_id, named)


@pytest.fixture
def wave(superuser: psycopg.Connection, sessions: Sessions, parts: Parts, agency_id: uuid.UUID) -> OpenedWave:
    return made(superuser, sessions, parts, agency_id, ann=3)


def test_everybody_gets_one_invitation(
    mailing: Mailing, wave: OpenedWave, superuser: psycopg.Connection
) -> None:
    mailing.begin(wave)
    assert mailing.send() == 3
    assert mailing.send() == 0
    assert mailing.reached() == {"ann1": 1, "ann2": 1, "ann3": 1}
    assert states(superuser, wave) == {"sent": 3}
    with pytest.raises(deliveries.KindBegunError):
        mailing.begin(wave)


def test_reminders_go_only_to_unused_links_and_stop_at_once(mailing: Mailing, wave: OpenedWave) -> None:
    mailing.begin(wave)
    mailing.send()
    mailing.answer(wave, "ann1@example.org")
    mailing.begin(wave, FIRST)
    mailing.answer(wave, "ann2@example.org")  # between planning and sending
    assert mailing.send() == 1
    assert mailing.reached() == {"ann1": 1, "ann2": 1, "ann3": 2}


def test_who_answers_while_their_message_is_on_the_line_does_not_get_it(
    mailing: Mailing, wave: OpenedWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The claim, one statement, asks again in the instant before the last line."""
    mailing.begin(wave)
    claim = deliveries.claim

    def answer_first(ctx: object, one: object) -> bool:
        mailing.answer(wave, one.email)  # type: ignore[attr-defined]  # a waiting message
        return claim(ctx, one)  # type: ignore[arg-type]  # passed on

    monkeypatch.setattr(deliveries, "claim", answer_first)
    assert mailing.send() == 0
    assert mailing.reached() == {}


def test_no_trace_is_left_of_a_reminder_to_somebody_who_has_answered(
    mailing: Mailing, wave: OpenedWave, superuser: psycopg.Connection
) -> None:
    mailing.begin(wave, FIRST)
    mailing.answer(wave, "ann1@example.org")
    mailing.plan(wave)
    assert states(superuser, wave) == {"waiting": 2}


def test_a_late_joiner_is_invited_and_not_reminded_the_same_day(
    mailing: Mailing, wave: OpenedWave, superuser: psycopg.Connection, agency_id: uuid.UUID
) -> None:
    mailing.begin(wave)
    mailing.send()
    mailing.begin(wave, FIRST)
    mailing.send()
    superuser.execute(
        "INSERT INTO person (agency_id, id, name, email, unit_code, language, active) "
        "VALUES (%s, gen_random_uuid(), 'Late', 'late@example.org', 'depot', 'en', true)",
        [agency_id],
    )
    superuser.execute(
        "INSERT INTO invitation (agency_id, id, wave_id, person_id, unit_code, token_digest, used) "
        "SELECT agency_id, gen_random_uuid(), %s, id, 'depot', 'late', false FROM person "
        "WHERE email = 'late@example.org' AND agency_id = %s",
        [wave.wave_id, agency_id],
    )
    assert mailing.plan(wave)
    mailing.send()
    mailing.plan(wave)
    mailing.send()
    assert mailing.reached()["late"] == 1


def test_a_schedule_begins_by_itself(mailing: Mailing, wave: OpenedWave, sessions: Sessions) -> None:
    with mailing.workshop.transaction(wave.agency_id) as ctx:
        now = ctx.now
    change_wave(sessions, wave, invite_at=now + timedelta(hours=1))
    assert not mailing.plan(wave)
    change_wave(sessions, wave, invite_at=now - timedelta(hours=1))
    assert mailing.plan(wave)
    assert mailing.send() == 3


def test_a_practice_wave_writes_to_nobody(
    mailing: Mailing, wave: OpenedWave, superuser: psycopg.Connection
) -> None:
    superuser.execute("ALTER TABLE wave DISABLE TRIGGER keeps_its_word")
    superuser.execute("UPDATE wave SET practice = true, invite_at = now() WHERE id = %s", [wave.wave_id])
    superuser.execute("ALTER TABLE wave ENABLE TRIGGER keeps_its_word")
    assert not mailing.plan(wave)
    assert mailing.send() == 0


def test_one_bad_address_holds_up_nobody(
    mailing: Mailing, superuser: psycopg.Connection, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = made(superuser, sessions, parts, agency_id, ann=2, gone_=1, later_=1, spam_=1, busy_=1, closing_=1)
    mailing.begin(wave)
    mailing.send()
    assert set(mailing.reached()) == {"ann1", "ann2"}
    with mailing.workshop.transaction(agency_id) as ctx:
        rows = {
            email: (message.state, message.reply, message.tries, message.retry_at)
            for email, message in ctx.session.execute(
                select(Person.email, Message)
                .join(Invitation, Invitation.person_id == Person.id)
                .join(Message, Message.invitation_id == Invitation.id)
            )
        }
        bad = set(ctx.session.scalars(select(BadAddress.address)))
    assert rows["gone-1@example.org"][:3] == (
        "failed",
        f"550 5.1.1 <{HIDDEN}>: no such mailbox {HIDDEN} here, ask {HIDDEN}",
        1,
    )
    assert rows["spam-1@example.org"][:2] == ("failed", "554 5.7.1 not wanted")
    assert bad == {"gone-1@example.org", "spam-1@example.org"}
    for put_off in ("later-1@example.org", "busy-1@example.org"):
        state, _, tries, retry_at = rows[put_off]
        assert (state, tries) == ("waiting", 1)
        assert retry_at is not None
        assert retry_at.minute % 15 == 0
    assert rows["closing-1@example.org"][:3:2] == ("waiting", 0)  # the line was lost: no try of the message
    superuser.execute("UPDATE message SET retry_at = NULL WHERE wave_id = %s", [wave.wave_id])
    assert mailing.send() == 3
    assert set(mailing.reached()) == {"ann1", "ann2", "closing-1", "later-1", "busy-1"}
    assert set(mailing.reached().values()) == {1}


def test_what_the_server_says_by_itself_names_the_recipient(server: MailServer) -> None:
    """The control: the reply as it comes."""
    with smtplib.SMTP("127.0.0.1", server.port) as connection:
        connection.ehlo()
        connection.mail("surveys@example.org")
        code, said = connection.rcpt("gone-1@example.org")
    assert code == 550
    assert b"gone-1@example.org" in said


def test_a_server_that_keeps_losing_the_line_is_left_alone(
    mailing: Mailing,
    superuser: psycopg.Connection,
    sessions: Sessions,
    parts: Parts,
    agency_id: uuid.UUID,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Three lost lines in a row end the run; who was tried stands back: the next run begins with others."""
    wave = made(superuser, sessions, parts, agency_id, closing_a=5)
    mailing.begin(wave)
    assert mailing.send() == 0
    stood_back = "SELECT count(*) FROM message WHERE wave_id = %s AND retry_at IS NOT NULL AND tries = 0"
    assert superuser.execute(stood_back, [wave.wave_id]).fetchone() == (3,)
    with mailing.workshop.transaction(agency_id) as ctx:
        trouble = messages.progress(ctx, find_wave(ctx, wave.wave_id))[0].trouble
    for told in (trouble, caplog.text):  # the server said to whom
        assert "421 4.3.2 closing, no time for" in told
        assert "closing-a" not in told


def test_what_is_put_off_for_ever_is_given_up(
    mailing: Mailing, superuser: psycopg.Connection, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = made(superuser, sessions, parts, agency_id, later_for_ever_=1)
    mailing.begin(wave)
    superuser.execute("UPDATE message SET tries = %s WHERE wave_id = %s", [MOST_TRIES - 1, wave.wave_id])
    mailing.send()
    assert states(superuser, wave) == {"failed": 1}


@pytest.mark.parametrize("change", [{"port": 9}, {"host": "mail.invalid"}, {"user": "x", "password": "y"}])
def test_a_server_that_takes_nothing_loses_nothing_and_is_told(
    mailing: Mailing, wave: OpenedWave, superuser: psycopg.Connection, change: dict[str, object]
) -> None:
    mailing.begin(wave)
    assert mailing.send(**change) == 0
    assert states(superuser, wave) == {"waiting": 3}
    with mailing.workshop.transaction(wave.agency_id) as ctx:
        assert messages.progress(ctx, find_wave(ctx, wave.wave_id))[0].trouble
    assert mailing.send() == 3
    with mailing.workshop.transaction(wave.agency_id) as ctx:
        assert messages.progress(ctx, find_wave(ctx, wave.wave_id))[0].trouble == ""


def test_who_wants_no_mail_gets_none_and_may_change_their_mind(
    mailing: Mailing, wave: OpenedWave, agency_id: uuid.UUID, parts: Parts
) -> None:
    with mailing.workshop.transaction(agency_id) as ctx:
        person_id = ctx.session.scalars(select(Person.id).where(Person.email == "ann1@example.org")).one()
        token = stop_token(parts.secrets, agency_id, person_id)
        who = read_stop_token(parts.secrets, token)
        assert who is not None
        assert (who.agency_id, who.person_id) == (agency_id, person_id)
        bounces.opt_out(ctx, person_id)
        bounces.opt_out(ctx, person_id)
        assert bounces.opted_out_count(ctx, wave.wave_id) == 1
    mailing.begin(wave)
    mailing.send()
    assert set(mailing.reached()) == {"ann2", "ann3"}
    with mailing.workshop.transaction(agency_id) as ctx:
        bounces.opt_in(ctx, person_id)
    assert mailing.plan(wave)
    mailing.send()
    assert set(mailing.reached()) == {"ann1", "ann2", "ann3"}


def test_a_bounce_is_seen_and_mended_and_a_reminders_is_not_shown(
    mailing: Mailing, wave: OpenedWave, agency_id: uuid.UUID
) -> None:
    mailing.begin(wave)
    mailing.send()
    with mailing.workshop.transaction(agency_id) as ctx:
        of = dict(
            ctx.session.execute(
                select(Person.email, Invitation.id).join(Invitation, Invitation.person_id == Person.id)
            ).all()
        )
        assert bounces.note_bounce(ctx, of["ann1@example.org"], INVITATION, "550 unknown")
        assert not bounces.note_bounce(ctx, of["ann1@example.org"], INVITATION, "550 unknown")
        assert not bounces.note_bounce(ctx, of["ann2@example.org"], INVITATION, "550", "other@example.org")
        (one,) = bounces.unreached(ctx, wave.wave_id)
        assert (one.email, one.reply) == ("ann1@example.org", "550 unknown")
    mailing.begin(wave, FIRST)
    mailing.send()
    assert mailing.reached() == {"ann1": 1, "ann2": 2, "ann3": 2}
    with mailing.workshop.transaction(agency_id) as ctx:
        assert bounces.note_bounce(ctx, of["ann2@example.org"], FIRST, "550 unknown")
        assert [one.email for one in bounces.unreached(ctx, wave.wave_id)] == ["ann1@example.org"]
        with pytest.raises(bounces.NoAddressError):
            bounces.mend_address(ctx, wave.wave_id, one.person_id, "not an address")
        with pytest.raises(bounces.AddressTakenError):
            bounces.mend_address(ctx, wave.wave_id, one.person_id, "ann3@example.org")
        with pytest.raises(bounces.PersonMissingError):
            bounces.mend_address(ctx, wave.wave_id, uuid.uuid4(), "new@example.org")
        bounces.mend_address(ctx, wave.wave_id, one.person_id, " New@Example.org ")
        assert bounces.unreached(ctx, wave.wave_id) == []
    mailing.send()
    assert mailing.reached()["new"] == 1


def test_an_address_that_failed_in_an_earlier_wave_is_listed_in_the_next(
    mailing: Mailing, wave: OpenedWave, superuser: psycopg.Connection, agency_id: uuid.UUID
) -> None:
    with mailing.workshop.transaction(agency_id) as ctx:
        bounces.note_bounce_by_hand(ctx, wave.wave_id, "ann1@example.org")
    mailing.begin(wave)
    mailing.send()
    assert set(mailing.reached()) == {"ann2", "ann3"}
    with mailing.workshop.transaction(agency_id) as ctx:
        (one,) = bounces.unreached(ctx, wave.wave_id)
        bounces.mend_address(ctx, wave.wave_id, one.person_id, "ann1@example.org")
    mailing.send()
    assert mailing.reached()["ann1"] == 1


def test_an_address_that_a_reminder_did_not_reach_is_tried_anew_in_the_next_wave(
    mailing: Mailing, wave: OpenedWave, agency_id: uuid.UUID, sessions: Sessions
) -> None:
    """Listed at once there, it would tell that its owner had not answered this wave until its reminder."""
    mailing.begin(wave)
    mailing.send()
    mailing.begin(wave, FIRST)
    mailing.send()
    with mailing.workshop.transaction(agency_id) as ctx:
        of = ctx.session.scalars(select(Invitation.id).where(Invitation.wave_id == wave.wave_id)).all()
        assert bounces.note_bounce(ctx, of[0], FIRST, "550 unknown")
        assert bounces.note_bounce(ctx, of[1], INVITATION, "550 unknown")
    change_wave(sessions, wave, state="closing")
    change_wave(sessions, wave, state="sealed", sheet_sha256="0" * 64)
    forget_what_is_over(mailing.workshop)
    with mailing.workshop.transaction(agency_id) as ctx:
        assert len(ctx.session.scalars(select(BadAddress)).all()) == 1


def test_a_bounce_by_hand_stops_what_waits(mailing: Mailing, wave: OpenedWave, agency_id: uuid.UUID) -> None:
    mailing.begin(wave)
    with mailing.workshop.transaction(agency_id) as ctx:
        bounces.note_bounce_by_hand(ctx, wave.wave_id, " ANN1@example.org")
        with pytest.raises(bounces.PersonMissingError):
            bounces.note_bounce_by_hand(ctx, wave.wave_id, "nobody@example.org")
    mailing.send()
    assert set(mailing.reached()) == {"ann2", "ann3"}


def test_what_is_unsure_is_never_sent_by_itself_and_once_more_by_hand(
    mailing: Mailing, wave: OpenedWave, superuser: psycopg.Connection
) -> None:
    mailing.begin(wave)
    superuser.execute("UPDATE message SET state = 'handed' WHERE wave_id = %s", [wave.wave_id])
    assert mailing.plan(wave)
    assert mailing.send() == 0
    assert states(superuser, wave) == {"unsure": 3}
    with mailing.workshop.transaction(wave.agency_id) as ctx:
        assert messages.progress(ctx, find_wave(ctx, wave.wave_id))[0].unsure == 3
        assert bounces.send_unsure_again(ctx, wave.wave_id, INVITATION) == 3
    assert mailing.send() == 3


def test_after_sealing_only_how_many_is_left(
    mailing: Mailing, wave: OpenedWave, superuser: psycopg.Connection
) -> None:
    mailing.begin(wave)
    mailing.send()
    forget_what_is_over(mailing.workshop)
    assert states(superuser, wave) == {"sent": 3}
    superuser.execute(
        "UPDATE wave SET state = 'sealed', closed_at = now(), sheet_sha256 = repeat('0', 64) WHERE id = %s",
        [wave.wave_id],
    )
    forget_what_is_over(mailing.workshop)
    assert states(superuser, wave) == {}
    with mailing.workshop.transaction(wave.agency_id) as ctx:
        batch = ctx.session.scalars(select(MessageBatch).where(MessageBatch.wave_id == wave.wave_id)).one()
        assert (batch.sent, batch.failed) == (3, 0)


def test_counts_do_not_tell_who_has_answered(
    mailing: Mailing, superuser: psycopg.Connection, sessions: Sessions, parts: Parts, agency_id: uuid.UUID
) -> None:
    """Of eleven people ten are reported as not reached: the number of reminders would be the eleventh's."""
    wave = made(superuser, sessions, parts, agency_id, ann=11)
    mailing.answer(wave, "ann1@example.org")
    mailing.begin(wave)
    mailing.send()
    mailing.plan(wave)
    with mailing.workshop.transaction(wave.agency_id) as ctx:
        assert messages.progress(ctx, find_wave(ctx, wave.wave_id))[0].sent == 11
        for number in range(2, 12):
            bounces.note_bounce_by_hand(ctx, wave.wave_id, f"ann{number}@example.org")
    mailing.begin(wave, FIRST)
    with mailing.workshop.transaction(wave.agency_id) as ctx:
        told = messages.progress(ctx, find_wave(ctx, wave.wave_id))[1]
    assert (told.sent, told.waiting, told.failed) == (None, None, None)


def test_nothing_is_told_of_a_small_staff(mailing: Mailing, wave: OpenedWave) -> None:
    mailing.begin(wave)
    mailing.send()
    with mailing.workshop.transaction(wave.agency_id) as ctx:
        assert {one.sent for one in messages.progress(ctx, find_wave(ctx, wave.wave_id))} == {None}


def test_mending_an_address_does_not_tell_who_has_answered(mailing: Mailing, wave: OpenedWave) -> None:
    """Reported, mended and reported again, both are listed: who has answered (1) and who has not (2)."""
    mailing.begin(wave)
    mailing.send()
    mailing.answer(wave, "ann1@example.org")
    for address in ("ann1@example.org", "ann2@example.org"):
        with mailing.workshop.transaction(wave.agency_id) as ctx:
            bounces.note_bounce_by_hand(ctx, wave.wave_id, address)
            (one,) = bounces.unreached(ctx, wave.wave_id)
            bounces.mend_address(ctx, wave.wave_id, one.person_id, address)
    mailing.plan(wave)
    mailing.send()
    assert mailing.reached() == {"ann1": 1, "ann2": 2, "ann3": 1}
    with mailing.workshop.transaction(wave.agency_id) as ctx:
        for address in ("ann1@example.org", "ann2@example.org"):
            bounces.note_bounce_by_hand(ctx, wave.wave_id, address)
        listed = {one.email for one in bounces.unreached(ctx, wave.wave_id)}
    assert listed == {"ann1@example.org", "ann2@example.org"}


def test_the_texts_are_frozen_when_sending_begins(
    mailing: Mailing, wave: OpenedWave, superuser: psycopg.Connection
) -> None:
    mailing.begin(wave)
    row = superuser.execute("SELECT count(*) FROM message_text WHERE wave_id = %s", [wave.wave_id]).fetchone()
    assert row == (3 * 2,)  # kinds by languages


def test_people_in_other_agencies_are_not_written_to(
    mailing: Mailing, wave: OpenedWave, sessions: Sessions, superuser: psycopg.Connection, parts: Parts
) -> None:
    from tests.database_fixtures import make_agency

    other = made(superuser, sessions, parts, make_agency(sessions), bob=2)
    mailing.begin(wave)
    mailing.send()
    assert set(mailing.reached()) == {"ann1", "ann2", "ann3"}
    mailing.begin(other)
    mailing.send()
    assert set(mailing.reached()) == {"ann1", "ann2", "ann3", "bob1", "bob2"}


def test_without_a_mail_server_nothing_begins(
    settings: Settings, wave: OpenedWave, sessions: Sessions
) -> None:
    workshop = make_workshop(settings)
    try:
        with (
            pytest.raises(deliveries.MailMissingError),
            workshop.transaction(wave.agency_id) as ctx,
        ):
            deliveries.begin_by_hand(ctx, wave.wave_id, INVITATION)
        send_what_is_due(workshop)
        assert workshop.postman.process is None
    finally:
        workshop.close()


def test_reminders_are_refused_on_a_free_day(
    mailing: Mailing, wave: OpenedWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries, "is_working_now", lambda *_: False)
    with pytest.raises(deliveries.FreeDayError):
        mailing.begin(wave, SECOND)
    mailing.begin(wave)


def test_an_id_names_its_message_and_nothing_else_does(parts: Parts, agency_id: uuid.UUID) -> None:
    key = MessageKey(agency_id, uuid.uuid4(), SECOND)
    name = message_id(parts.secrets, key, "example.org")
    assert read_message_id(parts.secrets, f"<{name}>") == key
    for wrong in (name.replace(name[5], "7", 1), name[1:], "", "x" * 300, "ü@example.org", "7" * 69 + "@x"):
        assert wrong == name or read_message_id(parts.secrets, wrong) is None
    assert read_stop_token(parts.secrets, name.partition("@")[0]) is None
