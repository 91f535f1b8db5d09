"""Packs of scored waves: the document model, stored once, and its printings in the blob store."""

import uuid
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import select, text

from cri.adapters.charts import ChartBrowser
from cri.adapters.report_print import Report as PrintedPack
from cri.adapters.report_print import print_pack
from cri.db.models import Agency, Report, StoredPack, Wave
from cri.db.queries.published_editions import edition_document
from cri.db.queries.waves import lock_wave
from cri.domain.brand import Brand
from cri.domain.documents import digest_of
from cri.domain.pack_kinds import OVER_WAVES, build_pack
from cri.domain.peers import ALL
from cri.domain.placing import place
from cri.services.benchmarks import edition_for
from cri.services.brands import brand_of
from cri.services.context import Context
from cri.services.earlier_waves import scorecards_of, shown_before
from cri.services.instruments import released_instrument, released_texts
from cri.services.scoring import facets_of, load_scorecard

LEADER, WORKSHOP = "leader", "workshop"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which pack to build: its kind, the number of the edition it compares with (None: none), and peers.

    earlier: digests of the scorecards of earlier waves that it shows; None: those that are there now.
    """

    kind: str
    edition: str | None
    peers: str = ALL
    earlier: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """How a document is printed."""

    locale: str
    file_format: str = "pdf"
    paper: str = "a4"


PRINTED: Final = {WORKSHOP: ("pdf", "pptx", "xlsx")}
"""The formats that a kind is printed in; any other as PDF alone."""


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
    document = build_pack(LEADER, scorecard, placement, edition, instrument=instrument, noun=wave.noun)
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
    for look in unprinted(context, wave, LEADER):
        store_report(context, wave, document, look, browser)


def ask_for_workshop(context: Context, wave_id: uuid.UUID) -> bool:
    """Ask for the workshop pack. As `ask_for_pack`."""
    return ask_for_pack(context, wave_id, WORKSHOP)


def ask_for_pack(context: Context, wave_id: uuid.UUID, kind: str) -> bool:
    """Ask for a pack of a wave whose report is ready; says whether a job was asked for.

    None is where the pack is printed in each language and format, and while it is being made.
    """
    wave = context.session.get_one(Wave, (context.agency_id, wave_id))
    if load_pack(context, wave_id) is None or not unprinted(context, wave, kind):
        return False
    if is_being_made(context, wave_id, kind):
        return False
    context.parts.defer(context.session, f"make_{kind}_pack", context.agency_id, wave_id)
    return True


def is_being_made(context: Context, wave_id: uuid.UUID, kind: str) -> bool:
    """Whether a job that makes this pack waits or runs."""
    return is_waiting(context, f"make_{kind}_pack", wave_id)


def is_waiting(context: Context, task: str, wave_id: uuid.UUID) -> bool:
    """Whether a job of this name waits or runs for the wave; one that was given up does neither."""
    waiting = text(
        "SELECT 1 FROM procrastinate_jobs WHERE task_name = :task AND args ->> 'wave_id' = :wave "
        "AND status IN ('todo', 'doing') LIMIT 1"
    )
    return context.session.scalar(waiting, {"task": f"cri:{task}", "wave": str(wave_id)}) is not None


def make_workshop_pack(context: Context, wave_id: uuid.UUID, browser: ChartBrowser) -> None:
    """Freeze the workshop pack and print it. As `make_pack`."""
    make_pack(context, wave_id, WORKSHOP, browser)


def make_pack(context: Context, wave_id: uuid.UUID, kind: str, browser: ChartBrowser) -> None:
    """Freeze a pack, placed as the report is, and print it in each of the wave's languages and its formats.

    Raises LookupError where the edition of the report is no longer there.
    """
    wave = lock_wave(context.session, context.agency_id, wave_id)
    document = freeze_pack(context, wave, kind)
    if document is not None:
        for look in unprinted(context, wave, kind):
            store_report(context, wave, document, look, browser)


def freeze_pack(context: Context, wave: Wave, kind: str) -> dict[str, Any] | None:
    """Build a pack of a locked wave, placed as its report is, and store it, once; None without a report.

    Raises LookupError where the edition of the report is no longer there.
    """
    leader, scorecard = stored_pack(context, wave.id), load_scorecard(context, wave.id)
    if leader is None or scorecard is None:
        return None
    document = load_pack(context, wave.id, kind)
    if document is None:
        document = build_document(context, wave, scorecard, as_placed(leader, kind))
        context.session.add(
            StoredPack(
                agency_id=context.agency_id,
                wave_id=wave.id,
                kind=kind,
                edition=leader.edition,
                document=document,
            )
        )
        context.session.flush()
    return document


def as_placed(pack: StoredPack, kind: str) -> Wanted:
    """A pack of a kind with the edition and the peer group that a stored one was made with."""
    norm = pack.document["norm"]
    return Wanted(kind, norm["edition"] if norm else None, norm["asked"] if norm else ALL)


def as_made(pack: StoredPack) -> Wanted:
    """A stored pack as it was made: earlier waves are those of that day, not such as were scored since."""
    return replace(as_placed(pack, pack.kind), earlier=tuple(pack.document["inputs"].get("earlier", ())))


def build_document(context: Context, wave: Wave, scorecard: dict[str, Any], wanted: Wanted) -> dict[str, Any]:
    """Build a pack from the wave's scorecard.

    Raises LookupError where there is no such edition, or an earlier wave's scorecard is gone.
    """
    edition, placement = placed_as(context, wave, scorecard, wanted)
    instrument = released_instrument(wave.instrument_code, wave.instrument_version)
    return build_pack(
        wanted.kind,
        scorecard,
        placement,
        edition,
        instrument=instrument,
        noun=wave.noun,
        earlier=_earlier(context, wave, scorecard, wanted) if wanted.kind in OVER_WAVES else (),
    )


def _earlier(context: Context, wave: Wave, scorecard: dict[str, Any], wanted: Wanted) -> list[dict[str, Any]]:
    if wanted.earlier is None:
        return shown_before(context, wave, scorecard)
    return scorecards_of(context, wanted.earlier)


def placed_as(
    context: Context, wave: Wave, scorecard: dict[str, Any], wanted: Wanted
) -> tuple[dict[str, Any] | None, dict[str, Any] | None]:
    """The edition that is wanted, and the placement in it; None where none is. Raises LookupError."""
    if wanted.edition is None:
        return None, None
    with context.parts.pool_sessions() as session:
        edition = edition_document(session, wanted.edition, wave.instrument_code)
    if edition is None:
        raise LookupError(f"no edition {wanted.edition} of {wave.instrument_code}")
    agency = context.session.get_one(Agency, context.agency_id)
    return edition, place(scorecard, edition, wanted.peers, facets=facets_of(agency, wave))


def unprinted(context: Context, wave: Wave, kind: str) -> list[Look]:
    """What of a pack is not printed yet: each of the wave's languages in each format of its kind."""
    return [
        Look(locale, ending)
        for locale in wave.languages
        for ending in PRINTED.get(kind, ("pdf",))
        if find_report(context, wave.id, kind, locale, ending) is None
    ]


def next_task(context: Context, wave_id: uuid.UUID) -> str | None:
    """The job that a scored wave still needs, or None when its pack is printed in all its languages."""
    if load_pack(context, wave_id) is None:
        return "build_pack"
    wave = context.session.get_one(Wave, (context.agency_id, wave_id))
    return "print_pack" if unprinted(context, wave, LEADER) else None


def load_pack(context: Context, wave_id: uuid.UUID, kind: str = LEADER) -> dict[str, Any] | None:
    """The wave's pack document of a kind, or None while it is not built."""
    found = stored_pack(context, wave_id, kind)
    return None if found is None else found.document


def stored_pack(context: Context, wave_id: uuid.UUID, kind: str = LEADER) -> StoredPack | None:
    """The wave's pack of a kind as it is stored, or None while it is not built."""
    return context.session.get(StoredPack, (context.agency_id, wave_id, kind))


def find_report(
    context: Context, wave_id: uuid.UUID, kind: str, locale: str, file_format: str = "pdf"
) -> Report | None:
    """The newest printing of a pack about the whole agency in a language and format, or None."""
    return context.session.scalars(
        select(Report)
        .where(
            Report.agency_id == context.agency_id,
            Report.wave_id == wave_id,
            Report.kind == kind,
            Report.locale == locale,
            Report.file_format == file_format,
            Report.unit_code.is_(None),
        )
        .order_by(Report.made_at.desc())
        .limit(1)
    ).one_or_none()


def read_report(context: Context, report: Report) -> bytes:
    """The printed file. Raises FileNotFoundError when the store has lost it."""
    return context.parts.blobs.get(report_key(report))


def report_key(report: Report) -> str:
    """Where the file of a report is in the store."""
    return f"report/{report.agency_id}/{report.wave_id}/{report.sha256}.{report.file_format}"


def print_document(
    context: Context, wave: Wave, document: dict[str, Any], browser: ChartBrowser, look: Look, brand: Brand
) -> PrintedPack:
    """Print a document; figures drawn before are taken from where this installation keeps them."""
    return print_pack(
        document,
        locale=look.locale,
        texts=released_texts(wave.instrument_code, wave.instrument_version, look.locale),
        browser=browser,
        chart_cache=context.parts.var / "charts",
        file_format=look.file_format,
        paper=look.paper,
        brand=brand,
    )


def store_report(
    context: Context,
    wave: Wave,
    document: dict[str, Any],
    look: Look,
    browser: ChartBrowser,
    unit_code: str | None = None,
) -> Report:
    """Print a document and keep it with its manifest. The file is there before its row can be.

    unit_code: of the unit that the document is about, None for the whole agency.
    """
    made = print_document(context, wave, document, browser, look, brand_of(context))
    report = Report(
        agency_id=wave.agency_id,
        id=uuid.uuid4(),
        wave_id=wave.id,
        kind=document["kind"],
        locale=look.locale,
        file_format=look.file_format,
        unit_code=unit_code,
        sha256=made.manifest["sha256"],
        manifest={**made.manifest, "pack_sha256": digest_of(document)},
        made_at=context.now,
    )
    context.parts.blobs.put(report_key(report), made.data)
    context.session.add(report)
    context.session.flush()
    return report
