"""The public page of results for all staff: shown by a leader's decision, taken off by another."""

import uuid
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert

from cri.adapters.secret_files import Secrets
from cri.db.models import StaffPage, Wave
from cri.db.queries.waves import lock_wave
from cri.domain.errors import CriError
from cri.services.context import Context
from cri.services.message_keys import StaffPageKey, read_staff_token, staff_token
from cri.services.packs import as_placed, build_document, freeze_pack, load_pack, stored_pack
from cri.services.scoring import load_scorecard
from cri.services.wave_log import Event, record
from cri.services.waves import find_wave

STAFF = "staff"


class NoStaffPackError(CriError):
    """The wave has no report yet, or the edition of its report is no longer there."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What somebody with the address may see: the wave and the frozen document."""

    wave: Wave
    document: dict[str, Any]


def staff_url(ctx: Context, wave_id: uuid.UUID) -> str:
    """The address of a wave's page, the same whenever it is made; it leads nowhere while not shown."""
    return f"{ctx.parts.external_url}/staff/{staff_token(ctx.parts.secrets, ctx.agency_id, wave_id)}"


def show_to_staff(ctx: Context, wave_id: uuid.UUID) -> None:
    """Let everybody with the address see the wave's summary from now on; its document is frozen now.

    Raises WaveMissingError, NoStaffPackError. A second time changes nothing.
    """
    find_wave(ctx, wave_id)
    wave = lock_wave(ctx.session, ctx.agency_id, wave_id)
    try:
        document = freeze_pack(ctx, wave, STAFF)
    except LookupError as error:
        raise NoStaffPackError from error
    if document is None:
        raise NoStaffPackError
    row = {
        "agency_id": ctx.agency_id,
        "wave_id": wave_id,
        "shown_by": ctx.actor.account_id,
        "shown_at": ctx.now,
    }
    added = ctx.session.execute(
        insert(StaffPage)
        .values(row)
        .on_conflict_do_nothing(index_elements=["agency_id", "wave_id"])
        .returning(StaffPage.wave_id)
    )
    if added.one_or_none() is not None:
        record(ctx, wave_id, Event.SHOWN_TO_STAFF)


def take_from_staff(ctx: Context, wave_id: uuid.UUID) -> None:
    """Let the address lead nowhere again. Raises WaveMissingError. A second time changes nothing."""
    find_wave(ctx, wave_id)
    gone = ctx.session.execute(
        delete(StaffPage)
        .where(StaffPage.agency_id == ctx.agency_id, StaffPage.wave_id == wave_id)
        .returning(StaffPage.wave_id)
    )
    if gone.one_or_none() is not None:
        record(ctx, wave_id, Event.TAKEN_FROM_STAFF)


def is_shown(ctx: Context, wave_id: uuid.UUID) -> bool:
    """Whether the wave's page is shown."""
    return ctx.session.get(StaffPage, (ctx.agency_id, wave_id)) is not None


def shown_page(ctx: Context, wave_id: uuid.UUID) -> Shown | None:
    """What the address of a wave's page shows now; None while leaders do not show it."""
    if not is_shown(ctx, wave_id):
        return None
    document = load_pack(ctx, wave_id, STAFF)
    return None if document is None else Shown(find_wave(ctx, wave_id), document)


def preview(ctx: Context, wave_id: uuid.UUID) -> dict[str, Any] | None:
    """The document that staff see or would see; None where none can be made. Nothing is stored."""
    wave = find_wave(ctx, wave_id)
    frozen = load_pack(ctx, wave_id, STAFF)
    if frozen is not None:
        return frozen
    leader, scorecard = stored_pack(ctx, wave_id), load_scorecard(ctx, wave_id)
    if leader is None or scorecard is None:
        return None
    try:
        return build_document(ctx, wave, scorecard, as_placed(leader, STAFF))
    except LookupError:
        return None


def whose_page(secrets: Secrets, token: str) -> StaffPageKey | None:
    """Which page a token names; None for one that was not made here."""
    return read_staff_token(secrets, token)
