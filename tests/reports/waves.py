"""Three waves of one agency for tests: two districts become one unit, a small unit is never shown."""

import uuid
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from cri.domain.lineage import Succession, histories, successors
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sheet import AnswerSheet, Unit
from tests.reports.documents import AGENCY, LEVELS, cri_instrument

BEFORE = (
    Unit("hq", None, "Head office", 80),
    Unit("north", None, "North district", 150),
    Unit("south", None, "South district", 140),
    Unit("desk", None, "Contact centre", 200),
    Unit("lab", None, "Service laboratory", 14),
)
AFTER = (
    Unit("hq", None, "Head office", 80),
    Unit("field", None, "Field services", 290),
    Unit("desk", None, "Contact centre", 200),
    Unit("lab", None, "Service laboratory", 14),
)
MERGED = [Succession(date(2024, 9, 1), one, "field") for one in ("north", "south")]


@cache
def three_waves() -> tuple[dict[str, Any], ...]:
    """Their scorecards, the oldest first."""
    first = _card(2024, BEFORE, (0.14, 0.26, 0.24, 0.34, 0.02))
    second = _card(2025, AFTER, (0.14, 0.50, 0.34, 0.02), first, BEFORE)
    return first, second, _card(2026, AFTER, (0.14, 0.50, 0.34, 0.02), second, AFTER)


def _card(
    year: int,
    units: tuple[Unit, ...],
    shares: tuple[float, ...],
    previous: dict[str, Any] | None = None,
    before: tuple[Unit, ...] = (),
) -> dict[str, Any]:
    lineage = None
    if previous is not None:
        shown = [unit["code"] for unit in previous["units"] if unit["factors"]]
        became = successors([unit.code for unit in before], MERGED, date(year - 1, 3, 1), date(year, 3, 1))
        lineage = histories(before, units, became, shown)
    random = np.random.default_rng(year)
    instrument = cri_instrument()
    unit = random.choice(len(units), 400, p=np.array(shares) / sum(shares))
    columns = [
        4 + LEVELS[place] + 0.25 * (year - 2024) + random.normal(0, 1.2, 400) * (-1 if item.reversed else 1)
        for place, factor in enumerate(instrument.factors)
        for item in factor.items
    ]
    points = np.clip(np.round(np.stack(columns, axis=1)), 1, 7).astype(np.int8)
    sheet = AnswerSheet(points, unit.astype(np.int32), units)
    facts = WaveFacts(
        agency=AGENCY,
        wave_id=str(uuid.UUID(int=year)),
        label=f"Spring {year}",
        opened=date(year, 3, 1),
        closed=date(year, 3, 22),
        headcount=sum(one.headcount or 0 for one in units),
        synthetic=True,
        sheet_sha256=f"{year:064x}",
        previous=previous,
        lineage=lineage,
    )
    return build_scorecard(instrument, sheet, facts)
