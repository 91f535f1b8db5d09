"""Who is written to, when, and who is not: through a real mail server."""

import uuid
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.app import make_workshop
from cri.db.models import Person
from cri.jobs.messages import send_what_is_due
from cri.services import bounces, deliveries
from cri.services.context import Parts
from cri.services.message_keys import read_stop_token, stop_token
from cri.settings import Settings
from tests.factories import OpenedWave, change_wave
from tests.jobs.mailing import states
from tests.services.messages.sending import FIRST, INVITATION, SECOND, Mailing, made

Sessions = sessionmaker[Session]


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


def test_the_texts_are_frozen_when_sending_begins(
    mailing: Mailing, wave: OpenedWave, superuser: psycopg.Connection
) -> None:
    mailing.begin(wave)
    row = superuser.execute("SELECT count(*) FROM message_text WHERE wave_id = %s", [wave.wave_id]).fetchone()
    assert row == (3 * 2,)  # kinds by languages


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
