"""Placing in groups against exact mid-ranks, on organisations of a real survey (UK Civil Service).

The data are not part of the project (see conftest.py). Exact mid-ranks without the organisation itself were
computed in R.
"""

import numpy as np
import pytest

from cri.domain.edition_draft import build_edition
from cri.domain.microaggregation import MEAN_DECIMALS, Group, microaggregate
from cri.domain.norms import cell_of
from cri.domain.placing import place
from cri.domain.position import Bench, Position, fixed_draws, position_of
from cri.domain.reference_norms import percentiles_among_others as ranks_of
from tests.pool_examples import pool_of
from tests.reference.catalogue import cases
from tests.reference.catalogue import rows as all_rows

MEASURES = (
    "eei",
    "my_work",
    "objectives",
    "my_manager",
    "my_team",
    "learning",
    "inclusion",
    "resources",
    "pay",
)

pytestmark = pytest.mark.usefixtures("reference_data")


def organisations() -> dict[tuple[str, str], np.ndarray]:
    """Scores of single organisations by year and measure; parents are left out."""
    rows = [row for row in all_rows("uk_csps/csps_themes_2009_2024.csv") if row["is_aggregate"] == "0"]
    return {
        (year, measure): np.array(
            [float(row[measure]) for row in rows if row["year"] == year and row[measure]]
        )
        for year in sorted({row["year"] for row in rows})
        for measure in MEASURES
    }


def placed(scores: np.ndarray, n: int) -> list[Position]:
    """Each organisation placed as a member, as if `n` people had answered in every one, SD 20."""
    groups = tuple(microaggregate(scores, np.arange(len(scores))))
    draws = fixed_draws("uk_csps")
    against = Bench(groups, 400 / n, 400.0, draws, inside=True)
    return [position_of(float(score), n, against) for score in scores]


def error(positions: list[Position], exact: np.ndarray) -> float:
    """Root mean square of the percentile's error, in points."""
    return float(np.sqrt(np.mean((np.array([position.percentile for position in positions]) - exact) ** 2)))


@pytest.mark.parametrize(("agencies", "trial"), [(8, 8.3), (12, 6.1), (20, 3.7), (40, 1.8)])
def test_what_groups_cost_is_what_the_trial_found(agencies: int, trial: float) -> None:
    """Percentiles from groups against exact ranks, no error of measurement: samples of real organisations."""
    generator = np.random.default_rng(agencies)
    squares = []
    pools = [scores for scores in organisations().values() if len(scores) >= 80]
    for _ in range(25):
        scores = generator.choice(pools[generator.integers(len(pools))], agencies, replace=False)
        squares.append(error(placed(scores, 10**9), ranks_of(scores)) ** 2)
    assert np.sqrt(np.mean(squares)) == pytest.approx(trial, rel=0.3)


def test_larger_pools_place_better() -> None:
    scores = next(
        scores for (year, _), scores in organisations().items() if year == "2022" and len(scores) > 90
    )
    errors = []
    for agencies in (20, 40, 80):
        generator = np.random.default_rng(1)
        samples = [generator.choice(scores, agencies, replace=False) for _ in range(5)]
        errors.append(np.mean([error(placed(sample, 10**9), ranks_of(sample)) for sample in samples]))
    assert errors == sorted(errors, reverse=True)
    assert errors[-1] < 1.5


def test_every_organisation_against_ranks_computed_in_r() -> None:
    ranks = [
        case.value
        for case in cases()
        if (case.file, case.statistic) == ("benchmark_uk_csps", "percentile_ranks")
    ]
    assert len(ranks) == 20
    for value in ranks:
        scores, exact = np.array(value["x"], dtype=np.float64), np.array(value["midrank_excluding_self"])
        assert error(placed(scores, 10**9), exact) < 1.6


def test_intervals_cover_and_bands_are_right_with_few_answers() -> None:
    """Fifty people each: true scores are the published ones, the pool and the agency see them with error."""
    generator = np.random.default_rng(2)
    truth = next(
        scores for (year, name), scores in organisations().items() if (year, name) == ("2022", "eei")
    )
    exact = ranks_of(truth)
    covered, sure, right = [], 0, 0
    for _ in range(8):
        positions = placed(truth + generator.normal(0, np.sqrt(400 / 50), len(truth)), 50)
        for position, rank in zip(positions, exact, strict=True):
            assert position.interval80 is not None
            low, high = position.interval80
            covered.append(low - 0.5 <= rank <= high + 0.5)
            if position.band in {"upper_quarter", "lower_quarter"}:
                sure += 1
                right += rank >= 75 if position.band == "upper_quarter" else rank <= 25
    assert np.mean(covered) == pytest.approx(0.8, abs=0.07)
    assert sure > 100
    assert right / sure > 0.8


def test_a_real_pool_makes_a_sensible_edition() -> None:
    scores = organisations()["2022", "eei"]
    pool = pool_of(scores.tolist(), n=300, sd=20.0)
    edition = build_edition(pool, "2022.1")
    cell = cell_of(edition, "index")
    assert cell is not None
    assert [group["size"] for group in cell["groups"]] == [
        group.size for group in microaggregate(scores, np.arange(len(scores)))
    ]
    assert isinstance(cell["groups"][0]["mean"], float)
    lowest = Group(**cell["groups"][0])
    assert lowest.mean == round(float(np.sort(scores)[: lowest.size].mean()), MEAN_DECIMALS)
    best = place(pool[int(np.argmax(scores))].scorecard, edition)["placements"][0]
    worst = place(pool[int(np.argmin(scores))].scorecard, edition)["placements"][0]
    assert (best["band"], worst["band"]) == ("upper_quarter", "lower_quarter")
