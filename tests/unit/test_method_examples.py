"""The examples in docs/method.md come out as they are told."""

import re
from typing import Any

import numpy as np
import pytest
from scipy.special import stdtrit

from cri.domain.agreement import (
    MODERATE_SKEW,
    SLIGHT_SKEW,
    ad_cutoff,
    ad_m,
    icc,
    rwg_j,
    uniform_variance,
)
from cri.domain.reliability import feldt_interval
from cri.domain.scoring import respondent_scores, sum_wave
from cri.domain.sheet import DONT_KNOW, UNANSWERED
from cri.domain.statistics import standard_error, t_interval, t_quantile
from tests.engine_examples import make_instrument, make_sheet
from tests.method_document import flowing, numbers_in, table


def test_the_examples_come_out() -> None:
    n, se, low, high = numbers_in(r"n = (\d+) of N = 200: SE = ([\d.]+), interval ([\d.]+) to ([\d.]+)\.")
    computed = standard_error(16, int(n), 200)
    assert round(computed, 3) == se
    assert tuple(round(end, 1) for end in t_interval(60, computed, int(n))) == (low, high)
    alpha, k, n, low, high = numbers_in(r"alpha = (.79), k = (\d+), n = (\d+), 90 % gives (.\d+) to (.\d+)\.")
    exact = feldt_interval(alpha, int(k), int(n), 0.90)
    # The published vector is rounded in its last digit.
    assert exact == pytest.approx((low, high), abs=1e-4)


EXAMPLE = make_instrument(["a", "b", "c", "-d"])


def example_answers() -> Any:
    """int8 (people, items) of the worked example's table."""
    points = {"-": UNANSWERED, "DK": DONT_KNOW}
    return np.array(
        [[points.get(cell) or int(cell) for cell in row[1:5]] for row in table("person")], np.int8
    )


def test_the_worked_example_comes_out_person_by_person() -> None:
    factor = EXAMPLE.factors[0]
    assert factor.needed == 3
    scores = respondent_scores(example_answers(), factor, EXAMPLE.scale)
    shown = ["none" if np.isnan(score) else f"{score:.2f}" for score in scores]
    assert [row[5] for row in table("person")] == shown


def test_the_worked_example_is_explained_with_its_own_numbers() -> None:
    first, fourth, tenth = (example_answers()[person - 1].tolist() for person in (1, 4, 10))
    points = [*first[:3], 8 - first[3]]
    mean = sum(points) / 4
    added = " + ".join(map(str, points))
    told = f"Person 1: d is turned to 8 - {first[3]} = {points[3]}, mean ({added})/4 = {mean}, score "
    assert f"{told}100 ({mean} - 1)/6 = {100 * (mean - 1) / 6:.2f}." in flowing()
    assert fourth == [4, 4, DONT_KNOW, 4]
    assert "Person 4 has three answers, 4, 4 and 4 (8 - 4): 50." in flowing()
    assert tenth[2:] == [UNANSWERED, UNANSWERED]


def test_the_worked_examples_figures_come_out() -> None:
    sums = sum_wave(EXAMPLE, make_sheet(example_answers())).factors[0]
    people = sums.everybody
    score, sd = 100 * (people.mean - 1) / 6, 100 * people.sd / 6
    se = standard_error(sd, people.n, 20)
    low, high = t_interval(score, se, people.n)
    variances = np.array([[item.moments.variance for item in sums.items]])
    mean = float(variances.mean())
    agreement = rwg_j(variances, 4, 7)
    assert agreement.slight_skew is not None
    keyed_counts = [
        item.counts[::-1] if asked.reversed else item.counts
        for asked, item in zip(EXAMPLE.items, sums.items, strict=True)
    ]
    favourable = sum(item.favourable for item in sums.items)
    given = sum(item.moments.n for item in sums.items)
    each = [f"{value:.3f}" for value in variances[0]]
    computed = {
        "n": (str(people.n), "people with a score"),
        "score": (f"{score:.2f}", "mean of the eleven"),
        "s": (f"{sd:.2f}", "their standard deviation"),
        "SE": (f"{se:.2f}", f"{sd:.2f} / sqrt(11) x sqrt(1 - 11/20)"),
        "interval": (
            f"{low:.2f} to {high:.2f}",
            f"{score:.2f} +/- {t_quantile(people.n - 1):.3f} x {se:.2f}",
        ),
        "favourable": (f"{100 * favourable / given:.0f} %", f"{favourable} of {given} answers keyed 6 or 7"),
        "mean item variance m": (f"{mean:.3f}", f"of {', '.join(each[:3])} and {each[3]}"),
        "r_wg(J) uniform": (f"{agreement.uniform[0]:.2f}"[1:], f"r = 1 - {mean:.3f}/4 = {1 - mean / 4:.3f}"),
        "r_wg(J) slight skew": (
            f"{agreement.slight_skew[0]:.2f}"[1:],
            f"r = 1 - {mean:.3f}/2.90 = {1 - mean / SLIGHT_SKEW[7]:.3f}",
        ),
        "AD_M": (
            f"{ad_m(np.array([keyed_counts]))[0]:.2f}",
            f"below the cut-off of {ad_cutoff(7):.2f}",
        ),
    }
    told = {row[0]: (row[1], row[2].replace("= .", "= 0.")) for row in table("figure")}
    assert told == computed


def test_the_nulls_are_the_codes() -> None:
    told = {int(row[0]): row[1:] for row in table("points")}
    assert set(told) == set(SLIGHT_SKEW) == set(MODERATE_SKEW)
    for points, (uniform, slight, moderate) in told.items():
        assert float(uniform) == pytest.approx(uniform_variance(points), abs=5e-4)
        assert (float(slight), float(moderate)) == (SLIGHT_SKEW[points], MODERATE_SKEW[points])


def test_the_vector_of_six_groups_comes_out() -> None:
    found = re.search(r"\(six rows ([\d /]+)\): (\.\d+) and (\.\d+)\.", flowing())
    assert found
    rows = np.array([[int(cell) for cell in row.split()] for row in found.group(1).split("/")])
    computed = icc(np.full(len(rows), rows.shape[1]), rows.sum(axis=1), (rows * rows).sum(axis=1))
    assert computed is not None
    assert computed.icc2 is not None
    assert (f"{computed.icc1:.4f}"[1:], f"{computed.icc2:.4f}"[1:]) == found.groups()[1:]


def test_equivalence_begins_to_be_possible_where_it_is_said() -> None:
    """The 90 % interval of no difference at all must lie within 3 points: the bare minimum."""
    (sd, points, people) = numbers_in(
        r"With s = (\d+) and no change at all, equivalence within (\d) points "
        r"begins to be possible at about (\d+)"
    )
    needed = next(n for n in range(10, 999) if stdtrit(2 * n - 2, 0.95) * sd * (2 / n) ** 0.5 <= points)
    assert people == round(needed, -1)
