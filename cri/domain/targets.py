"""A target for an agency: from what others achieved, or from its place. Source: method.md, section 5."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from cri.domain.change import Summary, minimum_detectable
from cri.domain.microaggregation import Group
from cri.domain.norms import cell_of, effective_n, figures_of, tier_of
from cri.domain.position import HIGHEST_SCORE
from cri.domain.spread import Ladder, Spread, ladder_of, spread_of

Document = Mapping[str, Any]
Basis = Literal["achieved", "next_band", "half_spread"]

AMBITIOUS = 0.75
"""Where in the distribution of achieved changes the target stands: one agency in four achieved as much."""
SPREADS = 0.5
"""Pool standard deviations to rise by, where no distribution of changes can be had."""
LOW_SCORE = 0.25
"""Share of the pool below which a score tends to rise by itself."""


@dataclass(frozen=True)
class Target:
    """A target for one figure, in points of 0-100; None where nothing can be proposed.

    basis: "achieved", changes of real agencies; "next_band", the edge of the next band; "half_spread", half a
    pool standard deviation. rise: from the present score to `score`. typical: what half of the agencies
    achieved beyond what happens by itself. by_itself: the rise (or fall) that regression to the mean alone
    would bring: to the whole pool's mean where there is a `typical` change, else to the peer group's.
    detectable: the smallest change that the next wave, if as large as this one, would likely find;
    below_detectable warns that the rise is smaller. rises_by_itself: a very low score, in the same pool or
    group, of which part of a rise is no achievement.
    """

    factor: str
    basis: Basis | None
    rise: float | None
    score: float | None
    typical: float | None
    by_itself: float | None
    detectable: float | None
    below_detectable: bool
    rises_by_itself: bool


def targets_of(scorecard: Document, placement: Document, edition: Document) -> tuple[Target, ...]:
    """A target for the index and each factor of a scorecard that was placed in an edition.

    Where the edition has a distribution of achieved changes of the figure: its 75 % point, on top of what
    happens by itself. Otherwise the next band's edge, or half a pool standard deviation of true scores where
    that is nearer or there is no next band.
    """
    told = {one["factor"]: one for one in placement["placements"]}
    achieved = {cell["factor"]: cell for cell in (edition.get("changes") or {"cells": ()})["cells"]}
    return tuple(
        _target(told[code], {**figure, "n_eff": _people(scorecard, figure)}, edition, achieved.get(code))
        for code, figure in figures_of(scorecard).items()
    )


def with_targets(placement: Document, scorecard: Document, edition: Document) -> dict[str, Any]:
    """The placement document with a target for each figure, as {factor, basis, rise, score, ...}.

    changes: the edition whose distribution of changes a target comes from; null for one of another basis.
    """
    changes = edition.get("changes") or {"cells": ()}
    since = {cell["factor"]: cell["kept_from"] or edition["edition"] for cell in changes["cells"]}
    found = targets_of(scorecard, placement, edition)
    told = [
        {**asdict(one), "changes": since.get(one.factor) if one.basis == "achieved" else None}
        for one in found
    ]
    return {**placement, "targets": told}


def _people(scorecard: Document, figure: Document) -> float:
    return effective_n(scorecard, figure) if figure["n"] else 0.0


def _target(place: Document, figure: Document, edition: Document, achieved: Document | None) -> Target:
    code = place["factor"]
    nothing = Target(code, None, None, None, None, None, None, below_detectable=False, rises_by_itself=False)
    cell = cell_of(edition, code, place["peers"])
    if figure["score"] is None or cell is None or tier_of(cell) == "none":
        return nothing
    peers = _middle(cell, edition)
    if peers is None:
        return nothing
    score = float(figure["score"])
    # Achieved changes were corrected towards the whole pool's mean, so what is added back leads there too.
    pool = _middle(cell_of(edition, code), edition) if achieved else None
    spread, ladder = pool or peers
    error = edition["within"][code]["within_variance"] / figure["n_eff"]
    by_itself = (1 - spread.shrinkage(error)) * (spread.mu - score)
    typical, ambitious = _achieved(achieved if pool else None)
    rise, basis = _rise(by_itself, ambitious, place["to_next_band"], peers[0])
    rise = min(rise, HIGHEST_SCORE - score)
    wave = Summary(score, float(figure["sd"]), figure["n_eff"])
    detectable = minimum_detectable(wave, wave)
    return Target(
        factor=code,
        basis=basis if rise > 0 else None,
        rise=rise if rise > 0 else None,
        score=score + rise if rise > 0 else None,
        typical=typical,
        by_itself=by_itself,
        detectable=detectable,
        below_detectable=0 < rise < detectable,
        rises_by_itself=_low(score, ladder),
    )


def _middle(cell: Document | None, edition: Document) -> tuple[Spread, Ladder] | None:
    """Where a cell's scores move back to, and its ranks; None without differences."""
    if cell is None:
        return None
    groups = [Group(group["size"], group["mean"]) for group in cell["groups"]]
    spread, ladder = spread_of(groups, edition["within"][cell["factor"]]["v"]), ladder_of(groups)
    return (spread, ladder) if ladder is not None and spread.apart else None


def _achieved(cell: Document | None) -> tuple[float | None, float | None]:
    """Median and 75 % point of the achieved changes; None where none were published."""
    if cell is None:
        return None, None
    ladder = ladder_of([Group(group["size"], group["mean"]) for group in cell["groups"]])
    if ladder is None:  # all groups achieved the same
        mean = float(cell["groups"][0]["mean"])
        return mean, mean
    middle, upper = ladder.score_at([0.5, AMBITIOUS])
    return float(middle), float(upper)


def _rise(
    by_itself: float, ambitious: float | None, next_band: float | None, spread: Spread
) -> tuple[float, Basis]:
    """Points to rise by, and where that comes from. A rise of 0 points is no target."""
    if ambitious is not None and by_itself + ambitious > 0:
        return by_itself + ambitious, "achieved"
    half = SPREADS * spread.tau2**0.5
    if next_band is not None and 0 < next_band <= half:
        return float(next_band), "next_band"
    return half, "half_spread"


def _low(score: float, ladder: Ladder) -> bool:
    return score < float(ladder.score_at([LOW_SCORE])[0])
