"""docs/method.md says what the code does: its constants, its examples, and what is not computed yet."""

import ast
import importlib
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import cri.domain
from cri.adapters.instrument_files import find_instrument, load_instrument
from cri.domain.edition_draft import build_edition
from cri.domain.instrument import Instrument
from cri.domain.placing import place
from cri.domain.position import LOWER_HALF, LOWER_QUARTER, NEAR_MIDDLE, UPPER_HALF, UPPER_QUARTER, _band_of
from cri.domain.rounding import rounded
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sheet import Unit
from cri.domain.synthetic import synthetic_answers, synthetic_pool
from tests.method_document import TEXT, flowing, table

DOMAIN = Path(cri.domain.__file__).parent
NOT_OF_THE_METHOD = {  # files of the domain whose numbers say nothing about results
    "brand": "how readable an agency's colour is",
    "disclosure_audit": "how hard the audit tries",
    "disclosure_few": "how hard the audit tries",
    "disclosure_kinds": "how hard the audit tries",
    "disclosure_search": "how hard the audit tries; its certificate tells",
    "disclosure_space": "arithmetic of the audit",
    "edition_draft": "how hard the publisher tries",
    "errors": "how messages are cut",
    "figures": "how charts are drawn",
    "figures_change": "how charts are drawn",
    "figures_heatmap": "how charts are drawn",
    "figures_importance": "how charts are drawn",
    "figures_lineage": "how charts are drawn",
    "figures_marks": "how charts are drawn",
    "figures_response": "how charts are drawn",
    "figures_roadmap": "how charts are drawn",
    "figures_waves": "how charts are drawn",
    "figures_wheel": "how charts are drawn",
    "forecast": "what an administrator is told while a wave is open; the page states the rule",
    "message_plan": "when a message is tried again",
    "message_text": "limits of a form",
    "pack_benchmark": "how much a page holds",
    "pack_facilitator": "how much a page holds",
    "pack_figures": "how much a page holds",
    "pack_spread": "how much a page holds",
    "pack_tables": "how much a page holds",
    "pack_unit": "how much a page holds",
    "pack_worksheets": "how many lines a worksheet has",
    "pack_workshop": "how much a page holds",
    "publishing": "how hard the publisher tries",
    "reference_soundness": "how closely a file's figures are checked",
    "relationships": "limits of a form",
    "roster": "limits of an upload",
    "roster_change": "when to ask again before a roster is replaced",
    "roster_columns": "how far below titles a header is looked for",
    "sections": "how a questionnaire is laid out",
    "side_by_side": "how work is shared among cores",
    "synthetic": "made-up data",
    "unit_events": "when a person is asked what became of a unit",
    "wave_schedule": "what a form suggests and refuses",
    "working_days": "how far a calendar is searched",
}
MODULES = sorted({path.stem for path in DOMAIN.glob("[a-z]*.py")} - set(NOT_OF_THE_METHOD))
WHERE_SHOWN = {  # null where nothing had to be hidden, or at the top of the tree: not for a later release
    "factors[].items[].distribution.cells[].limit",
    "factors[].items[].suppressed",
    "outcomes[].distribution.cells[].limit",
    "outcomes[].distribution.cells[].share",
    "outcomes[].favourable_limit",
    "outcomes[].item_rest_r",  # an outcome has no factor
    "outcomes[].suppressed",
    "change.reason",  # why nothing could be compared
    "population.weights.joined",  # levels that had to be joined
    "quality.screening.flags.failed_attention",  # none of our instruments has an attention item
    "profile[].options[].suppressed",
    "profile[].options[].factors{}.suppressed",
    "quality.early_late.early.suppressed",
    "quality.early_late.late.suppressed",
    "quality.early_late.early.factors{}.suppressed",
    "quality.early_late.late.factors{}.suppressed",
    "factors[].items[].distribution.cells[].share",
    "factors[].items[].favourable_limit",
    "units[].parent",
    "units[].suppressed",
    "units[].factors{}.suppressed",
}


CONSTANTS = table("constant")


@pytest.mark.parametrize("row", CONSTANTS, ids=[row[2] for row in CONSTANTS])
def test_each_constant_is_the_codes(row: list[str]) -> None:
    name, written, where, _ = row
    module, _, attribute = where.rpartition(".")
    assert attribute == name
    assert getattr(importlib.import_module(f"cri.domain.{module}"), attribute) == ast.literal_eval(written)


@pytest.mark.parametrize("module", MODULES)
def test_each_number_of_the_method_is_in_the_table(module: str) -> None:
    told = {where for _, _, where, _ in CONSTANTS}
    missing = [name for name in numbers_of(module) if f"{module}.{name}" not in told]
    assert not missing, f"cri.domain.{module}: tell docs/method.md, section 9, of {', '.join(missing)}"


def numbers_of(module: str) -> Iterator[str]:
    """Public constants that the module itself assigns and that are made of numbers."""
    tree = ast.parse((DOMAIN / f"{module}.py").read_text(encoding="utf-8"))
    values = importlib.import_module(f"cri.domain.{module}")
    for statement in tree.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else []
        targets = [statement.target] if isinstance(statement, ast.AnnAssign) else targets
        for target in [name for found in targets for name in getattr(found, "elts", [found])]:
            public = isinstance(target, ast.Name) and re.fullmatch(r"[A-Z][A-Z0-9_]*", target.id)
            if isinstance(target, ast.Name) and public and made_of_numbers(getattr(values, target.id)):
                yield target.id


def made_of_numbers(value: Any) -> bool:
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else [value]
    # What is below zero stands for an answer that is not there.
    return bool(parts) and all(isinstance(part, int | float) and part >= 0 for part in parts)


@pytest.fixture(scope="module")
def instrument() -> Instrument:
    return load_instrument(find_instrument("cri"))


@pytest.mark.parametrize("row", table("code"), ids=lambda row: row[0])
def test_the_instruments_are_the_ones_described(row: list[str]) -> None:
    code, version, _, told = row
    asked = load_instrument(find_instrument(code))
    size = len(asked.factors[0].items)
    assert version == asked.version
    assert told.startswith(f"{len(asked.factors)} x {size}: ")
    assert told.count(",") == len(asked.factors) - 1
    assert {len(factor.items) for factor in asked.factors} == {size}
    assert (asked.scale.minimum, asked.scale.maximum, asked.scale.favourable) == (1, 7, 2)
    companion = code == "publicness"
    assert asked.ranked is not companion
    assert {sum(item.reversed for item in factor.items) for factor in asked.factors} == {int(not companion)}
    assert (len(asked.outcomes), len(asked.profile), len(asked.questions)) == (
        (0, 0, 1) if companion else (2, 5, 2)
    )
    assert asked.attention is None


def test_what_is_said_of_all_instruments() -> None:
    for sentence in (
        "In `cri` and `mri` one item of each factor is reverse-keyed, and `publicness` has none.",
        "ask two outcome items and five profile questions, all of which may be left out,",
        "and two open questions; `publicness` asks one open question.",
        '"strongly disagree" (1) to "strongly agree" (7)',
        "(none of our instruments has one)",
    ):
        assert sentence in flowing(), sentence
    older = load_instrument(find_instrument("cri").parent / "1.0.0")
    assert load_instrument(find_instrument("cri")).comparable_with == (older.version,)


def test_how_answers_are_keyed(instrument: Instrument) -> None:
    assert "(4 of 6)" in TEXT
    assert {factor.needed for factor in instrument.factors} == {4}
    assert "(on 1 to 7: 8 - x)" in TEXT


def test_what_is_told_to_be_missing_is_null_and_nothing_else(instrument: Instrument) -> None:
    told: dict[str, set[str]] = {"scorecard": set(), "edition": set()}
    for document, field, _ in table("document"):
        told[document].add(field.replace("`", "").removesuffix(" (empty list)"))
    earlier = full_scorecard(instrument, previous=None)
    earlier = {**earlier, "sheet_sha256": "1" * 64, "wave": {**earlier["wave"], "closed": "2025-03-31"}}
    scorecard = full_scorecard(instrument, previous=earlier)
    codes = {factor.code for factor in instrument.factors}
    assert set(nulls(scorecard, codes)) - WHERE_SHOWN == told["scorecard"]
    assert scorecard["population"]["excluded"] == 0

    edition = build_edition(synthetic_pool(instrument, 24, 1, date(2026, 3, 31)), "2026.1")
    # A member left out because of its owner is listed; nobody need be. Only very large pools have lanes.
    assert set(nulls(edition, codes)) - {"cells[].left_out", "lanes"} == told["edition"]
    placed = place(scorecard, edition)["placements"][0]
    assert placed["percentile"] is not None


def full_scorecard(instrument: Instrument, previous: dict[str, Any] | None) -> dict[str, Any]:
    """Of a wave in which everything was collected that can be, from people enough for everything."""
    units = (Unit("all", None, "All", 400), Unit("one", "all", "One", 200), Unit("two", "all", "Two", 200))
    sheet = synthetic_answers(instrument, 300, units, 0.0, 1)
    people = np.arange(sheet.respondents)
    sheet = replace(
        sheet,
        outcomes=sheet.answers[:, : len(instrument.outcomes)],
        profile=np.stack([people % len(question.options) for question in instrument.profile], 1).astype(
            np.int8
        ),
        fast=np.zeros(sheet.respondents, dtype=bool),
        late=people % 7 > 3,
    )
    work = instrument.profile[0]
    facts = WaveFacts(
        agency="Example",
        wave_id="1",
        label="Spring",
        opened=date(2026, 3, 1),
        closed=date(2026, 3, 31),
        headcount=400,
        synthetic=True,
        sheet_sha256="0" * 64,
        facets={"sector": "water"},
        headcounts={work.code: dict(zip(work.options, (200, 150, 50), strict=True))},
        weights="rake",
        previous=previous,
    )
    return build_scorecard(instrument, sheet, facts)


def nulls(value: Any, codes: set[str], path: str = "") -> Iterator[str]:
    """Paths of everything null or an empty list; objects by factor code are written {}."""
    if value is None or value == []:
        yield path
    elif isinstance(value, list):
        for entry in value:
            yield from nulls(entry, codes, f"{path}[]")
    elif isinstance(value, dict):
        for key, entry in value.items():
            step = "{}" if key in codes else f".{key}" if path else key
            yield from nulls(entry, codes, f"{path}{step}")


def test_bands_begin_where_the_document_says() -> None:
    assert "upper quarter (p >= 75), lower quarter (p <= 25), upper half (p > 50)" in flowing()
    assert "lower half (p < 50), near the middle (25 < p < 75)" in flowing()
    edges = {
        75.0: UPPER_QUARTER,
        np.nextafter(75, 0): UPPER_HALF,
        np.nextafter(50, 100): UPPER_HALF,
        50.0: NEAR_MIDDLE,
        np.nextafter(50, 0): LOWER_HALF,
        np.nextafter(25, 100): LOWER_HALF,
        25.0: LOWER_QUARTER,
    }
    for rank, band in edges.items():
        assert _band_of(np.full(10, rank), halves_only=False) == (band, 1.0)


def test_a_figure_is_rounded_as_the_document_says() -> None:
    assert "scores and differences one decimal, shares whole per cent" in flowing()
    shown = {
        ("score", 12.25): "12.3",
        ("difference", -0.04): "0.0",
        ("share", 0.125): "13",
        ("rank", 74.5): "75",
        ("coefficient", 0.785): "0.79",
        ("group", 12.5): "15",
        ("people", 137): "137",
    }
    assert {given: str(rounded(*given)) for given in shown} == shown
