"""Weights of a wave: which margin of its head-counts each respondent stands in, and what a scorecard says."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cri.domain.errors import InputError, InputProblem
from cri.domain.histograms import WholeWeights, whole_weights
from cri.domain.instrument import Instrument
from cri.domain.scorecard_figures import Document
from cri.domain.sheet import NO_UNIT, AnswerSheet, unit_parents
from cri.domain.weighting import BEARABLE, MOST_ROUNDS, NO_LEVEL, Weights, rake

Bool = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Int32 = npt.NDArray[np.int32]

UNIT_MARGIN = "unit"

Margin = tuple[str, tuple[str, ...]]
"""A margin's name and the codes of its levels."""


@dataclass(frozen=True, eq=False)
class Weighted:
    """The weights of a wave. `values`: float64 (respondents,), 0 for those who are not usable."""

    values: Floats
    whole: WholeWeights
    raked: Weights
    margins: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]

    def document(self) -> Document:
        """What a scorecard says of them."""
        joined = [
            {"margin": margin, "levels": [levels[place] for place in group]}
            for margin, levels, groups in zip(self.margins, self.levels, self.raked.collapsed, strict=True)
            for group in groups
        ]
        return {
            "method": "rake",
            "design_effect": self.raked.design_effect,
            "n_eff": self.raked.n_eff,
            "margins": list(self.margins),
            "joined": joined,
            "rounds": self.raked.rounds,
            "converged": self.raked.converged,
            "trimmed": self.raked.trimmed,
            "smallest": self.raked.smallest,
            "largest": self.raked.largest,
            "notable": self.raked.notable,
        }


def weigh(
    instrument: Instrument,
    sheet: AnswerSheet,
    usable: Bool,
    headcounts: Mapping[str, Mapping[str, int]] | None,
) -> Weighted | None:
    """Rake the usable respondents to their head-counts; None if nobody is usable.

    `headcounts`: by margin ("unit", or a profile question's code) and level (a top unit, or an option). Who
    is in no level named keeps their share. Raises InputError for a margin or level that the wave does not
    know, as `rake`, and for weights that do not meet the margins or are beyond `BEARABLE`.
    """
    if not headcounts:
        problem = InputProblem("none are given", "head-counts", "at least one margin to weight to")
        raise InputError([problem])
    columns: list[Int32] = []
    margins: list[Margin] = []
    problems: list[InputProblem] = []
    for margin, levels in headcounts.items():
        known = _levels(instrument, sheet, margin)
        if known is None:
            problems.append(_unknown(margin, "margin", (UNIT_MARGIN, *(q.code for q in instrument.profile))))
            continue
        codes, places = known
        problems += [
            _unknown(level, f"margin {margin}, level", codes) for level in levels if level not in codes
        ]
        # Levels in the order of the instrument or the tree: which are joined must not hang on a file's order.
        margins.append((margin, tuple(code for code in codes if code in levels)))
        columns.append(_renumbered(places, [code in levels for code in codes]))
    if problems:
        raise InputError(problems)
    if not usable.any():
        return None
    wanted = [[float(headcounts[margin][level]) for level in levels] for margin, levels in margins]
    places = np.stack(columns, axis=1)[usable]
    raked = rake(places, wanted, margins)
    if refused := _unmet(raked, margins) or _unbearable(raked, margins, places):
        raise InputError([refused])
    values = np.zeros(sheet.respondents)
    values[usable] = raked.values
    return Weighted(
        values=values,
        whole=whole_weights(values),
        raked=raked,
        margins=tuple(margin for margin, _ in margins),
        levels=tuple(levels for _, levels in margins),
    )


def _unmet(raked: Weights, margins: list[Margin]) -> InputProblem | None:
    """Weights that meet one margin and not another are of no composition that anybody has counted."""
    if raked.converged:
        return None
    furthest = raked.furthest
    margin, codes = margins[furthest.margin]
    levels = " and ".join(codes[place] for place in furthest.levels) or "nothing said"
    return InputProblem(
        f"the margins cannot be met together: {100 * furthest.found:.6g} % of the respondents"
        f" after {MOST_ROUNDS} rounds of raking",
        f"head-counts: margin {margin}, level {levels}",
        f"{100 * furthest.wanted:.6g} %; mend the head-counts, or give fewer margins or coarser levels",
    )


def _unbearable(raked: Weights, margins: list[Margin], places: Int32) -> InputProblem | None:
    """A weight so far from the others that few would speak for many, or for nobody.

    `places`: int32 (respondents, margins), as raked.
    """
    lowest, highest = BEARABLE
    if lowest <= raked.smallest and raked.largest <= highest:
        return None
    worst = raked.largest if raked.largest > highest else raked.smallest
    someone = places[int((raked.values == worst).argmax())]
    levels = ", ".join(
        f"{margin} {codes[place] if place != NO_LEVEL else 'not said'}"
        for (margin, codes), place in zip(margins, someone.tolist(), strict=True)
    )
    return InputProblem(
        f"respondents of {levels} would weigh {worst:.3g} times the mean",
        f"head-counts: margins {', '.join(margin for margin, _ in margins)}",
        f"weights of {lowest:g} to {highest:g} times the mean; give fewer margins or coarser levels",
    )


def _levels(instrument: Instrument, sheet: AnswerSheet, margin: str) -> tuple[tuple[str, ...], Int32] | None:
    """(codes of a margin's levels, which of them each respondent is in); None for an unknown margin."""
    if margin == UNIT_MARGIN:
        tops = tuple(place for place, unit in enumerate(sheet.units) if unit.parent is None)
        number = np.full(len(sheet.units) + 1, NO_LEVEL, dtype=np.int32)  # the last place is NO_UNIT's
        number[list(tops)] = np.arange(len(tops))
        return tuple(sheet.units[top].code for top in tops), number[_tops(sheet)[sheet.unit]]
    for place, question in enumerate(instrument.profile):
        if question.code == margin and sheet.profile is not None:
            return question.options, sheet.profile[:, place].astype(np.int32)
    return None


def _tops(sheet: AnswerSheet) -> Int32:
    """int32 (units + 1,): the unit at the top above each; NO_UNIT for the last, which is nobody's."""
    parents = unit_parents(sheet.units)
    tops = np.arange(len(parents), dtype=np.int32)
    while (below := parents[tops] != NO_UNIT).any():
        tops[below] = parents[tops[below]]
    return np.append(tops, np.int32(NO_UNIT))


def _renumbered(places: Int32, named: list[bool]) -> Int32:
    """Levels numbered among those named; the others are no level."""
    numbers = np.where(named, np.cumsum(named) - 1, NO_LEVEL).astype(np.int32)
    return np.append(numbers, np.int32(NO_LEVEL))[places]


def _unknown(what: str, kind: str, known: tuple[str, ...]) -> InputProblem:
    expected = ", ".join(known[:8]) + (", ..." if len(known) > 8 else "") if known else "nothing"
    return InputProblem(f"{what} is not known", f"head-counts: {kind} {what}", f"one of {expected}")
