"""Open links, for posters: of a whole wave or of one of its units. Whoever comes counts apart."""

import uuid
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from cri.adapters.secret_files import Secrets
from cri.db.models import Draft, Invitation, UnitLink, WaveUnit
from cri.domain.errors import CriError
from cri.services.attempts import Allowance, count_try
from cri.services.context import Context
from cri.services.links import digest_of_token, link_url, open_token, personal_token
from cri.services.responses import Questionnaire
from cri.services.submissions import hold_open
from cri.services.waves import WaveStateError, find_wave

STARTS = Allowance("open link", near=60, far=1_000, few=10)
"""Starts through one poster, in ten minutes: a shift that leaves by one door has room, a script has not."""

LEAST_ROOM, ROOM_A_PERSON = 500, 3
"""How many may have begun through a poster and not ended: so many, or so many for each who works there."""


class UnitMissingError(CriError):
    """The wave has no such unit."""


class PosterFullError(CriError):
    """More have begun through this poster than can be people, and just now each of them is saving."""


def unit_link(ctx: Context, wave_id: uuid.UUID, unit_code: str) -> str:
    """The address for a poster of one unit; from now on it can be followed. The same at every call.

    Raises WaveMissingError, WaveStateError unless the wave is open, UnitMissingError.
    """
    wave = find_wave(ctx, wave_id)
    if wave.state != "open":
        raise WaveStateError(wave.state)
    if ctx.session.get(WaveUnit, (ctx.agency_id, wave_id, unit_code)) is None:
        raise UnitMissingError
    token = open_token(ctx.parts.secrets, wave_id, unit_code)
    ctx.session.execute(
        insert(UnitLink)
        .values(
            agency_id=ctx.agency_id,
            wave_id=wave_id,
            unit_code=unit_code,
            digest=digest_of_token(ctx.parts.secrets, token),
        )
        .on_conflict_do_nothing(index_elements=["agency_id", "wave_id", "unit_code"])
    )
    return link_url(ctx.parts.external_url, token)


def may_start(
    session: Session, secrets: Secrets, questionnaire: Questionnaire, network: str, now: datetime
) -> None:
    """Count a start through an open link. `network` as from `attempts.network_of`.

    When too many are under way one of them makes room, without answers where there is one: a script that
    starts for ever must neither close the poster to people nor cost anybody what they gave. Raises
    TooManyTriesError when too many come at once, PosterFullError.
    """
    unit = questionnaire.unit_code
    count_try(session, secrets, STARTS, network, now, questionnaire.wave_id.bytes + (unit or "").encode())
    here = (WaveUnit.agency_id == questionnaire.agency_id, WaveUnit.wave_id == questionnaire.wave_id)
    which = WaveUnit.parent_code.is_(None) if unit is None else WaveUnit.code == unit
    people = session.scalar(select(func.coalesce(func.sum(WaveUnit.headcount), 0)).where(*here, which)) or 0
    under_way = session.scalar(
        select(func.count()).where(
            Invitation.agency_id == questionnaire.agency_id,
            Invitation.wave_id == questionnaire.wave_id,
            Invitation.unit_code.is_not_distinct_from(unit),
            Invitation.person_id.is_(None),
            Invitation.used.is_(False),
            Invitation.token_digest.is_not(None),
        )
    )
    if (under_way or 0) >= max(LEAST_ROOM, ROOM_A_PERSON * people):
        hold_open(session, questionnaire)
        _make_room(session, questionnaire)


def _make_room(session: Session, questionnaire: Questionnaire) -> None:
    """Destroy the link and drafts of one who has not ended; of nobody who is saving just now.

    Of one who has answered nothing, if there is one; among these, and else among all, by lot.
    """
    agency_id = questionnaire.agency_id
    chosen = session.scalar(
        select(Invitation.id)
        .join(Draft, (Draft.agency_id == Invitation.agency_id) & (Draft.invitation_id == Invitation.id))
        .where(
            Invitation.agency_id == agency_id,
            Invitation.wave_id == questionnaire.wave_id,
            Invitation.unit_code.is_not_distinct_from(questionnaire.unit_code),
            Invitation.person_id.is_(None),
            Invitation.used.is_(False),
            Invitation.token_digest.is_not(None),
        )
        .order_by(Draft.answered, func.random())
        .limit(1)
        .with_for_update(of=[Invitation, Draft], skip_locked=True)
    )
    if chosen is None:
        raise PosterFullError
    session.execute(delete(Draft).where(Draft.agency_id == agency_id, Draft.invitation_id == chosen))
    session.execute(
        update(Invitation)
        .where(Invitation.agency_id == agency_id, Invitation.id == chosen)
        .values(token_digest=None)
    )


def start_from_open_link(session: Session, secrets: Secrets, questionnaire: Questionnaire) -> str:
    """Give the browser that came through an open link a link of its own; returns the new token.

    Raises WaveClosedError when sealing has begun.
    """
    hold_open(session, questionnaire)
    invitation_id = uuid.uuid4()
    token = personal_token(secrets, invitation_id)
    session.add(
        Invitation(
            agency_id=questionnaire.agency_id,
            id=invitation_id,
            wave_id=questionnaire.wave_id,
            unit_code=questionnaire.unit_code,
            token_digest=digest_of_token(secrets, token),
        )
    )
    session.flush()
    return token
