"""Each claim's verdict and reason, case by case."""

from typing import Any

import pytest

from cri.domain import claims, placing_claims
from cri.domain.selection import Pick, Selection

FULL = {"responses": 400, "usable": 400, "headcount": 600, "response_rate": 400 / 600}
LOW = {"responses": 100, "usable": 100, "headcount": 600, "response_rate": 1 / 6}
UNKNOWN = {"responses": 100, "usable": 100, "headcount": None, "response_rate": None}
FEW = {"responses": 8, "usable": 8, "headcount": 600, "response_rate": 8 / 600}


def result(score: float | None = 60.0, half: float = 2.0, n: int = 400) -> dict[str, Any]:
    interval = None if score is None else [score - half, score + half]
    return {"code": "insight", "n": n, "score": score, "interval": interval}


def place(band: str | None = "upper_half", percentile: float | None = 66.0, **more: Any) -> dict[str, Any]:
    interval = None if percentile is None else [percentile - 10, percentile + 10]
    given = {"peers": "all", "agencies": 40, "score": 60.0}
    return {**given, "band": band, "percentile": percentile, "interval80": interval, **more}


def norm(**more: Any) -> dict[str, Any]:
    given = {"edition": "2026.1", "peers": "all", "asked": "all", "agencies": 40, "tier": "percentiles"}
    return {**given, "pretended": False, **more}


def said(claim: claims.Claim) -> tuple[str, str, str]:
    return claim.text_key, claim.verdict, claim.reason


@pytest.mark.parametrize(
    ("population", "expected"),
    [
        (FULL, ("response.rate", "say", "most_answered")),
        (LOW, ("response.rate", "care", "low_response")),
        (UNKNOWN, ("response.count", "care", "no_headcount")),
        (FEW, ("response.few", "dont", "too_few")),
    ],
)
def test_response(population: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert said(claims.response_claim(population, 10)) == expected


@pytest.mark.parametrize(
    ("score", "population", "expected"),
    [
        (result(), FULL, ("score.interval", "say", "enough_answers")),
        (result(half=5.01), FULL, ("score.interval", "care", "wide_interval")),
        (result(half=5.0), FULL, ("score.interval", "say", "enough_answers")),
        (result(), LOW, ("score.interval", "care", "low_response")),
        (result() | {"interval": None}, FULL, ("score.alone", "care", "no_interval")),
        (result(None, n=9), FULL, ("score.few", "dont", "too_few")),
        (result(None), FULL, ("score.few", "dont", "withheld")),
    ],
)
def test_score(score: dict[str, Any], population: dict[str, Any], expected: tuple[str, str, str]) -> None:
    assert said(claims.score_claim(score, population, 10)) == expected


@pytest.mark.parametrize(
    ("placement", "pretended", "expected"),
    [
        (place(), False, ("position.upper_half", "say", "band_reached")),
        (place("near_middle"), False, ("position.near_middle", "say", "band_reached")),
        (place("lower_half", None), False, ("position.halves_lower_half", "care", "norm_thin")),
        (place("cannot_tell"), False, ("position.cannot_tell", "dont", "within_noise")),
        (place("cannot_tell", None), False, ("position.cannot_tell", "dont", "within_noise")),
        (place(None, None), False, ("position.none", "dont", "norm_too_thin")),
        (place(None, None, score=None), False, ("position.none", "dont", "too_few")),
        (place(), True, ("position.none", "dont", "norm_synthetic")),
        (None, False, ("position.none", "dont", "no_norm")),
    ],
)
def test_position(placement: Any, pretended: bool, expected: tuple[str, str, str]) -> None:
    assert said(placing_claims.position_claim("insight", placement, pretended=pretended)) == expected


@pytest.mark.parametrize(
    ("against", "expected"),
    [
        (norm(), ("norm.edition", "say", "norm_full")),
        (norm(tier="halves", agencies=12), ("norm.edition", "care", "norm_thin")),
        (norm(asked="sector=water"), ("norm.fell_back", "care", "peers_too_few")),
        (norm(agencies=None, tier="none"), ("norm.thin", "dont", "norm_too_thin")),
        (norm(pretended=True), ("norm.pretended", "dont", "norm_synthetic")),
        (None, ("norm.none", "dont", "no_norm")),
    ],
)
def test_norm(against: Any, expected: tuple[str, str, str]) -> None:
    assert said(placing_claims.norm_claim(against)) == expected


@pytest.mark.parametrize(
    ("alpha", "n", "withheld", "expected"),
    [
        ({"value": 0.70, "interval": [0.6, 0.8]}, 50, None, ("reliability.holds", "say", "alpha_high")),
        ({"value": 0.69, "interval": [0.6, 0.8]}, 50, None, ("reliability.loose", "care", "alpha_low")),
        (
            {"value": 0.9, "interval": [0.6, 0.95]},
            49,
            None,
            ("reliability.none", "dont", "too_few_for_alpha"),
        ),
        (None, 49, "complementary", ("reliability.none", "dont", "too_few_for_alpha")),
        (None, 50, "complementary", ("reliability.none", "dont", "withheld")),
        (None, 400, "alike", ("reliability.none", "dont", "withheld")),
        (None, 400, None, ("reliability.none", "dont", "no_alpha")),
    ],
)
def test_reliability(alpha: Any, n: int, withheld: str | None, expected: tuple[str, str, str]) -> None:
    items = [{"suppressed": None}, {"suppressed": withheld}]
    assert said(claims.reliability_claim(result(n=n) | {"alpha": alpha, "items": items})) == expected


def test_a_factor_whose_score_is_withheld_has_its_alpha_withheld() -> None:
    hidden = result(None) | {"alpha": None, "items": [{"suppressed": None}]}
    assert claims.reliability_claim(hidden).reason == "withheld"


def item(code: str, favourable: float | None, n: int = 400, limit: str | None = None) -> dict[str, Any]:
    return {"code": code, "favourable": favourable, "favourable_limit": limit, "n": n}


def test_items_are_named_at_both_ends_and_with_care_where_few_answered() -> None:
    rows = [item("a", 0.5), item("b", 0.9, n=20), item("c", None), item("d", 0.1)]
    highest, lowest = claims.item_claims(rows)
    assert (highest.subject, *said(highest)) == ("b", "item.highest", "care", "wide_share")
    assert (lowest.subject, *said(lowest)) == ("d", "item.lowest", "say", "enough_answers")


def test_an_item_that_nobody_favours_is_the_lowest_and_has_no_number() -> None:
    _, lowest = claims.item_claims([item("a", 0.5), item("b", None, limit="under_5")])
    assert lowest.values["share"] == claims.Value("limit", "under_5")


def test_one_item_alone_is_neither_highest_nor_lowest() -> None:
    assert claims.item_claims([item("a", 0.5), item("b", None)]) == ()


def unit(code: str, score: float | None, half: float = 2.0) -> dict[str, Any]:
    return {"code": code, "score": score, "interval": None if score is None else [score - half, score + half]}


def test_units_differ_with_care_only_where_their_intervals_lie_apart() -> None:
    apart = claims.unit_claim("insight", [unit("a", 50), unit("b", None), unit("c", 60)])
    assert apart is not None
    assert said(apart) == ("units.differ", "care", "many_comparisons")
    assert (apart.values["lowest"].value, apart.values["highest"].value) == ("a", "c")
    touching = claims.unit_claim("insight", [unit("a", 50), unit("c", 54)])
    assert touching is not None
    assert said(touching) == ("units.alike", "dont", "within_noise")
    assert claims.unit_claim("insight", [unit("a", 50), unit("b", None)]) is None


def factor(code: str, score: float | None) -> dict[str, Any]:
    return result(score) | {"code": code}


def test_picks_come_first_and_the_next_in_line_may_not_be_said() -> None:
    strength = Pick("a", ("upper_quarter", "own_profile"), 80.0, 22.0, 91.0, 0.97)
    own = Pick("f", ("own_profile",), 40.0, -18.0, 30.0, 0.9)
    rows = [factor(code, score) for code, score in zip("abcdef", (80.0, 61, 59, 57, 51, 40), strict=True)]
    made = placing_claims.pick_claims(Selection(58.0, (strength,), (own,)), rows)
    assert [(claim.subject, *said(claim)) for claim in made] == [
        ("a", "strength.norm", "say", "band_reached"),
        ("b", "strength.none", "dont", "not_apart"),
        ("c", "strength.none", "dont", "not_apart"),
        ("f", "gap.own", "care", "own_profile"),
        ("e", "gap.none", "dont", "not_apart"),
        ("d", "gap.none", "dont", "not_apart"),
    ]
    assert made[3].values["difference"].value == 18.0


def test_no_factor_is_both_a_strength_and_a_gap_and_none_is_picked_without_a_profile() -> None:
    rows = [factor("a", 60.0), factor("b", 50.0), factor("c", None)]
    made = placing_claims.pick_claims(Selection(55.0, (), ()), rows)
    assert [(claim.text_key, claim.subject) for claim in made] == [("strength.none", "a"), ("gap.none", "b")]
    assert placing_claims.pick_claims(Selection(None, (), ()), rows) == []
