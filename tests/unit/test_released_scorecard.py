"""A scorecard that leaves the service has the digits of a page, and sizes of groups to the nearest 5."""

from math import ceil, floor

import pytest

from cri.domain.released_scorecard import released_scorecard


def unit(n: int | None, factor_n: int | None) -> dict[str, object]:
    figure = {"n": factor_n, "score": None if factor_n is None else 50.25}
    return {"code": "a", "n": n, "factors": None if n is None else {"insight": figure}}


def test_counts_of_units_are_rounded_and_those_of_the_agency_are_not() -> None:
    scorecard = {"population": {"responses": 207}, "units": [unit(12, 11), unit(None, None), unit(13, None)]}
    released = released_scorecard(scorecard)
    assert released["population"] == {"responses": 207}
    assert [one["n"] for one in released["units"]] == [10, None, 15]
    assert released["units"][0]["factors"] == {"insight": {"n": 10, "score": 50.3}}
    assert released["units"][2]["factors"] == {"insight": {"n": None, "score": None}}
    assert scorecard["units"] == [
        unit(12, 11),
        unit(None, None),
        unit(13, None),
    ]  # the stored one is as it was


def test_other_groups_and_what_their_people_are_worth_are_rounded_too() -> None:
    figure = {"n": 13, "n_eff": 12.4, "score": 50.25}
    option = {"code": "front", "n": 13, "factors": {"insight": figure}}
    half = {"n": 12, "factors": None}
    scorecard = {
        "units": [],
        "profile": [{"code": "role", "options": [option]}],
        "quality": {"screening": {"excluded": 3}, "early_late": {"early": half, "late": half}},
    }
    released = released_scorecard(scorecard)
    found = released["profile"][0]["options"][0]
    assert (found["n"], found["factors"]["insight"]) == (15, {"n": 15, "n_eff": 10, "score": 50.3})
    assert released["quality"] == {
        "screening": {"excluded": 3},
        "early_late": {"early": {"n": 10, "factors": None}, "late": {"n": 10, "factors": None}},
    }
    assert option["n"] == figure["n"] == 13  # the stored one is as it was


def test_numbers_are_those_that_a_page_shows() -> None:
    figure = {"n": 60, "score": 61.23456, "sd": 14.98765, "se": 1.93487, "interval": [57.44444, 65.05555]}
    alpha = {"value": 0.81234, "interval": [0.75555, 0.86666]}
    claim = {"id": "score.interval:insight", "values": {"score": {"kind": "score", "value": 61.23456}}}
    scorecard = {
        "units": [],
        "factors": [{**figure, "alpha": alpha, "favourable": 0.41666}],
        "claims": [claim],
        "population": {"response_rate": 0.7142857, "responses": 60},
    }
    released = released_scorecard(scorecard)
    factor = released["factors"][0]
    assert (factor["score"], factor["sd"], factor["se"], factor["interval"]) == (
        61.2,
        15.0,
        1.9,
        [57.4, 65.1],
    )
    assert factor["alpha"] == {"value": 0.81, "interval": [0.76, 0.87]}
    assert (factor["favourable"], released["population"]["response_rate"]) == (0.42, 0.71)
    assert released["claims"][0]["values"]["score"] == {"kind": "score", "value": 61.2}


def test_groups_of_a_weighted_wave_have_whole_points() -> None:
    figure = {"n": 13, "score": 61.23456, "sd": 14.98765, "interval": [57.44444, 65.05555], "ad_m": 0.81234}
    change = {"difference": 3.21, "interval": [-0.5, 6.9], "p": 0.0321, "d": 0.2345, "verdict": "changed"}
    extremes = {"low": {"kind": "score", "value": 61.23456}, "lowest": {"kind": "unit", "value": "a"}}
    scorecard = {
        "population": {"weights": {"n_eff": 88.4}},
        "index": {"score": 61.23456},
        "units": [{"code": "a", "n": 13, "factors": {"insight": figure, "foresight": {"score": None}}}],
        "profile": [{"code": "role", "options": [{"code": "b", "n": 13, "factors": {"insight": figure}}]}],
        "quality": {"early_late": {"early": {"n": 13, "factors": {"insight": figure}}}},
        "change": {"units": [{"code": "a", "factors": {"insight": change, "foresight": None}}]},
        "claims": [
            {"text_key": "units.differ", "values": extremes},
            {"text_key": "score.interval", "values": extremes},
        ],
    }
    released = released_scorecard(scorecard)
    assert released["index"] == {"score": 61.2}
    shown = {"score": 61.0, "sd": 15.0, "interval": [57.0, 65.0], "ad_m": 0.81}
    holders = [released["units"][0], released["profile"][0]["options"][0]]
    for holder in [*holders, released["quality"]["early_late"]["early"]]:
        assert holder["factors"]["insight"] == {"n": 15, **shown}
    coarse = {"difference": 3.0, "interval": [-1.0, 7.0], "p": 0.0, "d": 0.2, "verdict": "changed"}
    assert released["change"]["units"][0]["factors"] == {"insight": coarse, "foresight": None}
    assert [claim["values"]["low"]["value"] for claim in released["claims"]] == [61.0, 61.2]
    assert released["claims"][0]["values"]["lowest"]["value"] == "a"
    assert figure["score"] == 61.23456  # the stored one is as it was


@pytest.mark.parametrize(("weighted", "told"), [(True, 3.0), (False, 3.2)])
def test_changes_of_units_since_a_weighted_wave_have_whole_points(weighted: bool, told: float) -> None:
    """With this wave's score, a change with a decimal would tell the weighted one's with a decimal."""
    figure = {"n": 13, "score": 61.23456}
    change = {"difference": 3.21, "p": 0.0321}
    scorecard = {
        "population": {"weights": None},
        "units": [{"code": "a", "n": 13, "factors": {"insight": figure}}],
        "quality": None,
        "change": {
            "previous": {"weighted": weighted},
            "units": [{"code": "a", "factors": {"insight": change}}],
        },
    }
    released = released_scorecard(scorecard)
    assert released["units"][0]["factors"]["insight"]["score"] == 61.2
    assert released["change"]["units"][0]["factors"]["insight"]["difference"] == told


@pytest.mark.parametrize(("people", "told"), [(10, 12), (25, 31)])
def test_one_persons_answers_no_longer_follow_from_a_units_score(people: int, told: int) -> None:
    """Of some people one left an item open: the last digit of their exact total is that person's.

    In sixtieths of a point, those who answered all six items give multiples of ten, who answered five gives
    a multiple of twelve: exactly, a fifth of the 31 possible sums is left. Of ten people as told, 12.
    """
    complete, partial = [24, 30, 33, 27, 36, 22, 31, 28, 35] * 3, 17  # sums of six answers, and of five
    parts = 60 * people
    total = sum(10 * one for one in complete[: people - 1]) + 12 * partial

    def possible(score: float, step: float) -> set[int]:
        """Sums of the five answers with which some total gives the score as it is told."""
        ends = (((score + side) * 6 / 100 + 1) * parts for side in (-step / 2, step / 2))
        totals = range(ceil(next(ends) - 1e-6), floor(next(ends) + 1e-6) + 1)
        return {five for five in range(5, 36) if any((one - 12 * five) % 10 == 0 for one in totals)}

    exact = (total / parts - 1) * 100 / 6
    assert possible(exact, 1e-9) == {five for five in range(5, 36) if five % 5 == partial % 5}
    shown = released_scorecard({"units": [], "index": {"score": exact}})["index"]["score"]
    assert len(possible(shown, 0.1)) == told
