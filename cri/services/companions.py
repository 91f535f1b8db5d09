"""What is asked beside a wave's main instrument: sealed apart from it, scored apart, never added to it.

Its sheets hold answers and nothing else (domain/sealed_sheet.py), so that no row of one can be set beside the
row of the same person in another, and its figures are of the whole agency only. Method section 6.
"""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import func, select

from cri.adapters.document_schemas import validate
from cri.db.models import FurtherScorecard, FurtherSheet, Wave, WavePromise
from cri.domain.documents import digest_of
from cri.domain.instrument import Instrument
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sealed_sheet import make_further_sheet
from cri.domain.sections import promise_instrument
from cri.domain.wave import Submission
from cri.services.context import Context
from cri.services.instruments import released_instrument
from cri.services.sheets import get_sheet, put_sheet


def companion_of(wave: Wave) -> Instrument | None:
    """The instrument that is asked after the wave's own, if one is."""
    if wave.companion_code is None or wave.companion_version is None:
        return None
    return released_instrument(wave.companion_code, wave.companion_version)


def seal_further(ctx: Context, wave: Wave, submissions: Sequence[Submission]) -> None:
    """Store the sheets of what was asked beside the main instrument, in the caller's transaction.

    Raises SealingError when the store does not give back what was put in it.
    """
    statement = select(func.count()).where(
        WavePromise.agency_id == ctx.agency_id, WavePromise.wave_id == wave.id
    )
    promises = ctx.session.scalar(statement) or 0
    promised = promise_instrument(promises) if promises else None
    for instrument in (companion_of(wave), promised):
        if instrument is not None:
            sheet = make_further_sheet(instrument, submissions)
            sha256 = put_sheet(ctx.parts.blobs, ctx.agency_id, wave.id, sheet, instrument)
            ctx.session.add(
                FurtherSheet(
                    agency_id=ctx.agency_id,
                    wave_id=wave.id,
                    instrument_code=instrument.code,
                    sheet_sha256=sha256,
                )
            )


def further_sheets(ctx: Context, wave_id: uuid.UUID) -> dict[str, str]:
    """Instrument's code -> digest of the sheet that was sealed beside the wave's own."""
    rows = ctx.session.execute(
        select(FurtherSheet.instrument_code, FurtherSheet.sheet_sha256).where(
            FurtherSheet.agency_id == ctx.agency_id, FurtherSheet.wave_id == wave_id
        )
    )
    return {row.instrument_code: row.sheet_sha256 for row in rows}


def score_companion(ctx: Context, wave: Wave, facts: WaveFacts) -> None:
    """Write the scorecard of the wave's companion, if it has one. `facts`: those of the main scorecard.

    By the same engine and the same gateway. Raises SheetChangedError as scoring does.
    """
    companion = companion_of(wave)
    sha256 = further_sheets(ctx, wave.id).get(companion.code) if companion else None
    if companion is None or sha256 is None:
        return
    sheet = get_sheet(ctx.parts.blobs, ctx.agency_id, wave.id, sha256, companion)
    alone = replace(facts, sheet_sha256=sha256, headcounts=None, weights="none", previous=None, lineage=None)
    document = build_scorecard(companion, sheet, alone)
    validate(document)
    ctx.session.add(
        FurtherScorecard(
            agency_id=ctx.agency_id,
            wave_id=wave.id,
            instrument_code=companion.code,
            sha256=digest_of(document),
            document=document,
        )
    )


def load_companion(ctx: Context, wave_id: uuid.UUID) -> dict[str, Any] | None:
    """The companion's scorecard document; None if there was no companion, or before it is scored."""
    return ctx.session.scalar(
        select(FurtherScorecard.document).where(
            FurtherScorecard.agency_id == ctx.agency_id, FurtherScorecard.wave_id == wave_id
        )
    )
