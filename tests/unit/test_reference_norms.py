"""Places among published results: what cannot be said is refused."""

import math

import pytest

from cri.domain.reference_norms import percentile_among, percentiles_among_others, quantiles


def test_the_agency_itself_is_not_among_the_others() -> None:
    """Four organisations: the best is above all three others, not above three of four."""
    assert list(percentiles_among_others([40, 50, 60, 70])) == pytest.approx([0, 100 / 3, 200 / 3, 100])
    assert list(percentiles_among_others([40, 50, 50, 70])) == pytest.approx([0, 50, 50, 100])


def test_an_outsider_stands_among_all() -> None:
    assert percentile_among(50, [40, 50, 60, 70]) == 37.5
    assert percentile_among(10, [40, 50]) == 0
    assert percentile_among(99, [40, 50]) == 100


def test_quantiles_lie_between_the_order_statistics() -> None:
    assert list(quantiles([1, 2, 3, 4], [0.25, 0.5, 0.9])) == pytest.approx([1.75, 2.5, 3.7])
    assert list(quantiles([7], [0.1, 0.5])) == [7, 7]


@pytest.mark.parametrize("scores", [[], [50]])
def test_a_rank_among_nobody_is_refused(scores: list[float]) -> None:
    with pytest.raises(ValueError, match="at least"):
        percentiles_among_others(scores)


@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_refused(wrong: float) -> None:
    for refused in (
        lambda: percentile_among(wrong, [1, 2]),
        lambda: percentile_among(1, [1, wrong]),
        lambda: percentiles_among_others([1, wrong]),
        lambda: quantiles([1, wrong], [0.5]),
        lambda: quantiles([1, 2], [wrong]),
    ):
        with pytest.raises(ValueError, match="finite"):
            refused()


def test_a_share_outside_is_refused() -> None:
    with pytest.raises(ValueError, match="range"):
        quantiles([1, 2], [1.5])
