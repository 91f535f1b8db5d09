"""From a sealed sheet to the wave's scorecard."""

import uuid
from typing import Any

from sqlalchemy import select

from cri.adapters.document_schemas import validate
from cri.db.models import Agency, StoredScorecard, Wave
from cri.db.queries.consents import standing_consent
from cri.db.queries.participation import invited_count, open_link_answers
from cri.db.queries.waves import lock_wave
from cri.domain.documents import digest_of
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.services.answer_imports import collected_elsewhere
from cri.services.companions import score_companion
from cri.services.context import Context
from cri.services.earlier_waves import earlier_scorecard
from cri.services.instruments import released_instrument
from cri.services.sheets import get_sheet


def score_wave(context: Context, wave_id: uuid.UUID) -> None:
    """Write the scorecard of a sealed wave, once, and ask for its pack and, with consent, its contribution.

    Raises SheetChangedError when the stored sheet does not have the digest it was sealed with.
    """
    session, agency_id = context.session, context.agency_id
    wave = lock_wave(session, agency_id, wave_id)
    if wave.state != "sealed":
        return
    sha256 = str(wave.sheet_sha256)
    instrument = released_instrument(wave.instrument_code, wave.instrument_version)
    sheet = get_sheet(context.parts.blobs, agency_id, wave_id, sha256, instrument)
    facts = _facts(context, wave)
    document = build_scorecard(instrument, sheet, facts)
    validate(document)
    score_companion(context, wave, facts)
    session.add(
        StoredScorecard(agency_id=agency_id, wave_id=wave_id, sha256=digest_of(document), document=document)
    )
    wave.state = "scored"
    session.flush()
    context.parts.defer(session, "build_pack", agency_id, wave_id)
    if standing_consent(session, agency_id) is not None:
        context.parts.defer(session, "contribute", agency_id, wave_id)


def load_scorecard(context: Context, wave_id: uuid.UUID) -> dict[str, Any] | None:
    """The wave's scorecard document, or None before it is scored."""
    return context.session.scalar(
        select(StoredScorecard.document).where(
            StoredScorecard.agency_id == context.agency_id, StoredScorecard.wave_id == wave_id
        )
    )


def _facts(context: Context, wave: Wave) -> WaveFacts:
    agency = context.session.get_one(Agency, wave.agency_id)
    # An open link may reach anybody, on the roster or not: then of how many these are is not known, and
    # to call them all the staff would make the intervals too narrow.
    anybody = open_link_answers(context.session, wave.agency_id, wave.id) > 0
    headcount = None if anybody else invited_count(context.session, wave.agency_id, wave.id)
    brought = collected_elsewhere(context, wave.id)
    opened = wave.opened_at.date() if wave.opened_at else None
    closed = wave.closed_at.date() if wave.closed_at else None
    if brought is not None:
        opened, closed = brought.began_on, brought.ended_on
    earlier = earlier_scorecard(context, wave, closed) if closed else None
    return WaveFacts(
        agency=agency.name,
        wave_id=str(wave.id),
        label=wave.label,
        opened=opened,
        closed=closed,
        headcount=headcount if brought is None else brought.people,
        synthetic=wave.synthetic,
        minimum=wave.minimum,
        sheet_sha256=str(wave.sheet_sha256),
        facets=facets_of(agency, wave),
        previous=earlier[0] if earlier else None,
        lineage=earlier[1] if earlier else None,
        collected="elsewhere" if brought else None,
    )


def facets_of(agency: Agency, wave: Wave) -> dict[str, str]:
    """What decides a wave's peer groups, as far as it is known: its relationship as it was at the opening."""
    known = {
        "sector": agency.sector,
        "country": agency.country,
        "relationship": wave.relationship or agency.relationship_type,
    }
    return {name: value for name, value in known.items() if value}
