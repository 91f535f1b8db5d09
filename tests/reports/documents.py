"""Scorecards, editions and placements for the packs' tests: drawn answers, scored by the real engine."""

from datetime import date
from functools import cache
from typing import Any

import numpy as np

from cri.adapters.instrument_files import find_instrument, load_instrument
from cri.domain.edition_draft import build_edition
from cri.domain.eligibility import Member
from cri.domain.instrument import Instrument
from cri.domain.pack import leader_pack
from cri.domain.pack_kinds import PACK_KINDS
from cri.domain.pack_staff import staff_pack
from cri.domain.pack_workshop import workshop_pack
from cri.domain.placing import place
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sheet import AnswerSheet, Unit

LEVELS = (1.05, -0.1, 0.55, 0.9, -0.55, 0.4)  # logits of the six factors of the example agency
UNITS = (
    Unit("hq", None, "Head office", 72),
    Unit("field", None, "Field services", 310),
    Unit("depot", "field", "Depots", 150),
    Unit("visits", "field", "Home visits", 160),
    Unit("desk", None, "Contact centre", 218),
    Unit("lab", None, "Service laboratory", 12),
)
SHARES = (0.13, 0.02, 0.22, 0.27, 0.345, 0.015)
AGENCY = "Northbank Water and Sanitation"

LONG = ("Ministry of Water, Coasts & <b>Public</b> Works of the Autonomous Northern Archipelago " * 5)[:300]
LONG_UNITS = tuple(
    Unit(unit.code, unit.parent, (unit.name + ' "<script>" and the coordination of regions' * 9)[:300])
    for unit in UNITS
)
CASES: dict[str, tuple[dict[str, Any], int | None]] = {
    "full": ({}, 48),
    "thin": ({}, 12),
    "no norm": ({}, None),
    "few": ({"n": 8}, 48),
    "few alone": ({"n": 8}, None),
    "small": ({"n": 31, "headcount": None, "units": ()}, 48),
    "long": ({"agency": LONG, "units": LONG_UNITS}, 48),
    "real": ({"synthetic": False}, None),
}


@cache
def cri_instrument() -> Instrument:
    """The instrument that the example agencies answered."""
    return load_instrument(find_instrument("cri"))


def scorecard(
    n: int = 412,
    *,
    headcount: int | None = 655,
    synthetic: bool = True,
    agency: str | None = AGENCY,
    units: tuple[Unit, ...] = UNITS,
    levels: tuple[float, ...] = LEVELS,
    seed: int = 7,
) -> dict[str, Any]:
    """A scorecard of n people whose answers are drawn around a level for each factor."""
    instrument = cri_instrument()
    random = np.random.default_rng(seed)
    weights = np.resize(SHARES, len(units)) if units else np.ones(0)
    unit = random.choice(len(units), n, p=weights / weights.sum()) if units else np.full(n, -1)
    sheet = AnswerSheet(_answers(instrument, n, levels, unit, random), unit.astype(np.int32), units)
    facts = WaveFacts(
        agency=agency,
        wave_id="spring-2026",
        label="Spring 2026",
        opened=date(2026, 3, 3),
        closed=date(2026, 3, 24),
        headcount=headcount,
        synthetic=synthetic,
        sheet_sha256=f"{seed:064x}",
    )
    return build_scorecard(instrument, sheet, facts)


def _answers(
    instrument: Instrument, n: int, levels: tuple[float, ...], unit: Any, random: np.random.Generator
) -> Any:
    """Answers int8 (n, items): a person's leaning, the factor's level, the unit's and the item's own."""
    columns = []
    person = random.normal(0, 1.0, n)
    for place_, factor in enumerate(instrument.factors):
        leaning = person + random.normal(0, 0.6, n) + levels[place_ % len(levels)]
        leaning = leaning + np.resize(random.normal(0, 0.35, 12), max(12, unit.max(initial=0) + 1))[unit]
        for item in factor.items:
            felt = leaning + random.normal(0, 0.45) + random.normal(0, 1.1, n)
            keyed = np.clip(np.round(4.0 + felt), 1, 7)
            raw = 8 - keyed if item.reversed else keyed
            missing = random.random(n)
            columns.append(np.where(missing < 0.02, -1, np.where(missing < 0.08, -2, raw)))
    return np.stack(columns, axis=1).astype(np.int8)


@cache
def edition(agencies: int = 48, *, synthetic: bool = True) -> dict[str, Any]:
    """An edition of agencies with as many owners, around the middle of the scale."""
    random = np.random.default_rng(agencies)
    members = []
    for number in range(agencies):
        levels = tuple(0.35 + random.normal(0, 0.45) + random.normal(0, 0.3, 6))
        card = scorecard(90, headcount=120, synthetic=synthetic, units=(), levels=levels, seed=1000 + number)
        members.append(Member(card, f"agency {number}", f"owner {number}", "water", "SE", "customer"))
    return build_edition(members, "2026.1")


def placed(card: dict[str, Any], norms: dict[str, Any]) -> dict[str, Any]:
    """The placement of a scorecard among all agencies of an edition."""
    return place(card, norms)


@cache
def make_pack(case: str) -> dict[str, Any]:
    """The leader's pack of one of CASES."""
    return leader_pack(*_inputs(case), instrument=cri_instrument(), noun="residents")


@cache
def make_workshop(case: str) -> dict[str, Any]:
    """The workshop pack of one of CASES."""
    return workshop_pack(*_inputs(case), instrument=cri_instrument(), noun="residents")


@cache
def make_staff(case: str) -> dict[str, Any]:
    """The staff pack of one of CASES."""
    return staff_pack(*_inputs(case), instrument=cri_instrument(), noun="residents")


@cache
def make_kind(kind: str, case: str) -> dict[str, Any]:
    """The pack of a kind of one of CASES."""
    return PACK_KINDS[kind](*_inputs(case), instrument=cri_instrument(), noun="residents")


@cache
def make_facilitator(case: str) -> dict[str, Any]:
    """The guide to the workshop of one of CASES."""
    return PACK_KINDS["facilitator"](*_inputs(case), instrument=cri_instrument(), noun="residents")


@cache
def make_benchmark(case: str) -> dict[str, Any]:
    """The leaders' report of one of CASES, with the page that only it has."""
    return PACK_KINDS["leader"](*_inputs(case), instrument=cri_instrument(), noun="residents")


def _inputs(case: str) -> tuple[dict[str, Any], dict[str, Any] | None, dict[str, Any] | None]:
    """Scorecard, placement and edition."""
    given, agencies = CASES[case]
    card = scorecard(**given)
    norms = edition(agencies) if agencies else None
    return card, placed(card, norms) if norms else None, norms
