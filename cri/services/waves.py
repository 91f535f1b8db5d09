"""A wave from its first draft to its closing; what comes after is sealing's business."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.exc import NoResultFound

from cri.db.models import Invitation, Person, Wave, WaveUnit
from cri.db.queries.organisation import people_count, people_per_unit, present_units
from cri.db.queries.waves import lock_wave
from cri.domain.errors import CriError, InputError, InputProblem
from cri.domain.tree import counts_below, in_tree_order
from cri.domain.wave import GRACE
from cri.domain.wave_plan import Missing, Preparation, what_is_missing
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.instruments import OFFERED, Release, released_languages, released_texts
from cri.services.links import digest_of_token, open_token, personal_token

LABEL_LENGTH = 200
_BATCH = 5_000


class WaveMissingError(CriError):
    """The agency has no such wave: whether another has one is not said."""


class WaveStateError(CriError):
    """The wave is no longer, or not yet, where this can be done. `state` is where it is."""

    def __init__(self, state: str) -> None:
        self.state = state
        super().__init__(f"the wave is {state}")


class WaveNotReadyError(CriError):
    """Something is missing before the wave can open."""

    def __init__(self, missing: Sequence[Missing]) -> None:
        self.missing = tuple(missing)
        super().__init__("the wave cannot open yet; missing: " + ", ".join(self.missing))


def list_waves(ctx: Context) -> tuple[Wave, ...]:
    """The agency's waves: drafts first, then the newest."""
    newest = Wave.opened_at.desc().nulls_first()
    statement = select(Wave).where(Wave.agency_id == ctx.agency_id).order_by(newest, Wave.label, Wave.id)
    return tuple(ctx.session.scalars(statement))


def find_wave(ctx: Context, wave_id: uuid.UUID) -> Wave:
    """One wave of the agency. Raises WaveMissingError."""
    found = ctx.session.get(Wave, (ctx.agency_id, wave_id))
    if found is None:
        raise WaveMissingError
    return found


def find_draft(ctx: Context, wave_id: uuid.UUID) -> Wave:
    """A wave that can still be changed. Raises WaveMissingError, WaveStateError once it is open."""
    wave = find_wave(ctx, wave_id)
    if wave.state != "draft":
        raise WaveStateError(wave.state)
    return wave


def create_wave(
    ctx: Context,
    label: str,
    *,
    languages: Sequence[str],
    noun: str,
    closes_at: datetime | None = None,
    instrument: Release = OFFERED[0],
) -> uuid.UUID:
    """Make a draft of a wave of `instrument` (code, version); returns its id.

    Raises InputError for a blank or over-long label, a language or noun that the instrument does not have.
    """
    _check(label, languages, noun, instrument)
    wave = Wave(
        agency_id=ctx.agency_id,
        id=uuid.uuid4(),
        label=label.strip(),
        instrument_code=instrument[0],
        instrument_version=instrument[1],
        languages=list(languages),
        noun=noun,
        synthetic=this_agency(ctx).synthetic,
        closes_at=closes_at,
    )
    ctx.session.add(wave)
    ctx.session.flush()
    return wave.id


def change_wave(
    ctx: Context,
    wave_id: uuid.UUID,
    label: str,
    *,
    languages: Sequence[str],
    noun: str,
    closes_at: datetime | None,
    instrument: Release | None = None,
) -> None:
    """Change a draft; its instrument only if another is given.

    Raises as create_wave does, and WaveStateError once it is open.
    """
    wave = _locked(ctx, wave_id, "draft")
    release = instrument or (wave.instrument_code, wave.instrument_version)
    _check(label, languages, noun, release)
    wave.instrument_code, wave.instrument_version = release
    wave.label, wave.languages, wave.noun, wave.closes_at = label.strip(), list(languages), noun, closes_at
    ctx.session.flush()


def missing_for_opening(ctx: Context, wave: Wave) -> tuple[Missing, ...]:
    """What keeps the wave from opening; empty when it can."""
    units = len(present_units(ctx.session, ctx.agency_id))
    people = people_count(ctx.session, ctx.agency_id)
    return what_is_missing(Preparation(units, people, wave.closes_at), ctx.now)


def open_wave(ctx: Context, wave_id: uuid.UUID) -> None:
    """Freeze what is asked and of whom, invite everybody on the roster, and let answers in.

    Raises WaveStateError unless it is a draft, WaveNotReadyError when something is missing.
    """
    wave = _locked(ctx, wave_id, "draft")
    if missing := missing_for_opening(ctx, wave):
        raise WaveNotReadyError(missing)
    for language in wave.languages:
        released_texts(wave.instrument_code, wave.instrument_version, language)
    _freeze_units(ctx, wave_id)
    _invite_everybody(ctx, wave_id)
    secrets = ctx.parts.secrets
    wave.mailbox_key = ctx.parts.wave_keys.make(str(wave_id))
    wave.open_link_digest = digest_of_token(secrets, open_token(secrets, wave_id))
    wave.opened_at = ctx.now
    wave.state = "open"
    ctx.session.flush()


def close_wave(ctx: Context, wave_id: uuid.UUID) -> None:
    """Let no more answers in and ask for sealing. Raises WaveStateError unless it is open."""
    _close(ctx, _locked(ctx, wave_id, "open"))


def close_if_due(ctx: Context, wave_id: uuid.UUID) -> bool:
    """Close an open wave whose time is over, the grace for pages still open included; says whether it did."""
    wave = lock_wave(ctx.session, ctx.agency_id, wave_id)
    if wave.state != "open" or wave.closes_at is None or ctx.now < wave.closes_at + GRACE:
        return False
    _close(ctx, wave)
    return True


def _close(ctx: Context, wave: Wave) -> None:
    wave.state = "closing"
    wave.closed_at = ctx.now
    ctx.session.flush()
    ctx.parts.defer(ctx.session, "seal", ctx.agency_id, wave.id)


def _locked(ctx: Context, wave_id: uuid.UUID, state: str) -> Wave:
    try:
        wave = lock_wave(ctx.session, ctx.agency_id, wave_id)
    except NoResultFound:
        raise WaveMissingError from None
    if wave.state != state:
        raise WaveStateError(wave.state)
    return wave


def _check(label: str, languages: Sequence[str], noun: str, instrument: Release) -> None:
    problems = []
    if not 0 < len(label.strip()) <= LABEL_LENGTH:
        problems.append(
            InputProblem(f"{len(label.strip())} characters", "label", f"1 to {LABEL_LENGTH} characters")
        )
    known = released_languages(*instrument)
    if not languages or any(language not in known for language in languages):
        problems.append(InputProblem("not all are known", "languages", f"one or more of {', '.join(known)}"))
    nouns = released_texts(*instrument, known[0]).nouns
    if noun not in nouns:
        problems.append(InputProblem(f"{noun} is not known", "noun", f"one of {', '.join(nouns)}"))
    if problems:
        raise InputError(problems)


def _freeze_units(ctx: Context, wave_id: uuid.UUID) -> None:
    """Copy the tree in its order, with everybody in and below each unit."""
    units = [unit for unit, _ in in_tree_order(present_units(ctx.session, ctx.agency_id))]
    headcounts = counts_below(units, people_per_unit(ctx.session, ctx.agency_id))
    ctx.session.execute(
        insert(WaveUnit),
        [
            {
                "agency_id": ctx.agency_id,
                "wave_id": wave_id,
                "code": unit.code,
                "parent_code": unit.parent,
                "name": unit.name,
                "headcount": headcounts[unit.code],
                "position": position,
            }
            for position, unit in enumerate(units)
        ],
    )


def _invite_everybody(ctx: Context, wave_id: uuid.UUID) -> None:
    """One invitation for each active person, in the order of their random ids."""
    people = ctx.session.execute(
        select(Person.id, Person.unit_code)
        .where(Person.agency_id == ctx.agency_id, Person.active)
        .order_by(Person.id)
    ).all()
    secrets = ctx.parts.secrets
    for start in range(0, len(people), _BATCH):
        rows = []
        for person in people[start : start + _BATCH]:
            invitation_id = uuid.uuid4()
            token = personal_token(secrets, invitation_id)
            rows.append(
                {
                    "agency_id": ctx.agency_id,
                    "id": invitation_id,
                    "wave_id": wave_id,
                    "person_id": person.id,
                    "unit_code": person.unit_code,
                    "token_digest": digest_of_token(secrets, token),
                    "used": False,
                }
            )
        ctx.session.execute(insert(Invitation), rows)
