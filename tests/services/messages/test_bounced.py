"""Addresses that fail: seen, mended, remembered; and messages of which nobody knows."""

import uuid

import psycopg
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import BadAddress, Invitation, Person
from cri.jobs.messages import forget_what_is_over
from cri.services import bounces, messages
from cri.services.waves import find_wave
from tests.factories import OpenedWave, change_wave
from tests.jobs.mailing import states
from tests.services.messages.sending import FIRST, INVITATION, Mailing

Sessions = sessionmaker[Session]


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
