"""Ranks and quantiles among published results: what holds whatever the numbers are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain.reference_norms import percentile_among, percentiles_among_others, quantiles

SCORES = st.floats(0, 100, allow_nan=False).map(lambda score: round(score, 1))  # one decimal: ties happen
POOLS = st.lists(SCORES, min_size=2, max_size=40)
MANY = settings(max_examples=50, deadline=None)


@MANY
@given(score=SCORES, agencies=st.integers(2, 300))
def test_identical_agencies_stand_in_the_middle(score: float, agencies: int) -> None:
    assert set(percentiles_among_others([score] * agencies)) == {50.0}
    assert percentile_among(score, [score] * agencies) == 50.0


@MANY
@given(scores=POOLS)
def test_a_percentile_is_a_percentile_and_never_falls_as_the_score_rises(scores: list[float]) -> None:
    ranks = percentiles_among_others(scores)
    assert ((ranks >= 0) & (ranks <= 100)).all()
    order = np.argsort(scores)
    assert (np.diff(ranks[order]) >= 0).all()
    rises = np.diff(np.array(scores)[order]) > 0
    assert (np.diff(ranks[order])[rises] > 0).all()


@MANY
@given(scores=POOLS, score=SCORES, rise=st.floats(0, 50))
def test_a_higher_score_never_stands_lower(scores: list[float], score: float, rise: float) -> None:
    assert percentile_among(score + rise, scores) >= percentile_among(score, scores)
    assert 0 <= percentile_among(score, scores) <= 100


@MANY
@given(scores=POOLS)
def test_one_by_one_is_all_at_once(scores: list[float]) -> None:
    """The slow definition, word by word: half of those level, itself left out."""
    for place, rank in enumerate(percentiles_among_others(scores)):
        others = scores[:place] + scores[place + 1 :]
        below = sum(other < scores[place] for other in others)
        level = sum(other == scores[place] for other in others)
        assert rank == pytest.approx(100 * (below + level / 2) / len(others), rel=1e-12)
        assert rank == percentile_among(scores[place], others)


@MANY
@given(scores=POOLS)
def test_the_order_of_agencies_does_not_matter(scores: list[float]) -> None:
    ranks = percentiles_among_others(scores)
    assert list(percentiles_among_others(scores[::-1])[::-1]) == list(ranks)
    assert sum(ranks) == pytest.approx(50 * len(scores))


@MANY
@given(scores=POOLS, shares=st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_quantiles_are_those_of_type_seven(scores: list[float], shares: list[float]) -> None:
    """Hyndman & Fan's definition 7, written out: position (n - 1) p, linear in between."""
    ordered = sorted(scores)
    for share, found in zip(shares, quantiles(scores, shares), strict=True):
        position = (len(ordered) - 1) * share
        low = int(position)
        high = min(low + 1, len(ordered) - 1)
        written_out = ordered[low] + (position - low) * (ordered[high] - ordered[low])
        assert found == pytest.approx(written_out, rel=1e-9, abs=1e-9)
        assert ordered[0] <= found <= ordered[-1]
    assert list(quantiles(scores, [0, 1])) == [ordered[0], ordered[-1]]
