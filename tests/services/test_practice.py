"""Trying a survey out: as staff will see it, and nothing left of it."""

import uuid
from dataclasses import replace
from datetime import datetime, timedelta

import psycopg
import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session, sessionmaker

from cri.db.models import Invitation, MailboxEntry, StoredScorecard, Wave
from cri.db.session import enter_agency
from cri.domain.wave import Answers
from cri.services.codes import show_codes
from cri.services.context import Actor, Context, Parts
from cri.services.contributions import settle_contribution
from cri.services.drafts import load_draft, start_draft
from cri.services.links import open_token, personal_token
from cri.services.open_links import start_from_open_link, unit_link
from cri.services.practice import end_try_out, standing_try_out, try_out, try_out_link
from cri.services.responses import LinkUnusableError, find_questionnaire
from cri.services.scoring import score_wave
from cri.services.sealing import forget_wave, seal_wave
from cri.services.smallest_group import smallest_group
from cri.services.submissions import submit
from cri.services.waves import WaveStateError, close_wave, create_wave, find_wave, list_waves, open_wave
from tests.factories import open_wave as opened_wave
from tests.services.conftest import NOW
from tests.services.organised import organise

LATER = NOW + timedelta(days=14)


def draft(ctx: Context) -> uuid.UUID:
    organise(ctx, {"north": 8, "south": 4})
    return create_wave(ctx, "Autumn", languages=["en", "ar"], noun="residents", closes_at=LATER)


def token_of(link: str | None) -> str:
    assert link is not None
    return link.rpartition("/")[2]


def test_a_draft_is_walked_through_as_somebody_of_a_unit(ctx: Context) -> None:
    wave_id = draft(ctx)
    token = token_of(try_out_link(ctx, try_out(ctx, wave_id, "north")))
    found = find_questionnaire(ctx.session, ctx.parts.secrets, token, NOW)
    assert (found.practice, found.personal, found.unit_code, found.may_start) == (True, True, "north", True)
    assert (found.languages, found.noun, found.label) == (("en", "ar"), "residents", "Autumn")
    told = smallest_group(ctx.session, found)
    assert told is not None
    assert (told.code, told.headcount) == ("all", 12)
    at_large = token_of(try_out_link(ctx, try_out(ctx, wave_id, "a unit that is not there")))
    assert find_questionnaire(ctx.session, ctx.parts.secrets, at_large, NOW).unit_code is None


def test_a_try_out_is_not_among_the_waves_and_invites_nobody(ctx: Context) -> None:
    wave_id = draft(ctx)
    made = try_out(ctx, wave_id)
    assert [wave.id for wave in list_waves(ctx)] == [wave_id]
    people = select(func.count()).where(Invitation.wave_id == made, Invitation.person_id.is_not(None))
    assert ctx.session.scalar(people) == 0
    assert find_wave(ctx, wave_id).state == "draft"


def finish(ctx: Context, wave_id: uuid.UUID) -> Wave:
    """As the job does: seal, then forget."""
    seal_wave(ctx, wave_id)
    wave = find_wave(ctx, wave_id)
    forget_wave(ctx.parts.wave_keys, ctx.parts.blobs, ctx.agency_id, wave_id, wave.sheet_sha256)
    return wave


def test_what_was_tried_out_is_thrown_away_when_the_survey_opens(ctx: Context) -> None:
    wave_id = draft(ctx)
    made = try_out(ctx, wave_id, "north")
    secrets, tokens = ctx.parts.secrets, [token_of(try_out_link(ctx, made))]
    for _ in range(10):
        poster = find_questionnaire(ctx.session, secrets, open_token(secrets, made), NOW)
        tokens.append(start_from_open_link(ctx.session, secrets, poster))
    for token in tokens:
        submit(ctx.session, find_questionnaire(ctx.session, secrets, token, NOW), Answers())
    assert try_out_link(ctx, made) is None
    tokens.append(start_from_open_link(ctx.session, secrets, poster))
    begun = find_questionnaire(ctx.session, secrets, tokens[-1], NOW)
    code = start_draft(ctx.session, secrets, begun)
    open_wave(ctx, wave_id)
    assert find_wave(ctx, made).state == "closing"
    over = finish(ctx, made)
    assert (over.state, over.sheet_sha256, over.mailbox_key) == ("discarded", None, None)
    assert ctx.session.scalar(select(func.count()).where(MailboxEntry.wave_id == made)) == 0
    assert load_draft(ctx.session, ctx.parts.secrets, begun, code) is None
    assert ctx.parts.blobs.keys(f"sheet/{ctx.agency_id}") == []
    with pytest.raises(FileNotFoundError):
        ctx.parts.wave_keys.private(str(made))
    for token in tokens:
        with pytest.raises(LinkUnusableError):
            find_questionnaire(ctx.session, ctx.parts.secrets, token, NOW)
    score_wave(ctx, made)
    settle_contribution(ctx, made)
    assert ctx.session.get(StoredScorecard, (ctx.agency_id, made)) is None


def test_the_control_the_same_steps_with_a_real_wave_leave_a_sheet(
    sessions: sessionmaker[Session], parts: Parts, agency_id: uuid.UUID
) -> None:
    wave = opened_wave(sessions, parts, agency_id, people=["depot"] * 11)
    with sessions() as session:
        enter_agency(session, agency_id)
        ctx = Context(session, agency_id, Actor(None, "worker"), wave_time(session, wave.wave_id), parts)
        for token in wave.tokens:
            submit(session, find_questionnaire(session, parts.secrets, token, ctx.now), Answers())
        close_wave(ctx, wave.wave_id)
        assert finish(ctx, wave.wave_id).state == "sealed"
        assert len(parts.blobs.keys(f"sheet/{agency_id}")) == 1


def wave_time(session: Session, wave_id: uuid.UUID) -> datetime:
    opened = session.scalars(select(Wave.opened_at).where(Wave.id == wave_id)).one()
    assert opened is not None
    return opened + timedelta(hours=1)


def test_a_new_try_out_ends_the_old_one_and_only_a_draft_is_tried_out(
    ctx: Context, superuser: psycopg.Connection
) -> None:
    wave_id = draft(ctx)
    first, second = try_out(ctx, wave_id), try_out(ctx, wave_id)
    assert find_wave(ctx, first).state == "closing"
    standing = standing_try_out(ctx, wave_id)
    assert standing is not None
    assert standing.id == second
    end_try_out(ctx, wave_id)
    assert standing_try_out(ctx, wave_id) is None
    ctx.session.commit()
    asked = superuser.execute(
        "SELECT count(*) FROM procrastinate_jobs "
        "WHERE task_name = 'cri:seal' AND args ->> 'wave_id' = ANY(%s)",
        [[str(first), str(second)]],
    ).fetchone()
    assert asked == (2,)
    enter_agency(ctx.session, ctx.agency_id)
    open_wave(ctx, wave_id)
    with pytest.raises(WaveStateError):
        try_out(ctx, wave_id)


def test_a_try_out_that_is_forgotten_ends_by_itself(ctx: Context) -> None:
    wave_id = draft(ctx)
    try_out(ctx, wave_id)
    assert standing_try_out(replace(ctx, now=NOW + timedelta(days=8)), wave_id) is None


def test_a_whole_practice_wave_asks_everybody_and_keeps_nothing(ctx: Context) -> None:
    organise(ctx, {"north": 12})
    wave_id = create_wave(
        ctx, "Rehearsal", languages=["en"], noun="residents", closes_at=LATER, practice=True
    )
    open_wave(ctx, wave_id)
    assert ctx.session.scalar(select(func.count()).where(Invitation.wave_id == wave_id)) == 12
    close_wave(ctx, wave_id)
    assert finish(ctx, wave_id).state == "discarded"
    assert [wave.state for wave in list_waves(ctx)] == ["discarded"]


KEPT = {"wave", "wave_unit", "wave_log"}
"""What the agency set up itself."""


def rows_of(superuser: psycopg.Connection, wave_id: uuid.UUID) -> set[str]:
    """Every table in which a row names the wave, or an invitation or a unit's poster of it."""
    columns = superuser.execute(
        "SELECT c.table_name, c.column_name FROM information_schema.columns c "
        "JOIN information_schema.tables t USING (table_schema, table_name) "
        "WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' "
        "AND (c.column_name = 'wave_id' OR (c.table_name = 'wave' AND c.column_name = 'id'))"
    ).fetchall()
    found = {
        table
        for table, column in columns
        if superuser.execute(f"SELECT FROM {table} WHERE {column} = %s LIMIT 1", [wave_id]).fetchall()
    }
    if superuser.execute("SELECT FROM invitation_code").fetchall():
        found.add("invitation_code")
    return found


@pytest.mark.parametrize("sealed", [False, True])
def test_nothing_of_a_practice_wave_is_left_but_what_was_set_up(
    ctx: Context, superuser: psycopg.Connection, *, sealed: bool
) -> None:
    """The control: sealing keeps the invitations, by which who answered is known."""
    superuser.execute("DELETE FROM invitation_code")
    organise(ctx, {"north": 12})
    wave_id = create_wave(
        ctx, "Rehearsal", languages=["en"], noun="residents", closes_at=LATER, practice=not sealed
    )
    open_wave(ctx, wave_id)
    invited = list(ctx.session.scalars(select(Invitation.id).where(Invitation.wave_id == wave_id)))
    show_codes(ctx, invited)
    unit_link(ctx, wave_id, "north")
    tokens = [personal_token(ctx.parts.secrets, one) for one in invited]
    submit(ctx.session, find_questionnaire(ctx.session, ctx.parts.secrets, tokens[0], NOW), Answers())
    start_draft(
        ctx.session, ctx.parts.secrets, find_questionnaire(ctx.session, ctx.parts.secrets, tokens[1], NOW)
    )
    ctx.session.commit()
    begun = {"invitation", "invitation_code", "unit_link", "draft", "mailbox_entry"}
    assert rows_of(superuser, wave_id) == KEPT | begun
    enter_agency(ctx.session, ctx.agency_id)
    close_wave(ctx, wave_id)
    finish(ctx, wave_id)
    ctx.session.commit()
    assert rows_of(superuser, wave_id) == (KEPT | {"invitation"} if sealed else KEPT)


def test_invitations_of_a_real_wave_cannot_be_deleted(
    sessions: sessionmaker[Session], parts: Parts, agency_id: uuid.UUID
) -> None:
    """Whose were missing would tell. Those of a practice wave can."""
    left = []
    for practice in (False, True):
        wave = opened_wave(sessions, parts, agency_id, people=["depot"] * 3, practice=practice)
        with sessions() as session:
            enter_agency(session, agency_id)
            mine = Invitation.wave_id == wave.wave_id
            session.execute(delete(Invitation).where(mine))
            left.append(session.scalar(select(func.count()).select_from(Invitation).where(mine)))
    assert left == [3, 0]
