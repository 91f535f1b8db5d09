"""The pack about one unit: what is released of it and below it, and nothing of what stands beside it."""

import json
from typing import Any

import numpy as np
import pytest

from cri.adapters.document_schemas import validate
from cri.domain.pack_unit import is_released, unit_pack
from cri.domain.rounding import rounded
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sheet import AnswerSheet, Unit
from tests.reports.documents import LEVELS, _answers, cri_instrument, scorecard

TREE = (
    Unit("top", None, "Everything", 400),
    Unit("north", "top", "North", 200),
    Unit("n1", "north", "North one", 90),
    Unit("n2", "north", "North two", 90),
    Unit("n3", "north", "North three", 20),
    Unit("south", "top", "South", 200),
    Unit("s1", "south", "South one", 150),
    Unit("s2", "south", "South two", 50),
)
SIZES = {"n1": 60, "n2": 55, "n3": 4, "s1": 70, "s2": 40}


@pytest.fixture(scope="module")
def card() -> dict[str, Any]:
    """A wave with a unit of four people, who are hidden, and with them whom subtracting would reveal."""
    place = {unit.code: index for index, unit in enumerate(TREE)}
    unit = np.repeat([place[code] for code in SIZES], list(SIZES.values())).astype(np.int32)
    random = np.random.default_rng(11)
    answers = _answers(cri_instrument(), len(unit), LEVELS, unit % 4, random)
    answers[unit == place["s2"]] = np.clip(answers[unit == place["s2"]].astype(int) + 2, 1, 7)
    return build_scorecard(cri_instrument(), AnswerSheet(answers, unit, TREE), WaveFacts(wave_id="w"))


def test_some_units_of_the_example_are_hidden_and_some_are_not(card: dict[str, Any]) -> None:
    hidden = {unit["code"] for unit in card["units"] if not is_released(unit)}
    assert "n3" in hidden
    assert {"n1", "n2"} & hidden, "subtracting would reveal four people"
    assert {"north", "s1", "s2"} & hidden == set()


def test_it_names_neither_a_sibling_nor_a_number_of_one(card: dict[str, Any]) -> None:
    made = 0
    for unit in card["units"]:
        if not is_released(unit):
            continue
        pack = unit_pack(card, unit["code"], instrument=cri_instrument())
        validate(pack, "pack")
        made += 1
        inside = below(unit["code"])
        text = json.dumps({key: pack[key] for key in ("units", "sections", "claims", "figures")})
        for other in card["units"]:
            if other["code"] not in inside or not is_released(other):
                assert f'"{other["code"]}"' not in text
                assert f'"{other["name"]}"' not in text
    assert made >= 4


def test_every_number_is_one_that_the_plan_shows(card: dict[str, Any]) -> None:
    by_code = {unit["code"]: unit for unit in card["units"]}
    for code in ("top", "north", "s1", "s2"):
        shown = {("score", number) for factor in card["factors"] for number in of(factor)}
        shown |= {("group", by_code[one]["n"]) for one in below(code) if is_released(by_code[one])}
        for one in below(code):
            for figure in (by_code[one]["factors"] or {}).values():
                shown |= {("score", number) for number in of(figure)}
        told = set(values(unit_pack(card, code, instrument=cri_instrument())["sections"]))
        told |= set(values(unit_pack(card, code)["claims"]))
        assert told
        assert told <= shown | {("score", None)}


def test_a_unit_that_is_not_released_has_no_pack(card: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not released"):
        unit_pack(card, "n3")
    with pytest.raises(KeyError):
        unit_pack(card, "nowhere")


def test_the_control_a_pack_that_lists_all_children_would_name_the_hidden_one(card: dict[str, Any]) -> None:
    """What the attack above looks for is there, in the scorecard that the pack is made of."""
    naive = json.dumps([unit for unit in card["units"] if unit["parent"] == "north"])
    assert '"n3"' in naive
    assert "North three" in naive


def test_what_lies_apart_is_said_and_what_does_not_is_not(card: dict[str, Any]) -> None:
    apart = unit_pack(card, "s2", instrument=cri_instrument())["claims"]
    assert any(key.startswith("unit.above:") for key in apart)
    alike = unit_pack(scorecard(), "visits", instrument=cri_instrument())
    whole = {factor["code"]: factor["score"] for factor in scorecard()["factors"]}
    unit = next(one for one in scorecard()["units"] if one["code"] == "visits")
    for code, figure in unit["factors"].items():
        said = {f"unit.above:{code}", f"unit.below:{code}"} & alike["claims"].keys()
        low, high = figure["interval"]
        assert bool(said) == (abs(figure["score"] - whole[code]) >= 3 and not low <= whole[code] <= high)


def below(code: str) -> set[str]:
    found = {code}
    while more := {unit.code for unit in TREE if unit.parent in found} - found:
        found |= more
    return found


def of(figure: dict[str, Any]) -> list[float]:
    return [figure["score"], *(figure["interval"] or ())]


def values(part: Any) -> list[tuple[str, Any]]:
    """Every number with its kind, anywhere inside."""
    if isinstance(part, dict):
        if set(part) == {"kind", "value"}:
            return [(part["kind"], part["value"])] if part["kind"] in {"score", "group"} else []
        return [found for entry in part.values() for found in values(entry)]
    return [found for entry in part for found in values(entry)] if isinstance(part, list) else []


def test_numbers_of_people_are_told_to_the_nearest_five(card: dict[str, Any]) -> None:
    pack = unit_pack(card, "s1")
    people = [value for kind, value in values(pack["claims"]) if kind == "group"]
    assert [rounded("group", n) for n in people] == [70]
