"""Welch, corrections and equivalence against scipy and statsmodels, and the three verdicts."""

import math

import numpy as np
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import ttost_ind

from cri.domain.change import (
    Summary,
    Verdict,
    benjamini_hochberg,
    cohens_d,
    comparable,
    compare,
    equivalence,
    holm,
    minimum_detectable,
    welch,
)
from cri.domain.errors import InputError
from cri.domain.instrument import Instrument
from cri.domain.scorecard_change import check_previous
from tests.engine_examples import SEVEN, make_instrument


def people(mean: float, sd: float, n: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, sd, n)


def summary(values: np.ndarray) -> Summary:
    return Summary(float(values.mean()), float(values.std(ddof=1)), len(values))


def test_welch_is_scipys() -> None:
    first, second = people(60, 15, 40, 1), people(66, 22, 95, 2)
    found = welch(summary(first), summary(second))
    expected = stats.ttest_ind(second, first, equal_var=False)
    assert found is not None
    assert (found.t, found.df, found.p) == pytest.approx(
        (expected.statistic, expected.df, expected.pvalue), rel=1e-12
    )
    assert found.interval == pytest.approx(tuple(expected.confidence_interval(0.95)), rel=1e-12)
    assert found.difference == pytest.approx(second.mean() - first.mean(), rel=1e-12)


def test_welch_on_effective_numbers_is_scipys_from_summaries() -> None:
    first, second = Summary(60.0, 15.0, 80.5), Summary(63.0, 18.0, 120.25)
    found = welch(first, second)
    t, p = stats.ttest_ind_from_stats(63.0, 18.0, 120.25, 60.0, 15.0, 80.5, equal_var=False)
    assert found is not None
    assert (found.t, found.p) == pytest.approx((t, p), rel=1e-12)


@pytest.mark.parametrize("shift", [0.0, 1.5, 2.9, 3.5])
def test_equivalence_is_statsmodels(shift: float) -> None:
    first, second = people(60, 15, 250, 3), people(60 + shift, 14, 300, 4)
    expected = ttost_ind(second, first, -3.0, 3.0, usevar="unequal")[0]
    assert equivalence(summary(first), summary(second)) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("margin", [0.0, -1.0, math.nan])
def test_equivalence_needs_a_margin(margin: float) -> None:
    with pytest.raises(ValueError, match="expected points above 0"):
        equivalence(Summary(60, 15, 80), Summary(60, 15, 80), margin)


def test_cohens_d_over_the_pooled_deviation() -> None:
    """s^2 = (9 x 100 + 19 x 400) / 28, d = 5 / 17.4."""
    found = cohens_d(Summary(50, 10, 10), Summary(55, 20, 20))
    assert found == pytest.approx(5 / math.sqrt((9 * 100 + 19 * 400) / 28), rel=1e-12)


def test_minimum_detectable_change() -> None:
    """Standard errors of 1.5 and 2: 2.8 x 2.5 = 7."""
    assert minimum_detectable(Summary(60, 15, 100), Summary(61, 20, 100)) == pytest.approx(7.0)


@pytest.mark.parametrize("size", [1, 2, 7, 40])
def test_corrections_are_statsmodels(size: int) -> None:
    random = np.random.default_rng(size)
    p = np.concatenate([random.random(size) ** 3, [0.01, 0.01, 1.0]])[:size]
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1], rel=1e-14)
    assert benjamini_hochberg(p) == pytest.approx(multipletests(p, method="fdr_bh")[1], rel=1e-14)
    assert benjamini_hochberg(p) == pytest.approx(stats.false_discovery_control(p), rel=1e-14)


def test_corrections_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert benjamini_hochberg([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.04, 0.04])
    assert holm([]).shape == benjamini_hochberg([]).shape == (0,)


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        (Summary(60, 15, 300), Summary(66, 15, 300), "changed"),
        (Summary(60, 15, 300), Summary(54, 15, 300), "changed"),
        (Summary(60, 8, 2000), Summary(62, 8, 2000), "changed"),  # 2 points, d = .25
        (Summary(60, 30, 9000), Summary(63.1, 30, 9000), "changed"),  # d = .10, 3.1 points
        (Summary(60, 15, 9000), Summary(61, 15, 9000), "no_meaningful_change"),  # significant, but d = .07
        (Summary(60, 15, 400), Summary(60.2, 15, 400), "no_meaningful_change"),
        (Summary(60, 15, 60), Summary(60.2, 15, 60), "cannot_tell"),
        (Summary(60, 15, 30), Summary(66, 15, 30), "cannot_tell"),
        (Summary(60, 20, 2000), Summary(62.5, 20, 2000), "cannot_tell"),  # sure, yet neither large nor small
    ],
)
def test_the_three_verdicts(before: Summary, after: Summary, expected: Verdict) -> None:
    (change,) = compare([before], [after], holm)
    assert change is not None
    assert change.verdict == expected


def test_many_comparisons_take_a_change_back() -> None:
    """p = .03 alone is a change; the naive way, without correction, it stays one among seven."""
    pair = (Summary(60, 15, 120), Summary(64.2, 15, 120))
    quiet = (Summary(60, 15, 120), Summary(60.1, 15, 120))
    (alone,) = compare([pair[0]], [pair[1]], holm)
    among = compare([pair[0], *[quiet[0]] * 6], [pair[1], *[quiet[1]] * 6], holm)[0]
    assert alone is not None
    assert among is not None
    assert (alone.verdict, among.verdict) == ("changed", "cannot_tell")
    assert among.test.p == alone.test.p < 0.05 < among.adjusted
    assert among.adjusted == pytest.approx(7 * among.test.p)


def test_what_cannot_be_compared_is_none_and_not_counted() -> None:
    pair = (Summary(60, 15, 120), Summary(64.2, 15, 120))
    flat, few = Summary(60, 0.0, 50), Summary(60, 15, 1)
    found = compare([None, pair[0], flat, few, pair[0]], [pair[1], pair[1], flat, pair[1], None], holm)
    assert [change is None for change in found] == [True, False, True, True, True]
    assert found[1] is not None
    assert found[1].adjusted == found[1].test.p
    assert compare([], [], benjamini_hochberg) == ()
    assert welch(flat, flat) is cohens_d(flat, flat) is equivalence(few, pair[0]) is None
    assert welch(flat, pair[0]) is not None
    assert welch(flat, Summary(61, 1e-200, 50)) is None  # a rounding error is no deviation


def test_equivalence_within_three_points_needs_about_two_hundred() -> None:
    """Method section 4: with no difference at all and a deviation of 15, from 136 on each side."""
    verdicts = {
        n: compare([Summary(60, 15, n)], [Summary(60, 15, n)], holm)[0].verdict  # type: ignore[union-attr]  # sd > 0
        for n in (100, 130, 140, 200)
    }
    assert verdicts == {
        100: "cannot_tell",
        130: "cannot_tell",
        140: "no_meaningful_change",
        200: "no_meaningful_change",
    }


def test_another_instrument_breaks_the_line() -> None:
    now = Instrument(
        "cri", "1.1.0", "a" * 64, SEVEN, make_instrument(["x"]).factors, comparable_with=("1.0.0",)
    )
    same = {"code": "cri", "version": "1.1.0", "sha256": "a" * 64}
    assert comparable(now, same)
    assert comparable(now, same | {"version": "1.0.0", "sha256": "b" * 64})
    assert not comparable(now, same | {"sha256": "b" * 64})
    assert not comparable(now, same | {"version": "0.9.0"})
    assert not comparable(now, same | {"code": "mri"})
    assert not comparable(now, same | {"code": "mri", "version": "1.0.0"})


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"synthetic": True}, "synthetic data before real data"),
        ({"agency": "Another"}, "of Another, the answers of Water"),
        ({"sheet_sha256": "1" * 64}, "the very same answers"),
        ({"wave": {"closed": "2026-05-01"}}, "closed on 2026-05-01, this wave on 2026-05-01"),
    ],
)
def test_what_cannot_be_this_agencys_earlier_wave_is_refused(changed: dict[str, object], what: str) -> None:
    now = {"synthetic": False, "agency": "Water", "sheet_sha256": "1" * 64, "wave": {"closed": "2026-05-01"}}
    before = {**now, "sheet_sha256": "0" * 64, "wave": {"closed": "2025-05-01"}}
    check_previous(now, before)
    check_previous(now, {**before, "agency": None, "wave": {"closed": None}})
    with pytest.raises(InputError, match=what):
        check_previous(now, {**before, **changed})
