"""Trying a survey out: the whole questionnaire as staff will see it, with answers that are thrown away.

A try-out is a wave of its own that copies a draft and can never become anything else: the database refuses
a sheet, a scorecard, a pack, a report and a contribution of it (migration 0007). It invites nobody.
"""

import uuid
from datetime import timedelta

from sqlalchemy import delete, exists, select

from cri.db.models import Invitation, MailboxEntry, MixedEntry, UnitLink, Wave, WaveUnit
from cri.services.context import Context
from cri.services.invitees import freeze_units
from cri.services.links import digest_of_token, link_url, personal_token
from cri.services.promises import set_promises, wave_promises
from cri.services.wave_log import Event, record
from cri.services.waves import close_try_outs, let_answers_in, lock_in

TRY_OUT_LASTS = timedelta(days=7)
COPIED = (
    "label",
    "instrument_code",
    "instrument_version",
    "companion_code",
    "companion_version",
    "languages",
    "noun",
    "breakdowns",
    "minimum",
    "comments_minimum",
    "synthetic",
)


def try_out(ctx: Context, wave_id: uuid.UUID, unit_code: str | None = None) -> uuid.UUID:
    """Begin to try out a draft as it is now; an earlier try-out of it ends. Returns the try-out's id.

    unit_code: as somebody of which unit; of the whole when there is no such unit. Raises WaveMissingError,
    WaveStateError once the wave is open.
    """
    wave = lock_in(ctx, wave_id, "draft")
    close_try_outs(ctx, wave_id)
    made = Wave(
        agency_id=ctx.agency_id,
        id=uuid.uuid4(),
        practice=True,
        practice_of=wave.id,
        closes_at=ctx.now + TRY_OUT_LASTS,
        **{name: getattr(wave, name) for name in COPIED},
    )
    ctx.session.add(made)
    ctx.session.flush()
    freeze_units(ctx, made.id)
    set_promises(ctx, made.id, wave_promises(ctx, wave.id))
    let_answers_in(ctx, made)
    _add_link(ctx, made.id, unit_code)
    return made.id


def end_try_out(ctx: Context, wave_id: uuid.UUID) -> None:
    """Throw away what was tried out of a draft. Raises WaveMissingError, WaveStateError."""
    lock_in(ctx, wave_id, "draft")
    close_try_outs(ctx, wave_id)


def standing_try_out(ctx: Context, wave_id: uuid.UUID) -> Wave | None:
    """The try-out of a draft that can be walked through now, or None."""
    return ctx.session.scalars(
        select(Wave)
        .where(
            Wave.agency_id == ctx.agency_id,
            Wave.practice_of == wave_id,
            Wave.state == "open",
            Wave.closes_at > ctx.now,
        )
        .order_by(Wave.opened_at.desc())
        .limit(1)
    ).one_or_none()


def was_tried_out(ctx: Context, wave_id: uuid.UUID) -> bool:
    """Whether somebody has begun to try a draft out."""
    tried = exists().where(Wave.agency_id == ctx.agency_id, Wave.practice_of == wave_id)
    return bool(ctx.session.scalar(select(tried)))


def try_out_link(ctx: Context, try_out_id: uuid.UUID) -> str | None:
    """The link into a try-out; None once it has been walked to its end."""
    invitation_id = ctx.session.scalar(
        select(Invitation.id).where(
            Invitation.agency_id == ctx.agency_id,
            Invitation.wave_id == try_out_id,
            Invitation.used.is_(False),
            Invitation.token_digest.is_not(None),
        )
    )
    if invitation_id is None:
        return None
    return link_url(ctx.parts.external_url, personal_token(ctx.parts.secrets, invitation_id))


def _add_link(ctx: Context, try_out_id: uuid.UUID, unit_code: str | None) -> None:
    of_try_out = (ctx.agency_id, try_out_id, unit_code)
    known = unit_code is not None and ctx.session.get(WaveUnit, of_try_out) is not None
    invitation_id = uuid.uuid4()
    token = personal_token(ctx.parts.secrets, invitation_id)
    ctx.session.add(
        Invitation(
            agency_id=ctx.agency_id,
            id=invitation_id,
            wave_id=try_out_id,
            unit_code=unit_code if known else None,
            token_digest=digest_of_token(ctx.parts.secrets, token),
        )
    )
    ctx.session.flush()


def discard(ctx: Context, wave: Wave) -> None:
    """What a practice wave has instead of sealing: everything that was answered is destroyed, unread.

    So is who was invited or came, who went through with it, and every way in: links, codes, posters. What
    the agency set up itself stays: the wave, its units and its log. The wave is closing and locked. Its key
    is destroyed afterwards, as that of a sealed wave is.
    """
    for table in (MailboxEntry, MixedEntry, UnitLink, Invitation):  # with its invitation go draft and code
        ctx.session.execute(delete(table).where(table.agency_id == ctx.agency_id, table.wave_id == wave.id))
    wave.state = "discarded"
    wave.open_link_digest = None
    wave.mailbox_key = None
    record(ctx, wave.id, Event.DISCARDED)
