"""The pack document: every number is one of its inputs', every reference leads somewhere."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from cri.adapters.document_schemas import validate
from cri.domain.pack import figure_rows, leader_pack, section_of
from cri.domain.pack_rows import unit_rows
from cri.domain.sheet import Unit
from tests.reports.documents import cri_instrument, edition, placed, scorecard

CASES: dict[str, tuple[dict[str, Any], int | None]] = {
    "with a norm": ({}, 48),
    "with a thin norm": ({}, 12),
    "without a norm": ({}, None),
    "few people": ({"n": 8}, 48),
    "no units, no head-count": ({"n": 31, "headcount": None, "units": ()}, 48),
    "nobody": ({"n": 0}, None),
}


def make(case: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A pack and its inputs."""
    given, agencies = CASES[case]
    card = scorecard(**given)
    if agencies is None:
        return leader_pack(card, instrument=cri_instrument()), [card]
    norms = edition(agencies)
    placement = placed(card, norms)
    return leader_pack(card, placement, norms, instrument=cri_instrument()), [card, placement, norms]


def numbers(document: Any) -> Iterator[float]:
    if isinstance(document, dict):
        for value in document.values():
            yield from numbers(value)
    elif isinstance(document, list):
        for value in document:
            yield from numbers(value)
    elif isinstance(document, int | float) and not isinstance(document, bool):
        yield float(document)


@pytest.mark.parametrize("case", CASES)
def test_a_pack_keeps_to_its_schema_and_is_plain_json(case: str) -> None:
    pack, _ = make(case)
    validate(pack, "pack")
    assert json.loads(json.dumps(pack, allow_nan=False)) == pack


@pytest.mark.parametrize("case", CASES)
def test_every_reference_leads_to_something(case: str) -> None:
    pack, _ = make(case)
    for section in pack["sections"]:
        for name in ("claims", "strengths", "gaps"):
            wanted = section.get(name, [])
            if section["key"] != "quality":
                assert all(claim in pack["claims"] for claim in wanted)
    for figure_id in pack["figures"]:
        assert len(figure_rows(pack, figure_id)) > 0


@pytest.mark.parametrize("case", CASES)
def test_every_number_in_a_pack_is_one_of_its_inputs(case: str) -> None:
    pack, inputs = make(case)
    known = {number for document in inputs for number in numbers(document)}
    profile = pack["sections"][1]["rows"][0]["score"]
    scores = [row["score"] for row in pack["sections"][1]["rows"]]
    known |= {abs(score - profile) for score in scores if score is not None and profile is not None}
    made_here = {"axis", "figures"}  # an axis is drawn, a figure only points
    for key, value in pack.items():
        if key in made_here:
            continue
        for number in numbers(_without_made(value)):
            # quartiles are read off the edition's groups, so they are ranges of them rather than members
            assert number in known, (key, number)


def _without_made(value: Any) -> Any:
    """A part of a pack less what it works out: bands of items, strips, counts, the method's constants."""
    counts = {"depth", "units_more", "units_total", "items_hidden"}
    made = counts | {"neutral", "unfavourable", "strip", "needed", "minimum"}
    if isinstance(value, dict):
        return {key: _without_made(entry) for key, entry in value.items() if key not in made}
    return [_without_made(entry) for entry in value] if isinstance(value, list) else value


def test_items_bands_add_up_and_follow_the_keying() -> None:
    pack, (card, *_) = make("without a norm")
    items = {item["code"]: item for factor in card["factors"] for item in factor["items"]}
    for factor in card["factors"]:
        for row in section_of(pack, factor["code"])["items"]:
            total = (row["favourable"] or 0) + (row["neutral"] or 0) + (row["unfavourable"] or 0)
            assert total == pytest.approx(1.0)
            cells = {
                cell["code"]: cell["share"] or 0.0 for cell in items[row["code"]]["distribution"]["cells"]
            }
            lowest = ("6", "7") if row["reversed"] else ("1", "2")
            assert (row["unfavourable"] or 0) == pytest.approx(sum(cells[point] for point in lowest))


def test_units_of_a_weighted_wave_are_told_in_whole_points() -> None:
    card = scorecard()
    weighted = {**card, "population": {**card["population"], "weights": {"design_effect": 1.1}}}
    for wave, digits in ((card, False), (weighted, True)):
        pack = leader_pack(wave, instrument=cri_instrument())
        shown = [row for key in figures_of_units(pack) for row in figure_rows(pack, key) if row["score"]]
        assert len(shown) > 3
        assert all(float(row["score"]).is_integer() for row in shown) is digits
        assert all(float(end).is_integer() for row in shown for end in row["interval"]) is digits


def figures_of_units(pack: dict[str, Any]) -> list[str]:
    return [key for key, figure in pack["figures"].items() if figure["kind"] == "units"]


def test_without_the_instrument_no_neutral_share_is_guessed() -> None:
    pack = leader_pack(scorecard())
    assert all(item["neutral"] is None for item in section_of(pack, "insight")["items"])


def test_units_stand_in_tree_order_and_those_beyond_the_page_are_counted() -> None:
    units = (
        Unit("b", "top", "B"),
        Unit("top", None, "Top"),
        *(Unit(f"c{number}", "b", f"C{number}") for number in range(9)),
        Unit("a", "top", "A"),
    )
    pack = leader_pack(scorecard(units=units))
    section = section_of(pack, "insight")
    assert [row["code"] for row in section["units"]] == ["top", "b", "a"]
    assert section["units_more"] == 9


def test_a_suppressed_unit_has_no_number_at_all() -> None:
    pack, _ = make("without a norm")
    hidden = [row for row in section_of(pack, "insight")["units"] if row["suppressed"]]
    assert {row["suppressed"] for row in hidden} == {"small", "complementary"}
    assert all(row["n"] is None and row["score"] is None and row["interval"] is None for row in hidden)


def test_a_real_agency_in_a_synthetic_pool_gets_no_position_said() -> None:
    card = scorecard(synthetic=False)
    norms = edition(48)
    pack = leader_pack(card, placed(card, norms), norms)
    assert pack["synthetic"] is True
    assert pack["claims"]["norm.pretended:norm"]["verdict"] == "dont"
    positions = [claim for claim in pack["claims"].values() if claim["text_key"].startswith("position.")]
    assert {claim["verdict"] for claim in positions} == {"dont"}
    said = {key: claim for key, claim in pack["claims"].items() if claim["verdict"] != "dont"}
    assert not [key for key in said if key.startswith(("strength.norm", "gap.norm", "position."))]


def test_all_three_verdicts_are_fired_by_the_cases() -> None:
    fired = {claim["verdict"] for case in CASES for claim in make(case)[0]["claims"].values()}
    assert fired == {"say", "care", "dont"}


def _units(*pairs: tuple[str, str | None]) -> list[dict[str, object]]:
    figure = {"n": 12, "suppressed": None, "score": 50.0, "se": 1.0, "interval": [48.0, 52.0]}
    return [
        {
            "code": code,
            "parent": parent,
            "name": code,
            "n": 12,
            "suppressed": None,
            "factors": {"insight": figure},
        }
        for code, parent in pairs
    ]


def test_a_factor_page_shows_whole_levels_of_the_tree() -> None:
    first = [(f"d{number}", "top") for number in range(4)]
    second = [(f"d0-{number}", "d0") for number in range(6)]
    rows, more = unit_rows(_units(("top", None), *first, *second), "insight", most=8)
    assert [row["code"] for row in rows] == ["top", "d0", "d1", "d2", "d3"]
    assert more == 6


def test_a_level_too_long_by_itself_is_cut() -> None:
    rows, more = unit_rows(_units(("top", None), *[(f"d{n}", "top") for n in range(12)]), "insight", most=8)
    assert (len(rows), more) == (8, 5)
