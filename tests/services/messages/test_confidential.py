"""What is told of messages does not tell who has answered."""

import uuid

import psycopg
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import MessageBatch
from cri.jobs.messages import forget_what_is_over
from cri.services import bounces, messages
from cri.services.context import Parts
from cri.services.message_keys import MessageKey, message_id, read_message_id, read_stop_token
from cri.services.waves import find_wave
from tests.factories import OpenedWave
from tests.jobs.mailing import states
from tests.services.messages.sending import FIRST, SECOND, Mailing, made

Sessions = sessionmaker[Session]


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


def test_an_id_names_its_message_and_nothing_else_does(parts: Parts, agency_id: uuid.UUID) -> None:
    key = MessageKey(agency_id, uuid.uuid4(), SECOND)
    name = message_id(parts.secrets, key, "example.org")
    assert read_message_id(parts.secrets, f"<{name}>") == key
    for wrong in (name.replace(name[5], "7", 1), name[1:], "", "x" * 300, "ü@example.org", "7" * 69 + "@x"):
        assert wrong == name or read_message_id(parts.secrets, wrong) is None
    assert read_stop_token(parts.secrets, name.partition("@")[0]) is None
