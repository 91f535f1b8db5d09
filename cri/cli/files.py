"""`cri score`: from files alone to a file."""

import hashlib
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, Literal

import click

from cri.adapters.answer_sheets import encode_sheet, read_answers
from cri.adapters.document_files import read_document
from cri.adapters.document_schemas import validate
from cri.adapters.headcount_tables import Headcounts, headcount_table, people_counted
from cri.adapters.instrument_files import find_instrument, load_instrument
from cri.domain.change import comparable
from cri.domain.disclosure import MINIMUM
from cri.domain.documents import readable_json
from cri.domain.errors import InputError, InputProblem
from cri.domain.instrument import Instrument
from cri.domain.released_scorecard import released_scorecard
from cri.domain.scorecard import SCHEMA, WaveFacts, build_scorecard
from cri.domain.sheet import AnswerSheet

_FILE = click.Path(path_type=Path)
MOST_PEOPLE = 1_000_000_000
HIGHEST_MINIMUM = 100
"""A wave may ask for more than ten people behind a figure; each step more is another audit."""
_DAY = click.DateTime(["%Y-%m-%d"])


@click.command()
@click.argument("answers", type=_FILE)
@click.option("--instrument", "code_or_dir", required=True, metavar="CODE_OR_DIR", help="cri, or a folder.")
@click.option("--units", type=_FILE, help="CSV of units: code, parent, name, headcount.")
@click.option("--headcounts", type=_FILE, help="CSV of people by margin: margin, level, headcount.")
@click.option("--weights", type=click.Choice(["none", "rake"]), help="rake with --headcounts, else none.")
@click.option("--previous", type=_FILE, help="The scorecard of an earlier wave, to tell what has changed.")
@click.option("--agency", help="Name of the agency.")
@click.option("--wave", help="Label of the wave.")
@click.option("--opened", type=_DAY, metavar="YYYY-MM-DD", help="First day of the wave.")
@click.option("--closed", type=_DAY, metavar="YYYY-MM-DD", help="Last day; editions go by it.")
@click.option(
    "--population", type=click.IntRange(1, MOST_PEOPLE), help="How many people could have answered."
)
@click.option(
    "--minimum",
    type=click.IntRange(MINIMUM, HIGHEST_MINIMUM),
    default=MINIMUM,
    help="People behind any figure.",
)
@click.option("--synthetic", is_flag=True, help="The answers are made up: say so wherever they appear.")
@click.option(
    "--released",
    is_flag=True,
    help="Only the digits that a page shows: a file to hand on. The full one is as secret as ANSWERS.",
)
@click.option("-o", "--output", type=_FILE, help="File to write; standard output without it.")
def score(
    answers: Path,
    code_or_dir: str,
    output: Path | None,
    units: Path | None,
    headcounts: Path | None,
    **told: Any,
) -> None:
    """Score a CSV of answers (a row a respondent, a column an item) into a scorecard.

    Without --population, the sum of the head-counts is taken, or that of the top units if all are known.
    """
    asked = load_instrument(find_instrument(code_or_dir))
    sheet = read_answers(answers, asked, units)
    counted = headcount_table(headcounts, asked, sheet) if headcounts else None
    opened, closed = _days(told["opened"], told["closed"])
    facts = WaveFacts(
        agency=told["agency"],
        label=told["wave"],
        headcount=told["population"] or _population(sheet, headcounts, counted),
        headcounts=counted,
        weights=_weights(told["weights"], counted),
        opened=opened,
        closed=closed,
        minimum=told["minimum"],
        synthetic=told["synthetic"],
        sheet_sha256=hashlib.sha256(encode_sheet(sheet, asked)).hexdigest(),
        previous=_previous(told["previous"], asked),
    )
    with _naming(headcounts):
        scorecard = build_scorecard(asked, sheet, facts)
    validate(scorecard)
    if told["released"]:
        scorecard = released_scorecard(scorecard)
        validate(scorecard)
    write_out(readable_json(scorecard), output)


def write_out(text: str, output: Path | None) -> None:
    """Write to standard output, or to a file that appears whole or not at all. Raises InputError."""
    if output is None:
        click.echo(text, nl=False)
        return
    target = output.resolve()  # a link stays a link: the file it points to is the one replaced
    scratch = target.parent / f".{target.name}.{os.getpid()}.part"
    try:
        if target.exists() and not target.is_file() and not target.is_dir():
            output.write_text(text, encoding="utf-8")  # a pipe or device is written to, never replaced
            return
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(target)
    except OSError as error:
        raise InputError([InputProblem(f"cannot be written ({error.strerror})", str(output))]) from None
    finally:
        scratch.unlink(missing_ok=True)  # still there only if something went wrong


def _population(sheet: AnswerSheet, path: Path | None, counted: Headcounts | None) -> int | None:
    """Everybody counted by margin; else in the tree, if it holds all who answered and each top is counted."""
    if path and counted:
        return people_counted(path, counted)
    tops = [unit.headcount for unit in sheet.units if unit.parent is None]
    known = [headcount for headcount in tops if headcount is not None]
    complete = len(known) == len(tops) > 0 and bool((sheet.unit >= 0).all())
    return sum(known) if complete else None


@contextmanager
def _naming(headcounts: Path | None) -> Iterator[None]:
    """Problems with the head-counts that come to light in weighting name their file."""
    try:
        yield
    except InputError as error:
        where = str(headcounts or "head-counts")
        raise InputError(
            replace(problem, where=problem.where.replace("head-counts", where, 1))
            for problem in error.problems
        ) from None


def _weights(said: Literal["none", "rake"] | None, counted: Headcounts | None) -> Literal["none", "rake"]:
    if said == "rake" and not counted:
        raise InputError([InputProblem("nothing to rake to", "--weights", "--headcounts FILE")])
    return said or ("rake" if counted else "none")


def _days(opened: datetime | None, closed: datetime | None) -> tuple[date | None, date | None]:
    if opened and closed and closed < opened:
        raise InputError([InputProblem(f"is before {opened:%Y-%m-%d}", "--closed", "--opened or later")])
    return opened.date() if opened else None, closed.date() if closed else None


def _previous(path: Path | None, asked: Instrument) -> Mapping[str, Any] | None:
    """An earlier scorecard of an instrument that this one can be compared with."""
    if path is None:
        return None
    document = read_document(path, SCHEMA)
    found = document["instrument"]
    if found["code"] != asked.code:
        what = f"is of {found['code']}, the answers of {asked.code}"
        raise InputError([InputProblem(what, f"{path}: instrument.code", f"a scorecard of {asked.code}")])
    codes = [factor.code for factor in asked.factors]
    if comparable(asked, found) and [factor["code"] for factor in document["factors"]] != codes:
        expected = f"those of {asked.code} {found['version']}: {', '.join(codes)}"
        raise InputError([InputProblem("are others", f"{path}: factors", expected)])
    return document
