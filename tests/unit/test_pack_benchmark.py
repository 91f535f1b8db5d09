"""The leaders' report tells where views differ and what changed: each sentence with a sheet that fires it."""

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from cri.adapters.document_schemas import validate
from cri.domain.pack import leader_pack, section_of
from cri.domain.pack_benchmark import HEATMAP, MOST_UNITS, benchmark_pack
from cri.domain.pack_kinds import PACK_KINDS
from tests.reports.documents import cri_instrument, scorecard
from tests.unit.rule_sheets import card, earlier


@cache
def made(name: str) -> dict[str, Any]:
    """Reports by what the answers are like."""
    cards: dict[str, Callable[[], dict[str, Any]]] = {
        "plain": card,
        "managers see aims": lambda: card(managers={"alignment": 1.2}),
        "managers see less": lambda: card(managers={"insight": -1.2, "alignment": -0.9}),
        "rose": lambda: card(factors={"insight": 1.2}, previous=earlier()),
        "no question": scorecard,
        "no units": lambda: scorecard(31, headcount=None, units=()),
        "few": lambda: scorecard(8),
    }
    return benchmark_pack(cards[name](), instrument=cri_instrument())


def said(pack: dict[str, Any]) -> list[str]:
    """Ids of the claims of its page on differences."""
    page = section_of(pack, "differences")
    return [key for key in pack["claims"] if f'"{key}"' in json.dumps(page)]


@pytest.mark.parametrize("name", ["plain", "managers see aims", "rose", "no question", "no units", "few"])
def test_it_keeps_to_its_schema_and_holds_what_every_kind_rests_on(name: str) -> None:
    pack = made(name)
    validate(pack, "pack")
    assert json.loads(json.dumps(pack, allow_nan=False)) == pack
    assert PACK_KINDS["leader"] is benchmark_pack


def test_levels_are_told_apart_where_their_intervals_are() -> None:
    aims = made("managers see aims")
    assert [key for key in said(aims) if key.startswith("levels.")] == ["levels.differ:alignment"]
    assert aims["claims"]["levels.differ:alignment"]["verdict"] == "care"
    assert [key for key in said(made("plain")) if key.startswith("levels.")] == ["levels.alike:wave"]
    assert made("plain")["claims"]["levels.alike:wave"]["verdict"] == "dont"


def test_those_who_manage_may_see_less_and_the_furthest_comes_first() -> None:
    pack = made("managers see less")
    assert [key for key in said(pack) if key.startswith("levels.")] == [
        "levels.differ:insight",
        "levels.differ:alignment",
    ]
    values = pack["claims"]["levels.differ:insight"]["values"]
    assert values["top"]["value"] < values["front"]["value"]


def test_where_levels_were_not_asked_it_says_so_and_has_no_columns_for_them() -> None:
    page = section_of(made("no question"), "differences")
    table = next(block for block in page["blocks"] if block["kind"] == "table")
    assert table["columns"] == ["views"]
    assert {"kind": "paragraph", "key": "differences.no_levels", "role": "small"} in page["blocks"]
    asked = section_of(made("plain"), "differences")
    table = next(block for block in asked["blocks"] if block["kind"] == "table")
    assert table["columns"] == ["views", "managing", "others"]


def test_what_changed_is_told_where_there_is_an_earlier_survey() -> None:
    changes = [key for key in said(made("rose")) if key.startswith("change.")]
    assert changes[0].endswith(":index")
    assert "change.changed:insight" in changes
    assert len(changes) <= 4
    assert not [key for key in said(made("plain")) if key.startswith("change.")]
    assert "differences.no_change" in json.dumps(section_of(made("plain"), "differences"))


def test_units_are_in_it_where_there_are_any_at_most_a_few() -> None:
    rows = made("no question")["figures"][HEATMAP]["rows"]
    assert 1 < len(rows) <= MOST_UNITS + 1
    assert HEATMAP not in made("no units")["figures"]


def test_without_a_score_there_is_no_such_page() -> None:
    pack = made("few")
    assert pack == leader_pack(scorecard(8), instrument=cri_instrument())
    with pytest.raises(KeyError):
        section_of(pack, "differences")
