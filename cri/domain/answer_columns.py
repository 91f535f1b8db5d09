"""An answer sheet read down its columns: each item of everybody, keyed.

Down a column of a million bytes a machine does several answers at once; along a row of forty it does one. So
everything that is counted starts from whole columns.
"""

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from cri.domain.instrument import Instrument, Item, Scale
from cri.domain.sheet import DONT_KNOW, AnswerSheet
from cri.domain.side_by_side import row_parts, side_by_side

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]
UInt8 = npt.NDArray[np.uint8]

_ROWS_AT_ONCE = 1 << 13


def by_columns(sheet: AnswerSheet) -> AnswerSheet:
    """The same sheet with each of its columns in one piece; copies only of tables that were not so."""
    tables = (sheet.answers, sheet.outcomes, sheet.profile)
    if all(table is None or table.flags.f_contiguous for table in tables):
        return sheet
    return replace(
        sheet,
        answers=_turned(sheet.answers),
        outcomes=None if sheet.outcomes is None else _turned(sheet.outcomes),
        profile=None if sheet.profile is None else _turned(sheet.profile),
    )


def _turned(table: Int8) -> Int8:
    if table.flags.f_contiguous:
        return table
    columns = np.empty(table.shape[::-1], dtype=np.int8)

    def turn(rows: slice) -> None:
        columns[:, rows] = table[rows].T

    # In pieces that fit the cache: three times as fast as all at once.
    side_by_side(turn, row_parts(len(table), _ROWS_AT_ONCE), len(table))
    return columns.T


def check_fits(instrument: Instrument, sheet: AnswerSheet) -> None:
    """Raise ValueError if the sheet is not of this instrument: other columns or options.

    Points are checked where the columns are read (`check_points`).
    """
    scale = instrument.scale
    if sheet.answers.shape[1] != len(instrument.items):
        raise ValueError(f"{sheet.answers.shape[1]} columns for {len(instrument.items)} items")
    if sheet.outcomes is not None:
        if sheet.outcomes.shape[1] != len(instrument.outcomes):
            raise ValueError(f"{sheet.outcomes.shape[1]} columns for {len(instrument.outcomes)} outcomes")
        check_points(sheet.outcomes.T, scale)
    if sheet.profile is not None:
        if sheet.profile.shape[1] != len(instrument.profile):
            raise ValueError(f"{sheet.profile.shape[1]} columns for {len(instrument.profile)} questions")
        for question, column in zip(instrument.profile, sheet.profile.T, strict=True):
            if column.max(initial=-1) >= len(question.options):
                raise ValueError(f"{question.code}: an option beyond its {len(question.options)}")


def keyed_steps(column: Int8, item: Item, scale: Scale, left_out: Int64 | None = None) -> UInt8:
    """uint8 (respondents,): 0 for no answer, 1 for the least favourable point, 2 for the next, and so on.

    `left_out`: rows that count as having answered nothing.
    """
    if item.reversed:
        turned = np.subtract(scale.maximum + 1, column, dtype=np.int8)
    else:
        turned = np.subtract(column, scale.minimum - 1, dtype=np.int8)
    turned *= (column >= 0).view(np.int8)
    steps = turned.view(np.uint8)
    if left_out is not None:
        steps[left_out] = 0
    return steps


def count_dont_know(column: Int8, left_out: Int64 | None) -> int:
    """How many said "don't know". `column`: int8 (respondents,); `left_out`: rows that do not count."""
    found = int(np.count_nonzero(column == DONT_KNOW))
    return found if left_out is None else found - int(np.count_nonzero(column[left_out] == DONT_KNOW))


def who_answered(sheet: AnswerSheet) -> npt.NDArray[np.bool_]:
    """Who answered at least one item: bool (respondents,)."""
    answered = np.zeros(sheet.respondents, dtype=bool)
    for column in sheet.answers.T:
        answered |= column >= 0
    return answered


def check_points(columns: Iterable[Int8], scale: Scale) -> None:
    """Raise ValueError if an answer is neither a point of the scale nor a sign for none."""
    for column in columns:
        lowest = column.view(np.uint8).min(initial=255)  # of the answers given: signs for none are above all
        if (
            lowest < scale.minimum
            or column.max(initial=0) > scale.maximum
            or column.min(initial=0) < DONT_KNOW
        ):
            raise ValueError(f"answers off the scale {scale.minimum} to {scale.maximum}")
