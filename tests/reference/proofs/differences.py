"""Each company against all others: Welch's test, corrected for ninety-nine comparisons, and Cohen's d."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import numpy.typing as npt

from cri.domain.change import Summary, benjamini_hochberg, cohens_d, holm, welch
from tests.reference.catalogue import Case, rows
from tests.reference.checking import Check

ITEMS = ("AF06", "AF07", "AP12", "AP17", "AP33", "AP34", "AS14", "AS15", "AS16", "AS17", "AS28")


def group_against_rest(case: Case) -> Iterator[Check]:
    """The reference's difference is the group less the others: the others are our first."""
    value = case.value
    found = [welch(*_sides(group)) for group in value["group"]]
    tests = [test for test in found if test is not None]
    yield Check("group", _groups(), value["group"])
    yield Check("n", [_sides(group)[1].n for group in value["group"]], value["n"])
    yield Check("t", [test.t for test in tests], value["t"])
    yield Check("df", [test.df for test in tests], value["df"])
    yield Check("diff", [test.difference for test in tests], value["diff"])
    yield Check("ci_lower", [test.interval[0] for test in tests], value["ci_lower"])
    yield Check("ci_upper", [test.interval[1] for test in tests], value["ci_upper"])
    p = [test.p for test in tests]
    yield Check("p", p, value["p"])
    for name, adjusted in (("holm", holm(p)), ("BH", benjamini_hochberg(p))):
        yield Check(name, adjusted, value[name])
        significant = int((adjusted < 0.05).sum())
        yield Check(f"n_significant_05.{name}", significant, value["n_significant_05"][name])


def effect_sizes(case: Case) -> Iterator[Check]:
    """Cohen's d over the pooled standard deviation, of five companies."""
    yield Check("group", sorted(case.value["group"]), case.value["group"])
    yield Check("d", [cohens_d(*_sides(group)) for group in case.value["group"]], case.value["d"])


def _groups() -> list[int]:
    return sorted({int(row["GRP"]) for row in rows("bhr2000/bhr2000.csv")})


@cache
def _people() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Each person's company, and their mean over the items."""
    people = rows("bhr2000/bhr2000.csv")
    answers = np.array([[int(row[item]) for item in ITEMS] for row in people])
    return np.array([int(row["GRP"]) for row in people]), answers.mean(axis=1)


@cache
def _sides(group: int) -> tuple[Summary, Summary]:
    """(all others, the group)."""
    companies, scores = _people()
    inside = companies == group
    others, own = (
        Summary(float(part.mean()), float(part.std(ddof=1)), len(part))
        for part in (scores[~inside], scores[inside])
    )
    return others, own
