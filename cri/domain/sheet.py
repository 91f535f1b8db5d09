"""The answers of one closed wave, without anything that could say whose they are."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

UNANSWERED = -1
DONT_KNOW = -2
NO_UNIT = -1
NO_OPTION = -1


@dataclass(frozen=True, slots=True)
class Unit:
    """A node of the agency's organisation tree.

    `parent` is another unit's code, None at the top. `headcount` counts everybody in the unit and in
    the units below it; None if not known.
    """

    code: str
    parent: str | None
    name: str
    headcount: int | None = None


@dataclass(frozen=True, eq=False)
class AnswerSheet:
    """Sealed answers.

    `answers`: int8 (respondents, items), raw points of the scale, UNANSWERED or DONT_KNOW.
    `unit`: int32 (respondents,), index into `units` of the unit each belongs to, NO_UNIT for none.
    `units`: each code once, parents among them, no cycles (`unit_parents` checks).

    None where it was not collected:
    `outcomes`: int8 (respondents, outcome items), like `answers`.
    `profile`: int8 (respondents, profile questions), index of the option chosen, NO_OPTION for none.
    `fast`: bool (respondents,), median time under 2 s an item, decided when the wave was sealed.
    `late`: bool (respondents,), answered after the first reminder or in the second half of fieldwork.
    `failed_attention`: bool (respondents,), gave another answer than the attention item asks for.
    """

    answers: npt.NDArray[np.int8]
    unit: npt.NDArray[np.int32]
    units: tuple[Unit, ...] = ()
    outcomes: npt.NDArray[np.int8] | None = None
    profile: npt.NDArray[np.int8] | None = None
    fast: npt.NDArray[np.bool_] | None = None
    late: npt.NDArray[np.bool_] | None = None
    failed_attention: npt.NDArray[np.bool_] | None = None

    def __post_init__(self) -> None:
        if self.answers.dtype != np.int8 or self.answers.ndim != 2:
            raise ValueError(f"answers: int8 (respondents, items) expected, not {self.answers.dtype}")
        if self.unit.dtype != np.int32 or self.unit.shape != (len(self.answers),):
            raise ValueError("unit: int32, one for each respondent, expected")
        if self.unit.size and not NO_UNIT <= self.unit.min() <= self.unit.max() < len(self.units):
            raise ValueError("unit: an index into units, or -1, expected")
        self._check_optional()

    def _check_optional(self) -> None:
        rows = len(self.answers)
        for name, table in (("outcomes", self.outcomes), ("profile", self.profile)):
            if table is None:
                continue
            if table.dtype != np.int8 or table.ndim != 2 or len(table) != rows:
                raise ValueError(f"{name}: int8 (respondents, questions) expected")
            if table.min(initial=0) < (DONT_KNOW if name == "outcomes" else NO_OPTION):
                raise ValueError(f"{name}: points or options, not negative numbers, expected")
        for name, flag in (("fast", self.fast), ("late", self.late), ("attention", self.failed_attention)):
            if flag is not None and (flag.dtype != np.bool_ or flag.shape != (rows,)):
                raise ValueError(f"{name}: bool, one for each respondent, expected")

    @property
    def respondents(self) -> int:
        """Number of rows."""
        return len(self.answers)


def unit_parents(units: tuple[Unit, ...]) -> npt.NDArray[np.int32]:
    """int32 (units,): index of each unit's parent, NO_UNIT at the top.

    Raises ValueError if a code comes twice, a parent is missing or the tree has a cycle.
    """
    index = {unit.code: place for place, unit in enumerate(units)}
    if len(index) != len(units):
        raise ValueError("unit codes are not unique")
    try:
        parents = [NO_UNIT if unit.parent is None else index[unit.parent] for unit in units]
    except KeyError as missing:
        raise ValueError(f"unit {missing} is a parent but not a unit") from None
    if cycles := units_in_cycles(units):
        raise ValueError(f"units in a cycle: {', '.join(cycles)}")
    return np.array(parents, dtype=np.int32)


def units_in_cycles(units: tuple[Unit, ...]) -> tuple[str, ...]:
    """Codes of the units that are their own ancestors, in the order given."""
    parent_of = {unit.code: unit.parent for unit in units}
    ends: set[str] = set()  # units known to lead to a top
    in_cycle: set[str] = set()
    for unit in units:
        walked: dict[str, None] = {}
        code: str | None = unit.code
        while code is not None and code in parent_of and code not in ends and code not in walked:
            walked[code] = None
            code = parent_of[code]
        if code is not None and code in walked:
            path = list(walked)
            in_cycle.update(path[path.index(code) :])
        ends.update(walked)
    return tuple(unit.code for unit in units if unit.code in in_cycle)


def subtree_sums(own: npt.NDArray[Any], parents: npt.NDArray[np.int32]) -> npt.NDArray[Any]:
    """`own` added up over each unit and all units below it: (units, ...), whole numbers, so exact.

    `own`: int64 or Python's whole numbers, (units, ...); `parents`: int32 (units,) as from `unit_parents`.
    """
    sums = own.copy()
    depth = _depths(parents)
    for level in range(int(depth.max(initial=0)), 0, -1):
        here = np.flatnonzero(depth == level)
        here = here[np.argsort(parents[here], kind="stable")]
        above, starts = np.unique(parents[here], return_index=True)
        sums[above] += np.add.reduceat(sums[here], starts, axis=0)
    return sums


def answers_per_unit(sheet: AnswerSheet) -> list[int]:
    """Number of rows in each unit and the units below it."""
    own = np.bincount(sheet.unit[sheet.unit != NO_UNIT], minlength=len(sheet.units)).astype(np.int64)
    return [int(count) for count in subtree_sums(own, unit_parents(sheet.units))]


def _depths(parents: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
    """int32 (units,): 0 at the top, one more at each step down."""
    depth = np.zeros(len(parents), dtype=np.int32)
    above = parents.copy()
    while (below := above != NO_UNIT).any():
        depth[below] += 1
        above[below] = parents[above[below]]
    return depth
