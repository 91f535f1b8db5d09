"""The staff pack tells what may be told to everybody and nothing else; its sentences change with the data."""

import json
import re
from functools import cache
from typing import Any

import pytest

from cri.adapters.document_schemas import validate
from cri.domain.pack import leader_pack
from cri.domain.pack_staff import staff_pack
from tests.reports.documents import CASES, cri_instrument, make_staff
from tests.unit.rule_sheets import card, earlier

ALL = ("insight", "foresight", "peripheral", "empowerment", "collaboration", "alignment")


@cache
def made(name: str) -> dict[str, Any]:
    """Staff packs without a norm, by what their answers are like."""
    given: dict[str, dict[str, Any]] = {
        "plain": {},
        "insight high": {"factors": {"insight": 1.2}},
        "insight low": {"factors": {"insight": -1.2}},
        "all good": {"factors": dict.fromkeys(ALL, 1.9)},
        "all bad": {"factors": dict.fromkeys(ALL, -1.9)},
        "rose": {"factors": {"insight": 1.2}, "previous": earlier()},
        "few": {"n": 8},
    }
    return staff_pack(card(**given[name]), instrument=cri_instrument())


def keys(pack: dict[str, Any]) -> set[str]:
    return {claim["text_key"] for claim in pack["claims"].values()}


@pytest.mark.parametrize("case", CASES)
def test_it_keeps_to_its_schema_on_two_pages_and_says_every_claim_it_holds(case: str) -> None:
    pack = make_staff(case)
    validate(pack, "pack")
    assert [section["id"] for section in pack["sections"]] == ["together", "next"]
    blocks = json.dumps(pack["sections"])
    said = [
        key for group in re.findall(r'"claims": \[([^\]]*)\]', blocks) for key in json.loads(f"[{group}]")
    ]
    assert set(said) == pack["claims"].keys()


@pytest.mark.parametrize("case", CASES)
def test_it_holds_no_unit_no_group_and_nothing_that_may_not_be_said(case: str) -> None:
    pack = make_staff(case)
    assert pack["units"] == []
    assert pack["figures"] == {}
    for claim in pack["claims"].values():
        assert claim["verdict"] in {"say", "care"}
        assert not {value["kind"] for value in claim["values"].values()} & {"unit", "group"}


def test_the_leaders_report_of_the_same_answers_holds_what_staff_are_not_told() -> None:
    """The control: without the rules of this pack units and unsure claims would be in it."""
    leader = leader_pack(card(), instrument=cri_instrument())
    assert leader["units"]
    assert "dont" in {claim["verdict"] for claim in leader["claims"].values()}
    kinds = {value["kind"] for claim in leader["claims"].values() for value in claim["values"].values()}
    assert "unit" in kinds


@pytest.mark.parametrize(
    ("key", "fires", "silent"),
    [
        ("strength.own", "insight high", "plain"),
        ("gap.own", "insight low", "plain"),
        ("change.changed", "rose", "insight high"),
    ],
)
def test_what_stands_out_is_said_where_it_does(key: str, fires: str, silent: str) -> None:
    assert key in keys(made(fires))
    assert key not in keys(made(silent))


def test_a_statement_is_told_only_where_most_answered_alike() -> None:
    def shares(name: str) -> list[float]:
        claims = made(name)["claims"].values()
        return [
            claim["values"]["share"]["value"] for claim in claims if claim["text_key"] == "item.favourable"
        ]

    assert [share > 0.5 for share in shares("all good")] == [True]
    assert [isinstance(share, str) or share < 0.5 for share in shares("all bad")] == [True]


def test_with_few_people_it_says_so_and_nothing_else() -> None:
    pack = made("few")
    assert pack["claims"] == {}
    kinds = [block["kind"] for block in pack["sections"][0]["blocks"]]
    assert set(kinds) == {"paragraph"}
