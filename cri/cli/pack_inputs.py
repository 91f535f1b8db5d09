"""What `cri pack` and `cri replay` make a report from, found on this machine."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from cri.adapters.document_files import read_document
from cri.adapters.instrument_files import InstrumentTexts, find_instrument, load_instrument, load_texts
from cri.domain.errors import InputError, InputProblem
from cri.domain.instrument import Instrument
from cri.domain.pack_earlier import check_earlier
from cri.domain.pack_kinds import OVER_WAVES


def scored_instrument(
    card: dict[str, Any], where: str | Path | None, locale: str
) -> tuple[Instrument | None, InstrumentTexts | None]:
    """The instrument that the scorecard was made with and its texts; without them codes stand for names.

    where: code or folder, None for the one that ships under the scorecard's code and version. Raises
    InputError if it is another than the scorecard's.
    """
    named = card["instrument"]
    try:
        path = find_instrument(str(where) if where else f"{named['code']}/{named['version']}")
    except InputError:
        if where:
            raise
        click.echo(f"no instrument {named['code']} {named['version']} here: codes stand for names", err=True)
        return None, None
    found = load_instrument(path)
    if found.sha256 != named["sha256"]:
        what = f"is not the {named['code']} {named['version']} that the scorecard was made with"
        raise InputError([InputProblem(what, str(path), f"an instrument with sha256 {named['sha256']}")])
    folder = path if path.is_dir() else path.parent
    if not (folder / "text" / f"{locale}.yaml").is_file():
        click.echo(f"no texts of {found.code} in {locale}: codes stand for names", err=True)
        return found, None
    return found, load_texts(path, locale)


def read_earlier(kind: str, card: dict[str, Any], paths: Sequence[Path]) -> list[dict[str, Any]]:
    """Scorecards of earlier waves, in the order of their paths.

    Raises InputError for a kind of pack that shows none, and unless each is of an earlier wave of the same
    agency and instrument as `card`.
    """
    if paths and kind not in OVER_WAVES:
        what = f"a {kind} pack does not show earlier waves"
        raise InputError([InputProblem(what, "--earlier", " or ".join(OVER_WAVES))])
    read = [read_document(path, "cri.scorecard/1") for path in paths]
    check_earlier(card, [(str(path), one) for path, one in zip(paths, read, strict=True)])
    return read
