"""Links of an open wave, and who has taken part, told so that nobody can be singled out."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from cri.db.models import Wave
from cri.db.queries.participation import counts_per_unit, invited_people, link_count, open_link_answers
from cri.db.queries.waves import frozen_units
from cri.domain.rates import Count, Step, UnitRate, step_of, unit_rates
from cri.services.context import Context
from cri.services.links import link_url, open_token, personal_token
from cri.services.waves import WaveStateError, find_wave


@dataclass(frozen=True, slots=True)
class PersonalLink:
    """Somebody's own address of the questionnaire."""

    name: str
    email: str
    unit: str
    url: str


@dataclass(frozen=True, slots=True)
class Rates:
    """Taking part in a wave: in all (exactly or in a step), by unit, and through the open link."""

    invited: int
    count: Count | None
    step: Step | None
    units: tuple[UnitRate, ...]
    open_answers: int


def personal_links(
    ctx: Context, wave_id: uuid.UUID, *, skip: int = 0, most: int | None = None
) -> Iterator[PersonalLink]:
    """Everybody's link, by unit and name. Raises WaveStateError unless the wave is open."""
    _open_only(ctx, wave_id)
    people = invited_people(ctx.session, ctx.agency_id, wave_id, skip=skip, most=most)
    return (PersonalLink(one.name, one.email, one.unit_name, _url(ctx, one.invitation_id)) for one in people)


def personal_link_count(ctx: Context, wave_id: uuid.UUID) -> int:
    """How many people have a link of their own."""
    return link_count(ctx.session, ctx.agency_id, wave_id)


def open_link(ctx: Context, wave_id: uuid.UUID) -> str:
    """The address for a poster. Raises WaveStateError unless the wave is open."""
    _open_only(ctx, wave_id)
    return link_url(ctx.parts.external_url, open_token(ctx.parts.secrets, wave_id))


def wave_rates(ctx: Context, wave: Wave) -> Rates:
    """Who has taken part so far, by unit in the tree's order."""
    own = counts_per_unit(ctx.session, ctx.agency_id, wave.id)
    units = frozen_units(ctx.session, ctx.agency_id, wave.id)
    total = sum(own.values(), Count(0, 0))
    exact = total.invited >= wave.minimum
    return Rates(
        invited=total.invited,
        count=total if exact else None,
        step=None if exact else step_of(total),
        units=unit_rates(units, own, wave.minimum),
        open_answers=open_link_answers(ctx.session, ctx.agency_id, wave.id),
    )


def _url(ctx: Context, invitation_id: uuid.UUID) -> str:
    return link_url(ctx.parts.external_url, personal_token(ctx.parts.secrets, invitation_id))


def _open_only(ctx: Context, wave_id: uuid.UUID) -> None:
    wave = find_wave(ctx, wave_id)
    if wave.state != "open":
        raise WaveStateError(wave.state)
