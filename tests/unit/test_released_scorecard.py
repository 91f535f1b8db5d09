"""A scorecard that leaves the service says units' sizes to the nearest 5 only."""

from cri.domain.rounding import with_round_groups


def unit(n: int | None, factor_n: int | None) -> dict[str, object]:
    figure = {"n": factor_n, "score": None if factor_n is None else 50.25}
    return {"code": "a", "n": n, "factors": None if n is None else {"insight": figure}}


def test_counts_of_units_are_rounded_and_nothing_else_is() -> None:
    scorecard = {"population": {"responses": 207}, "units": [unit(12, 11), unit(None, None), unit(13, None)]}
    released = with_round_groups(scorecard)
    assert released["population"] == {"responses": 207}
    assert [one["n"] for one in released["units"]] == [10, None, 15]
    assert released["units"][0]["factors"] == {"insight": {"n": 10, "score": 50.25}}
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
    released = with_round_groups(scorecard)
    found = released["profile"][0]["options"][0]
    assert (found["n"], found["factors"]["insight"]) == (15, {"n": 15, "n_eff": 10, "score": 50.25})
    assert released["quality"] == {
        "screening": {"excluded": 3},
        "early_late": {"early": {"n": 10, "factors": None}, "late": {"n": 10, "factors": None}},
    }
    assert option["n"] == figure["n"] == 13  # the stored one is as it was
