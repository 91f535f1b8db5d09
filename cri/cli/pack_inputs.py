"""What `cri pack` and `cri replay` make a report from, found on this machine."""

from pathlib import Path
from typing import Any

import click

from cri.adapters.instrument_files import InstrumentTexts, find_instrument, load_instrument, load_texts
from cri.domain.errors import InputError, InputProblem
from cri.domain.instrument import Instrument


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
