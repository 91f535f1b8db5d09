"""Small instruments and sheets for tests of the engine."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from cri.domain.instrument import Factor, Instrument, Item, Scale
from cri.domain.sheet import NO_UNIT, AnswerSheet, Unit

SEVEN = Scale(1, 7, 2)


def make_instrument(
    *factors: Sequence[str], scale: Scale = SEVEN, names: Sequence[str] | None = None
) -> Instrument:
    """An instrument of these item codes; one that begins with "-" is reverse-keyed."""
    return Instrument(
        code="example",
        version="1.0.0",
        sha256="0" * 64,
        scale=scale,
        factors=tuple(
            Factor(
                names[place] if names else f"f{place}",
                tuple(Item(code.lstrip("-"), code.startswith("-")) for code in codes),
            )
            for place, codes in enumerate(factors)
        ),
    )


def make_sheet(
    answers: npt.ArrayLike, unit: Sequence[int] | None = None, units: tuple[Unit, ...] = ()
) -> AnswerSheet:
    """A sheet of these rows; nobody is in a unit unless `unit` says so."""
    table = np.asarray(answers, dtype=np.int8)
    places = [NO_UNIT] * len(table) if unit is None else list(unit)
    return AnswerSheet(table, np.asarray(places, dtype=np.int32), units)
