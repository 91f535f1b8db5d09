"""Commands for those who write instruments: check, confirm a translation, release."""

import click

from cri.adapters.instrument_files import check_instrument, find_instrument
from cri.adapters.instrument_releases import is_released, lock_release
from cri.adapters.instrument_translations import awaiting_texts, stamp_texts
from cri.domain.errors import InputError, InputProblem


@click.group()
def instrument() -> None:
    """Instruments: what is asked and how it is keyed."""


@instrument.command()
@click.argument("paths", nargs=-1, required=True, metavar="DIR_OR_FILE...")
def check(paths: tuple[str, ...]) -> None:
    """Check instruments: shape, meaning, wording, translations, and that nothing released has changed.

    Every problem is one line on standard error. Wording that our house rules would not pass is a
    problem in an instrument that ships with this program, a note in any other.
    """
    problems: list[InputProblem] = []
    for path in paths:
        try:
            notes = check_instrument(find_instrument(path))
        except InputError as error:
            problems += error.problems
        else:
            for note in notes:
                click.echo(f"note: {note}", err=True)
            click.echo(f"{path}: ok")
    if problems:
        raise InputError(problems)


@instrument.command()
@click.argument("path", metavar="DIR")
@click.argument("locale")
@click.argument("keys", nargs=-1, metavar="[KEY...]")
def stamp(path: str, locale: str, keys: tuple[str, ...]) -> None:
    """Record that translated texts say what the English says now.

    KEY is a text's key (items.insight1) or a pattern in quotes ('items.*', 'cards.insight.*', '*').
    Name only texts that you have compared with the English. Without KEY: list what awaits that.
    """
    folder = find_instrument(path)
    if not keys:
        for text in awaiting_texts(folder, locale):
            state = "changed" if text.stale else "new"
            click.echo(f"{text.english.key} ({state}): {text.english.text}")
        return
    if is_released(folder):
        expected = "a new version for a change"
        raise InputError([InputProblem("is released and does not change", str(folder), expected)])
    stamped = stamp_texts(folder, locale, keys)
    left = len(awaiting_texts(folder, locale))
    click.echo(f"{folder.name} {locale}: {len(stamped)} texts stamped, {left} to go")


@instrument.command()
@click.argument("path", metavar="DIR")
def lock(path: str) -> None:
    """Release a version: check it, then add its files to releases.lock.json. It cannot change after that."""
    folder = find_instrument(path)
    check_instrument(folder)
    for name in lock_release(folder):
        click.echo(name)
