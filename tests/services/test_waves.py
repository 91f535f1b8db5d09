"""Making, opening and closing waves."""

import uuid
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Invitation, Wave, WaveUnit
from cri.db.session import enter_agency
from cri.domain.errors import InputError
from cri.domain.wave_plan import Missing
from cri.services.context import Context
from cri.services.drafts import start_draft
from cri.services.links import digest_of_token, open_token, personal_token
from cri.services.open_links import start_from_open_link
from cri.services.responses import find_questionnaire
from cri.services.rosters import import_tree_and_roster
from cri.services.waves import (
    WaveMissingError,
    WaveNotReadyError,
    WaveStateError,
    change_wave,
    close_if_due,
    close_wave,
    create_wave,
    find_wave,
    list_waves,
    missing_for_opening,
    open_wave,
)
from tests.database_fixtures import make_agency
from tests.services.conftest import NOW

LATER = NOW + timedelta(days=14)
TREE = "code,parent,name\nall,,The agency\nnorth,all,North\nsouth,all,South\n"
ROSTER = "name,email,unit,language\n" + "".join(
    f"Person {number},p{number}@example.org,{'north' if number % 3 else 'south'},en\n" for number in range(12)
)


def test_a_wave_from_draft_to_closing(ctx: Context, superuser: psycopg.Connection) -> None:
    wave_id = create_wave(ctx, " Autumn ", languages=["en", "ar"], noun="residents", closes_at=LATER)
    wave = find_wave(ctx, wave_id)
    assert (wave.label, wave.state, wave.minimum) == ("Autumn", "draft", 10)
    assert missing_for_opening(ctx, wave) == (Missing.TREE, Missing.ROSTER)
    import_tree_and_roster(ctx, TREE, ROSTER)
    open_wave(ctx, wave_id)
    units = ctx.session.execute(
        select(WaveUnit.code, WaveUnit.headcount, WaveUnit.position)
        .where(WaveUnit.wave_id == wave_id)
        .order_by(WaveUnit.position)
    ).all()
    assert [tuple(unit) for unit in units] == [("all", 12, 0), ("north", 8, 1), ("south", 4, 2)]
    assert wave.opened_at == NOW
    close_wave(ctx, wave_id)
    assert (wave.state, wave.closed_at) == ("closing", NOW)
    jobs = "SELECT count(*) FROM procrastinate_jobs WHERE args ->> 'wave_id' = %s AND task_name LIKE '%%seal'"
    assert superuser.execute(jobs, [str(wave_id)]).fetchone() == (0,)  # not before the transaction commits
    ctx.session.commit()
    assert superuser.execute(jobs, [str(wave_id)]).fetchone() == (1,)


def test_links_lead_to_the_open_wave_and_the_database_keeps_only_digests(ctx: Context) -> None:
    wave_id = _open(ctx)
    invitation = ctx.session.scalars(select(Invitation).where(Invitation.wave_id == wave_id)).first()
    assert invitation is not None
    secrets = ctx.parts.secrets
    token = personal_token(secrets, invitation.id)
    assert invitation.token_digest == digest_of_token(secrets, token)
    found = find_questionnaire(ctx.session, secrets, token, NOW)
    assert (found.invitation_id, found.personal, found.unit_code) == (
        invitation.id,
        True,
        invitation.unit_code,
    )
    by_poster = find_questionnaire(ctx.session, secrets, open_token(secrets, wave_id), NOW)
    assert (by_poster.wave_id, by_poster.invitation_id) == (wave_id, None)


def _open(ctx: Context) -> uuid.UUID:
    import_tree_and_roster(ctx, TREE, ROSTER)
    wave_id = create_wave(ctx, "Autumn", languages=["en"], noun="residents", closes_at=LATER)
    open_wave(ctx, wave_id)
    return wave_id


def test_opening_twice_closing_twice_and_changing_an_open_wave_are_refused(ctx: Context) -> None:
    wave_id = _open(ctx)
    with pytest.raises(WaveStateError):
        open_wave(ctx, wave_id)
    with pytest.raises(WaveStateError):
        change_wave(ctx, wave_id, "Other", languages=["ar"], noun="patients", closes_at=LATER)
    close_wave(ctx, wave_id)
    with pytest.raises(WaveStateError):
        close_wave(ctx, wave_id)
    assert find_wave(ctx, wave_id).label == "Autumn"


def test_a_wave_without_people_or_with_a_past_closing_time_does_not_open(ctx: Context) -> None:
    wave_id = create_wave(ctx, "Autumn", languages=["en"], noun="residents", closes_at=NOW)
    with pytest.raises(WaveNotReadyError) as refused:
        open_wave(ctx, wave_id)
    assert refused.value.missing == (Missing.TREE, Missing.ROSTER, Missing.CLOSING_TIME_PAST)
    assert find_wave(ctx, wave_id).state == "draft"
    assert ctx.session.scalar(select(func.count()).where(WaveUnit.wave_id == wave_id)) == 0


@pytest.mark.parametrize(
    ("label", "languages", "noun", "where"),
    [
        ("", ["en"], "residents", "label"),
        ("x" * 201, ["en"], "residents", "label"),
        ("Autumn", [], "residents", "languages"),
        ("Autumn", ["tlh"], "residents", "languages"),
        ("Autumn", ["en"], "serfs", "noun"),
    ],
)
def test_a_wave_that_cannot_be(ctx: Context, label: str, languages: list[str], noun: str, where: str) -> None:
    with pytest.raises(InputError) as refused:
        create_wave(ctx, label, languages=languages, noun=noun)
    assert [problem.where for problem in refused.value.problems] == [where]
    assert list_waves(ctx) == ()


def test_closing_when_due_waits_for_the_grace(ctx: Context) -> None:
    wave_id = _open(ctx)
    poster = find_questionnaire(ctx.session, ctx.parts.secrets, open_token(ctx.parts.secrets, wave_id), NOW)
    token = start_from_open_link(ctx.session, ctx.parts.secrets, poster)
    begun = find_questionnaire(ctx.session, ctx.parts.secrets, token, NOW)
    start_draft(ctx.session, ctx.parts.secrets, begun)
    for moment, closes in ((LATER, False), (LATER + timedelta(minutes=30), True)):
        at_that_time = Context(ctx.session, ctx.agency_id, ctx.actor, moment, ctx.parts)
        assert close_if_due(at_that_time, wave_id) is closes


def test_the_wave_of_another_agency_is_not_there(ctx: Context, sessions: sessionmaker[Session]) -> None:
    other = make_agency(sessions, "Other")
    wave_id = uuid.uuid4()
    with sessions() as session:
        enter_agency(session, other)
        session.add(
            Wave(
                agency_id=other,
                id=wave_id,
                label="Theirs",
                instrument_code="cri",
                instrument_version="1.0.0",
                languages=["en"],
                noun="residents",
                synthetic=False,
                closes_at=LATER,
            )
        )
        session.commit()
    for act in (find_wave, open_wave, close_wave):
        with pytest.raises(WaveMissingError):
            act(ctx, wave_id)
    assert list_waves(ctx) == ()
