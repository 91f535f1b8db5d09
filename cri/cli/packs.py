"""`cri pack`: a scorecard, and an edition to compare it with, as a report with its manifest."""

import hashlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cri.adapters.brand_files import read_brand
from cri.adapters.charts import ChartBrowser
from cri.adapters.document_files import read_document
from cri.adapters.instrument_files import InstrumentTexts
from cri.adapters.report_files import report_locales
from cri.adapters.report_print import FORMATS, HOUSE, Report, check_format, print_pack
from cri.cli.pack_inputs import read_earlier, scored_instrument
from cri.domain.brand import PAPERS
from cri.domain.documents import digest_of, readable_json
from cri.domain.errors import InputError, InputProblem
from cri.domain.norms import check_edition
from cri.domain.pack_kinds import PACK_KINDS, build_pack
from cri.domain.placing import place

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("scorecard", type=_FILE, metavar="SCORECARD.json")
@click.option("--norms", type=_FILE, metavar="EDITION.json", help="The edition to compare with.")
@click.option("--peers", default="all", show_default=True, help="Peer group, as sector=water.")
@click.option(
    "--earlier", type=_FILE, multiple=True, metavar="SCORECARD.json", help="Of an earlier wave; repeatable."
)
@click.option("--kind", required=True, help=f"What to make: {', '.join(PACK_KINDS)}.")
@click.option("--format", "file_format", default="pdf", show_default=True, help=f"{' or '.join(FORMATS)}.")
@click.option("--locale", default="en", show_default=True, help="Language of the report.")
@click.option("--instrument", metavar="CODE_OR_DIR", help="Where the scorecard's instrument is, if not here.")
@click.option("--noun", help="Code of the instrument's noun for the people served; its first without.")
@click.option("--brand", type=_FILE, metavar="BRAND", help="The agency's colour and logo: {colour, logo}.")
@click.option("--paper", default="a4", show_default=True, help=f"{' or '.join(PAPERS)}.")
@click.option("--charts", type=_FILE, help="Folder that keeps drawn figures for the next time.")
@click.option(
    "-o", "--output", type=_FILE, required=True, help="The report; FILE.manifest.json goes beside it."
)
def pack(
    scorecard: Path,
    *,
    norms: Path | None,
    peers: str,
    earlier: tuple[Path, ...],
    kind: str,
    file_format: str,
    locale: str,
    instrument: str | None,
    noun: str | None,
    brand: Path | None,
    paper: str,
    charts: Path | None,
    output: Path,
) -> None:
    """Make a report from a scorecard: the same inputs give the same bytes."""
    _refuse_unknown(kind, file_format, locale, paper)
    _refuse_output(output)
    look = read_brand(brand) if brand else HOUSE
    card = read_document(scorecard, "cri.scorecard/1")
    edition = read_document(norms, "cri.edition/1") if norms else None
    if edition:
        check_edition(edition, str(norms))
    waves = read_earlier(kind, card, earlier)
    asked, texts = scored_instrument(card, instrument, locale)
    _refuse_unknown_noun(noun, texts)
    placement = place(card, edition, peers) if edition else None
    document = build_pack(kind, card, placement, edition, instrument=asked, noun=noun, earlier=waves)
    with tempfile.TemporaryDirectory() as own, ChartBrowser() as browser:
        cache = charts or Path(own)
        report = print_pack(
            document,
            locale=locale,
            texts=texts,
            browser=browser,
            chart_cache=cache,
            file_format=file_format,
            brand=look,
            paper=paper,
        )
    given = {"scorecard": (scorecard, card), "norms": (norms, edition), "brand": (brand, look.document())}
    inputs: dict[str, Any] = {
        name: _input(path, read, output) for name, (path, read) in given.items() if path is not None
    }
    if waves:
        inputs["earlier"] = [_input(path, one, output) for path, one in zip(earlier, waves, strict=True)]
    _write(report, output, inputs, peers if edition else None)


def _refuse_unknown(kind: str, file_format: str, locale: str, paper: str) -> None:
    given = (
        ("kind of pack", "--kind", kind, tuple(PACK_KINDS)),
        ("format", "--format", file_format, FORMATS),
        ("language of reports", "--locale", locale, report_locales()),
        ("size of paper", "--paper", paper, PAPERS),
    )
    problems = [
        InputProblem(f'there is no {what} "{value}"', option, " or ".join(known))
        for what, option, value, known in given
        if value not in known
    ]
    if problems:
        raise InputError(problems)
    check_format(kind, file_format)


def _refuse_output(output: Path) -> None:
    """Before anything is drawn, which takes seconds."""
    if output.is_dir():
        raise InputError([InputProblem("cannot be written (is a folder)", str(output), "the name of a file")])
    if not output.resolve().parent.is_dir():
        what = "cannot be written (its folder does not exist)"
        raise InputError([InputProblem(what, str(output), "a file in a folder that is there")])


def _refuse_unknown_noun(noun: str | None, texts: InstrumentTexts | None) -> None:
    if noun is not None and (texts is None or noun not in texts.nouns):
        known = " or ".join(texts.nouns) if texts and texts.nouns else "none: this instrument has no nouns"
        raise InputError([InputProblem(f'there is no noun "{noun}"', "--noun", known)])


def _input(path: Path, document: Any, output: Path) -> dict[str, str]:
    """How a manifest beside the output names a file that the report was made from."""
    return {
        "path": Path(os.path.relpath(path.resolve(), output.resolve().parent)).as_posix(),
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "document_sha256": digest_of(document),
    }


def _write(report: Report, output: Path, inputs: Mapping[str, Any], peers: str | None) -> None:
    """The report and its manifest, both or neither: each is written aside and then takes its name."""
    manifest_path = output.with_name(f"{output.name}.manifest.json")
    manifest = {**report.manifest, "file": output.name, "inputs": inputs, "peers": peers}
    targets = {output: report.data, manifest_path: readable_json(manifest).encode()}
    aside: dict[Path, Path] = {}
    try:
        for path, data in targets.items():
            aside[path] = _aside(path, data)
        for path, scratch in aside.items():
            scratch.replace(path)
    except OSError as error:
        for scratch in aside.values():
            scratch.unlink(missing_ok=True)
        what = f"cannot be written ({error.strerror})"
        raise InputError(
            [InputProblem(what, str(output), "a file in a folder that can be written")]
        ) from None


def _aside(path: Path, data: bytes) -> Path:
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
    Path(name).chmod(0o644)
    return Path(name)
