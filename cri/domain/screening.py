"""Who answered without care: flags, and who is left out for them. Method section 3.

Automatic, the same for everyone, and decided before any result is visible. One flag leaves nobody out.
"""

import math
from dataclasses import dataclass
from functools import reduce
from typing import Final

import numpy as np
import numpy.typing as npt

from cri.domain.careless import intra_individual_variability
from cri.domain.distances import outliers
from cri.domain.instrument import Instrument
from cri.domain.sheet import AnswerSheet
from cri.domain.side_by_side import row_parts, side_by_side

LOWEST_SHARE: Final = 0.01
"""Share of the respondents with the least variability that may be flagged for it."""
LEAST_VARIABILITY: Final = 0.2
"""Standard deviation of a respondent's own answers, in points of the scale, that is not flagged."""
VARIABILITY_NEEDS: Final = 0.5
"""Share of the items answered, below which a respondent's variability is not judged."""
SHORTEST_STRING: Final = 3
"""Equal answers in a row that can be a long string; two are not one, however short the page."""
FLAGS_TO_EXCLUDE: Final = 2
"""Independent flags for which a respondent is left out."""

Bool = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]

_ROWS_AT_ONCE = 1 << 17
_NEARLY = 1e-9


@dataclass(frozen=True, eq=False, slots=True)
class Screening:
    """Flags of each respondent, bool (respondents,), and `excluded`, those left out.

    `fast` and `failed_attention` are None where they were not recorded. `straight_throughout`: those who did
    nothing but repeat answers, so that being an outlier says nothing more of them.
    """

    fast: Bool | None
    long_string: Bool
    low_variability: Bool
    outlier: Bool
    failed_attention: Bool | None
    straight_throughout: Bool
    excluded: Bool

    @property
    def counts(self) -> dict[str, int | None]:
        """Respondents with each flag, and left out; None for a flag that was not recorded."""
        names = ("fast", "long_string", "low_variability", "outlier", "failed_attention", "excluded")
        masks = {name: getattr(self, name) for name in names}
        return {name: None if mask is None else int(np.count_nonzero(mask)) for name, mask in masks.items()}


def screen(instrument: Instrument, sheet: AnswerSheet) -> Screening:
    """Flag and exclude. Raises ValueError if the sheet has other columns than the instrument.

    `fast` and `failed_attention` are as in the sheet, the other flags as in `long_strings`, `low_variability`
    and `distances.outliers`. Excluded is who has `FLAGS_TO_EXCLUDE` independent ones:

    - a long string and low variability are one flag;
    - being an outlier does not count beside them for who did nothing but repeat answers (low variability, or
      a long string on every page that can have one): a straight line across reverse-keyed items is far from
      everybody, so that would leave somebody out for straight-lining alone;
    - a failed attention item and speed are two flags.
    """
    if sheet.answers.shape[1] != len(instrument.items):
        raise ValueError(f"{sheet.answers.shape[1]} columns for {len(instrument.items)} items")
    outlier = outliers(sheet.answers)
    pages, flat = long_strings(instrument, sheet.answers), low_variability(sheet.answers)
    strings = np.asarray(pages.any(axis=0))
    throughout = flat | (pages.all(axis=0) & strings)
    flags = (strings | flat).astype(np.int8) + (outlier & ~throughout)
    for recorded in (sheet.fast, sheet.failed_attention):
        if recorded is not None:
            flags += recorded
    return Screening(
        fast=sheet.fast,
        long_string=strings,
        low_variability=flat,
        outlier=outlier,
        failed_attention=sheet.failed_attention,
        straight_throughout=throughout,
        excluded=flags >= FLAGS_TO_EXCLUDE,
    )


def long_strings(instrument: Instrument, answers: Int8) -> Bool:
    """Who gave equal answers in a row over more than half of a page: (pages, respondents).

    A page is a factor; only pages that hold reverse-keyed items and at least `SHORTEST_STRING` items are
    there, as elsewhere equal answers may be honest. Answers as given; no answer ends a string.
    """
    pages = [
        instrument.columns[factor.code]
        for factor in instrument.factors
        if any(item.reversed for item in factor.items) and len(factor.items) >= SHORTEST_STRING
    ]
    found = np.zeros((len(pages), len(answers)), dtype=bool)

    def mark(rows: slice) -> None:
        part = answers[rows].T
        for place, page in enumerate(pages):
            items = part[page]
            equal = items[1:] == items[:-1]
            equal &= items[1:] >= 0
            steps = max(len(items) // 2, SHORTEST_STRING - 1)
            windows = len(equal) - steps + 1
            strings = reduce(np.logical_and, (equal[step : step + windows] for step in range(steps)))
            np.logical_or.reduce(strings, axis=0, out=found[place, rows])

    side_by_side(mark, row_parts(len(answers), _ROWS_AT_ONCE), len(answers))
    return found


def low_variability(answers: Int8) -> Bool:
    """Whose own answers vary among the least, and by less than `LEAST_VARIABILITY`: (respondents,).

    Variability: `careless.intra_individual_variability`, of those who answered at least two items and
    `VARIABILITY_NEEDS` of all. Among the least: fewer than `LOWEST_SHARE` of these people have less; all who
    are equal are in or out together.
    """
    items = answers.shape[1]
    needed = max(2, math.ceil(VARIABILITY_NEEDS * items))
    # If two of n answers differ by r, their variance is r^2 / (2 (n - 1)) or more.
    widest = int(math.sqrt(2 * max(items - 1, 0)) * LEAST_VARIABILITY)
    kind = np.uint8 if items <= np.iinfo(np.uint8).max else np.uint16

    def look(rows: slice) -> tuple[int, Int64]:
        """How many of these are judged, and which of them differ by little."""
        part = answers[rows].T
        enough = (part >= 0).view(np.uint8).sum(axis=0, dtype=kind) >= needed
        highest = part.max(axis=0, initial=-1)
        lowest = part.view(np.uint8).min(axis=0, initial=255).astype(np.int16)  # not answered: the largest
        enough_alike = enough & (highest - lowest <= widest)
        return int(np.count_nonzero(enough)), rows.start + np.flatnonzero(enough_alike)

    found = side_by_side(look, row_parts(len(answers), _ROWS_AT_ONCE), len(answers))
    judged = sum(count for count, _ in found)
    rows = np.concatenate([np.empty(0, dtype=np.int64), *(narrow for _, narrow in found)])
    variability = intra_individual_variability(answers[rows])
    flagged = variability < LEAST_VARIABILITY
    allowed = math.ceil(LOWEST_SHARE * judged - _NEARLY)
    values = np.sort(variability[flagged])
    if 0 < allowed < len(values):
        flagged &= variability <= values[allowed - 1]
    low = np.zeros(len(answers), dtype=bool)
    low[rows[flagged]] = True
    return low
