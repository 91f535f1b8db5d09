"""Ours against theirs: what a proof yields, and when the two are the same."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.reference.catalogue import Case

CLOSED_FORM = 1e-9
RAKING = 1e-7
LIKELIHOOD = 1e-5


@dataclass(frozen=True)
class Check:
    """A field of a case's value: our numbers, theirs, and how far apart they may be.

    `relative` to theirs; `absolute` only where theirs may be a zero that rounding made a little more. None
    stands for what cannot be said, and must stand in the same places.
    """

    name: str
    ours: Any
    theirs: Any
    relative: float = CLOSED_FORM
    absolute: float = 0.0

    @property
    def size(self) -> int:
        return int(np.size(self.theirs))

    def distance(self) -> float:
        """The largest difference relative to theirs, what `absolute` allows taken off; infinity if unlike."""
        if isinstance(self.theirs, str) or (isinstance(self.theirs, list) and _of_text(self.theirs)):
            return 0.0 if np.array_equal(np.asarray(self.ours), np.asarray(self.theirs)) else float("inf")
        ours, theirs = np.asarray(self.ours, dtype=float), np.asarray(self.theirs, dtype=float)
        if ours.shape != theirs.shape or (np.isnan(ours) != np.isnan(theirs)).any():
            return float("inf")
        known = ~np.isnan(theirs)
        apart = np.abs(ours - theirs)[known]
        scale = np.abs(theirs)[known]
        over = np.where(apart <= self.absolute, 0.0, apart)
        with np.errstate(divide="ignore", invalid="ignore"):
            relative = np.where(over == 0, 0.0, over / scale)
        return float(relative.max(initial=0.0))

    def holds(self) -> bool:
        return self.distance() <= self.relative


Proof = Callable[[Case], Iterator[Check]]


def _of_text(values: list[Any]) -> bool:
    return bool(values) and isinstance(values[0], str)


def summarised(values: Any) -> dict[str, float]:
    """What the reference tells of a column: its mean, median, least, greatest and standard deviation."""
    column = np.array([np.nan if value is None else value for value in values], dtype=float)
    known = column[~np.isnan(column)]
    return {
        "mean": float(known.mean()),
        "median": float(np.median(known)),
        "min": float(known.min()),
        "max": float(known.max()),
        "sd": float(known.std(ddof=1)),
    }
