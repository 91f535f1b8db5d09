"""Which groups a respondent is counted in: the unit, the options of each profile question, early or late."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cri.domain.histograms import Group
from cri.domain.instrument import Instrument
from cri.domain.sheet import AnswerSheet, unit_parents

Int32 = npt.NDArray[np.int32]
Int64 = npt.NDArray[np.int64]

_MOST_TOGETHER = 1024  # combinations of options counted together: with a factor's values they fit the cache

_Question = tuple[npt.NDArray[np.int8], int]  # option of each respondent, -1 for none; how many with "none"


@dataclass(frozen=True, eq=False)
class Together:
    """Questions whose options are counted together, since counting costs by the respondent, not by the bin.

    `group`: the combination of options of each respondent; `levels`: options of each question, of which the
    first is "none".
    """

    group: Group
    levels: tuple[int, ...]

    def apart(self, counts: Int64) -> list[Int64]:
        """Counts for each question by itself: int64 (layers, options, codes), without "none".

        `counts`: int64 (layers, combinations, codes).
        """
        table = counts.reshape(len(counts), *self.levels, counts.shape[2])
        axes = range(1, len(self.levels) + 1)
        return [table.sum(axis=tuple(other for other in axes if other != axis))[:, 1:] for axis in axes]


@dataclass(frozen=True, eq=False)
class Groupings:
    """Every grouping of a sheet.

    `unit`: group 0 for no unit, else the index of the unit + 1; `parents`: int32 (units,).
    `together`: the profile questions in their order, then early and late if `halves` says that it is known.
    """

    unit: Group
    parents: Int32
    together: tuple[Together, ...]
    halves: bool


def read_groupings(instrument: Instrument, sheet: AnswerSheet) -> Groupings:
    """The groupings of a sheet of this instrument."""
    questions = []
    if sheet.profile is not None:
        questions += [
            (column, len(question.options) + 1)
            for question, column in zip(instrument.profile, sheet.profile.T, strict=True)
        ]
    if sheet.late is not None:
        questions.append((sheet.late.view(np.int8), 3))
    return Groupings(
        unit=Group(sheet.unit + 1, len(sheet.units) + 1),
        parents=unit_parents(sheet.units),
        together=tuple(_joined(part) for part in _bundles(questions)),
        halves=sheet.late is not None,
    )


def _bundles(questions: list[_Question]) -> list[list[_Question]]:
    bundles: list[list[_Question]] = []
    size = _MOST_TOGETHER + 1
    for question in questions:
        if size * question[1] > _MOST_TOGETHER:
            bundles.append([])
            size = 1
        bundles[-1].append(question)
        size *= question[1]
    return bundles


def _joined(questions: list[_Question]) -> Together:
    codes = np.zeros(len(questions[0][0]), dtype=np.int16)
    for column, levels in questions:
        codes *= np.int16(levels)
        codes += column
        codes += np.int16(1)
    sizes = tuple(levels for _, levels in questions)
    return Together(Group(codes, math.prod(sizes)), sizes)
