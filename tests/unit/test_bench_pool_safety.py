"""The bench of what the pool's safety costs: its counts and errors on pools where they are known."""

import numpy as np
import pytest

from cri.domain.edition_draft import draft_edition
from cri.domain.norms import figures_of
from tests.performance import bench_pool_safety as bench

REAL = np.random.default_rng(3).normal(60, 8, (30, 6))


def test_the_whole_pool_of_twenty_has_all_its_groups() -> None:
    pool = bench.pool_like(REAL, 20, 0)
    assert len({one.owner for one in pool}) == 20
    cost = bench.cost_of(pool, draft_edition(pool, "2026.1", peers=((),)), ((),))
    assert (cost.large_enough, cost.with_percentiles) == (7, 7)
    assert (cost.given, cost.asked) == (35, 35)
    assert (len(cost.whole), len(cost.peers)) == (7, 0)
    assert 0 < max(cost.whole) < 12


def test_agencies_are_drawn_from_real_ones() -> None:
    """Each stands within a few half points of one of the organisations, on every factor."""
    for one in bench.pool_like(REAL, 12, 4):
        scores = [figure["score"] for code, figure in figures_of(one.scorecard).items() if code != "index"]
        assert np.abs(REAL - scores).max(axis=1).min() < 2.5


def test_what_is_asked_counts_cells_that_are_refused() -> None:
    pool = bench.pool_like(REAL, 24, 1)
    draft = draft_edition(pool, "2026.1", peers=((),))
    alone = bench.cost_of(pool, draft, ((),))
    more = bench.cost_of(pool, draft, ((), ("relationship",)))
    assert more.given == alone.given
    assert more.asked > alone.asked


def test_rows_say_what_was_measured() -> None:
    cost = bench.Cost(10, 5, 40, 20, (3.0, 4.0), ())
    measured = [row.measured for row in bench.cost_rows(20, [cost, cost])]
    assert measured == [
        "10 of 20 (50%)",
        "40 of 80 (50%)",
        "3.5 points (root mean square, 4 cells)",
        "no percentiles",
    ]
    assert bench.cost_rows(8, [bench.Cost(0, 0, 2, 2, (), ())])[0].measured == "none has so many"


def test_the_attack_is_told_in_one_row() -> None:
    pool = bench.pool_like(REAL, 16, 2)
    draft = draft_edition(pool, "2026.1", peers=((),))
    nearest, anybody = bench.intervals(pool, draft, 3)
    assert len(nearest) == len(anybody) == 3
    assert all(0 < width < 100 for width in (*nearest, *anybody))
    assert "the tightest of 3 in the closest groups" in bench.attack_row(pool, draft, 3).measured


def test_without_the_data_it_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.setattr(bench, "data_folder", lambda: tmp_path_factory.mktemp("none"))
    (row,) = bench.measure()
    assert row.measured.startswith("not measured: no ")
