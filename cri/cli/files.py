"""`cri score`: from files alone to a file."""

import hashlib
import os
from pathlib import Path

import click

from cri.adapters.answer_sheets import encode_sheet, read_answers
from cri.adapters.document_schemas import validate
from cri.adapters.instrument_files import find_instrument, load_instrument
from cri.domain.documents import readable_json
from cri.domain.errors import InputError, InputProblem
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sheet import AnswerSheet

_FILE = click.Path(path_type=Path)


@click.command()
@click.argument("answers", type=_FILE)
@click.option("--instrument", "code_or_dir", required=True, metavar="CODE_OR_DIR", help="cri, or a folder.")
@click.option("--units", type=_FILE, help="CSV of units: code, parent, name, headcount.")
@click.option("--agency", help="Name of the agency.")
@click.option("--wave", help="Label of the wave.")
@click.option("--population", type=click.IntRange(min=1), help="How many people could have answered.")
@click.option("--synthetic", is_flag=True, help="The answers are made up: say so wherever they appear.")
@click.option("-o", "--output", type=_FILE, help="File to write; standard output without it.")
def score(
    answers: Path,
    code_or_dir: str,
    units: Path | None,
    agency: str | None,
    wave: str | None,
    population: int | None,
    synthetic: bool,
    output: Path | None,
) -> None:
    """Score a CSV of answers (a row a respondent, a column an item) into a scorecard.

    Without --population, the head-counts of the top units are taken if all are known.
    """
    asked = load_instrument(find_instrument(code_or_dir))
    sheet = read_answers(answers, asked, units)
    facts = WaveFacts(
        agency=agency,
        label=wave,
        headcount=population or _tops_headcount(sheet),
        synthetic=synthetic,
        sheet_sha256=hashlib.sha256(encode_sheet(sheet, asked)).hexdigest(),
    )
    scorecard = build_scorecard(asked, sheet, facts)
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
        scratch.unlink(missing_ok=True)
        raise InputError([InputProblem(f"cannot be written ({error.strerror})", str(output))]) from None


def _tops_headcount(sheet: AnswerSheet) -> int | None:
    """Everybody in the tree, if everybody who answered is in it and each top's head-count is known."""
    tops = [unit.headcount for unit in sheet.units if unit.parent is None]
    known = [headcount for headcount in tops if headcount is not None]
    complete = len(known) == len(tops) > 0 and bool((sheet.unit >= 0).all())
    return sum(known) if complete else None
