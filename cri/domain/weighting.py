"""Weights that bring the composition of those who answered to that of the whole staff. Method section 3.

Everybody with the same levels of the margins has the same weight, so the work is done on the cells that the
margins form, not on people. Weighting repairs composition, not self-selection.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from cri.domain.errors import InputError, InputProblem

MOST_MARGINS: Final = 4
"""Coarse margins that may be raked to."""
MOST_ROUNDS: Final = 200
"""Times that every margin is adjusted in turn; as often again after trimming."""
TOLERANCE: Final = 1e-10
"""Largest share of the respondents by which a level may miss its target."""
SMALLEST_LEVEL: Final = 10
"""Respondents in a level of a margin; a smaller level is joined with a neighbour."""
TRIMMED_TO: Final = (0.3, 3.0)
"""Multiples of their mean at which weights are cut off before raking again."""
BEARABLE: Final = (0.1, 10.0)
"""Multiples of their mean beyond which no weight is used, since raking again may lead there."""
NOTABLE_DESIGN_EFFECT: Final = 1.5
"""Above this a reader is warned."""

NO_LEVEL = -1

Names = Sequence[tuple[str, Sequence[str]]]
Float = npt.NDArray[np.float64]
Int = npt.NDArray[np.int64]

_MOST_CELLS = 1 << 22
_DECIMALS = 9


@dataclass(frozen=True, slots=True)
class Miss:
    """The level that is furthest from its target.

    `margin`: its margin's place; `levels`: its place, or those of joined ones, none for who has no level.
    `found`, `wanted`: shares of the respondents.
    """

    margin: int
    levels: tuple[int, ...]
    found: float
    wanted: float


@dataclass(frozen=True, eq=False, slots=True)
class Weights:
    """One weight for each respondent, their mean 1.

    `cell`: int64 (respondents,), the combination of levels each is in; all in a cell have the same weight.
    `of_cell`: float64 (cells,), that weight. `rounds`: of both rakings together. `furthest`: the level
    that misses its target most in the end. `collapsed`: for each margin the groups
    of levels (their places) that were joined. `trimmed`: respondents whose weight was cut off. `smallest`,
    `largest`: of the final weights; raking again may lead beyond the bounds of trimming.
    """

    cell: Int
    of_cell: Float
    rounds: int
    furthest: Miss
    collapsed: tuple[tuple[tuple[int, ...], ...], ...]
    trimmed: int
    smallest: float
    largest: float
    design_effect: float
    n_eff: float

    @property
    def values(self) -> Float:
        """float64 (respondents,): each respondent's weight."""
        return self.of_cell[self.cell]

    @property
    def missed(self) -> float:
        """Largest share of the respondents by which a level misses its target."""
        return abs(self.furthest.found - self.furthest.wanted)

    @property
    def converged(self) -> bool:
        """Whether every level was met within `TOLERANCE`."""
        return self.missed <= TOLERANCE

    @property
    def notable(self) -> bool:
        """Whether a reader should be warned of what the weights cost in precision."""
        return self.design_effect > NOTABLE_DESIGN_EFFECT


@dataclass(frozen=True, eq=False, slots=True)
class _Cells:
    """The cells that the margins form, those with nobody left out.

    `people`: float64 (cells,), respondents. `levels`: for each margin int64 (cells,), the cell's level,
    `NO_LEVEL` included.
    """

    people: Float
    levels: tuple[Int, ...]


@dataclass(frozen=True, eq=False, slots=True)
class _Aim:
    """What a margin asks for: `group` int64 (cells,), `target` float64 (groups,), respondents wanted."""

    group: Int
    target: Float

    def missed(self, weighted: Float) -> Float:
        """float64 (groups,): by how much each is above its target. `weighted`: float64 (cells,)."""
        return _sums(self.group, weighted, len(self.target)) - self.target


def effective_n(weights: Float) -> float:
    """(sum w)^2 / sum w^2 of float64 (respondents,); 0 for nobody. Kish (1965)."""
    squares = float(weights @ weights)
    return float(weights.sum()) ** 2 / squares if squares else 0.0


def design_effect(weights: Float) -> float:
    """1 + CV^2(w) = n / n_eff, the CV with divisor n; 1 for nobody. Kish (1965)."""
    n_eff = effective_n(weights)
    return len(weights) / n_eff if n_eff else 1.0


def rake(
    levels: npt.NDArray[np.integer],
    headcounts: Sequence[npt.ArrayLike],
    names: Names | None = None,
) -> Weights:
    """Rake to the margins, trim, rake again. Deming & Stephan (1940); Kish (1965) for n_eff.

    `levels`: whole numbers (respondents, margins), each respondent's level of each margin, `NO_LEVEL` if
    not known. `headcounts`: for each margin float (levels,), people in each level. Only the shares within a
    margin count, so margins may differ in their sums. `names`: each margin's name and its levels' codes, for
    messages.

    Those whose level is not known keep their share of the respondents in that margin. A level with 1 to 9
    respondents is joined with the level before or after it, whichever has fewer respondents (before, if as
    many); the smallest first (the first, if as many), until none is that small or all are one.

    Raises InputError for no margins or more than `MOST_MARGINS`, a head-count that is no number from 0 up, a
    level of 0 people in which somebody answered, and a level in which nobody did: nobody can stand for them.
    """
    wanted = [np.asarray(margin, dtype=np.float64) for margin in headcounts]
    if not 1 <= len(wanted) <= MOST_MARGINS:
        raise InputError([InputProblem(f"{len(wanted)} margins", "head-counts", f"1 to {MOST_MARGINS}")])
    cell_of, cells = _cells(levels, [len(margin) for margin in wanted])
    found = [
        _sums(column - NO_LEVEL, cells.people, len(margin) + 1)[1:]
        for column, margin in zip(cells.levels, wanted, strict=True)
    ]
    if problems := _problems(wanted, found, names):
        raise InputError(problems)
    joined = [_join_levels(answered) for answered in found]
    aims = [
        _aim(column, margin, groups, cells.people)
        for column, margin, groups in zip(cells.levels, wanted, joined, strict=True)
    ]
    raked, rounds = _rake_cells(cells.people, aims, np.ones(len(cells.people)))
    kept = np.clip(raked, *TRIMMED_TO)
    trimmed = int(cells.people[kept != raked].sum())
    if trimmed:
        raked, again = _rake_cells(cells.people, aims, kept)
        rounds += again
    squares = float(cells.people @ raked**2)
    n_eff = float(cells.people @ raked) ** 2 / squares
    return Weights(
        cell=cell_of,
        of_cell=raked,
        rounds=rounds,
        furthest=_furthest(cells.people * raked, aims, joined),
        collapsed=tuple(tuple(group for group in groups if len(group) > 1) for groups in joined),
        trimmed=trimmed,
        smallest=float(raked.min()),
        largest=float(raked.max()),
        design_effect=float(cells.people.sum()) / n_eff,
        n_eff=n_eff,
    )


def _cells(levels: npt.NDArray[np.integer], sizes: Sequence[int]) -> tuple[Int, _Cells]:
    """(each respondent's cell, the cells)."""
    shape = [size + 1 for size in sizes]  # with those whose level is not known
    code = np.zeros(len(levels), dtype=np.int64)
    for place, size in enumerate(shape):
        code *= size
        code += levels[:, place]
        code -= NO_LEVEL
    if math.prod(shape) > _MOST_CELLS:
        present, code, people = np.unique(code, return_inverse=True, return_counts=True)
    else:
        counts = np.bincount(code, minlength=1)
        present = np.flatnonzero(counts)
        number_of = np.zeros(len(counts), dtype=np.int64)
        number_of[present] = np.arange(len(present))
        code, people = number_of[code], counts[present]
    columns = np.unravel_index(present, shape)
    return code, _Cells(people.astype(np.float64), tuple(column + NO_LEVEL for column in columns))


def _problems(wanted: Sequence[Float], found: Sequence[Float], names: Names | None) -> list[InputProblem]:
    """What makes weights impossible."""
    problems = []
    for place, (margin, answered) in enumerate(zip(wanted, found, strict=True)):
        name, codes = names[place] if names else (str(place + 1), [str(n + 1) for n in range(len(margin))])
        for code, people, respondents in zip(codes, margin, answered, strict=True):
            where = f"head-counts: margin {name}, level {code}"
            if not (np.isfinite(people) and people >= 0):
                problems.append(InputProblem(f"{people} people", where, "a number from 0 up"))
            elif people == 0 < respondents:
                problems.append(
                    InputProblem(f"{respondents:.0f} of 0 people answered", where, "their number")
                )
            elif respondents == 0 < people:
                what = "nobody answered, so nobody can stand for these people"
                problems.append(InputProblem(what, where, "a level joined with another one"))
        if not margin.sum() > 0 and not problems:
            problems.append(InputProblem("nobody", f"head-counts: margin {name}", "people in its levels"))
    return problems


def _join_levels(respondents: Float) -> list[tuple[int, ...]]:
    """Levels with respondents in groups, each of `SMALLEST_LEVEL` respondents or more if all have so many."""
    groups: list[tuple[int, ...]] = [(level,) for level in range(len(respondents)) if respondents[level]]
    sizes = [int(size) for size in respondents if size]
    while len(groups) > 1 and min(sizes) < SMALLEST_LEVEL:
        small = sizes.index(min(sizes))
        beside = [place for place in (small - 1, small + 1) if 0 <= place < len(groups)]
        first = min(small, min(beside, key=lambda place: sizes[place]))
        groups[first : first + 2] = [groups[first] + groups[first + 1]]
        sizes[first : first + 2] = [sizes[first] + sizes[first + 1]]
    return groups


def _aim(column: Int, margin: Float, groups: list[tuple[int, ...]], people: Float) -> _Aim:
    """Groups are numbered from 1; those without a level are group 0, and keep their number."""
    group_of = np.zeros(len(margin) + 1, dtype=np.int64)  # NO_LEVEL is the last place
    for number, members in enumerate(groups, start=1):
        group_of[list(members)] = number
    group = group_of[column]
    unknown = float(people[group == 0].sum())
    target = _sums(group_of[:-1], margin, len(groups) + 1)
    target *= (float(people.sum()) - unknown) / target[1:].sum()
    target[0] = unknown
    return _Aim(group, target)


def _rake_cells(people: Float, aims: Sequence[_Aim], start: Float) -> tuple[Float, int]:
    """(weights of the cells with mean 1, rounds taken)."""
    weights, everybody, missed = start, float(people.sum()), np.inf
    rounds = 0
    while rounds < MOST_ROUNDS and missed > TOLERANCE:
        rounds += 1
        for aim in aims:
            totals = _sums(aim.group, people * weights, len(aim.target))
            weights = weights * (aim.target / np.where(aim.target > 0, totals, 1.0))[aim.group]
        missed = max(float(np.abs(aim.missed(people * weights)).max()) for aim in aims) / everybody
    return weights, rounds


def _furthest(weighted: Float, aims: Sequence[_Aim], joined: Sequence[list[tuple[int, ...]]]) -> Miss:
    """`weighted`: float64 (cells,), what the respondents of each weigh together."""
    everybody, misses = float(weighted.sum()), [aim.missed(weighted) for aim in aims]
    sizes = [np.abs(miss).round(_DECIMALS) for miss in misses]  # of equal ones always the first
    margin = max(range(len(aims)), key=lambda place: float(sizes[place].max()))
    group = int(sizes[margin].argmax())
    wanted = float(aims[margin].target[group])
    return Miss(
        margin=margin,
        levels=joined[margin][group - 1] if group else (),
        found=(wanted + float(misses[margin][group])) / everybody,
        wanted=wanted / everybody,
    )


def _sums(place: Int, values: Float, size: int) -> Float:
    """float64 (size,): sum of the values at each place."""
    return np.bincount(place, weights=values, minlength=size).astype(np.float64, copy=False)
