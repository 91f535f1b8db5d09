"""Each rule of the workshop pack has a sheet that fires it, and one that does not."""

from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from cri.domain.cards_debate import RULES as DEBATE
from cri.domain.cards_debate import debate_cards
from cri.domain.cards_traps import RULES as TRAPS
from cri.domain.cards_traps import traps_of
from cri.domain.evidence import RULES, Wave, evidence_of
from cri.domain.item_shares import wilson
from cri.domain.pack_workshop import workshop_pack
from cri.domain.placing import place
from cri.domain.selection import strengths_and_gaps
from tests.reports.documents import edition
from tests.unit.rule_sheets import card, earlier

HIGH = {"insight": 1.2}
LOW = {"collaboration": -1.2}
FACETS = {"sector": "water", "country": "SE", "relationship": "customer"}


@cache
def sheet(name: str) -> dict[str, Any]:
    """The sheets of these tests by name, each scored once."""
    made: dict[str, Callable[[], dict[str, Any]]] = {
        "plain": card,
        "units alike": lambda: card(seed=2),
        "high": lambda: card(factors=HIGH),
        "low": lambda: card(factors=LOW),
        "high, not in the south": lambda: card(factors=HIGH, units={("south", "insight"): -2.2}),
        "low, not in the south": lambda: card(factors=LOW, units={("south", "collaboration"): 2.2}),
        "high, split": lambda: card(factors=HIGH, split="insight"),
        "high, late lower": lambda: card(factors={"insight": 1.6}, late={"insight": -1.0}),
        "high, late higher": lambda: card(factors={"insight": 0.8}, late={"insight": 1.0}),
        "high, one item low": lambda: card(factors=HIGH, items={"insight3": -2.6}),
        "low, one item high": lambda: card(factors=LOW, items={"collaboration3": 2.8}),
        "high, rose": lambda: card(factors=HIGH, previous=earlier()),
        "high, fell": lambda: card(factors={"insight": 0.9}, previous=earlier(factors={"insight": 1.9})),
        "high, stayed": lambda: card(factors=HIGH, seed=2, previous=earlier(factors=HIGH)),
        "foresight high": lambda: card(factors={"foresight": 1.2}),
        "empowerment high": lambda: card(factors={"empowerment": 1.2}),
        "regulates": lambda: card(facets={"relationship": "regulated"}),
        "serves": lambda: card(facets={"relationship": "customer"}),
        "managers see aims": lambda: card(managers={"alignment": 1.2}),
        "rose, few": lambda: card(factors=dict.fromkeys(("insight", "foresight", "peripheral"), 1.0),
                                  headcount=900, previous=earlier(headcount=900)),
        "rose, many": lambda: card(factors=dict.fromkeys(("insight", "foresight", "peripheral"), 1.0),
                                   previous=earlier()),
        "complaints first": lambda: card(items={"insight4": 1.2, "insight5": -1.0}),
        "all good": lambda: card(factors=dict.fromkeys(
            ("insight", "foresight", "peripheral", "empowerment", "collaboration", "alignment"), 1.9)),
        "all bad": lambda: card(factors=dict.fromkeys(
            ("insight", "foresight", "peripheral", "empowerment", "collaboration", "alignment"), -1.9)),
    }  # fmt: skip
    return made[name]()


def stances(name: str, factor: str, side: Any) -> dict[str, str]:
    """Which rules speak, and for which side."""
    return {found.rule: found.stance for found in evidence_of(Wave(sheet(name)), factor, side)}


@pytest.mark.parametrize(
    ("name", "factor", "side", "rule", "stance"),
    [
        ("high", "insight", "strength", "units", "for"),
        ("low", "collaboration", "gap", "units", "for"),
        ("high, not in the south", "insight", "strength", "units", "against"),
        ("low, not in the south", "collaboration", "gap", "units", "against"),
        ("plain", "insight", "strength", "units", None),
        ("high", "insight", "strength", "split_opinion", "for"),
        ("high, split", "insight", "strength", "split_opinion", "against"),
        ("high, late lower", "insight", "strength", "early_late", "against"),
        ("high, late higher", "insight", "strength", "early_late", "for"),
        ("high, late higher", "insight", "gap", "early_late", "against"),
        ("high", "insight", "strength", "early_late", None),
        ("high, one item low", "insight", "strength", "items", "against"),
        ("high", "insight", "strength", "items", None),
        ("low, one item high", "collaboration", "gap", "items", "against"),
        ("low", "collaboration", "gap", "items", None),
        ("high, rose", "insight", "strength", "history", "for"),
        ("high, fell", "insight", "strength", "history", "against"),
        ("high, fell", "insight", "gap", "history", "for"),
        ("high, stayed", "insight", "strength", "history", "for"),
        ("high", "insight", "strength", "history", None),
    ],
)
def test_evidence_speaks_when_its_sheet_fires_it(
    name: str, factor: str, side: str, rule: str, stance: str | None
) -> None:
    assert stances(name, factor, side).get(rule) == stance


def test_other_norms_speak_for_and_against_and_are_silent_without_one() -> None:
    norms = edition(48)
    found: dict[str, dict[str, str]] = {}
    for name, level in (("far up", 0.8), ("just above", 0.2)):
        made = card(factors={"insight": level}, facets=FACETS)
        wave = Wave(made, place(made, norms, "all", FACETS), norms)
        found[name] = {one.rule: one.stance for one in evidence_of(wave, "insight", "strength")}
    assert found["far up"]["other_norms"] == "for"
    assert found["just above"]["other_norms"] == "against"
    unstated = card(factors={"insight": 0.8})
    wave = Wave(unstated, place(unstated, norms), norms)
    assert "other_norms" not in {one.rule for one in evidence_of(wave, "insight", "strength")}


def test_every_rule_of_evidence_is_fired_by_a_sheet_above() -> None:
    assert set(RULES) == {"other_norms", "units", "split_opinion", "early_late", "items", "history"}


def dealt(name: str) -> set[str]:
    """The trap cards of a sheet."""
    pack = workshop_pack(sheet(name))
    (page,) = (section for section in pack["sections"] if section["id"] == "traps")
    cards = [block for block in page["blocks"] if block["kind"] == "cards"]
    return {card["key"].removeprefix("traps.") for block in cards for card in block["cards"]}


TRAP_SHEETS = {
    "articulate": "high",
    "discretion": "empowerment high",
    "treadmill": "foresight high",
    "compliance": "regulates",
    "not_arrived": "managers see aims",
    "carried": "low",
    "rose_but_few": "rose, few",
    "loud_voice": "complaints first",
    "average": "high, split",
    "absent": "high, late lower",
}


@pytest.mark.parametrize("trap", TRAPS)
def test_each_trap_is_dealt_by_its_sheet_and_not_by_a_plain_one(trap: str) -> None:
    assert trap in dealt(TRAP_SHEETS[trap])
    assert trap not in dealt("plain")


@pytest.mark.parametrize(("trap", "name"), [("compliance", "serves"), ("rose_but_few", "rose, many")])
def test_a_trap_is_not_dealt_by_the_nearest_sheet_that_is_none(trap: str, name: str) -> None:
    assert trap not in dealt(name)


DEBATE_SHEETS = {
    ("own_profile", "for"): ("high", "plain"),
    ("own_profile", "against"): ("low", "plain"),
    ("statement", "for"): ("all good", "all bad"),
    ("statement", "against"): ("all bad", "all good"),
    ("history", "for"): ("high, rose", "plain"),
    ("history", "against"): ("high, fell", "plain"),
    ("everywhere", "against"): ("high, not in the south", "units alike"),
    ("agreement", "for"): ("plain", None),
    ("agreement", "against"): ("high, split", "plain"),
}


@pytest.mark.parametrize(("rule", "side"), DEBATE_SHEETS)
def test_each_debate_rule_finds_its_card_in_its_sheet_only(rule: str, side: Any) -> None:
    fires, silent = DEBATE_SHEETS[(rule, side)]
    assert DEBATE[rule](Wave(sheet(fires)), side) is not None
    if silent is not None:
        assert DEBATE[rule](Wave(sheet(silent)), side) is None


def test_the_place_among_others_is_a_card_where_there_is_one() -> None:
    norms = edition(48)
    made = sheet("all good")
    wave = Wave(made, place(made, norms), norms)
    assert DEBATE["standing"](wave, "for") is not None
    assert DEBATE["standing"](wave, "against") is None
    assert DEBATE["standing"](Wave(made), "for") is None
    real = {**made, "synthetic": False}
    assert DEBATE["standing"](Wave(real, place(made, norms), norms), "for") is None


@pytest.mark.parametrize("name", ["plain", "high, fell", "high, not in the south", "all good"])
def test_a_side_has_at_most_three_cards_of_different_kinds(name: str) -> None:
    sides: tuple[Any, ...] = ("for", "against")
    for side in sides:
        rules = [one.rule for one in debate_cards(Wave(sheet(name)), side)]
        assert len(rules) == len(set(rules)) <= 3


@pytest.mark.parametrize(
    ("name", "strengths", "gaps"),
    [("high", ["insight"], []), ("low", [], ["collaboration"]), ("plain", [], [])],
)
def test_strengths_and_gaps_are_picked_by_their_sheets_only(
    name: str, strengths: list[str], gaps: list[str]
) -> None:
    selection = strengths_and_gaps(sheet(name))
    assert [pick.factor for pick in selection.strengths] == strengths
    assert [pick.factor for pick in selection.gaps] == gaps
    assert traps_of(Wave(sheet("plain")), strengths_and_gaps(sheet("plain")), {}) == ()


def test_wilsons_interval() -> None:
    """Vectors worked out by hand from the formula of Wilson (1927)."""
    assert wilson(0.5, 100) == pytest.approx((0.40383, 0.59617), abs=1e-5)
    assert wilson(0.0, 20) == pytest.approx((0.0, 0.16113), abs=1e-5)
    low, high = wilson(1.0, 20)
    assert (low, high) == pytest.approx((0.83887, 1.0), abs=1e-5)
