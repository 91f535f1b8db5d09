"""What the strip may show, by hand."""

import pytest

from cri.domain.edition_draft import build_edition
from cri.domain.strip import strip_of
from tests.pool_examples import member, pool_of


def test_a_thin_pool_shows_end_groups_and_median() -> None:
    # Sorted in fours: 10 20 30 40 | 50 60 70 80; means 25 and 65 at ranks 1/4 and 3/4.
    edition = build_edition(pool_of([80.0, 10, 70, 20, 60, 30, 50, 40]), "2026.1")
    assert strip_of(edition, "insight") == {
        "factor": "insight",
        "peers": "all",
        "agencies": 8,
        "tier": "halves",
        "lowest": {"size": 4, "mean": 25.0},
        "best": {"size": 4, "mean": 65.0},
        "median": pytest.approx(45.0, rel=1e-12),
        "quartiles": None,
    }


def test_twenty_agencies_have_quartiles() -> None:
    # 1..20 in fives of four: means 2.5 6.5 10.5 14.5 18.5 at ranks .1 .3 .5 .7 .9, so rank .25 is at 5.5.
    edition = build_edition(pool_of([float(score) for score in range(1, 21)]), "2026.1")
    strip = strip_of(edition, "foresight")
    assert strip is not None
    assert strip["quartiles"] == pytest.approx([5.5, 10.5, 15.5], rel=1e-12)
    assert strip["median"] == strip["quartiles"][1]
    assert (strip["lowest"]["mean"], strip["best"]["mean"]) == (2.5, 18.5)


def test_a_pool_of_one_score() -> None:
    strip = strip_of(build_edition(pool_of([50.0] * 20), "2026.1"), "index")
    assert strip is not None
    assert strip["quartiles"] == [50.0, 50.0, 50.0]


def test_nothing_to_show_under_eight_agencies() -> None:
    assert strip_of(build_edition(pool_of([1.0, 2, 3]), "2026.1"), "index") is None


def test_a_thin_peer_group_shows_its_parent() -> None:
    pool = [member(f"a{n}", 10 + n, {"sector": "roads" if n % 3 else "water"}) for n in range(20)]
    edition = build_edition(pool, "2026.1")
    assert strip_of(edition, "index", "sector=water") == strip_of(edition, "index")
    own = strip_of(edition, "index", "sector=roads")
    assert own is not None
    assert (own["peers"], own["agencies"]) == ("sector=roads", 13)
