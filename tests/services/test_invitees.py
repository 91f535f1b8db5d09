"""Latecomers and replaced links, while a wave is open."""

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from cri.db.models import Invitation, InvitationCode, Person
from cri.domain.wave import Answers
from cri.services.codes import link_behind, read_code, show_code
from cri.services.context import Context
from cri.services.drafts import load_draft, start_draft
from cri.services.invitees import NotInvitedError, invite_latecomers, latecomers, replace_link
from cri.services.links import open_token, personal_token
from cri.services.responses import AlreadySubmittedError, LinkUnusableError, find_questionnaire, submit
from cri.services.waves import create_wave, open_wave
from tests.services.conftest import NOW
from tests.services.organised import add_person, add_unit, organise


@pytest.fixture
def wave_id(ctx: Context) -> uuid.UUID:
    """An open wave of two units."""
    organise(ctx, {"north": 6, "south": 5})
    made = create_wave(ctx, "Autumn", languages=["en"], noun="residents", closes_at=NOW + timedelta(days=14))
    open_wave(ctx, made)
    return made


def invitation(ctx: Context, wave_id: uuid.UUID) -> uuid.UUID:
    return ctx.session.scalars(select(Invitation.id).where(Invitation.wave_id == wave_id).limit(1)).one()


def test_who_came_later_is_invited_once_in_a_unit_that_the_wave_knows(
    ctx: Context, wave_id: uuid.UUID
) -> None:
    assert latecomers(ctx, wave_id) == []
    add_unit(ctx, "team", "north")
    add_unit(ctx, "elsewhere", None)
    late = {add_person(ctx, "south", 9): "south", add_person(ctx, "team", 0): "north"}
    add_person(ctx, "elsewhere", 0)
    assert dict(latecomers(ctx, wave_id)) == late
    assert (invite_latecomers(ctx, wave_id), invite_latecomers(ctx, wave_id)) == (2, 0)
    made = dict(
        ctx.session.execute(
            select(Invitation.person_id, Invitation.unit_code).where(Invitation.person_id.in_(late))
        ).all()
    )
    assert made == late


def test_who_has_left_is_not_invited(ctx: Context, wave_id: uuid.UUID) -> None:
    gone = add_person(ctx, "south", 9)
    ctx.session.execute(update(Person).where(Person.id == gone).values(active=False))
    assert invite_latecomers(ctx, wave_id) == 0


def test_a_replaced_link_leads_on_with_what_was_begun_and_the_old_ones_nowhere(
    ctx: Context, wave_id: uuid.UUID
) -> None:
    secrets, old = ctx.parts.secrets, invitation(ctx, wave_id)
    before = find_questionnaire(ctx.session, secrets, personal_token(secrets, old), NOW)
    resume = start_draft(ctx.session, secrets, before)
    typed = read_code(show_code(ctx, old))
    assert typed is not None
    new = replace_link(ctx, wave_id, old)
    with pytest.raises(LinkUnusableError):
        find_questionnaire(ctx.session, secrets, personal_token(secrets, old), NOW)
    assert link_behind(ctx.session, secrets, typed, NOW) is None
    after = find_questionnaire(ctx.session, secrets, personal_token(secrets, new), NOW)
    assert (after.unit_code, after.personal) == (before.unit_code, True)
    assert load_draft(ctx.session, secrets, after, resume) is not None
    assert read_code(show_code(ctx, new)) != typed
    assert ctx.session.scalar(select(func.count()).where(InvitationCode.invitation_id == old)) == 0


def test_replacing_does_not_say_whether_a_link_was_used_and_gives_no_second_answer(
    ctx: Context, wave_id: uuid.UUID
) -> None:
    secrets, old = ctx.parts.secrets, invitation(ctx, wave_id)
    submit(
        ctx.session, find_questionnaire(ctx.session, secrets, personal_token(secrets, old), NOW), Answers()
    )
    new = replace_link(ctx, wave_id, old)
    with pytest.raises(AlreadySubmittedError):
        find_questionnaire(ctx.session, secrets, personal_token(secrets, new), NOW)
    used = select(func.count()).where(Invitation.wave_id == wave_id, Invitation.used)
    assert ctx.session.scalar(used) == 1


def test_only_a_persons_own_link_of_this_wave_is_replaced(ctx: Context, wave_id: uuid.UUID) -> None:
    with pytest.raises(NotInvitedError):
        replace_link(ctx, wave_id, uuid.uuid4())
    with pytest.raises(NotInvitedError):
        replace_link(ctx, uuid.uuid4(), invitation(ctx, wave_id))
    poster = find_questionnaire(ctx.session, ctx.parts.secrets, open_token(ctx.parts.secrets, wave_id), NOW)
    assert poster.invitation_id is None
    made = Invitation(agency_id=ctx.agency_id, id=uuid.uuid4(), wave_id=wave_id)
    ctx.session.add(made)
    ctx.session.flush()
    with pytest.raises(NotInvitedError):
        replace_link(ctx, wave_id, made.id)
