"""Answer sheets made to fire a rule of the workshop pack, and their likes that do not."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from cri.adapters.instrument_files import find_instrument, load_instrument
from cri.domain.instrument import Instrument
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sheet import AnswerSheet, Unit

UNITS = (
    Unit("north", None, "North", 200),
    Unit("south", None, "South", 200),
    Unit("west", None, "West", 200),
)
FACTS = WaveFacts(
    agency="Example",
    wave_id="w2",
    opened=date(2026, 3, 3),
    closed=date(2026, 3, 24),
    headcount=400,
    synthetic=True,
    sheet_sha256="2" * 64,
)


@cache
def instrument() -> Instrument:
    """The CRI."""
    return load_instrument(find_instrument("cri"))


def card(
    *,
    factors: Mapping[str, float] | None = None,
    items: Mapping[str, float] | None = None,
    units: Mapping[tuple[str, str], float] | None = None,
    late: Mapping[str, float] | None = None,
    managers: Mapping[str, float] | None = None,
    split: str | None = None,
    n: int = 240,
    seed: int = 1,
    **facts: Any,
) -> dict[str, Any]:
    """A scorecard of n people around the middle of the scale, with points added where asked.

    Points of the 7-point scale are added to a factor; to an item; to a factor in a unit; to a factor for the
    later half; to a factor for those who manage (a quarter). split: a factor that half of them love and half
    hate. facts: of WaveFacts.
    """
    made = instrument()
    random = np.random.default_rng(seed)
    place = np.arange(n)
    unit, is_late, manages = place % 3, place % 2 == 1, place % 4 == 0
    columns = []
    for factor in made.factors:
        felt = 4.4 + (factors or {}).get(factor.code, 0.0) + random.normal(0, 0.5, n)
        felt += is_late * (late or {}).get(factor.code, 0.0)
        felt += manages * (managers or {}).get(factor.code, 0.0)
        for number, one in enumerate(UNITS):
            felt += (unit == number) * (units or {}).get((one.code, factor.code), 0.0)
        if factor.code == split:
            felt += np.where(place % 8 < 4, 2.4, -2.4)
        for item in factor.items:
            answer = felt + (items or {}).get(item.code, 0.0) + random.normal(0, 0.6, n)
            keyed = np.clip(np.round(answer), 1, 7)
            columns.append(8 - keyed if item.reversed else keyed)
    profile = np.full((n, len(made.profile)), -1, dtype=np.int8)
    which = [question.code for question in made.profile].index("manages")
    profile[:, which] = np.where(manages, 0, 1)
    sheet = AnswerSheet(
        np.stack(columns, axis=1).astype(np.int8),
        unit.astype(np.int32),
        UNITS,
        late=is_late,
        profile=profile,
    )
    return build_scorecard(made, sheet, replace(FACTS, **facts))


def earlier(**given: Any) -> dict[str, Any]:
    """An earlier wave of the same agency."""
    return card(
        wave_id="w1", opened=date(2025, 3, 3), closed=date(2025, 3, 24), sheet_sha256="1" * 64, **given
    )
