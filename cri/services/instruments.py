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
