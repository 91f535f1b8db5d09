"""What is held: copies, variances that no answers have, scores far from all others."""

import copy
from typing import Any

import pytest

from cri.domain.contribution import aggregates_of
from cri.domain.quarantine import Rule, is_far, may_be_accepted, middle_of, odd_things
from tests.pool_examples import scorecard

SCALE = (1, 7)


def aggregates(agency: str, score: float = 50.0, **changes: Any) -> dict[str, Any]:
    card = scorecard(agency, score, **changes)
    for factor in card["factors"]:
        factor["items"] = [{"code": f"{factor['code']}1", "n": 99, "n_eff": 99.0, "mean": 4.0, "sd": 1.4}]
    return aggregates_of(card, {})


def odd(own: dict[str, Any], *before: dict[str, Any]) -> tuple[Rule, ...]:
    return odd_things(own, before, {}, SCALE)


def test_an_ordinary_contribution_is_not_held() -> None:
    assert odd(aggregates("a"), aggregates("b", 51.0)) == ()


def test_the_same_sheet_again_may_never_be_accepted() -> None:
    own = aggregates("a")
    found = odd(own, copy.deepcopy(own))
    assert found == (Rule.SAME_SHEET, Rule.SAME_FIGURES)
    assert not may_be_accepted(found)


def test_the_same_answers_in_another_order_are_found_out_by_their_figures() -> None:
    """Sealing shuffles: the same answers given twice make two sheets with two digests."""
    found = odd(aggregates("a"), aggregates("b"))
    assert found == (Rule.SAME_FIGURES,)
    assert may_be_accepted(found)
    other = aggregates("b")
    other["factors"][0]["items"][0]["mean"] += 1e-9
    assert odd(aggregates("a"), other) == ()


@pytest.mark.parametrize(
    ("mean", "sd", "impossible"),
    [
        (50.0, 0.0, True),  # a hundred people who answered all alike
        (50.0, 50.2518, False),  # half at one end, half at the other: 50 sqrt(100/99) = 50.2519
        (50.0, 50.2520, True),
        (90.0, 30.1511, False),  # sqrt(90 * 10 * 100/99)
        (90.0, 30.1512, True),
        (-0.1, 10.0, True),
        (100.1, 10.0, True),
    ],
)
def test_no_answers_vary_so(mean: float, sd: float, *, impossible: bool) -> None:
    own = aggregates("a")
    own["factors"][1] |= {"score": mean, "sd": sd}
    assert (Rule.IMPOSSIBLE_VARIANCE in odd(own)) == impossible


@pytest.mark.parametrize(
    ("mean", "sd", "impossible"), [(4.0, 3.015, False), (4.0, 3.016, True), (7.1, 1.0, True)]
)
def test_items_are_judged_on_their_own_scale(mean: float, sd: float, *, impossible: bool) -> None:
    own = aggregates("a")
    own["factors"][0]["items"][0] |= {"mean": mean, "sd": sd}
    assert (Rule.IMPOSSIBLE_VARIANCE in odd(own)) == impossible


def test_what_is_hidden_or_of_one_person_is_not_judged() -> None:
    own = aggregates("a")
    own["factors"][0]["items"][0] |= {"mean": None, "sd": None}
    own["factors"][1]["items"][0] |= {"n": 1, "n_eff": 1.0, "sd": 0.0}
    assert odd(own) == ()


def test_far_is_over_four_robust_deviations_of_the_others() -> None:
    """Of 50 to 58 the median is 54 and the median deviation 2: far is beyond 4 x 1.4826 x 2 = 11.86."""
    middle = middle_of([aggregates(str(n), 50.0 + n) for n in range(9)])
    assert middle["index"] == pytest.approx((54.0, 11.8608))
    for score, far in ((65.8, False), (65.9, True), (42.2, False), (42.1, True)):
        assert is_far(aggregates("x", score), middle) == far


def test_an_outlier_does_not_move_the_bar_by_much() -> None:
    """The control: with mean and standard deviation one absurd score hides itself and the next."""
    scores = [50.0 + n for n in range(9)] + [100.0, 0.0]
    middle = middle_of([aggregates(str(n), score) for n, score in enumerate(scores)])
    assert is_far(aggregates("x", 80.0), middle)
    mean = sum(scores) / len(scores)
    sd = (sum((score - mean) ** 2 for score in scores) / (len(scores) - 1)) ** 0.5
    assert abs(80.0 - mean) < 4 * sd


def test_one_factor_is_enough_and_few_others_are_not() -> None:
    pool = [aggregates(str(n), 50.0 + n) for n in range(9)]
    own = aggregates("x", 54.0)
    own["factors"][1]["score"] = 80.0
    assert is_far(own, middle_of(pool))
    assert middle_of(pool[:7]) == {}
    assert not is_far(aggregates("x", 99.0), middle_of(pool[:7]))


def test_agencies_all_alike_do_not_make_the_next_one_far() -> None:
    middle = middle_of([aggregates(str(n), 50.0) for n in range(9)])
    assert not is_far(aggregates("x", 54.0), middle)
    assert is_far(aggregates("x", 54.1), middle)
