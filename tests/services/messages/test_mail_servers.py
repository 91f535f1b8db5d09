"""Mail servers that refuse, put off, lose the line or take nothing, and how fast they are written to."""

import smtplib
import time
import uuid

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.smtp import HIDDEN
from cri.db.models import BadAddress, Invitation, Message, Person
from cri.domain.message_plan import MOST_TRIES
from cri.services import messages
from cri.services.context import Parts
from cri.services.waves import find_wave
from tests.factories import OpenedWave
from tests.jobs.mailing import MailServer, states
from tests.services.messages.sending import FIRST, Mailing, made

Sessions = sessionmaker[Session]


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


def test_so_many_messages_a_minute_are_sent_evenly_and_no_more(mailing: Mailing, wave: OpenedWave) -> None:
    mailing.begin(wave)
    began = time.monotonic()
    assert mailing.send(per_minute=120) == 3
    assert time.monotonic() - began >= 2 * 60 / 120  # half a second before the second and the third


def test_without_a_rate_nobody_waits(
    mailing: Mailing, wave: OpenedWave, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: nothing but the rate makes the postman pause."""
    pauses: list[float] = []
    pause = time.sleep

    def note(seconds: float) -> None:
        if seconds > 0.1:  # shorter ones wait for the lock of a postman who has just gone
            pauses.append(seconds)
        pause(seconds)

    monkeypatch.setattr(time, "sleep", note)
    mailing.begin(wave)
    assert mailing.send() == 3
    assert pauses == []
    mailing.begin(wave, FIRST)
    assert mailing.send(per_minute=120) == 3
    assert 1 <= len(pauses) <= 2
