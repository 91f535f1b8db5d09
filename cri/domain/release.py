"""What of one wave may be released, decided for all of it together before anything is. Method section 6.

The plan is made from the numbers of people behind each figure alone (`disclosure_cells`); no answer is seen,
except that an item which all answered alike is named to it. docs/decisions/disclosure-audit.md has the
attacker, the reasoning and the limits.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from cri.domain.disclosure import MINIMUM, Gateway, Suppressed
from cri.domain.disclosure_audit import Audited
from cri.domain.disclosure_cells import Bool, Cells, Int32, Int64
from cri.domain.disclosure_groups import Figure, Shown, group_sizes
from cri.domain.disclosure_tree import nearest_shown
from cri.domain.release_certificate import certify
from cri.domain.release_groups import narrow, shown_before
from cri.domain.release_items import Withheld, item_base, items_beside
from cri.domain.release_spread import units_with_spread

Reason = Suppressed | None


@dataclass(frozen=True, slots=True)
class GroupRelease:
    """Which groups a figure may be shown for: None for shown, or why not.

    `whole`: the whole wave. `units`: each unit with all below it. `options`: for each profile question its
    options. `halves`: early and late, both or neither; "small" also where it was not collected.
    """

    whole: Reason
    units: tuple[Reason, ...]
    options: tuple[tuple[Reason, ...], ...]
    halves: Reason

    def lowest_shown(self, parents: Int32) -> Int64:
        """int64 (units,): the lowest shown unit around those who are directly in each unit, -1 for none.

        Figures that compare units (ICC) take these: they are then made of what is shown, and say nothing new
        of a hidden unit.
        """
        hidden = [reason is not None for reason in self.units]
        above = np.array(nearest_shown(parents.tolist(), hidden), dtype=np.int64)
        return np.where(hidden, above, np.arange(len(hidden)))


@dataclass(frozen=True, slots=True)
class FactorRelease:
    """What may be shown of a factor.

    `groups`: its score (with sd, se, interval, alpha and so on) for the wave and for each group.
    `items`: None for everything; "small" for nothing; "alike" for nothing (all in one band);
    "complementary": no mean, no sd, no distribution by point, but bands and favourable share (unless the
    scale has no more points than bands: `bands_tell_points`).
    `spread`: whether r_wg(J) and AD_M over the whole wave may be shown: not beside an item without its sd.
    `unit_spreads`: the same for each unit. `favourable`: whether the factor's favourable share may: not if an
    item's is hidden. `unweighted`: the unweighted score beside the weighted one. `with_excluded`: the
    unweighted scores with and without the careless.
    """

    groups: GroupRelease
    items: tuple[Withheld | None, ...]
    spread: bool
    unit_spreads: tuple[bool, ...]
    favourable: bool
    unweighted: Reason
    with_excluded: Reason


@dataclass(frozen=True)
class ReleasePlan:
    """What may be released of a wave, and `certificate`: what was audited, against whom, with what result.

    `groups` is for the number of people (usable); what is hidden there is hidden for every factor.
    `index`: whether the index may be shown.
    """

    minimum: int
    groups: GroupRelease
    factors: tuple[FactorRelease, ...]
    index: bool
    certificate: dict[str, Any]


@dataclass(frozen=True, eq=False)
class _Decided:
    """A figure's groups and items at one minimum, and how the audit went."""

    figure: Figure
    shown: Shown
    audited: Audited
    items: Bool | None = None


def plan_release(
    cells: Cells, parents: Int32, minimum: int = MINIMUM, *, alike: Bool | None = None
) -> ReleasePlan:
    """Plan the release of a wave.

    `parents`: int32 (units,), index of each unit's parent, -1 at the top. `alike`: bool (all items in order),
    those that everybody answered in one band (`Gateway.shows_shares` is False though enough answered).
    A minimum above the method's is reached by steps of one, each of which only hides more: so a higher
    minimum never shows more. Raises ValueError if the minimum is below the method's.
    """
    gateway = Gateway(minimum)
    same = np.zeros(sum(cells.items), dtype=bool) if alike is None else alike
    figures = [Figure(cells, parents, np.where(cells.excluded, 0, cells.usable))]
    figures += [
        Figure(cells, parents, np.where(cells.excluded, 0, cells.scored[:, place]))
        for place in range(len(cells.codes))
    ]
    decided: list[_Decided] | None = None
    nobody = int(figures[0].people.sum()) + 1  # from here on nothing at all is shown
    for least in range(MINIMUM, max(MINIMUM, min(minimum, nobody)) + 1):
        decided = _decide(figures, same, least, decided)
    assert decided is not None
    base = _groups(decided[0], gateway, None)
    factors = tuple(
        _factor(done, gateway, base, place, cells, same) for place, done in enumerate(decided[1:])
    )
    everything = int(cells.indexed[~cells.excluded].sum())
    return ReleasePlan(
        minimum=minimum,
        groups=base,
        factors=factors,
        index=gateway.shows(everything) and all(factor.groups.whole is None for factor in factors),
        certificate=certify(
            cells,
            minimum,
            [(done.figure, done.shown, done.audited) for done in decided],
            [factor.items for factor in factors],
        ),
    )


def _decide(
    figures: list[Figure], alike: Bool, minimum: int, before: list[_Decided] | None
) -> list[_Decided]:
    """The people first, then each factor within what is shown of these; never more than `before`."""
    base, *scores = figures
    earlier = before[0].shown if before else shown_before(base, None, None)
    decided = [_Decided(base, *narrow(base, earlier, minimum))]
    start = 0
    for place, figure in enumerate(scores):
        last = before[place + 1] if before else None
        allowed = shown_before(figure, decided[0].shown, last.shown if last else None)
        if not allowed.unweighted and np.array_equal(figure.people, base.people) and not last:
            shown, audited = decided[0].shown, decided[0].audited
        else:
            shown, audited = narrow(figure, allowed, minimum)
        count = figure.cells.items[place]
        kept = last.items if last and last.items is not None else ~alike[start : start + count]
        items = items_beside(figure, place, shown, kept, minimum)
        decided.append(_Decided(figure, shown, audited, items))
        start += count
    return decided


def _groups(done: _Decided, gateway: Gateway, base: GroupRelease | None) -> GroupRelease:
    units, options, halves = group_sizes(done.figure)
    shown = done.shown

    def reasons(sizes: Sequence[int], places: Bool, before: Sequence[Reason] | None) -> tuple[Reason, ...]:
        return tuple(
            None if is_shown else given or ("complementary" if gateway.shows(size) else "small")
            for size, is_shown, given in zip(sizes, places, before or [None] * len(sizes), strict=True)
        )

    return GroupRelease(
        whole=None if gateway.shows(int(done.figure.people.sum())) else "small",
        units=reasons(units, shown.units, base.units if base else None),
        options=tuple(
            reasons(sizes, shown.options[question], base.options[question] if base else None)
            for question, sizes in enumerate(options)
        ),
        halves=reasons([min(halves)], np.array([shown.halves]), [base.halves] if base else None)[0],
    )


def _factor(
    done: _Decided, gateway: Gateway, base: GroupRelease, place: int, cells: Cells, alike: Bool
) -> FactorRelease:
    groups = _groups(done, gateway, base)
    start, count = sum(cells.items[:place]), cells.items[place]
    answered = item_base(cells, place).answered
    items = tuple(
        _item(gateway.shows(int(answered[item])), bool(alike[start + item]), done.items, item)
        for item in range(count)
    )
    left_out = int(cells.scored[cells.excluded, place].sum())
    unweighted = groups.whole or (
        None if done.shown.unweighted or not cells.weighted else cast("Reason", "complementary")
    )
    hiding = {"small", "alike"} | ({"complementary"} if cells.telling else set())
    return FactorRelease(
        groups=groups,
        items=items,
        spread=groups.whole is None and all(reason is None for reason in items),
        unit_spreads=tuple(units_with_spread(done.figure, place, done.shown, gateway.minimum).tolist()),
        favourable=groups.whole is None and not hiding & set(items),
        unweighted=unweighted,
        with_excluded=unweighted or (None if left_out == 0 or gateway.shows(left_out) else "small"),
    )


def _item(enough: bool, alike: bool, shown: Bool | None, item: int) -> Withheld | None:
    if not enough:
        return "small"
    if alike:
        return "alike"
    return None if shown is not None and shown[item] else "complementary"
