"""Released instruments, read once a process."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from cri.adapters.instrument_files import INSTRUMENTS, InstrumentTexts, load_instrument, load_texts
from cri.domain.instrument import Instrument

Release = tuple[str, str]
"""Code and version of an instrument."""

OFFERED: tuple[Release, ...] = (("cri", "1.1.0"), ("mri", "1.0.0"))
"""What a new wave may ask; the first unless another is chosen. All have the same languages and nouns."""

COMPANIONS: tuple[Release, ...] = (("publicness", "1.0.0"),)
"""What a wave may ask after its main instrument; never added to its scores."""


@cache
def released_instrument(code: str, version: str) -> Instrument:
    """The frozen instrument. Raises InputError when that version does not ship."""
    return load_instrument(INSTRUMENTS / code / version)


def asked_instrument(code: str, version: str, breakdowns: Sequence[str] | None) -> Instrument:
    """The instrument as a wave asks it: of its profile questions only those registered, None for all."""
    return _asked(code, version, None if breakdowns is None else tuple(breakdowns))


@cache
def _asked(code: str, version: str, breakdowns: tuple[str, ...] | None) -> Instrument:
    whole = released_instrument(code, version)
    if breakdowns is None:
        return whole
    return replace(whole, profile=tuple(one for one in whole.profile if one.code in breakdowns))


@cache
def released_texts(code: str, version: str, locale: str) -> InstrumentTexts:
    """Its wording in one language. Raises InputError when it has not been translated."""
    return load_texts(INSTRUMENTS / code / version, locale)


def texts_nearest(code: str, version: str, locale: str) -> InstrumentTexts:
    """Its wording in `locale`, or in English where that version was not translated."""
    known = released_languages(code, version)
    return released_texts(code, version, locale if locale in known else known[0])


@cache
def released_languages(code: str, version: str) -> tuple[str, ...]:
    """The languages that an instrument has been written in: English first, the others by code."""
    found = {path.stem for path in (INSTRUMENTS / code / version / "text").glob("*.yaml")}
    return tuple(sorted(found, key=lambda locale: (locale != "en", locale)))


def offered_languages() -> tuple[str, ...]:
    """The languages that a new wave can be asked in."""
    return released_languages(*OFFERED[0])
