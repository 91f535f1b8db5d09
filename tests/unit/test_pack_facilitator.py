"""The guide tells of the agency's own figures, by the rules of the workshop pack, with true page numbers."""

import json
from functools import cache
from itertools import pairwise
from typing import Any

import pytest

from cri.adapters.document_schemas import validate
from cri.domain.pack import section_of
from cri.domain.pack_facilitator import OBJECTIONS, STEPS, facilitator_pack
from cri.domain.pack_workshop import workshop_pack
from cri.domain.placing import place
from tests.reports.documents import cri_instrument, edition, make_facilitator, make_workshop
from tests.unit.rule_sheets import card, earlier


@cache
def made(name: str) -> dict[str, Any]:
    """Guides by what the answers are like."""
    given: dict[str, dict[str, Any]] = {
        "plain": {},
        "low": {"factors": {"collaboration": -1.2}},
        "high": {"factors": {"insight": 1.2}},
        "split": {"split": "insight"},
        "rose": {"factors": {"insight": 1.2}, "previous": earlier()},
        "few": {"n": 8},
    }
    return facilitator_pack(card(**given[name]), instrument=cri_instrument())


@cache
def with_norm() -> dict[str, Any]:
    one = card()
    return facilitator_pack(one, place(one, edition()), edition(), instrument=cri_instrument())


def answer(pack: dict[str, Any], objection: str) -> list[str]:
    """The kinds of claims that answer an objection; none where it says that nothing is known."""
    blocks = section_of(pack, "guide.answers")["blocks"]
    at = next(
        n
        for n, block in enumerate(blocks)
        if block.get("text", {}).get("value") == f"answers.{objection}.says"
    )
    shown = blocks[at + 2]
    if shown["kind"] == "paragraph":
        assert shown["key"] == f"answers.{objection}.unknown"
        return []
    return [key.partition(":")[0] for key in shown["claims"]]


def step(pack: dict[str, Any], name: str) -> dict[str, Any]:
    return dict(section_of(pack, f"guide.{name}"))


@pytest.mark.parametrize("case", ["full", "no norm", "few", "small", "long"])
def test_it_keeps_to_its_schema_and_every_reference_leads_somewhere(case: str) -> None:
    pack = make_facilitator(case)
    validate(pack, "pack")
    assert json.loads(json.dumps(pack, allow_nan=False)) == pack
    for section in pack["sections"]:
        assert set(section.get("claims", ())) <= pack["claims"].keys()
        for page in section.get("facing", ()):
            assert section_of(pack, page["id"])["key"] in {"page", "summary", "quality", "factor"}


def test_both_plans_run_without_a_gap_to_their_ends() -> None:
    for plan, end in (("half_day", 240), ("two_hours", 120)):
        minutes = [getattr(one, plan) for one in STEPS if getattr(one, plan)]
        assert minutes[0][0] == 0
        assert minutes[-1][1] == end
        assert all(first[1] == second[0] for first, second in pairwise(minutes))


@pytest.mark.parametrize("case", ["full", "no norm", "small"])
def test_pages_have_the_numbers_that_they_have_in_the_workshop_pack(case: str) -> None:
    """That each of its sections is one page is tested where it is printed."""
    pack, ids = make_facilitator(case), [section["id"] for section in make_workshop(case)["sections"]]
    pages = [page for plan in section_of(pack, "guide.runsheet")["plans"].values() for row in plan
             for page in row["pages"]]  # fmt: skip
    assert len(pages) > 20
    assert all(page["number"] == ids.index(page["id"]) + 1 for page in pages)


def test_names_that_could_make_a_page_run_over_leave_the_numbers_away() -> None:
    for one in make_facilitator("long")["sections"]:
        assert all(page["number"] is None for page in one.get("facing", ()))


def test_its_cards_and_traps_are_the_participants() -> None:
    pack, room = make_facilitator("full"), make_workshop("full")
    cards = [card["key"] for block in section_of(room, "traps")["blocks"] if block["kind"] == "cards"
             for card in block["cards"]]  # fmt: skip
    assert cards
    assert step(pack, "traps")["traps"] == cards
    debate = json.dumps(section_of(room, "debate"))
    dealt = [key for key in room["claims"] if f'["{key}"]' in debate]
    assert dealt
    meeting = json.dumps(section_of(pack, "guide.meet"))
    assert all(f'"{key}"' in meeting for key in dealt)


@pytest.mark.parametrize(("name", "page"), [("low", "collaboration"), ("high", "insight")])
def test_the_factor_that_is_talked_over_is_the_first_that_stands_out(name: str, page: str) -> None:
    assert [one["id"] for one in step(made(name), "talk")["facing"]] == [page, f"{page}.talk"]


def test_gaps_are_told_where_there_are_any() -> None:
    assert "gap.own" in json.dumps(section_of(made("low"), "guide.meet"))
    assert "gap.own" not in json.dumps(section_of(made("plain"), "guide.meet"))


@pytest.mark.parametrize(
    ("objection", "kind", "fires", "silent"),
    [
        ("sample", "response.rate", "plain", "few"),
        ("constraints", "agreement.mixed", "split", "few"),
        ("one_unit", "evidence.units_gap", "low", "few"),
        ("already", "change.changed", "rose", "plain"),
    ],
)
def test_an_objection_is_answered_from_the_figures_that_there_are(
    objection: str, kind: str, fires: str, silent: str
) -> None:
    assert kind in answer(made(fires), objection)
    assert answer(made(silent), objection) == []


def test_the_benchmark_is_defended_only_where_there_is_one() -> None:
    assert "norm.edition" in answer(with_norm(), "benchmark")
    assert answer(made("plain"), "benchmark") == []


def test_what_may_not_be_said_answers_nothing() -> None:
    """The control: the workshop pack of few people holds such claims."""
    room = workshop_pack(card(n=8), instrument=cri_instrument())
    assert "dont" in {claim["verdict"] for claim in room["claims"].values()}
    for objection, _kinds in OBJECTIONS:
        assert answer(made("few"), objection) == []
