"""`cri replay`: a report made again from what its manifest names, and compared with what it was."""

import hashlib
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import click

from cri.adapters.brand_files import read_brand
from cri.adapters.charts import ChartBrowser
from cri.adapters.document_files import read_document
from cri.adapters.report_files import report_locales
from cri.adapters.report_print import FORMATS, HOUSE, MANIFEST, Report, print_pack
from cri.app import make_workshop
from cri.cli.pack_inputs import scored_instrument
from cri.cli.service import given_databases
from cri.domain.brand import PAPERS, Brand
from cri.domain.documents import digest_of
from cri.domain.errors import InputError, InputProblem
from cri.domain.norms import check_edition
from cri.domain.pack_kinds import PACK_KINDS, build_pack
from cri.domain.placing import place
from cri.domain.replaying import Difference, manifest_differences
from cri.jobs.tasks import Workshop
from cri.services.mixing import waves_in
from cri.services.replays import Replayed, replay_wave
from cri.settings import read_settings

_FILE = click.Path(path_type=Path)
Keys = tuple[uuid.UUID, uuid.UUID]
"""An agency's id and a wave's."""
EARLIER: Final = "earlier"
SCHEMAS = {"scorecard": "cri.scorecard/1", EARLIER: "cri.scorecard/1", "norms": "cri.edition/1"}
"""Of the documents that a report is made from, by their names in the manifest."""


@dataclass(frozen=True)
class Inputs:
    """What a manifest names, read: and in what it is not what the manifest names."""

    scorecard: dict[str, Any]
    edition: dict[str, Any] | None
    brand: Brand
    earlier: tuple[dict[str, Any], ...]
    differences: tuple[Difference, ...]


@click.command()
@click.argument("manifest", type=_FILE, metavar="REPORT_MANIFEST.json", required=False)
@click.option("--instrument", metavar="CODE_OR_DIR", help="Where the scorecard's instrument is, if not here.")
@click.option("--charts", type=_FILE, help="Folder that keeps drawn figures for the next time.")
@click.option("--all", "everything", is_flag=True, help="Every report of this service instead of a file.")
@click.option("--agency", type=click.UUID, metavar="ID", help="The reports of one agency of this service.")
@click.option("--wave", type=click.UUID, metavar="ID", help="The reports of one wave of this service.")
def replay(manifest: Path | None, instrument: str | None, charts: Path | None, **asked: Any) -> None:
    """Make a report again from its inputs; say "identical", or which figure differs, with exit code 1.

    Inputs are looked for where the manifest says, beside it; so is the report itself.
    """
    stored = any(asked.values())
    if stored == (manifest is not None):
        what = "a manifest and reports of the service" if stored else "nothing to replay"
        expected = "REPORT_MANIFEST.json, or one of --all, --agency ID, --wave ID"
        raise InputError([InputProblem(what, "cri replay", expected)])
    same = _replay_stored(asked["agency"], asked["wave"]) if manifest is None else None
    if manifest is not None:
        same = _replay_file(manifest, instrument, charts)
    sys.exit(0 if same else 1)


def _replay_file(path: Path, instrument: str | None, charts: Path | None) -> bool:
    shown = read_document(path, MANIFEST)
    _refuse_unknown(path, shown)
    inputs = _inputs(path, shown)
    rebuilt = _made_again(shown, inputs, instrument, charts)
    found = (
        *inputs.differences,
        *manifest_differences(shown, rebuilt.manifest),
        *_report_differences(path, shown),
    )
    return _tell(Replayed(str(path), shown["sha256"], len(shown["figures"]), found))


def _replay_stored(agency: uuid.UUID | None, wave: uuid.UUID | None) -> bool:
    """Every report of the service, or of an agency or a wave, each wave read in a transaction of its own."""
    same, reports = True, 0
    with given_databases(read_settings()) as settings:
        workshop = make_workshop(settings)
        try:
            for agency_id, wave_id in _waves(workshop, agency, wave):
                with workshop.transaction(agency_id) as context:
                    for one in replay_wave(context, wave_id, workshop.browser):
                        same = _tell(one) and same
                        reports += 1
        finally:
            workshop.close()
    click.echo(f"{reports} reports: {'all identical' if same else 'not all identical'}")
    return same


def _waves(workshop: Workshop, agency: uuid.UUID | None, wave: uuid.UUID | None) -> list[Keys]:
    with workshop.sessions() as session:
        found = [
            keys
            for keys in waves_in(session, "scored")
            if agency in (None, keys[0]) and wave in (None, keys[1])
        ]
    if not found and (agency or wave):
        named = f"--agency {agency}" if wave is None else f"--wave {wave}"
        raise InputError([InputProblem("has no results here", named, "the id of one that has")])
    return sorted(found)


def _tell(one: Replayed) -> bool:
    """Say how a replay went; returns whether the report is identical."""
    if not one.differences:
        click.echo(f"{one.name}: identical ({one.figures} figures, sha256 {one.sha256})")
    for difference in one.differences:
        click.echo(f"{one.name}: differs: {difference}")
    return not one.differences


def _inputs(path: Path, shown: dict[str, Any]) -> Inputs:
    """Read what the manifest names, each checked as `cri pack` checks it."""
    read: dict[str, Any] = {}
    differences: list[Difference] = []
    for name, said in _named(shown):
        source = path.parent / said["path"]
        if name == "brand":
            read[name] = read_brand(source)
            digest = digest_of(read[name].document())
        else:
            read[name] = read_document(source, SCHEMAS[name.partition(" ")[0]])
            digest = digest_of(read[name])
        if name == "norms":
            check_edition(read[name], str(source))
        now = {"sha256": hashlib.sha256(source.read_bytes()).hexdigest(), "document_sha256": digest}
        differences += [
            Difference(f"{name} {said['path']} ({key})", said[key], found)
            for key, found in now.items()
            if said[key] != found
        ]
    earlier = tuple(document for name, document in read.items() if name.startswith(f"{EARLIER} "))
    return Inputs(read["scorecard"], read.get("norms"), read.get("brand", HOUSE), earlier, tuple(differences))


def _named(shown: dict[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    """Each input by its name; earlier scorecards, of which there may be several, by a number as well."""
    for name, said in shown["inputs"].items():
        if name == EARLIER:
            yield from ((f"{EARLIER} {number}", one) for number, one in enumerate(said, 1))
        else:
            yield name, said


def _made_again(shown: dict[str, Any], inputs: Inputs, instrument: str | None, charts: Path | None) -> Report:
    card, edition = inputs.scorecard, inputs.edition
    asked, texts = scored_instrument(card, instrument, shown["locale"])
    placement = place(card, edition, shown["peers"]) if edition else None
    document = build_pack(
        shown["kind"],
        card,
        placement,
        edition,
        instrument=asked,
        noun=shown["noun"],
        earlier=inputs.earlier,
    )
    with _folder(charts) as cache, ChartBrowser() as browser:
        return print_pack(
            document,
            locale=shown["locale"],
            texts=texts,
            browser=browser,
            chart_cache=cache,
            file_format=shown["format"],
            brand=inputs.brand,
            paper=shown["paper"],
        )


def _refuse_unknown(path: Path, shown: dict[str, Any]) -> None:
    known = {"kind": tuple(PACK_KINDS), "format": FORMATS, "locale": report_locales(), "paper": PAPERS}
    problems = [
        InputProblem(f'there is no "{shown[key]}"', f"{path}: {key}", " or ".join(values))
        for key, values in known.items()
        if shown[key] not in values
    ]
    if ("norms" in shown["inputs"]) != (shown["peers"] is not None):
        expected = "a peer group with norms, and none without"
        problems.append(InputProblem("does not fit the inputs", f"{path}: peers", expected))
    if problems:
        raise InputError(problems)


def _report_differences(path: Path, shown: dict[str, Any]) -> list[Difference]:
    """Whether the report that lies beside its manifest is the one that the manifest tells of."""
    report = path.parent / shown["file"]
    try:
        digest = hashlib.sha256(report.read_bytes()).hexdigest()
    except OSError as error:
        raise InputError(
            [InputProblem(f"cannot be read ({error.strerror})", str(report), "the report of this manifest")]
        ) from None
    return [] if digest == shown["sha256"] else [Difference(f"file {shown['file']}", shown["sha256"], digest)]


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory() as own:
        yield Path(own)
