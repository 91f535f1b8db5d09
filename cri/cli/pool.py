"""Commands of the pool: `cri norms build`, `cri norms reference`, `cri norms code` and `cri place`."""

import re
import uuid
from pathlib import Path
from typing import Any

import click

from cri.adapters.document_files import read_document
from cri.adapters.document_schemas import validate
from cri.adapters.facet_tables import FacetRow, facet_table
from cri.adapters.reference_tables import read_reference
from cri.cli.files import write_out
from cri.domain.achieved_changes import with_changes
from cri.domain.documents import readable_json
from cri.domain.edition_draft import draft_edition
from cri.domain.eligibility import Member, admit
from cri.domain.errors import InputError, InputProblem
from cri.domain.norms import check_edition
from cri.domain.peers import ALL
from cri.domain.placing import place as place_scorecard
from cri.domain.reference_editions import SCHEMA as REFERENCE
from cri.domain.reference_editions import build_reference, place_in_reference
from cri.domain.targets import with_targets
from cri.services.contributions import pseudonym
from cri.settings import read_settings

_FILE = click.Path(path_type=Path)
_EDITION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,49}")


@click.group()
def norms() -> None:
    """Norm editions: what agencies are compared with."""


@norms.command()
@click.argument("scorecards", nargs=-1, required=True, type=_FILE, metavar="SCORECARD.json...")
@click.option("--edition", required=True, help="Number of the edition, as 2026.1.")
@click.option("--facets", type=_FILE, help="CSV: scorecard, agency, owner, sector, country, relationship.")
@click.option("-o", "--output", type=_FILE, help="File to write; standard output without it.")
def build(scorecards: tuple[Path, ...], edition: str, facets: Path | None, output: Path | None) -> None:
    """Build a norm edition from scorecards: groups of at least four owners, never one agency's score.

    Without --facets each agency is its own owner. Scorecards that may not enter are left out, and standard
    error says why. Of two waves of an agency the older one is left out, and tells what was achieved since.
    """
    if not _EDITION.fullmatch(edition):
        raise InputError([InputProblem(f'"{edition}" is no edition', "--edition", "a number as 2026.1")])
    admission = admit(_members(scorecards, facets))
    for out in admission.left_out:
        click.echo(f"left out: {out.member.name}: {out.reason}", err=True)
    document = with_changes(draft_edition(admission, edition), admission.members).document
    validate(document, f"edition {edition}")
    write_out(readable_json(document), output)


@norms.command()
@click.argument("table", type=_FILE, metavar="TABLE.csv")
@click.option("--about", required=True, type=_FILE, metavar="ABOUT.yaml", help="What the table is.")
@click.option("-o", "--output", type=_FILE, help="File to write; standard output without it.")
def reference(table: Path, about: Path, output: Path | None) -> None:
    """Make a reference edition of results that somebody else published: never part of the pool.

    ABOUT.yaml tells source, licence, year, who vouches, which measure is which factor, and which rows are
    parents or aggregates. Standard error says what was left out.
    """
    read = read_reference(table, about)
    document = build_reference(read.about, read.organisations, read.left_out)
    validate(document, str(table))
    if read.left_out:
        click.echo(f"left out: {len(read.left_out)} parents or aggregates", err=True)
    if suppressed := sum(cell["suppressed"] for cell in document["cells"]):
        click.echo(f"suppressed by the publisher: {suppressed} figures", err=True)
    write_out(readable_json(document), output)


@norms.command()
@click.argument("agency_id", type=click.UUID)
def code(agency_id: uuid.UUID) -> None:
    """Tell the code under which stewards see an agency of this installation.

    So that whoever knows an agency by name can tell a steward what was found out about it.
    """
    click.echo(pseudonym(read_settings().secrets.pseudonym, "agency", str(agency_id)))


@click.command()
@click.argument("scorecard", type=_FILE, metavar="SCORECARD.json")
@click.option("--norms", "edition", required=True, type=_FILE, help="The edition to place it in.")
@click.option("--peers", help="Peer group, as sector=water; all agencies without it.")
@click.option("--organisation", help="In a reference edition: the name under which the agency is in it.")
@click.option("-o", "--output", type=_FILE, help="File to write; standard output without it.")
def place(
    scorecard: Path, edition: Path, peers: str | None, organisation: str | None, output: Path | None
) -> None:
    """Place a scorecard in a norm edition: percentile among the others, how sure, which band; and targets.

    In a reference edition: exact ranks among published results of other bodies, and no band.
    """
    own = read_document(scorecard, "cri.scorecard/1")
    normed = read_document(edition, "cri.edition/1", REFERENCE)
    check_edition(normed, str(edition))
    if normed["schema"] == REFERENCE:
        _refuse_option("--peers", peers, "no peer groups in a reference edition")
        document = place_in_reference(own, normed, organisation)
    else:
        _refuse_option("--organisation", organisation, "a reference edition")
        document = with_targets(place_scorecard(own, normed, peers or ALL), own, normed)
        _say_fallback(document["placements"][0])
    validate(document, "placement")
    write_out(readable_json(document), output)


def _say_fallback(used: dict[str, Any]) -> None:
    if used["tier"] == "none":
        click.echo("no norm: the edition has too few agencies to place anybody", err=True)
    elif used["fell_back_from"]:
        click.echo(f"{used['fell_back_from']} has too few agencies: placed in {used['peers']}", err=True)


def _refuse_option(name: str, given: str | None, expected: str) -> None:
    if given is not None:
        raise InputError([InputProblem(f'"{given}" has no use here', name, expected)])


def _members(paths: tuple[Path, ...], facets: Path | None) -> list[Member]:
    """Scorecards with their facets; every problem of every file at once."""
    documents: list[dict[str, Any]] = []
    problems: list[InputProblem] = []
    seen: set[Path] = set()
    for path in paths:
        if path.resolve() in seen:
            problems.append(InputProblem("is given twice", str(path), "each scorecard once"))
            continue
        seen.add(path.resolve())
        try:
            documents.append(_scorecard(path))
        except InputError as error:
            problems += error.problems
    rows: tuple[FacetRow | None, ...] = (None,) * len(paths)
    if facets is not None:
        try:
            rows = facet_table(facets, paths)
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(problems)
    return [_member(*given) for given in zip(documents, paths, rows, strict=True)]


def _scorecard(path: Path) -> dict[str, Any]:
    """A scorecard. Outside results are refused by name: nothing mixes them into the pool."""
    try:
        return read_document(path, "cri.scorecard/1")
    except InputError as error:
        if error.problems[0].what != f"has the schema {REFERENCE}":
            raise
    expected = "a scorecard: outside results never enter the pool"
    raise InputError([InputProblem("is a reference edition", str(path), expected)])


def _member(scorecard: dict[str, Any], path: Path, row: FacetRow | None) -> Member:
    """What the facets say; else what the scorecard says; else the agency is its own owner."""
    own = scorecard["facets"] or {}
    named = (row and row.agency) or scorecard["agency"]
    agency = named or f"of sheet {str(scorecard['sheet_sha256'])[:12]}"
    return Member(
        scorecard=scorecard,
        agency=agency,
        owner=(row and row.owner) or own.get("owner") or agency,
        sector=(row and row.sector) or own.get("sector"),
        country=(row and row.country) or own.get("country"),
        relationship=(row and row.relationship) or own.get("relationship"),
        source=str(path),
    )
