"""Strengths and gaps, and why each was picked."""

from typing import Any

import pytest

from cri.domain.edition_draft import build_edition
from cri.domain.placing import place
from cri.domain.selection import strengths_and_gaps
from tests.pool_examples import pool_of, scorecard


def own(scores: dict[str, float], half_width: float = 2.0) -> dict[str, Any]:
    """A scorecard with these factor scores; the index is their mean."""
    card = scorecard("own", 50.0)
    card["index"]["score"] = sum(scores.values()) / len(scores)
    card["factors"] = [
        {
            "code": code,
            "n": 100,
            "score": score,
            "sd": 15.0,
            "interval": [score - half_width, score + half_width],
        }
        for code, score in scores.items()
    ]
    return card


def placed(**bands: tuple[str, float]) -> dict[str, Any]:
    """A placement of these bands and percentiles."""
    return {
        "placements": [
            {"factor": code, "band": band, "percentile": percentile, "probability": 0.9}
            for code, (band, percentile) in bands.items()
        ]
    }


def test_without_a_norm_the_own_profile_speaks() -> None:
    selection = strengths_and_gaps(own({"a": 60.0, "b": 50.0, "c": 50.0, "d": 40.0}))
    assert selection.profile == 50.0
    (strength,), (gap,) = selection.strengths, selection.gaps
    assert (strength.factor, strength.reasons, strength.difference) == ("a", ("own_profile",), 10.0)
    assert (gap.factor, gap.reasons, gap.difference) == ("d", ("own_profile",), -10.0)
    assert (strength.percentile, strength.probability) == (None, None)


@pytest.mark.parametrize(("score", "half_width", "picked"), [(55.0, 4.9, 1), (54.9, 1.0, 0), (58.0, 8.0, 0)])
def test_five_points_and_the_whole_interval(score: float, half_width: float, picked: int) -> None:
    card = own({"a": score, "b": 100 - score, "c": 50.0}, half_width)
    selection = strengths_and_gaps(card)
    assert len(selection.strengths) == len(selection.gaps) == picked


def test_the_pool_comes_first_and_three_are_enough() -> None:
    card = own({"a": 80.0, "b": 56.0, "c": 52.0, "d": 51.0, "e": 36.0, "f": 25.0})
    places = placed(b=("upper_quarter", 90.0), c=("upper_quarter", 99.0), d=("upper_quarter", 95.0))
    selection = strengths_and_gaps(card, places)
    assert [(pick.factor, pick.reasons) for pick in selection.strengths] == [
        ("c", ("upper_quarter",)),
        ("d", ("upper_quarter",)),
        ("b", ("upper_quarter", "own_profile")),
    ]
    assert [pick.factor for pick in selection.gaps] == ["f", "e"]


def test_what_is_ahead_of_others_is_no_gap() -> None:
    card = own({"a": 90.0, "b": 70.0})
    both_ahead = placed(a=("upper_quarter", 99.0), b=("upper_quarter", 80.0))
    assert [pick.factor for pick in strengths_and_gaps(card, both_ahead).strengths] == ["a", "b"]
    assert strengths_and_gaps(card, both_ahead).gaps == ()
    both_behind = placed(a=("lower_quarter", 9.0), b=("lower_quarter", 2.0))
    assert strengths_and_gaps(card, both_behind).strengths == ()
    assert [pick.factor for pick in strengths_and_gaps(card, both_behind).gaps] == ["b", "a"]


def test_suppressed_factors_are_neither() -> None:
    card = own({"a": 60.0, "b": 40.0})
    card["factors"][0] |= {"score": None, "interval": None}
    assert strengths_and_gaps(card).strengths == ()
    card["index"]["score"] = None
    assert strengths_and_gaps(card).gaps == ()


def test_with_a_real_placement() -> None:
    edition = build_edition(pool_of([40.0 + n / 2 for n in range(40)], n=400), "2026.1")
    card = scorecard("own", (62.0, 38.0), n=400)
    selection = strengths_and_gaps(card, place(card, edition))
    assert [pick.factor for pick in selection.strengths] == ["insight"]
    assert selection.strengths[0].reasons == ("upper_quarter", "own_profile")
    assert selection.strengths[0].percentile is not None
    assert [pick.factor for pick in selection.gaps] == ["foresight"]
