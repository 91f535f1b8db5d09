"""Respondents collapsed to the finest groups that any released figure can tell apart.

What may be released depends only on how many people stand behind each figure, so the audit never sees an
answer: it sees which people answered, in which unit, with which profile, early or late.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from cri.domain.instrument import Instrument, Scale
from cri.domain.sheet import AnswerSheet

Bool = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]
Float64 = npt.NDArray[np.float64]
Counts = npt.NDArray[np.signedinteger[Any]]

NOT_COLLECTED = -1

_LARGEST_TABLE = 1 << 22
_MOST_BITS = 62


@dataclass(frozen=True, eq=False)
class Patterns:
    """Who answered some of a factor's items, and not all: groups of one cell and one set of items.

    `given`: bool (patterns, items), the items answered. For each group: `pattern`: int32, row of `given`;
    `cell`: int32, the cell its people are in; `people`: int32, how many, 1 or more.
    """

    given: Bool
    pattern: Counts
    cell: Counts
    people: Counts


@dataclass(frozen=True, eq=False)
class Cells:
    """Usable respondents by unit, profile answers, early or late, weight, and excluded or not.

    For each cell: `unit`: int32, index of the unit its people belong to, -1 for none. `profile`: int8 (cells,
    questions), index of the option, -1 for none. `late`: int8, 1 late, 0 early, -1 not collected. `excluded`:
    bool, left out as careless. `weight`: float64, relative to the mean, 1 where not weighted. `usable`,
    `indexed`: int32, people who answered an item at all, and people with a score on every factor.
    For each cell and factor: `scored`, `complete`: int32 (cells, factors), people with a factor score, and
    people who answered every item. `patterns`: for each factor those who answered only some.
    For each factor: `codes`, `needed` and `items`: its code, items needed for a score, items in all.
    `options`: how many each profile question has; none where the profile was not collected. `telling`:
    whether three bands are the points themselves, so that they tell a mean.
    """

    unit: Int32
    profile: Int8
    late: Int8
    excluded: Bool
    weight: Float64
    usable: Counts
    scored: Counts
    complete: Counts
    indexed: Counts
    patterns: tuple[Patterns, ...]
    codes: tuple[str, ...]
    needed: tuple[int, ...]
    items: tuple[int, ...]
    options: tuple[int, ...]
    weighted: bool
    telling: bool

    @property
    def count(self) -> int:
        """Number of cells."""
        return len(self.unit)


def release_cells(
    instrument: Instrument,
    sheet: AnswerSheet,
    *,
    excluded: Bool | None = None,
    weights: Float64 | None = None,
) -> Cells:
    """Collapse a sheet. Who answered no item at all is in no cell.

    `excluded`: bool (respondents,), careless respondents who are left out of the figures; `weights`: float64
    (respondents,), above 0; None for nobody and for equal weights. One sort of the respondents, one pass
    over the matrix. Raises ValueError if these do not fit the sheet.
    """
    rows = sheet.respondents
    excluded = np.zeros(rows, dtype=bool) if excluded is None else excluded
    if excluded.shape != (rows,) or (weights is not None and weights.shape != (rows,)):
        raise ValueError("excluded and weights: one for each respondent expected")
    counts = [_answered(sheet.answers[:, part]) for part in instrument.columns.values()]
    usable = np.flatnonzero(np.any(counts, axis=0)) if counts else np.zeros(0, dtype=np.int64)
    indexed = np.ones(rows, dtype=bool)
    for factor, answered in zip(instrument.factors, counts, strict=True):
        indexed &= answered >= factor.needed
    profile = np.zeros((rows, 0), dtype=np.int8) if sheet.profile is None else sheet.profile
    late = np.full(rows, NOT_COLLECTED, dtype=np.int8) if sheet.late is None else sheet.late.astype(np.int8)
    if weights is not None and not (np.isfinite(weights[usable]).all() and (weights[usable] > 0).all()):
        raise ValueError("weights: finite and above 0 expected")
    codes = [sheet.unit[usable], *profile[usable].T, late[usable], excluded[usable]]
    if weights is not None and len(usable):
        weights = weights / weights[usable].mean()
        codes.append(np.unique(weights[usable], return_inverse=True)[1])
    first, cell = distinct_codes(codes)
    members = usable[first]
    scored, complete = (np.empty((len(first), len(counts)), dtype=np.int32, order="F") for _ in range(2))
    patterns = []
    for place, (factor, part) in enumerate(zip(instrument.factors, instrument.columns.values(), strict=True)):
        answered = counts[place][usable]
        scored[:, place] = np.bincount(cell[answered >= factor.needed], minlength=len(first))
        complete[:, place] = np.bincount(cell[answered == len(factor.items)], minlength=len(first))
        some = np.flatnonzero((answered > 0) & (answered < len(factor.items)))
        patterns.append(_patterns(sheet.answers[usable[some], part] >= 0, cell[some], len(first)))
    return Cells(
        unit=sheet.unit[members],
        profile=profile[members],
        late=late[members],
        excluded=excluded[members],
        weight=np.ones(len(members)) if weights is None else weights[members],
        usable=np.bincount(cell, minlength=len(first)).astype(np.int32),
        scored=scored,
        complete=complete,
        indexed=np.bincount(cell[indexed[usable]], minlength=len(first)).astype(np.int32),
        patterns=tuple(patterns),
        codes=tuple(factor.code for factor in instrument.factors),
        needed=tuple(factor.needed for factor in instrument.factors),
        items=tuple(len(factor.items) for factor in instrument.factors),
        options=()
        if sheet.profile is None
        else tuple(len(question.options) for question in instrument.profile),
        weighted=weights is not None,
        telling=bands_tell_points(instrument.scale),
    )


def bands_tell_points(scale: Scale) -> bool:
    """Whether each band has one point of the scale at most, so that bands and points say the same."""
    return scale.favourable == 1 and scale.points <= 3


def distinct_codes(columns: Sequence[npt.NDArray[np.generic]]) -> tuple[Int64, Int64]:
    """(first, place): a row of each distinct combination of codes, and which one each row has.

    `columns`: whole numbers from -1, one array for each code. Codes are folded into one number; before it
    could overflow it is replaced by its rank.
    """
    key, size = np.zeros(len(columns[0]), dtype=np.int64), 1
    for column in columns:
        codes = column.astype(np.int64) + 1
        span = int(codes.max(initial=0)) + 1
        if size * span >= 2**_MOST_BITS:
            found, key = np.unique(key, return_inverse=True)
            size = len(found)
        key, size = key * span + codes, size * span
    if size > _LARGEST_TABLE:
        _, first, place = np.unique(key, return_index=True, return_inverse=True)
        return first.astype(np.int64), place.astype(np.int64)
    # Counting is quicker than sorting while the table of all combinations is small.
    row = np.full(size, -1, dtype=np.int64)
    row[key[::-1]] = np.arange(len(key))[::-1]
    present = np.flatnonzero(row >= 0)
    rank = np.zeros(size, dtype=np.int64)
    rank[present] = np.arange(len(present))
    return row[present], rank[key]


def _answered(answers: Int8) -> npt.NDArray[np.int16]:
    """int16 (respondents,): how many items each answered."""
    count = np.zeros(len(answers), dtype=np.int16)
    for column in answers.T:
        count += column >= 0
    return count


def _patterns(given: Bool, cell: Int64, cells: int) -> Patterns:
    """Of one factor those who answered some items only: bool (people, items) which, and in which cell."""
    items = given.shape[1]
    if items <= _MOST_BITS:
        bits = np.int64(1) << np.arange(items, dtype=np.int64)
        codes, pattern = np.unique(given @ bits, return_inverse=True)
        shapes = (codes[:, None] & bits) > 0
    else:
        shapes, pattern = np.unique(given, axis=0, return_inverse=True)
    key, people = np.unique(pattern.reshape(-1) * max(cells, 1) + cell, return_counts=True)
    at, where = np.divmod(key, max(cells, 1))
    return Patterns(shapes, *(part.astype(np.int32) for part in (at, where, people)))
