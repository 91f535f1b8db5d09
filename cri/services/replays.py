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
from cri.services.packs import Look, as_placed, build_document, print_document, read_report, stored_pack

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
        .order_by(Report.kind, Report.locale, Report.made_at, Report.id)
    ).all()
    packs: dict[str, tuple[dict[str, Any] | None, tuple[Difference, ...]]] = {}
    for report in reports:
        if report.kind not in packs:
            packs[report.kind] = _pack_again(context, wave, report.kind)
        document, found = packs[report.kind]
        shown = report.manifest
        if document is not None:
            look = Look(report.locale, shown.get("format", "pdf"), shown.get("paper", "a4"))
            brand = printed_brand(context, shown.get("brand"))
            rebuilt = print_document(context, wave, document, browser, look, brand).manifest
            found += manifest_differences(shown, rebuilt)
            found += document_differences(shown["pack_sha256"], digest_of(document), "pack (sha256)")
        yield Replayed(
            f"{report.kind} {shown.get('format', 'pdf')} {report.locale} of wave {wave_id} ({report.id})",
            report.sha256,
            len(shown[FIGURES]),
            (*found, *_file_differences(context, report)),
        )


def _pack_again(
    context: Context, wave: Wave, kind: str
) -> tuple[dict[str, Any] | None, tuple[Difference, ...]]:
    """The pack built anew, None where it cannot be; and how what is stored differs from it."""
    stored, scorecard = stored_pack(context, wave.id, kind), _scorecard(context, wave.id)
    if stored is None or scorecard is None:
        missing = "scorecard" if scorecard is None else f"{kind} pack"
        return None, (Difference(missing, GONE, GONE),)
    found = document_differences(scorecard.sha256, digest_of(scorecard.document), "scorecard (sha256)")
    try:
        document = build_document(context, wave, scorecard.document, as_placed(stored, kind))
    except (LookupError, InputError) as error:
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
