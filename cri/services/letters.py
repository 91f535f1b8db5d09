"""Letters and posters: everybody of a unit gets a letter, whether they have answered or not."""

import uuid
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, or_, select

from cri.adapters.letters import PersonalLetter, Sheet, print_letters, print_poster
from cri.adapters.message_files import our_words
from cri.adapters.spoken_dates import spoken_moment
from cri.db.models import Invitation, Person, Wave, WaveUnit
from cri.db.queries.participation import counts_per_unit
from cri.db.queries.waves import frozen_units
from cri.services.agencies import this_agency
from cri.services.bounces import unreached
from cri.services.codes import show_codes
from cri.services.context import Context
from cri.services.invitations import open_link
from cri.services.links import link_url, personal_token
from cri.services.open_links import UnitMissingError, unit_link
from cri.services.waves import WaveStateError, find_wave

IN_A_FILE = 200
"""Letters in one PDF: about ten seconds of work, and a pile that fits a printer."""


@dataclass(frozen=True, slots=True)
class UnitLetters:
    """A unit with people of its own, and how many letters they get."""

    code: str
    name: str
    people: int

    @property
    def files(self) -> int:
        """In how many PDFs they come."""
        return max(1, -(-self.people // IN_A_FILE))


def letters_by_unit(ctx: Context, wave_id: uuid.UUID) -> list[UnitLetters]:
    """The units with people of their own, in the tree's order. Raises WaveStateError unless it is open."""
    _open(ctx, wave_id)
    counts = counts_per_unit(ctx.session, ctx.agency_id, wave_id)
    return [
        UnitLetters(unit.code, unit.name or unit.code, counts[unit.code].invited)
        for unit in frozen_units(ctx.session, ctx.agency_id, wave_id)
        if unit.code in counts
    ]


def letters_pdf(ctx: Context, wave_id: uuid.UUID, unit_code: str | None, file: int) -> bytes | None:
    """A unit's letters, sorted by name; None: to all whom no invitation reached. `file` counts from 1.

    None is returned where there is nobody to write to. Raises WaveStateError, UnitMissingError.
    """
    wave = _open(ctx, wave_id)
    if unit_code is not None and ctx.session.get(WaveUnit, (ctx.agency_id, wave_id, unit_code)) is None:
        raise UnitMissingError
    which = Invitation.unit_code == unit_code if unit_code is not None else _not_reached(ctx, wave_id)
    rows = ctx.session.execute(
        select(Invitation.id, Person.name, WaveUnit.name.label("unit"), Person.language)
        .join(Person, (Person.agency_id == Invitation.agency_id) & (Person.id == Invitation.person_id))
        .join(
            WaveUnit,
            (WaveUnit.agency_id == Invitation.agency_id)
            & (WaveUnit.wave_id == Invitation.wave_id)
            & (WaveUnit.code == Invitation.unit_code),
        )
        .where(Invitation.agency_id == ctx.agency_id, Invitation.wave_id == wave_id, which)
        .order_by(WaveUnit.position, Person.name, Person.email)
        .offset((file - 1) * IN_A_FILE)
        .limit(IN_A_FILE)
    ).all()
    if not rows:
        return None
    codes = show_codes(ctx, [row.id for row in rows])
    letters = [
        PersonalLetter(
            name=row.name,
            unit=row.unit,
            code=codes[row.id],
            link=link_url(ctx.parts.external_url, personal_token(ctx.parts.secrets, row.id)),
            words=our_words(row.language if row.language in wave.languages else wave.languages[0]),
        )
        for row in rows
    ]
    return print_letters(_sheet(ctx, wave), letters)


def files_to_unreached(ctx: Context, wave_id: uuid.UUID) -> int:
    """In how many PDFs the letters come to all whom no invitation reached. Raises WaveStateError."""
    _open(ctx, wave_id)
    count = ctx.session.scalar(
        select(func.count())
        .select_from(Invitation)
        .join(Person, (Person.agency_id == Invitation.agency_id) & (Person.id == Invitation.person_id))
        .where(
            Invitation.agency_id == ctx.agency_id,
            Invitation.wave_id == wave_id,
            Invitation.unit_code.is_not(None),
            _not_reached(ctx, wave_id),
        )
    )
    return -(-(count or 0) // IN_A_FILE)


def _not_reached(ctx: Context, wave_id: uuid.UUID) -> ColumnElement[bool]:
    """Who has no address, and whose invitation came back."""
    came_back = Person.id.in_([one.person_id for one in unreached(ctx, wave_id)])
    return or_(~Person.email.contains("@"), came_back)


def poster_pdf(ctx: Context, wave_id: uuid.UUID, unit_code: str | None) -> bytes:
    """A poster with the open link of the wave or of one unit, a page for each language.

    Raises WaveStateError unless the wave is open, UnitMissingError.
    """
    wave = _open(ctx, wave_id)
    link = open_link(ctx, wave_id) if unit_code is None else unit_link(ctx, wave_id, unit_code)
    unit = None if unit_code is None else ctx.session.get(WaveUnit, (ctx.agency_id, wave_id, unit_code))
    languages = [our_words(language) for language in wave.languages]
    return print_poster(_sheet(ctx, wave), link, unit.name if unit else "", languages)


def _open(ctx: Context, wave_id: uuid.UUID) -> Wave:
    wave = find_wave(ctx, wave_id)
    if wave.state != "open":
        raise WaveStateError(wave.state)
    return wave


def _sheet(ctx: Context, wave: Wave) -> Sheet:
    agency = this_agency(ctx)
    assert wave.closes_at is not None
    return Sheet(
        agency=agency.name,
        survey=wave.label,
        colour=agency.colour,
        address=f"{ctx.parts.external_url.partition('://')[2]}/s",
        closes={
            our_words(language).locale: spoken_moment(
                wave.closes_at, agency.time_zone, our_words(language).locale
            )
            for language in wave.languages
        },
    )
