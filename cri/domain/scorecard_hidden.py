"""What a scorecard hides besides what the release plan does. Method sections 3 and 6.

The plan counts people and sees no answers. Two things it cannot know: that weights make a group of many
worth a few, and that the score of a factor of one item is that item's mean. The plan allows all that is
hidden here, so hiding it adds nothing to what others know.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from cri.domain.disclosure import Suppressed
from cri.domain.factor_values import FactorValues
from cri.domain.histograms import GroupSums
from cri.domain.instrument import Scale
from cri.domain.release import FactorRelease, GroupRelease, Reason, ReleasePlan
from cri.domain.release_certificate import recount
from cri.domain.scoring import FactorSums, WaveSums
from cri.domain.sheet import AnswerSheet

SAME_WORTH: Final = 0.001
"""People by which n_eff may fall short of the minimum: equal weights are rounded, too."""

Int64 = npt.NDArray[np.int64]
Codes = npt.NDArray[np.integer[Any]]

_LIGHT: Suppressed = "small"
_ALIKE: Suppressed = "complementary"


def hide_more(sheet: AnswerSheet, sums: WaveSums, scale: Scale, plan: ReleasePlan) -> ReleasePlan:
    """The plan without what weights make the opinion of a few, and without alike answers to a lone item.

    `sheet`: the one summed up.
    """
    factors = tuple(
        _without_alike(factor, value, sheet, scale, _without_light(factor, release, plan.minimum))
        for factor, value, release in zip(sums.factors, sums.values, plan.factors, strict=True)
    )
    index = plan.index and is_worth(sums.index, plan.minimum)[0]
    return replace(
        plan,
        factors=factors,
        index=index and all(release.groups.whole is None for release in factors),
        certificate=_certified(plan, sums, factors),
    )


def _certified(plan: ReleasePlan, sums: WaveSums, factors: Sequence[FactorRelease]) -> dict[str, Any]:
    """The plan's certificate, counted again where anything has been hidden since."""
    if tuple(factors) == plan.factors:
        return plan.certificate
    groups = [
        list(_shown_groups(value, release.groups, plan.minimum))
        for value, release in zip(sums.factors, factors, strict=True)
    ]
    return recount(plan.certificate, groups, [release.items for release in factors])


def _shown_groups(sums: FactorSums, groups: GroupRelease, minimum: int) -> Iterator[tuple[int, bool]]:
    """How many people each group of a factor has, and whether it is shown."""
    for kind, reasons in zip((sums.units, *sums.options), (groups.units, *groups.options), strict=True):
        yield from zip(kind.n.tolist(), (reason is None for reason in reasons), strict=True)
    if sums.halves is not None and min(halves := sums.halves.n.tolist()) >= minimum:
        yield from ((half, groups.halves is None) for half in halves)


def is_worth(sums: GroupSums, minimum: int) -> list[bool]:
    """Whether each group counts, weighted, for as many people as a figure needs."""
    return [worth >= minimum - SAME_WORTH for worth in sums.n_eff().tolist()]


def _without_light(sums: FactorSums, release: FactorRelease, minimum: int) -> FactorRelease:
    """Groups and items whose n_eff is under the minimum are "small"."""
    if sums.whole.weights is None:
        return release

    def heavy(groups: GroupSums, reasons: Sequence[Reason]) -> tuple[Reason, ...]:
        worth = is_worth(groups, minimum)
        return tuple(
            given or (None if enough else _LIGHT) for given, enough in zip(reasons, worth, strict=True)
        )

    groups = release.groups
    halves = groups.halves
    if sums.halves is not None and not all(is_worth(sums.halves, minimum)):
        halves = halves or _LIGHT
    whole = heavy(sums.whole, [groups.whole])[0]
    items = tuple(
        withheld or (None if is_worth(item.sums, minimum)[0] else _LIGHT)
        for item, withheld in zip(sums.items, release.items, strict=True)
    )
    kept = whole is None and items == release.items
    return replace(
        release,
        groups=GroupRelease(
            whole=whole,
            units=heavy(sums.units, groups.units),
            options=tuple(
                heavy(part, reasons) for part, reasons in zip(sums.options, groups.options, strict=True)
            ),
            halves=halves,
        ),
        items=items,
        spread=release.spread and kept,
        favourable=release.favourable and kept,
        unweighted=whole or release.unweighted,
    )


def _without_alike(
    sums: FactorSums, value: FactorValues, sheet: AnswerSheet, scale: Scale, release: FactorRelease
) -> FactorRelease:
    """A factor of one item: its score is the item's mean, which alike answers hide.

    Where a unit's answers are alike all units are hidden, else the others would give it away; so with a
    question's options, and with early and late.
    """
    if len(sums.items) != 1:
        return release
    groups = release.groups
    if release.items[0] == "alike":
        nothing = GroupRelease(
            whole=_ALIKE,
            units=_all_hidden(groups.units),
            options=tuple(map(_all_hidden, groups.options)),
            halves=groups.halves or _ALIKE,
        )
        return replace(release, groups=nothing, unweighted=_ALIKE, with_excluded=_ALIKE)
    top = scale.favourable
    options = zip(groups.options, _option_counts(value, sheet, scale, groups), strict=True)
    halves = groups.halves
    if sheet.late is not None and halves is None:
        split = _counts(value, sheet.late.astype(np.int64), 2, scale)
        halves = _unless_alike([None, None], split, top)[0]
    return replace(
        release,
        groups=GroupRelease(
            whole=groups.whole,
            units=_unless_alike(groups.units, sums.item_units[:, 0], top),
            options=tuple(_unless_alike(reasons, counts, top) for reasons, counts in options),
            halves=halves,
        ),
    )


def _option_counts(
    value: FactorValues, sheet: AnswerSheet, scale: Scale, groups: GroupRelease
) -> Iterator[Int64]:
    """For each profile question int64 (options, points)."""
    for place, reasons in enumerate(groups.options):
        assert sheet.profile is not None
        yield _counts(value, sheet.profile[:, place], len(reasons), scale)


def _counts(value: FactorValues, group: Codes, groups: int, scale: Scale) -> Int64:
    """int64 (groups, points): answers to a factor's only item. `group`: (respondents,), below 0 for none."""
    chosen = value.scored & (group >= 0)
    no_score = len(value.values) - scale.points  # the codes before the points
    codes = group[chosen].astype(np.int64) * scale.points + value.codes[chosen] - no_score
    return np.bincount(codes, minlength=groups * scale.points).reshape(groups, scale.points)


def _unless_alike(reasons: Sequence[Reason], counts: Int64, top: int) -> tuple[Reason, ...]:
    """All hidden if the answers of a shown group are in one band. `counts`: int64 (groups, points), keyed."""
    ends = [counts[:, :top].sum(axis=1), counts[:, -top:].sum(axis=1)]
    n = counts.sum(axis=1)
    bands = np.stack([*ends, n - ends[0] - ends[1]], axis=1)
    shown = np.array([reason is None for reason in reasons], dtype=bool)
    return _all_hidden(reasons) if (shown & (bands.max(axis=1) == n)).any() else tuple(reasons)


def _all_hidden(reasons: Sequence[Reason]) -> tuple[Reason, ...]:
    return tuple(reason or _ALIKE for reason in reasons)
