"""Published indices of careless answering, of everybody in two lists."""

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from cri.domain.careless import (
    average_string,
    even_odd_consistency,
    intra_individual_variability,
    longest_string,
    mahalanobis_squared,
)
from cri.domain.sheet import UNANSWERED
from tests.reference.catalogue import Case
from tests.reference.checking import Check

ZERO = 1e-12  # a correlation of halves may be a zero that rounding made a little more


def long_string(case: Case) -> Iterator[Check]:
    """The longest run of equal answers."""
    yield from _everybody(case, longest_string(_answers(case)).astype(float))


def mean_string(case: Case) -> Iterator[Check]:
    """The mean length of runs of equal answers."""
    yield from _everybody(case, average_string(_answers(case)))


def variability(case: Case) -> Iterator[Check]:
    """The standard deviation of a person's own answers."""
    yield from _everybody(case, intra_individual_variability(_answers(case)))


def even_odd(case: Case) -> Iterator[Check]:
    """Halves of the scales against each other, turned so that higher is more careless."""
    yield from _everybody(case, even_odd_consistency(_answers(case), case.input["factors"]))


def far_out(case: Case) -> Iterator[Check]:
    """Squared Mahalanobis distances, and who lies beyond the reference's point."""
    distances = mahalanobis_squared(_answers(case))
    assert distances is not None
    yield from _everybody(case, distances)
    beyond = [person for person, d in zip(_people(case), distances, strict=True) if d > case.value["cut_99"]]
    yield Check("n_flagged_99", len(beyond), case.value["n_flagged_99"])
    yield Check("flagged_ids", beyond, case.value["flagged_ids"])


def _everybody(case: Case, ours: npt.NDArray[np.float64]) -> Iterator[Check]:
    """Each person that the reference lists, and sums over everybody."""
    value = case.value
    listed = len(value["id"])
    known = ours[~np.isnan(ours)]
    yield Check("id", _people(case)[:listed], value["id"])
    yield Check("value", ours[:listed], value["value"], absolute=ZERO)
    yield Check("all_sum", known.sum(), value["all_sum"])
    yield Check("all_na", len(ours) - len(known), value["all_na"])
    yield Check("all_mean", known.mean(), value["all_mean"])
    yield Check("all_sd", known.std(ddof=1), value["all_sd"])
    yield Check("all_max", known.max(), value["all_max"])
    yield Check("all_min", known.min(), value["all_min"])


def _rows(case: Case) -> list[dict[str, str]]:
    """Everybody, or only who answered everything."""
    items = case.input["items"]
    complete = ".complete." in case.id
    found = [row for row in case.rows() if not complete or all(row[item] for item in items)]
    assert len(found) == case.input["n_rows"]
    return found


def _people(case: Case) -> list[int]:
    return [int(row["id"]) for row in _rows(case)]


def _answers(case: Case) -> npt.NDArray[np.int8]:
    table = [[int(row[item] or UNANSWERED) for item in case.input["items"]] for row in _rows(case)]
    return np.array(table, dtype=np.int8)
