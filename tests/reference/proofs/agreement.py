"""Agreement within companies of soldiers, and how much of the differences lies between them."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from cri.domain.agreement import ad_m, icc, rwg, rwg_j, uniform_variance
from cri.domain.statistics import Moments
from tests.reference.catalogue import Case, rows
from tests.reference.checking import Check, summarised

POINTS = 5
Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Companies:
    """`counts`: int64 (groups, items, points); the rest are of each person's sum over the items."""

    names: list[str]
    counts: Counts
    n: Counts
    total: Counts
    squares: Counts

    @property
    def variances(self) -> Floats:
        """float64 (groups, items), divisor n - 1."""
        steps = range(1, POINTS + 1)
        return np.array([[_moments(item, steps).variance for item in group] for group in self.counts])


def whole_scale(case: Case) -> Iterator[Check]:
    """r_wg(J) under one of the method's nulls."""
    asked = companies(case)
    agreement = rwg_j(asked.variances, len(case.input["items"]), POINTS)
    yield from _by_group(case, asked, "rwg_j", getattr(agreement, case.input["null"]))


def not_stepped_up(case: Case) -> Iterator[Check]:
    """r*_wg(J): r_wg of the mean item variance, before truncation, under any null."""
    asked = companies(case)
    yield from _by_group(case, asked, "rstar_wg_j", rwg(asked.variances.mean(axis=1), _null(case)))


def one_item(case: Case) -> Iterator[Check]:
    """r_wg of one item, truncated at 0."""
    asked = companies(case)
    yield from _by_group(case, asked, "rwg", np.maximum(rwg(asked.variances[:, 0], _null(case)), 0))


def deviation(case: Case) -> Iterator[Check]:
    """AD_M: the mean distance from the mean."""
    asked = companies(case)
    yield from _by_group(case, asked, "ad", ad_m(asked.counts))


def variance_ratio(case: Case) -> Iterator[Check]:
    """F of the analysis of variance, which ICC(2) = 1 - 1/F holds."""
    asked = companies(case)
    found = icc(asked.n, asked.total, asked.squares)
    assert found is not None
    assert found.icc2 is not None
    people, groups = int(asked.n.sum()), len(asked.names)
    yield Check("F", 1 / (1 - found.icc2), case.value["F"])
    yield Check("df_between", groups - 1, case.value["df_between"])
    yield Check("df_within", people - groups, case.value["df_within"])
    yield Check("n_groups", groups, case.value["n_groups"])
    yield Check("n", people, case.value["n"])


def between_groups(case: Case) -> Iterator[Check]:
    """ICC(1) with k0."""
    asked = companies(case)
    found = icc(asked.n, asked.total, asked.squares)
    assert found is not None
    yield Check("icc1", found.icc1, case.value["icc1"])
    yield Check("n_groups", len(asked.names), case.value["n_groups"])
    # The k0 that our two coefficients imply: ICC(1) = (F - 1) / (F + k0 - 1), ICC(2) = 1 - 1/F.
    assert found.icc2 is not None
    ratio = 1 / (1 - found.icc2)
    yield Check("k0", (ratio - 1) / found.icc1 - ratio + 1, case.value["k0"])


def of_the_mean(case: Case) -> Iterator[Check]:
    """ICC(2), which needs no size of group."""
    asked = companies(case)
    found = icc(asked.n, asked.total, asked.squares)
    assert found is not None
    yield Check("icc2", found.icc2, case.value["icc2"])


def companies(case: Case) -> Companies:
    return _companies(case.input["file"], tuple(case.input["items"]))


@cache
def _companies(file: str, items: tuple[str, ...]) -> Companies:
    """Groups in the order of the reference: by number."""
    by_group: dict[str, list[list[int]]] = {}
    for row in rows(file):
        by_group.setdefault(row["GRP"], []).append([int(row[item]) for item in items])
    names = sorted(by_group, key=int)
    tables = [np.array(by_group[name], dtype=np.int64) for name in names]
    people = [table.sum(axis=1) for table in tables]
    points = np.arange(1, POINTS + 1)
    return Companies(
        names=names,
        counts=np.array([(table[:, :, None] == points).sum(axis=0) for table in tables]),
        n=np.array([len(sums) for sums in people]),
        total=np.array([sums.sum() for sums in people]),
        squares=np.array([(sums * sums).sum() for sums in people]),
    )


def _null(case: Case) -> float:
    """The method's own where it has it; the reference's number where it has no such null."""
    if case.input["null"] == "uniform":
        return uniform_variance(POINTS)
    return float(case.input["ranvar"])


def _moments(counts: Counts, points: Any) -> Moments:
    pairs = [(int(count), point) for count, point in zip(counts, points, strict=True)]
    return Moments(
        n=sum(count for count, _ in pairs),
        total=sum(count * point for count, point in pairs),
        squares=sum(count * point * point for count, point in pairs),
    )


def _by_group(case: Case, asked: Companies, name: str, ours: Floats) -> Iterator[Check]:
    value = case.value["by_group"]
    yield Check("by_group.group", asked.names, value["group"])
    yield Check("by_group.n", asked.n, value["n"])
    yield Check(f"by_group.{name}", ours, value[name])
    for key, told in summarised(ours).items():
        yield Check(f"summary.{key}", told, case.value["summary"][key])
    yield Check("summary.n_groups", len(ours), case.value["summary"]["n_groups"])
    share = float((ours >= 0.7).mean())
    yield Check("summary.share_ge_0.70", share, case.value["summary"]["share_ge_0.70"])
