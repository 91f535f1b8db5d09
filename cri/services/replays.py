"""Reports of the service made again from what is stored, and compared with what was printed."""

import hashlib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select

from cri.adapters.charts import ChartBrowser
from cri.db.models import Report, StoredScorecard, Wave
from cri.domain.documents import digest_of
from cri.domain.errors import InputError
from cri.domain.replaying import FIGURES, Difference, document_differences, manifest_differences
from cri.services.brands import printed_brand
from cri.services.context import Context
from cri.services.packs import Look, as_made, build_document, print_document, read_report, stored_pack
from cri.services.unit_packs import build_unit_pack

Again = tuple[dict[str, Any] | None, tuple[Difference, ...]]
"""A pack built anew, and differences met on the way."""
GONE: Final = "not there"


@dataclass(frozen=True)
class Replayed:
    """One report made again. name: its kind, format and language, and its wave and id."""

    name: str
    sha256: str
    figures: int
    differences: tuple[Difference, ...]


def replay_wave(context: Context, wave_id: uuid.UUID, browser: ChartBrowser) -> Iterator[Replayed]:
    """Make every report of a wave again: from its scorecard and edition the pack, and from that the print.

    The scorecard is compared with its digest, the pack with the stored one, the print with its manifest, and
    the file with its digest. Nothing is written but figures that were drawn.
    """
    wave = context.session.get_one(Wave, (context.agency_id, wave_id))
    reports = context.session.scalars(
        select(Report)
        .where(Report.agency_id == context.agency_id, Report.wave_id == wave_id)
        .order_by(Report.kind, Report.unit_code, Report.locale, Report.made_at, Report.id)
    ).all()
    packs: dict[tuple[str, str | None], Again] = {}
    for report in reports:
        about = (report.kind, report.unit_code)
        if about not in packs:
            packs[about] = _pack_again(context, wave, *about)
        document, found = packs[about]
        shown = report.manifest
        if document is not None:
            look = Look(report.locale, shown.get("format", "pdf"), shown.get("paper", "a4"))
            brand = printed_brand(context, shown.get("brand"))
            rebuilt = print_document(context, wave, document, browser, look, brand).manifest
            found += manifest_differences(shown, rebuilt)
            found += document_differences(shown.get("pack_sha256"), digest_of(document), "pack (sha256)")
        yield Replayed(
            _name(report),
            report.sha256,
            len(shown.get(FIGURES, ())),
            (*found, *_file_differences(context, report)),
        )


def _name(report: Report) -> str:
    about = f" of unit {report.unit_code}" if report.unit_code else ""
    kind = f"{report.kind} {report.file_format} {report.locale}{about}"
    return f"{kind} of wave {report.wave_id} ({report.id})"


def _pack_again(context: Context, wave: Wave, kind: str, unit_code: str | None) -> Again:
    """The pack built anew, None where it cannot be; and how what is stored differs from it.

    Of a unit no document is stored: its digest is in the report's manifest.
    """
    stored, scorecard = stored_pack(context, wave.id, kind), _scorecard(context, wave.id)
    if scorecard is None or (stored is None and unit_code is None):
        missing = "scorecard" if scorecard is None else f"{kind} pack"
        return None, (Difference(missing, GONE, GONE),)
    found = document_differences(scorecard.sha256, digest_of(scorecard.document), "scorecard (sha256)")
    try:
        if unit_code is not None:
            return build_unit_pack(context, wave, unit_code), found
        assert stored is not None
        document = build_document(context, wave, scorecard.document, as_made(stored))
    except (LookupError, ValueError, InputError) as error:
        return None, (*found, Difference(f"{kind} pack", "built", f"cannot be: {error}"))
    return document, (*found, *document_differences(stored.document, document, f"{kind} pack"))


def _scorecard(context: Context, wave_id: uuid.UUID) -> StoredScorecard | None:
    return context.session.get(StoredScorecard, (context.agency_id, wave_id))


def _file_differences(context: Context, report: Report) -> tuple[Difference, ...]:
    """Whether the stored file is the one that was printed."""
    try:
        found = hashlib.sha256(read_report(context, report)).hexdigest()
    except FileNotFoundError:
        found = GONE
    return document_differences(report.sha256, found, "stored file (sha256)")
