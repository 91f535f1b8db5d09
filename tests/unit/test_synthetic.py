"""Made-up answers: repeatable, labelled, and of the shape of real ones."""

from datetime import date

import numpy as np
import pytest

from cri.adapters.instrument_files import find_instrument, load_instrument
from cri.domain.edition_draft import build_edition
from cri.domain.errors import InputError
from cri.domain.instrument import Instrument
from cri.domain.norms import cell_of
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sheet import DONT_KNOW, UNANSWERED, Unit
from cri.domain.synthetic import synthetic_answers, synthetic_pool
from tests.pool_examples import pool_of

UNITS = (
    Unit("north", None, "North", 300),
    Unit("depot", "north", "Depot", 200),
    Unit("desk", "north", "Desk", 100),
    Unit("south", None, "South", 100),
)


@pytest.fixture(scope="module")
def cri() -> Instrument:
    return load_instrument(find_instrument("cri"))


def test_the_same_seed_gives_the_same_sheet(cri: Instrument) -> None:
    once, twice, other = (synthetic_answers(cri, 80, UNITS, 2.0, seed) for seed in (5, 5, 6))
    assert np.array_equal(once.answers, twice.answers)
    assert np.array_equal(once.unit, twice.unit)
    assert not np.array_equal(once.answers, other.answers)


def test_answers_are_points_of_the_scale_with_few_missing(cri: Instrument) -> None:
    sheet = synthetic_answers(cri, 2000, UNITS, 0.0, 1)
    assert sheet.answers.shape == (2000, len(cri.items))
    assert set(np.unique(sheet.answers).tolist()) == {DONT_KNOW, UNANSWERED, 1, 2, 3, 4, 5, 6, 7}
    assert np.mean(sheet.answers == DONT_KNOW) == pytest.approx(0.025, abs=0.003)
    assert np.mean(sheet.answers == UNANSWERED) == pytest.approx(0.012, abs=0.002)


def test_people_are_in_the_lowest_units_by_headcount(cri: Instrument) -> None:
    shares = np.bincount(synthetic_answers(cri, 4000, UNITS, 0.0, 1).unit, minlength=4) / 4000
    assert shares[0] == 0
    assert shares[1:] == pytest.approx([0.5, 0.25, 0.25], abs=0.03)


def test_the_effect_moves_the_factor_it_names(cri: Instrument) -> None:
    def scores(effect: float | dict[str, float]) -> dict[str, float]:
        sheet = synthetic_answers(cri, 1500, (), effect, 3)
        card = build_scorecard(cri, sheet, WaveFacts(synthetic=True))
        return {factor["code"]: factor["score"] for factor in card["factors"]}

    plain, moved = scores(0.0), scores({"insight": -10.0})
    assert moved["insight"] - plain["insight"] == pytest.approx(-10, abs=1.0)
    assert {code: moved[code] for code in moved if code != "insight"} == {
        code: plain[code] for code in plain if code != "insight"
    }


def test_reliability_is_that_of_a_real_scale(cri: Instrument) -> None:
    card = build_scorecard(cri, synthetic_answers(cri, 1500, (), 0.0, 3), WaveFacts(synthetic=True))
    for factor in card["factors"]:
        assert 0.70 < factor["alpha"]["value"] < 0.88
        assert 12 < factor["sd"] < 22


def test_a_pool_is_flagged_and_makes_an_edition_that_is(cri: Instrument) -> None:
    pool = synthetic_pool(cri, 30, seed=4, closed=date(2026, 6, 30))
    assert all(member.scorecard["synthetic"] is True for member in pool)
    assert all(member.agency.startswith("Synthetic") for member in pool)
    edition = build_edition(pool, "2026.1")
    assert edition["synthetic"] is True
    cell = cell_of(edition, "index")
    assert cell is not None
    assert cell["agencies"] == 30
    assert synthetic_pool(cri, 3, seed=4, closed=date(2026, 6, 30)) == pool[:3]


def test_it_cannot_enter_a_real_edition(cri: Instrument) -> None:
    made_up = synthetic_pool(cri, 1, seed=4, closed=date(2026, 6, 30))
    with pytest.raises(InputError, match="synthetic"):
        build_edition([*pool_of([50.0] * 20), *made_up], "2026.1")


def test_outcomes_follow_the_items_and_options_get_rarer(cri: Instrument) -> None:
    sheet = synthetic_answers(cri, 2000, (), 0.0, 1)
    assert sheet.outcomes is not None
    assert sheet.outcomes.shape == (2000, 2)
    given = sheet.outcomes[:, 0] > 0
    keyed = np.where([item.reversed for item in cri.items], 8 - sheet.answers, sheet.answers).astype(float)
    keyed[sheet.answers < 1] = np.nan
    assert 0.3 < np.corrcoef(np.nanmean(keyed[given], axis=1), sheet.outcomes[given, 0])[0, 1] < 0.9
    assert sheet.profile is not None
    for column, question in enumerate(cri.profile):
        counts = np.bincount(sheet.profile[:, column] + 1, minlength=len(question.options) + 1)
        assert counts[0] / 2000 == pytest.approx(0.06, abs=0.02)
        assert counts[1:].tolist() == sorted(counts[1:], reverse=True)
        assert counts[-1] > 100
