"""Means of probability samples with and without the finite-population factor."""

from collections.abc import Iterator

import numpy as np

from cri.domain.statistics import standard_error, t_interval
from tests.reference.catalogue import Case
from tests.reference.checking import Check


def means(case: Case) -> Iterator[Check]:
    """Means of schools with their standard errors and, by Student's t, intervals."""
    value = case.value
    columns = [np.array([float(row[name]) for row in case.rows()]) for name in value["names"]]
    errors = [standard_error(column.std(ddof=1), len(column), _population(case)) for column in columns]
    yield Check("estimate", [column.mean() for column in columns], value["estimate"])
    yield Check("se", errors, value["se"])
    if case.id.endswith(".t"):
        pairs = zip(columns, errors, strict=True)
        ends = [t_interval(float(column.mean()), se, len(column)) for column, se in pairs]
        yield Check("ci95_lower", [low for low, _ in ends], value["ci95_lower"])
        yield Check("ci95_upper", [high for _, high in ends], value["ci95_upper"])
        yield Check("df", len(columns[0]) - 1, value["df"])


def share(case: Case) -> Iterator[Check]:
    """A share as a mean of 0 and 100."""
    points = np.array([100.0 * (row["sch.wide"] == "Yes") for row in case.rows()])
    se = standard_error(points.std(ddof=1), len(points), _population(case))
    low, high = t_interval(float(points.mean()), se, len(points))
    yield Check("estimate", points.mean() / 100, case.value["estimate"])
    yield Check("ci95_lower", low / 100, case.value["ci95_lower"])
    yield Check("ci95_upper", high / 100, case.value["ci95_upper"])
    yield Check("df", len(points) - 1, case.value["df"])


def strata(case: Case) -> Iterator[Check]:
    """Within a stratum the design is a simple sample of its own population, as in a unit of an agency."""
    yield Check("group", sorted({row["stype"] for row in case.rows()}), case.value["group"])
    found = []
    for group in case.value["group"]:
        schools = [row for row in case.rows() if row["stype"] == group]
        points = np.array([float(row["api00"]) for row in schools])
        se = standard_error(points.std(ddof=1), len(points), int(schools[0]["fpc"]))
        found.append((points.mean(), se))
    yield Check("mean", [mean for mean, _ in found], case.value["mean"])
    yield Check("se", [se for _, se in found], case.value["se"])


def _population(case: Case) -> int | None:
    return None if ".nofpc." in case.id else int(case.input["N"])
