"""A wave from its first draft to its closing; what comes after is sealing's business."""

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, select
from sqlalchemy.exc import NoResultFound

from cri.db.models import Draft, Wave
from cri.db.queries.organisation import people_count, present_units
from cri.db.queries.waves import lock_wave
from cri.domain.errors import CriError, InputError, InputProblem
from cri.domain.wave import GRACE
from cri.domain.wave_plan import Missing, Preparation, what_is_missing
from cri.services.agencies import this_agency
from cri.services.context import Context
from cri.services.instruments import OFFERED, Release, released_languages, released_texts
from cri.services.invitees import freeze_units, invite_everybody
from cri.services.links import digest_of_token, open_token
from cri.services.wave_log import Event, record

LABEL_LENGTH = 200


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
    """The agency's waves: drafts first, then the newest. Try-outs of a draft are not among them."""
    newest = Wave.opened_at.desc().nulls_first()
    own = (Wave.agency_id == ctx.agency_id, Wave.practice_of.is_(None))
    statement = select(Wave).where(*own).order_by(newest, Wave.label, Wave.id)
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
    practice: bool = False,
) -> uuid.UUID:
    """Make a draft of a wave of `instrument` (code, version); returns its id.

    practice: its answers will be thrown away. That can never be changed.
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
        practice=practice,
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
    wave = lock_in(ctx, wave_id, "draft")
    release = instrument or (wave.instrument_code, wave.instrument_version)
    if release != (wave.instrument_code, wave.instrument_version):
        wave.breakdowns = None  # the other instrument has profile questions of its own
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
    wave = lock_in(ctx, wave_id, "draft")
    if missing := missing_for_opening(ctx, wave):
        raise WaveNotReadyError(missing)
    freeze_units(ctx, wave_id)
    invite_everybody(ctx, wave_id)
    let_answers_in(ctx, wave)
    close_try_outs(ctx, wave_id)


def open_if_due(ctx: Context, wave_id: uuid.UUID) -> bool:
    """Open a draft whose opening time has come; says whether it did.

    One that lacks something is not opened and not tried again: its log says what was missing, and it waits
    for somebody. Done twice, or by two workers at once, it opens once.
    """
    wave = lock_wave(ctx.session, ctx.agency_id, wave_id)
    if wave.state != "draft" or wave.opens_at is None or ctx.now < wave.opens_at:
        return False
    if missing := missing_for_opening(ctx, wave):
        wave.opens_at = None
        record(ctx, wave_id, Event.NOT_OPENED, details={"missing": [one.value for one in missing]})
        return False
    open_wave(ctx, wave_id)
    return True


def let_answers_in(ctx: Context, wave: Wave) -> None:
    """The last step of opening: the map and the links are frozen, the mailbox has its key."""
    for language in wave.languages:
        released_texts(wave.instrument_code, wave.instrument_version, language)
    agency, secrets = this_agency(ctx), ctx.parts.secrets
    wave.relationship, wave.service_lines = agency.relationship_type, agency.service_lines
    wave.mailbox_key = ctx.parts.wave_keys.make(str(wave.id))
    wave.open_link_digest = digest_of_token(secrets, open_token(secrets, wave.id))
    wave.opened_at = ctx.now
    wave.state = "open"
    record(ctx, wave.id, Event.OPENED)


def close_wave(ctx: Context, wave_id: uuid.UUID) -> None:
    """Let no more answers in, from this moment, and ask for sealing. Raises WaveStateError unless it is open.

    Whoever has a page open loses what they have begun: services/closing_early.py is for that case.
    """
    _close(ctx, lock_in(ctx, wave_id, "open"))


def close_if_due(ctx: Context, wave_id: uuid.UUID) -> bool:
    """Close an open wave whose time is over and for which nobody need be waited; says whether it did.

    While somebody has begun and not sent, the grace for pages still open is kept. Nobody can begin any more,
    and the lock on the wave keeps whoever does so at this very moment waiting.
    """
    wave = lock_wave(ctx.session, ctx.agency_id, wave_id)
    if wave.state != "open" or wave.closes_at is None or ctx.now < wave.closes_at:
        return False
    if ctx.now < wave.closes_at + GRACE and _somebody_has_begun(ctx, wave_id):
        return False
    _close(ctx, wave)
    return True


def close_try_outs(ctx: Context, wave_id: uuid.UUID) -> None:
    """Ask for the end of what was begun to try out a draft."""
    tried = select(Wave.id).where(
        Wave.agency_id == ctx.agency_id, Wave.practice_of == wave_id, Wave.state == "open"
    )
    for try_out in ctx.session.scalars(tried).all():
        _close(ctx, lock_wave(ctx.session, ctx.agency_id, try_out))


def lock_in(ctx: Context, wave_id: uuid.UUID, state: str) -> Wave:
    """A wave, locked, that is in `state`. Raises WaveMissingError, WaveStateError."""
    try:
        wave = lock_wave(ctx.session, ctx.agency_id, wave_id)
    except NoResultFound:
        raise WaveMissingError from None
    if wave.state != state:
        raise WaveStateError(wave.state)
    return wave


def _close(ctx: Context, wave: Wave) -> None:
    wave.state = "closing"
    wave.closed_at = ctx.now
    record(ctx, wave.id, Event.CLOSED)
    ctx.parts.defer(ctx.session, "seal", ctx.agency_id, wave.id)


def _somebody_has_begun(ctx: Context, wave_id: uuid.UUID) -> bool:
    begun = exists().where(Draft.agency_id == ctx.agency_id, Draft.wave_id == wave_id)
    return bool(ctx.session.scalar(select(begun)))


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
