"""Claims of a scorecard: each rule with a case that fires it and one that does not."""

from typing import Any

import pytest

from cri.domain.claims import Claim
from cri.domain.wave_claims import (
    agreement_claim,
    change_claims,
    driver_claims,
    early_late_claims,
    weights_claims,
)


def said(claim: Claim) -> tuple[str, str, str]:
    return claim.id, claim.verdict, claim.reason


@pytest.mark.parametrize(
    ("mixed", "expected"),
    [
        (True, ("agreement.mixed:insight", "care", "views_differ")),
        (False, ("agreement.shared:insight", "say", "views_shared")),
        (None, ("agreement.none:insight", "dont", "too_few")),
    ],
)
def test_mixed_views(mixed: bool | None, expected: tuple[str, str, str]) -> None:
    items = [{"n": 12 if mixed is not None else 9}, {"n": 12}]
    factor = {"code": "insight", "mixed_views": mixed, "rwg_j": {"slight_skew": 0.4}, "items": items}
    assert said(agreement_claim(factor, 10)) == expected
    assert agreement_claim({**factor, "rwg_j": None}, 10).verdict == "dont"


@pytest.mark.parametrize(
    ("mixed", "rwg_j", "reason"), [(None, None, "withheld"), (False, {"slight_skew": None}, "no_null")]
)
def test_why_agreement_is_not_said_of_many(mixed: bool | None, rwg_j: Any, reason: str) -> None:
    factor = {"code": "insight", "mixed_views": mixed, "rwg_j": rwg_j, "items": [{"n": 12}]}
    assert said(agreement_claim(factor, 10)) == ("agreement.none:insight", "dont", reason)


def test_weights_are_told_and_warned_of() -> None:
    weights = {"design_effect": 1.2, "n_eff": 83.4, "notable": False}
    (mild,) = weights_claims({"usable": 100, "weights": weights})
    assert said(mild) == ("weights.used:wave", "say", "weights_mild")
    assert mild.values["n_eff"].value == 83
    (costly,) = weights_claims({"usable": 100, "weights": {**weights, "notable": True}})
    assert costly.reason == "weights_costly"
    assert weights_claims({"usable": 100, "weights": None}) == []


def halves(early: float, late: float) -> dict[str, Any]:
    def half(score: float) -> dict[str, Any]:
        return {"factors": {"insight": {"score": score, "sd": 15.0, "n": 200, "n_eff": 200.0}}}

    return {"early_late": {"early": half(early), "late": half(late)}}


def test_late_answers_that_differ_are_named() -> None:
    (claim,) = early_late_claims(halves(60.0, 50.0))
    assert said(claim) == ("early_late.differ:insight", "care", "late_like_absent")
    (alike,) = early_late_claims(halves(60.0, 60.5))
    assert said(alike) == ("early_late.alike:wave", "say", "no_difference_found")
    assert early_late_claims(None) == early_late_claims({"early_late": None}) == []


def driver(first: tuple[float, float], second: tuple[float, float]) -> dict[str, Any]:
    weights = [
        {"factor": name, "share": sum(interval) / 2, "interval": list(interval)}
        for name, interval in (("insight", first), ("foresight", second))
    ]
    return {"outcome": "overall", "n": 200, "r2": 0.4, "weights": weights}


def test_a_driver_is_named_only_where_it_stands_out() -> None:
    (apart,) = driver_claims([driver((0.5, 0.7), (0.2, 0.4))])
    assert said(apart) == ("drivers.first:overall", "care", "correlation")
    assert apart.values["factor"].value == "insight"
    (close,) = driver_claims([driver((0.4, 0.6), (0.3, 0.5))])
    assert said(close) == ("drivers.none:overall", "dont", "within_noise")
    assert driver_claims(None) == []


def test_three_answers_to_what_changed() -> None:
    def told(verdict: str | None) -> list[tuple[str, str, str]]:
        found = {"verdict": verdict, "difference": 5.0, "interval": [2.0, 8.0]} if verdict else None
        change = {"comparable": True, "index": None, "factors": [{"code": "insight", "change": found}]}
        return [said(one) for one in change_claims(change)]

    assert told("changed") == [("change.changed:insight", "say", "change_found")]
    assert told("no_meaningful_change") == [("change.same:insight", "say", "same_within_margin")]
    assert told("cannot_tell") == [("change.cannot_tell:insight", "dont", "within_noise")]
    assert told(None) == []


def test_another_instrument_breaks_the_line() -> None:
    (broken,) = change_claims({"comparable": False})
    assert said(broken) == ("change.broken:wave", "dont", "instrument_changed")
    assert change_claims(None) == []
