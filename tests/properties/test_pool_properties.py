"""What holds for every pool, and an attack that groups withstand and quantiles do not."""

from collections.abc import Sequence
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain.documents import canonical_json
from cri.domain.edition_draft import build_edition
from cri.domain.microaggregation import LEAST_OWNERS, MEAN_DECIMALS, cut, microaggregate, within_share
from cri.domain.norms import cell_of
from cri.domain.placing import place
from cri.domain.strip import strip_of
from tests.pool_examples import member, scorecard

SCORES = st.floats(0, 100, allow_nan=False).map(lambda score: round(score, 6))
SHOWN = ("percentile", "interval80", "band", "probability", "to_next_band")
few = settings(max_examples=40, deadline=None)


@st.composite
def pools(draw: st.DrawFn, least: int = 1, most: int = 45) -> tuple[list[float], list[int]]:
    """Scores, with ties now and then, and owners, some with many agencies."""
    total = draw(st.integers(least, most))
    scores = draw(st.lists(SCORES | st.sampled_from([50.0, 60.0]), min_size=total, max_size=total))
    owners = draw(st.lists(st.integers(0, max(3, total)), min_size=total, max_size=total))
    return scores, draw(st.sampled_from([owners, list(range(total))]))


def edition_of(scores: Sequence[float], owners: Sequence[int], sd: float = 8.0) -> dict:
    members = [
        member(f"a{number}", score, {"owner": f"o{owner}"}, sd=sd)
        for number, (score, owner) in enumerate(zip(scores, owners, strict=True))
    ]
    return build_edition(members, "2026.1")


@few
@given(pools())
def test_every_group_holds_four_owners_and_every_agency_is_in_one(
    pool: tuple[list[float], list[int]],
) -> None:
    scores, owners = np.array(pool[0]), np.array(pool[1])
    groups = microaggregate(scores, owners)
    if len(set(pool[1])) < LEAST_OWNERS:
        assert groups == ()
        return
    assert sum(group.size for group in groups) == len(scores)
    ends = cut(owners[np.argsort(scores, kind="stable")])
    in_order = owners[np.argsort(scores, kind="stable")]
    for start, end in zip((0, *ends[:-1]), ends, strict=True):
        assert len(set(in_order[start:end].tolist())) >= LEAST_OWNERS
    means = [group.mean for group in groups]
    assert means == sorted(means)
    assert scores.min() <= means[0] <= means[-1] <= scores.max()


@few
@given(st.lists(st.integers(0, 8), max_size=60))
def test_no_owner_has_over_forty_per_cent_of_what_is_kept(owners: list[int]) -> None:
    kept = [owners[position] for position in within_share(owners)]
    assert all(5 * kept.count(owner) <= 2 * len(kept) for owner in set(kept))
    others = {owner for owner in owners if 5 * owners.count(owner) <= 2 * len(owners)}
    if len(set(owners)) > 2 and others == set(owners):
        assert kept == owners


@few
@given(pools(least=8), st.randoms(use_true_random=False))
def test_order_of_members_does_not_matter(pool: tuple[list[float], list[int]], random: object) -> None:
    members = [
        member(f"a{number}", score, {"owner": f"o{owner}"})
        for number, (score, owner) in enumerate(zip(*pool, strict=True))
    ]
    once = canonical_json(build_edition(members, "2026.1"))
    random.shuffle(members)  # type: ignore[attr-defined]  # hypothesis gives a random.Random
    assert canonical_json(build_edition(members, "2026.1")) == once


@few
@given(pools(least=8), st.lists(SCORES, min_size=2, max_size=6), st.sampled_from([20, 100, 2000]))
def test_percentiles_are_within_bounds_and_never_fall_as_the_score_rises(
    pool: tuple[list[float], list[int]], scores: list[float], n: int
) -> None:
    edition = edition_of(*pool)
    order = ["lower_quarter", "lower_half", "near_middle", "upper_half", "upper_quarter"]
    before = None
    for score in sorted(scores):
        placed = place(scorecard("new", score, n=n), edition)["placements"][0]
        if placed["percentile"] is not None:
            low, high = placed["interval80"]
            assert 0 <= low <= placed["percentile"] <= high <= 100
            if before and before["percentile"] is not None:
                assert placed["percentile"] >= before["percentile"]
        if before and before["band"] in order and placed["band"] in order:
            assert order.index(placed["band"]) >= order.index(before["band"])
        if placed["to_next_band"] is not None:
            assert 0 <= placed["to_next_band"] <= 100 - score + 1e-9
        before = placed


@few
@given(SCORES, st.integers(8, 40), st.sampled_from([0.0, 5.0, 20.0]), SCORES)
def test_a_pool_of_identical_agencies_gives_fifty(score: float, agencies: int, sd: float, own: float) -> None:
    edition = edition_of([score] * agencies, list(range(agencies)), sd)
    for placed in place(scorecard("new", own, sd=sd), edition)["placements"]:
        assert placed["band"] == "cannot_tell"
        assert placed["percentile"] == (50.0 if agencies >= 20 else None)


@few
@given(pools(least=8))
def test_nothing_shown_comes_from_fewer_owners_than_the_tier_asks(
    pool: tuple[list[float], list[int]],
) -> None:
    edition = edition_of(*pool)
    cell, strip = cell_of(edition, "index"), strip_of(edition, "index")
    placed = place(scorecard("new", 50.0), edition)["placements"][0]
    owners = cell["owners"] if cell else 0
    if owners < 8:
        assert strip is None
        assert all(placed[key] is None for key in SHOWN)
    elif owners < 20:
        assert placed["percentile"] is placed["interval80"] is None
        assert placed["band"] in {"upper_half", "lower_half", "cannot_tell"}
    else:
        assert placed["percentile"] is not None


# The attack: somebody who holds the publication, knows who is where in it, and has two agencies of their own.


def recovered(figures: np.ndarray, mine: Sequence[int]) -> set[int]:
    """Agencies whose score the published figures and one's own scores determine.

    figures: float (published, agencies), each row the weights of the agencies in one published number.
    """
    agencies = figures.shape[1]
    known = np.vstack([figures, np.eye(agencies)[list(mine)]])
    rank = np.linalg.matrix_rank(known)
    return {
        agency
        for agency in range(agencies)
        if agency not in mine and np.linalg.matrix_rank(np.vstack([known, np.eye(agencies)[agency]])) == rank
    }


def group_weights(agencies: int) -> np.ndarray:
    """One row a group: equal weights of the agencies in it."""
    ends = cut(np.arange(agencies))
    rows = np.zeros((len(ends), agencies))
    for row, start, end in zip(rows, (0, *ends[:-1]), ends, strict=True):
        row[start:end] = 1 / (end - start)
    return rows


def quantile_weights(agencies: int) -> np.ndarray:
    """The naive way: a row for each per cent, type 7 quantiles of the sorted scores."""
    rows = np.zeros((101, agencies))
    for per_cent, row in enumerate(rows):
        place_of = per_cent / 100 * (agencies - 1)
        below = min(int(place_of), agencies - 2)
        row[below], row[below + 1] = below + 1 - place_of, place_of - below
    return rows


def somebody_is_exposed(figures: np.ndarray) -> bool:
    """Whether any two owners, pooling what they know, learn another's score."""
    agencies = figures.shape[1]
    return any(recovered(figures, mine) for mine in combinations(range(agencies), 2))


@pytest.mark.parametrize("agencies", [8, 13, 20, 27])
def test_groups_withstand_two_owners_who_know_who_is_where(agencies: int) -> None:
    assert not somebody_is_exposed(group_weights(agencies))


def test_three_owners_would_be_too_many() -> None:
    # The promise is about two; this shows that the attack bites where the groups end.
    assert recovered(group_weights(20), (0, 1, 2)) == {3}


def test_quantiles_of_twenty_agencies_fail_the_same_check() -> None:
    figures = quantile_weights(20)
    assert somebody_is_exposed(figures)
    assert recovered(figures, ()) == set(range(20))
    scores = np.sort(np.random.default_rng(8).uniform(30, 80, 20))
    published = np.quantile(scores, np.arange(101) / 100)
    assert np.allclose(figures @ scores, published)
    assert np.allclose(np.linalg.lstsq(figures, published, rcond=None)[0], scores)


def test_a_literal_best_fails_the_same_check() -> None:
    best = np.zeros((1, 20))
    best[0, 19] = 1
    assert somebody_is_exposed(np.vstack([group_weights(20), best]))


def test_editions_publish_those_groups_and_no_score() -> None:
    scores = np.random.default_rng(3).uniform(30, 80, 20)
    edition = edition_of(scores.tolist(), list(range(20)))
    cell = cell_of(edition, "insight")
    assert cell is not None
    published = [group["mean"] for group in cell["groups"]]
    assert np.array_equal(published, (group_weights(20) @ np.sort(scores)).round(MEAN_DECIMALS))
    text = canonical_json(edition).decode()
    assert not any(repr(float(score)) in text for score in scores)
