"""Packs of scored waves: the document model, stored once, and its printings in the blob store."""

import uuid
from typing import Any

from sqlalchemy import select

from cri.adapters.charts import ChartBrowser
from cri.adapters.report_print import print_pack
from cri.db.models import Agency, Report, StoredPack, Wave
from cri.db.queries.waves import lock_wave
from cri.domain.documents import digest_of
from cri.domain.pack import leader_pack
from cri.domain.placing import place
from cri.services.benchmarks import edition_for
from cri.services.context import Context
from cri.services.instruments import released_instrument, released_texts
from cri.services.scoring import facets_of, load_scorecard

LEADER = "leader"


def build_leader_pack(context: Context, wave_id: uuid.UUID) -> None:
    """Place a scored wave in the newest edition and freeze its leader pack, once."""
    wave = lock_wave(context.session, context.agency_id, wave_id)
    scorecard = load_scorecard(context, wave_id)
    if scorecard is None or load_pack(context, wave_id) is not None:
        return
    instrument = released_instrument(wave.instrument_code, wave.instrument_version)
    edition = edition_for(context.parts, scorecard)
    agency = context.session.get_one(Agency, context.agency_id)
    placement = None if edition is None else place(scorecard, edition, facets=facets_of(agency, wave))
    document = leader_pack(scorecard, placement, edition, instrument=instrument, noun=wave.noun)
    context.session.add(
        StoredPack(
            agency_id=context.agency_id,
            wave_id=wave_id,
            kind=LEADER,
            edition=None if edition is None else edition["edition"],
            document=document,
        )
    )
    context.session.flush()
    context.parts.defer(context.session, "print_pack", context.agency_id, wave_id)


def print_leader_report(context: Context, wave_id: uuid.UUID, browser: ChartBrowser) -> None:
    """Print the wave's leader pack as PDF in each of its languages that is not printed yet."""
    wave = lock_wave(context.session, context.agency_id, wave_id)
    document = load_pack(context, wave_id)
    if document is None:
        return
    for locale in wave.languages:
        if find_report(context, wave_id, LEADER, locale) is None:
            _print(context, wave, document, locale, browser)


def next_task(context: Context, wave_id: uuid.UUID) -> str | None:
    """The job that a scored wave still needs, or None when its pack is printed in all its languages."""
    if load_pack(context, wave_id) is None:
        return "build_pack"
    languages = context.session.get_one(Wave, (context.agency_id, wave_id)).languages
    printed = all(find_report(context, wave_id, LEADER, locale) is not None for locale in languages)
    return None if printed else "print_pack"


def load_pack(context: Context, wave_id: uuid.UUID) -> dict[str, Any] | None:
    """The wave's leader pack document, or None while it is not built."""
    return context.session.scalar(
        select(StoredPack.document).where(
            StoredPack.agency_id == context.agency_id,
            StoredPack.wave_id == wave_id,
            StoredPack.kind == LEADER,
        )
    )


def find_report(context: Context, wave_id: uuid.UUID, kind: str, locale: str) -> Report | None:
    """The newest printing of a pack in a language, or None."""
    return context.session.scalars(
        select(Report)
        .where(
            Report.agency_id == context.agency_id,
            Report.wave_id == wave_id,
            Report.kind == kind,
            Report.locale == locale,
        )
        .order_by(Report.made_at.desc())
        .limit(1)
    ).one_or_none()


def read_report(context: Context, report: Report) -> bytes:
    """The printed file. Raises FileNotFoundError when the store has lost it."""
    return context.parts.blobs.get(_key(report.agency_id, report.wave_id, report.sha256))


def _print(
    context: Context, wave: Wave, document: dict[str, Any], locale: str, browser: ChartBrowser
) -> None:
    texts = released_texts(wave.instrument_code, wave.instrument_version, locale)
    cache = context.parts.var / "charts"
    made = print_pack(document, locale=locale, texts=texts, browser=browser, chart_cache=cache)
    sha256 = made.manifest["sha256"]
    context.parts.blobs.put(_key(wave.agency_id, wave.id, sha256), made.data)
    context.session.add(
        Report(
            agency_id=wave.agency_id,
            wave_id=wave.id,
            kind=LEADER,
            locale=locale,
            sha256=sha256,
            manifest={**made.manifest, "pack_sha256": digest_of(document)},
            made_at=context.now,
        )
    )
    context.session.flush()


def _key(agency_id: uuid.UUID, wave_id: uuid.UUID, sha256: str) -> str:
    return f"report/{agency_id}/{wave_id}/{sha256}.pdf"
