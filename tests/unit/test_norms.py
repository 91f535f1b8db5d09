"""Norm editions: who enters, what is published, and that order does not matter."""

import hashlib
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from cri.adapters.document_schemas import validate
from cri.domain.documents import canonical_json
from cri.domain.edition_draft import ATTACKER, build_edition, draft_edition
from cri.domain.eligibility import Member
from cri.domain.errors import InputError
from cri.domain.norms import cell_of, check_edition, tier_of
from tests.pool_examples import FACTORS, member, pool_of, scorecard

NINE = [61.0, 40.0, 52.5, 47.0, 70.0, 44.0, 58.0, 49.0, 66.0]


def cells_by_name(edition: dict) -> dict[tuple[str, str], dict]:
    return {(cell["peers"], cell["factor"]): cell for cell in edition["cells"]}


def test_groups_by_hand() -> None:
    edition = build_edition(pool_of(NINE), "2026.1")
    cell = cell_of(edition, "insight")
    assert cell is not None
    # Sorted: 40 44 47 49 52.5 | 58 61 66 70, whose mean is 63.75; an edition has one decimal.
    assert [group["size"] for group in cell["groups"]] == [5, 4]
    assert [group["mean"] for group in cell["groups"]] == [46.5, 63.8]
    assert (cell["agencies"], cell["owners"], cell["kept_from"], cell["left_out"]) == (9, 9, None, [])
    assert [cell["factor"] for cell in edition["cells"]] == ["index", *FACTORS]


def test_an_edition_keeps_to_its_schema_and_says_what_it_is() -> None:
    edition = build_edition(pool_of(NINE), "2026.1")
    validate(json.loads(json.dumps(edition)), "edition")
    assert edition["edition"] == "2026.1"
    assert edition["synthetic"] is False
    assert edition["certificate"] == {
        "attacker": ATTACKER,
        "test": "exact",
        "fewest_owners": 4,
        "contributions": 9,
        "editions_before": 0,
        "figures": 6,
        "cells": {"new": 3, "fewer_groups": 0, "kept": 0, "refused": 0},
        "unfinished": 0,
        "result": "passed",
    }
    assert edition["window"] == {"from": "2026-03", "to": "2026-03"}


def test_the_index_is_a_cell_of_its_own() -> None:
    pairs = [(score, score - 10) for score in NINE]
    edition = build_edition([member(f"a{n}", pair) for n, pair in enumerate(pairs)], "2026.1")
    index, insight = (cell_of(edition, code) for code in ("index", "insight"))
    assert index is not None
    assert insight is not None
    for own, factor in zip(index["groups"], insight["groups"], strict=True):
        assert own["mean"] == pytest.approx(factor["mean"] - 5, rel=1e-12)


def test_within_is_published_to_two_digits() -> None:
    # Standard deviations 10 to 18, n 100 each: mean variance 206.666..., mean error variance 2.0666...
    pool = [member(f"a{n}", 50 + n, sd=10.0 + n) for n in range(9)]
    within = build_edition(pool, "2026.1")["within"]
    assert sum((10 + n) ** 2 for n in range(9)) / 9 == pytest.approx(202.666, abs=1e-3)
    assert within["insight"] == {"v": 2.0, "within_variance": 200.0}
    assert set(within) == {"index", *FACTORS}


def test_weights_cost_precision() -> None:
    weighted = {"usable": 100, "response_rate": None, "headcount": None, "weights": {"n_eff": 50.0}}
    pool = [member(f"a{n}", 50 + n, sd=10.0, population=weighted) for n in range(9)]
    assert build_edition(pool, "2026.1")["within"]["insight"]["v"] == 2.0


def test_members_are_digests_of_edition_and_sheet() -> None:
    pool = pool_of(NINE)
    edition = build_edition(pool, "2026.1")
    expected = [
        hashlib.sha256(("2026.1" + each.scorecard["sheet_sha256"]).encode()).hexdigest() for each in pool
    ]
    assert edition["members"] == sorted(expected)
    assert not set(edition["members"]) & set(build_edition(pool, "2026.2")["members"])


def test_order_of_members_does_not_matter() -> None:
    pool = pool_of([50.0] * 6 + NINE, sd=12.0)
    generator = np.random.default_rng(5)
    once = canonical_json(build_edition(pool, "2026.1"))
    for _ in range(5):
        shuffled = [pool[position] for position in generator.permutation(len(pool))]
        assert canonical_json(build_edition(shuffled, "2026.1")) == once


def test_the_digest_covers_every_byte() -> None:
    edition = build_edition(pool_of(NINE), "2026.1")
    check_edition(edition, "EDITION.json")
    altered = json.loads(json.dumps(edition))
    altered["cells"][0]["groups"][0]["mean"] = math.nextafter(altered["cells"][0]["groups"][0]["mean"], 100)
    with pytest.raises(InputError, match=r"EDITION\.json: the content does not match its sha256"):
        check_edition(altered, "EDITION.json")
    for number in (math.nan, math.inf, 2**60):  # read from JSON, and in no document of ours
        altered["cells"][0]["groups"][0]["mean"] = number
        with pytest.raises(InputError, match="does not match its sha256"):
            check_edition(altered, "EDITION.json")


@pytest.mark.parametrize(
    ("agencies", "tier"), [(7, "none"), (8, "halves"), (19, "halves"), (20, "percentiles")]
)
def test_tiers(agencies: int, tier: str) -> None:
    edition = build_edition(pool_of(list(range(30, 30 + agencies))), "2026.1")
    cell = cell_of(edition, "index")
    assert tier_of(cell) == tier
    assert (cell is None) == (agencies < 8)
    assert bool(edition["within"]) == (agencies >= 8)


def test_many_agencies_of_few_owners_are_a_small_pool() -> None:
    pool = [member(f"a{n}", 30 + n, {"owner": f"Ministry {n % 7}"}) for n in range(28)]
    assert build_edition(pool, "2026.1")["cells"] == []
    pool = [member(f"a{n}", 30 + n, {"owner": f"Ministry {n % 10}"}) for n in range(30)]
    assert tier_of(cell_of(build_edition(pool, "2026.1"), "index")) == "halves"


def test_spelling_does_not_make_another_owner() -> None:
    spellings = ["Home Office", "home office", " Home  Office "]
    pool = [member(f"a{n}", 30 + n, {"owner": spellings[n] if n < 3 else f"o{n}"}) for n in range(10)]
    assert build_edition(pool, "2026.1")["cells"][0]["owners"] == 8


def test_an_owner_with_too_many_agencies_is_cut_by_the_editions_draw() -> None:
    pool = [member(f"a{n}", 30 + n, {"owner": "large" if n < 20 else f"o{n}"}) for n in range(32)]
    left_out = {}
    for name in ("2026.1", "2026.2"):
        edition = build_edition(pool, name)
        cell = edition["cells"][0]
        # Twelve others allow eight: 8 of 20 is 40 %.
        assert (cell["agencies"], len(cell["left_out"]), len(edition["members"])) == (20, 12, 32)
        assert set(cell["left_out"]) < set(edition["members"])
        digest = {
            hashlib.sha256((name + each.scorecard["sheet_sha256"]).encode()).hexdigest(): each
            for each in pool
        }
        left_out[name] = {digest[one].agency for one in cell["left_out"]}
        assert {digest[one].owner for one in cell["left_out"]} == {"large"}
    assert left_out["2026.1"] != left_out["2026.2"]


def test_peer_groups_by_one_attribute_and_by_two() -> None:
    pool = [
        member(
            f"a{n}", 30 + n / 2, {"sector": "water" if n % 2 else "roads", "country": "SE" if n % 3 else "NO"}
        )
        for n in range(60)
    ]
    cells = cells_by_name(build_edition(pool, "2026.1"))
    assert {peers for peers, _ in cells} >= {"all", "sector=water", "sector=roads", "country=SE"}
    assert any("&" in peers for peers, _ in cells)
    assert cells["sector=water", "insight"]["agencies"] == 30
    assert cells["all", "insight"]["agencies"] == 60


def test_a_peer_group_that_would_give_one_agency_away_is_refused() -> None:
    # Eighteen agencies of which seventeen are in Sweden: the two totals differ by one agency's score.
    pool = [member(f"a{n}", 30 + n, {"country": "SE" if n else "NO"}) for n in range(18)]
    draft = draft_edition(pool, "2026.1")
    assert {cell["peers"] for cell in draft.document["cells"]} == {"all"}
    assert draft.refused == tuple((code, "country=SE") for code in ("index", *FACTORS))
    assert draft.document["certificate"]["cells"]["refused"] == 3


def test_cells_with_too_few_groups_say_less() -> None:
    # Seven of forty are not in the water sector; the audit leaves that sector two groups.
    pool = [member(f"a{n}", 30 + n, {"sector": "water" if n % 6 else "roads"}) for n in range(40)]
    draft = draft_edition(pool, "2026.1")
    cell = cells_by_name(draft.document)["sector=water", "index"]
    assert (cell["agencies"], len(cell["groups"]), tier_of(cell)) == (33, 2, "halves")
    assert ("index", "sector=water") in draft.fewer


def test_one_clear_error_for_a_mixture_of_synthetic_and_real() -> None:
    pool = [*pool_of(NINE), member("made-up", 50, synthetic=True)]
    with pytest.raises(InputError) as refused:
        build_edition(pool, "2026.1")
    assert str(refused.value) == (
        "made-up.json: data synthetic; expected real, as in a0.json: an edition never mixes them"
    )


@pytest.mark.parametrize("odd", range(len(NINE)))
def test_the_odd_one_is_named_wherever_it_stands(odd: int) -> None:
    pool = pool_of(NINE)
    pool[odd].scorecard["method"] = "0.9"  # type: ignore[index]  # a dict, whatever its type says
    like = "a1.json" if odd == 0 else "a0.json"
    with pytest.raises(InputError) as refused:
        build_edition(pool, "2026.1")
    assert str(refused.value) == (
        f"a{odd}.json: method 0.9; expected 1.0, as in {like}: an edition never mixes them"
    )


def test_of_as_many_of_two_kinds_both_are_named() -> None:
    pool = pool_of(NINE[:4])
    for one in pool[:2]:
        one.scorecard["method"] = "0.9"  # type: ignore[index]  # a dict, whatever its type says
    for some in (pool, pool[::-1]):
        with pytest.raises(InputError) as refused:
            build_edition(some, "2026.1")
        assert str(refused.value) == (
            "scorecards: method 0.9, as in a0.json, as often as 1.0, as in a2.json; "
            "expected one kind: an edition never mixes them"
        )


@pytest.mark.parametrize(
    ("field", "value", "named"),
    [
        ("instrument", {"code": "mri", "version": "1.0.0", "sha256": "0" * 64}, "instrument mri 1.0.0"),
        ("instrument", {"code": "cri", "version": "1.1.0", "sha256": "0" * 64}, "instrument cri 1.1.0"),
        ("instrument", {"code": "cri", "version": "1.0.0", "sha256": "f" * 64}, "sha256 ffffffffffff"),
        ("method", "2.0", "method 2.0"),
    ],
)
def test_other_instruments_and_methods_are_refused(field: str, value: object, named: str) -> None:
    with pytest.raises(InputError, match=named):
        build_edition([*pool_of(NINE), member("odd", 50, **{field: value})], "2026.1")


def test_nothing_to_build_from() -> None:
    with pytest.raises(InputError, match="there is no scorecard"):
        build_edition([], "2026.1")
    with pytest.raises(InputError, match="none of the 3 scorecards can enter"):
        build_edition(pool_of([1, 2, 3], n=20), "2026.1")


def test_scores_of_the_scorecard_are_not_touched() -> None:
    own = scorecard("a", 50)
    before = json.dumps(own)
    build_edition([*pool_of(NINE), member("a", 50)], "2026.1")
    assert json.dumps(own) == before


def test_items_have_the_mean_of_the_whole_pool_alone() -> None:
    def with_items(number: int, hidden: bool) -> Member:
        items = [
            {"code": "insight1", "n": 100, "mean": 3 + number / 10, "sd": 1.0},
            {"code": "insight2", "n": 100, "mean": None if hidden else 4.0, "sd": 1.0},
        ]
        own = member(f"a{number}", 40 + number, {"sector": "water" if number % 2 else "roads"})
        factors = [{**factor, "items": items} for factor in own.scorecard["factors"][:1]]
        return replace(own, scorecard={**own.scorecard, "factors": factors + own.scorecard["factors"][1:]})

    pool = [with_items(number, hidden=number == 5) for number in range(20)]
    cells = [cell for cell in build_edition(pool, "2026.1")["cells"] if cell["item"]]
    # the item that one member does not show is told of nobody: the others' total would give it away
    assert [(cell["factor"], cell["item"], cell["peers"]) for cell in cells] == [
        ("insight", "insight1", "all")
    ]
    assert cells[0]["groups"] == [{"size": 20, "mean": pytest.approx(3.95, rel=1e-12)}]
