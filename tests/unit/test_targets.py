"""Targets: from achieved changes where there are enough, else from the place in the pool; the warnings."""

from dataclasses import replace
from typing import Any

import pytest

from cri.domain.change import Summary, minimum_detectable
from cri.domain.edition_draft import build_edition, draft_edition
from cri.domain.microaggregation import Group
from cri.domain.norms import cell_of
from cri.domain.placing import place
from cri.domain.spread import spread_of
from cri.domain.targets import Target, targets_of
from tests.pool_examples import member, pool_of, scorecard

POOL = pool_of([float(score) for score in range(30, 70)], n=100, sd=20.0)
EDITION = build_edition(POOL, "2026.1")


def changes(*means: float, factor: str = "insight") -> dict[str, Any]:
    groups = [{"size": 4, "mean": mean} for mean in means]
    return {"cells": [{"factor": factor, "pairs": 4 * len(means), "owners": 20, "groups": groups}]}


def target(score: float, *means: float, n: int = 100, factor: str = "insight") -> Target:
    own = scorecard("elsewhere", score, n=n, sd=20.0)
    edition = {**EDITION, "changes": changes(*means)} if means else EDITION
    told = targets_of(own, place(own, edition), edition)
    assert [one.factor for one in told] == ["index", "insight", "foresight"]
    return next(one for one in told if one.factor == factor)


def by_itself(score: float, n: int = 100) -> float:
    cell = cell_of(EDITION, "insight")
    assert cell is not None
    within = EDITION["within"]["insight"]
    spread = spread_of([Group(**group) for group in cell["groups"]], within["v"])
    return (1 - spread.tau2 / (spread.tau2 + within["within_variance"] / n)) * (spread.mu - score)


def test_what_one_in_four_achieved_beyond_what_happens_by_itself() -> None:
    found = target(45.0, -4.0, -1.0, 1.0, 3.0, 6.0)
    assert found.basis == "achieved"
    assert found.typical == pytest.approx(1.0)
    assert found.by_itself == pytest.approx(by_itself(45.0))
    # the 75 % point lies between the fourth group, at its mid-rank .7, and the fifth, at .9
    assert found.rise == pytest.approx(by_itself(45.0) + 3.0 + 3.0 * 0.05 / 0.2)
    assert found.score == pytest.approx(45.0 + (found.rise or 0))


def test_each_figure_has_its_own_distribution() -> None:
    assert target(45.0, -4.0, -1.0, 1.0, 3.0, 6.0, factor="foresight").basis in {"next_band", "half_spread"}


def test_without_changes_the_nearer_of_next_band_and_half_a_standard_deviation() -> None:
    cell = cell_of(EDITION, "insight")
    assert cell is not None
    spread = spread_of([Group(**group) for group in cell["groups"]], EDITION["within"]["insight"]["v"])
    half = spread.tau2**0.5 / 2
    kinds = set()
    for score in range(32, 70, 2):
        own = scorecard("elsewhere", float(score), sd=20.0)
        step = place(own, EDITION)["placements"][1]["to_next_band"]
        found = target(float(score))
        nearer = step is not None and 0 < step <= half
        assert found.basis == ("next_band" if nearer else "half_spread")
        assert found.rise == pytest.approx(step if nearer else half)
        assert found.typical is None
        kinds.add(found.basis)
    assert kinds == {"next_band", "half_spread"}


def test_a_rise_that_the_next_wave_could_not_find_is_warned_of() -> None:
    few, many = target(45.0, 1.0, 2.0, 3.0, 4.0, 5.0, n=60), target(45.0, 1.0, 2.0, 3.0, 4.0, 5.0, n=4000)
    wave = Summary(45.0, 20.0, 60)
    assert few.detectable == pytest.approx(minimum_detectable(wave, wave))
    assert few.detectable == pytest.approx(2.8 * 20.0 * (2 / 60) ** 0.5)
    assert (few.below_detectable, many.below_detectable) == (True, False)


def test_very_low_scores_rise_by_themselves() -> None:
    low, middle, high = (target(score) for score in (31.0, 50.0, 69.0))
    assert (low.rises_by_itself, middle.rises_by_itself, high.rises_by_itself) == (True, False, False)
    told = [one.by_itself or 0.0 for one in (low, middle, high)]
    assert told[0] > 0 > told[2]


def test_where_changes_would_mean_to_fall_the_place_in_the_pool_decides() -> None:
    assert target(69.0, -9.0, -8.0, -7.0, -6.0, -5.0).basis in {"next_band", "half_spread"}


def test_no_target_beyond_the_scale() -> None:
    assert target(98.0, 5.0, 6.0, 7.0, 8.0, 9.0).score == 100.0
    top = target(100.0)
    assert (top.basis, top.rise, top.score, top.below_detectable) == (None, None, None, False)


def test_changes_that_are_all_the_same() -> None:
    assert target(45.0, 2.0, 2.0, 2.0, 2.0, 2.0).typical == 2.0


def test_nothing_is_proposed_without_a_score_a_norm_or_differences() -> None:
    own = scorecard("elsewhere", 45.0)
    own["factors"][0].update(score=None, interval=None, n=0)
    told = targets_of(own, place(own, EDITION), EDITION)
    assert told[1] == Target("insight", *[None] * 6, below_detectable=False, rises_by_itself=False)
    assert told[2].basis is not None

    small = build_edition(POOL[:6], "2026.2")
    own = scorecard("elsewhere", 45.0)
    assert {one.basis for one in targets_of(own, place(own, small), small)} == {None}

    same = build_edition([replace(one) for one in pool_of([50.0] * 24)], "2026.3")
    assert {one.basis for one in targets_of(own, place(own, same), same)} == {None}


def test_achieved_changes_and_what_happens_by_itself_have_one_centre() -> None:
    """Changes are corrected towards the whole pool's mean; a peer group far from it is another matter."""
    scores = [*range(60, 84), *range(20, 44)]
    peers = [{"sector": "water"}] * 24 + [{"sector": "health"}] * 24
    pool = [
        member(f"a{number}", float(score), facets, sd=20.0)
        for number, (score, facets) in enumerate(zip(scores, peers, strict=True))
    ]
    edition = draft_edition(pool, "2026.1", peers=[(), ("sector",)]).document
    own = scorecard("elsewhere", 62.0, sd=20.0)
    placement = place(own, edition, "sector=water", {"sector": "water"})
    assert placement["placements"][1]["peers"] == "sector=water"

    def towards(peers: str) -> float:
        cell, within = cell_of(edition, "insight", peers), edition["within"]["insight"]
        assert cell is not None
        spread = spread_of([Group(**group) for group in cell["groups"]], within["v"])
        return (1 - spread.shrinkage(within["within_variance"] / 100)) * (spread.mu - 62.0)

    assert towards("all") < 0 < towards("sector=water")
    achieved = {**edition, "changes": changes(1.0, 2.0, 3.0, 4.0, 5.0)}
    found = targets_of(own, placement, achieved)[1]
    assert found.basis == "achieved"
    assert found.by_itself == pytest.approx(towards("all"))
    assert found.rise == pytest.approx(towards("all") + 4.25)
    assert not found.rises_by_itself  # low among its peers, high in the pool
    without = targets_of(own, placement, edition)[1]
    assert without.by_itself == pytest.approx(towards("sector=water"))
    assert without.rises_by_itself
