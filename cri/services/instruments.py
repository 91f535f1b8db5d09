"""Released instruments, read once a process."""

from functools import cache

from cri.adapters.instrument_files import INSTRUMENTS, InstrumentTexts, load_instrument, load_texts
from cri.domain.instrument import Instrument


@cache
def released_instrument(code: str, version: str) -> Instrument:
    """The frozen instrument. Raises InputError when that version does not ship."""
    return load_instrument(INSTRUMENTS / code / version)


@cache
def released_texts(code: str, version: str, locale: str) -> InstrumentTexts:
    """Its wording in one language. Raises InputError when it has not been translated."""
    return load_texts(INSTRUMENTS / code / version, locale)


OFFERED = ("cri", "1.0.0")
"""Code and version of the instrument that a new wave asks."""


@cache
def released_languages(code: str, version: str) -> tuple[str, ...]:
    """The languages that an instrument has been written in: English first, the others by code."""
    found = {path.stem for path in (INSTRUMENTS / code / version / "text").glob("*.yaml")}
    return tuple(sorted(found, key=lambda locale: (locale != "en", locale)))


def offered_languages() -> tuple[str, ...]:
    """The languages that a new wave can be asked in."""
    return released_languages(*OFFERED)
