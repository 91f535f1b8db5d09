"""What agencies give to the pool, under pseudonyms: with their consent, and until they take it back."""

import hashlib
import hmac
import uuid
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cri.db.models import Agency, Contribution, StoredScorecard, Wave
from cri.db.queries import pool_contributions as pool
from cri.db.queries.consents import standing_consent
from cri.domain.contribution import aggregates_of
from cri.domain.eligibility import Member, name_key, too_little
from cri.domain.facets import known_facets
from cri.domain.quarantine import Rule, middle_of, odd_things
from cri.services.context import Context
from cri.services.instruments import released_instrument
from cri.services.scoring import facets_of, load_scorecard


def settle_contribution(context: Context, wave_id: uuid.UUID) -> None:
    """Bring the pool into line with the agency's consent for one scored wave. May be done again.

    With a consent an eligible wave is contributed, once; without one what was contributed is withdrawn, for
    ever. The agency's row is locked meanwhile: consent cannot change under it. The pool's transaction commits
    by itself before this one, which writes nothing: killed in between, the next run finds the work done.
    """
    agency = lock_agency(context)
    with context.parts.pool_sessions.begin() as session:
        step = _next_step(context, session, agency, wave_id)
        if isinstance(step, pool.Entry):
            pool.add_withdrawal(session, step.contribution.id, context.now)
        elif step is not None:
            _contribute(session, step)


def is_unsettled(context: Context, wave_id: uuid.UUID) -> bool:
    """Whether the pool still lacks, or still holds, what consent says otherwise of a scored wave."""
    agency = context.session.get_one(Agency, context.agency_id)
    with context.parts.pool_sessions() as session:
        return _next_step(context, session, agency, wave_id) is not None


def reason_left_out(scorecard: dict[str, Any]) -> str | None:
    """Why a wave may not be contributed, as one line; None for one that may be."""
    if scorecard["wave"].get("collected"):
        return "its answers were collected elsewhere"  # nobody but the agency can say that they were given
    return "its data are made up" if scorecard["synthetic"] else too_little(scorecard)


def lock_agency(context: Context) -> Agency:
    """The agency, locked against every other change of consent and every contribution."""
    statement = select(Agency).where(Agency.agency_id == context.agency_id).with_for_update()
    return context.session.scalars(statement).one()


def contribution_of(secret: bytes, member: Member) -> Contribution:
    """A row of the pool for a member that is known by its scorecard. secret: the key of the pseudonyms."""
    return make_contribution(
        aggregates_of(member.scorecard, member.facets, previous=member.previous),
        pseudonym=pseudonym(secret, "agency", member.agency),
        owner=pseudonym(secret, "owner", member.owner),
    )


def make_contribution(
    aggregates: dict[str, Any], *, pseudonym: str, owner: str, practice: bool = False
) -> Contribution:
    """A row of the pool from what it keeps of a wave; the pool refuses one of a practice wave."""
    return Contribution(
        id=uuid.uuid4(),
        pseudonym=pseudonym,
        owner_pseudonym=owner,
        sheet_sha256=aggregates["sheet_sha256"],
        instrument_code=aggregates["instrument"]["code"],
        instrument_version=aggregates["instrument"]["version"],
        synthetic=aggregates["synthetic"],
        practice=practice,
        aggregates=aggregates,
    )


def pseudonym(secret: bytes, kind: str, name: str) -> str:
    """A keyed hash of the name of an agency or an owner, hexadecimal: case and spaces make no other one."""
    return hmac.new(secret, f"{kind}:{name_key(name)}".encode(), hashlib.sha256).hexdigest()


def _next_step(
    context: Context, session: Session, agency: Agency, wave_id: uuid.UUID
) -> pool.Entry | Contribution | None:
    """What is to be done in the pool: an entry to withdraw, a contribution to add, or nothing."""
    wave = context.session.get_one(Wave, (context.agency_id, wave_id))
    scorecard = load_scorecard(context, wave_id)
    if scorecard is None:
        return None
    secret = context.parts.secrets.pseudonym
    own = pseudonym(secret, "agency", str(agency.agency_id))
    given = pool.find_given(session, own, str(scorecard["sheet_sha256"]))
    if standing_consent(context.session, context.agency_id) is None:
        return given if given is not None and given.withdrawn_at is None else None
    if given is not None or reason_left_out(scorecard) is not None:
        return None
    aggregates = aggregates_of(
        scorecard,
        known_facets(facets_of(agency, wave)),
        ordinal=_waves_before(context, wave),
        previous=_scorecard_before(context, wave, scorecard),
    )
    owner = pseudonym(secret, "owner", agency.owner or agency.name)
    return make_contribution(aggregates, pseudonym=own, owner=owner, practice=wave.practice)


def _contribute(session: Session, made: Contribution) -> None:
    entries = pool.entries_of(
        session, made.instrument_code, made.instrument_version, synthetic=made.synthetic
    )
    scale = released_instrument(made.instrument_code, made.instrument_version).scale
    others = [one for one in entries if one.state == pool.IN and one.contribution.pseudonym != made.pseudonym]
    rules = odd_things(
        made.aggregates,
        before=[one.contribution.aggregates for one in entries],
        middle=middle_of([one.contribution.aggregates for one in pool.newest_of_each(others)]),
        scale=(scale.minimum, scale.maximum),
    )
    if Rule.SAME_SHEET in rules:
        made.copy_of = next(
            one.contribution.id
            for one in entries
            if one.contribution.sheet_sha256 == made.sheet_sha256 and one.contribution.copy_of is None
        )
    pool.add_contribution(session, made, rules)


def _waves_before(context: Context, wave: Wave) -> int:
    """How many waves of the instrument the agency closed before this one."""
    return (
        context.session.scalar(
            select(func.count())
            .select_from(Wave)
            .where(
                Wave.agency_id == wave.agency_id,
                Wave.instrument_code == wave.instrument_code,
                Wave.practice.is_(False),
                Wave.closed_at < wave.closed_at,
            )
        )
        or 0
    )


def _scorecard_before(context: Context, wave: Wave, scorecard: dict[str, Any]) -> dict[str, Any] | None:
    """The scorecard of the wave before, if it is of the same version of the instrument and of the method.

    One that may not be contributed is none: what is kept out of the pool comes in by no other door.
    """
    document = context.session.scalar(
        select(StoredScorecard.document)
        .join(Wave, (Wave.agency_id == StoredScorecard.agency_id) & (Wave.id == StoredScorecard.wave_id))
        .where(
            Wave.agency_id == wave.agency_id,
            Wave.instrument_code == wave.instrument_code,
            Wave.closed_at < wave.closed_at,
        )
        .order_by(Wave.closed_at.desc())
        .limit(1)
    )
    if document is None or reason_left_out(document) is not None:
        return None
    return document if all(document[key] == scorecard[key] for key in ("instrument", "method")) else None
