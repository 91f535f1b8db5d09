"""What of one wave may be released, decided for all of it together before anything is. Method section 6.

The plan is made from the numbers of people behind each figure alone (`disclosure_cells`); no answer is seen,
except that an item which all answered alike is named to it.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from cri.domain.disclosure import MINIMUM, Gateway, Suppressed
from cri.domain.disclosure_cells import NOT_COLLECTED, Bool, Cells, Int32, Int64
from cri.domain.release_items import Withheld, any_pair_is_thin, item_base, withhold_one
from cri.domain.sheet import subtree_sums

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


@dataclass(frozen=True, slots=True)
class FactorRelease:
    """What may be shown of a factor.

    `groups`: its score (with sd, se, interval, alpha and so on) for the wave and for each group.
    `items`: None for everything; "small" for nothing; "alike" for nothing (all in one band);
    "complementary": no mean, no sd, no distribution by point, but bands and favourable share.
    `spread`: whether the factor's r_wg(J) and AD_M over the wave may be shown: not beside a withheld item.
    `favourable`: whether the factor's favourable share may: not if an item's is hidden.
    `unweighted`: the unweighted score beside the weighted one. `with_excluded`: the score with the careless.
    """

    groups: GroupRelease
    items: tuple[Withheld | None, ...]
    spread: bool
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


def plan_release(
    cells: Cells,
    parents: Int32,
    minimum: int = MINIMUM,
    *,
    alike: Bool | None = None,
) -> ReleasePlan:
    """Plan the release of a wave.

    `parents`: int32 (units,), index of each unit's parent, -1 at the top. `alike`: bool (all items in order),
    those that everybody answered in one band (`Gateway.shows_shares` is False though enough answered).
    Raises ValueError if the minimum is below the method's.
    """
    gateway = Gateway(minimum)
    base = _groups(gateway, cells, cells.usable, parents, None)
    factors, start = [], 0
    for place, count in enumerate(cells.items):
        same = np.zeros(count, dtype=bool) if alike is None else alike[start : start + count]
        factors.append(_factor(gateway, cells, place, parents, base, same))
        start += count
    index = gateway.shows(int(cells.indexed[~cells.excluded].sum()))
    return ReleasePlan(
        minimum=minimum,
        groups=base,
        factors=tuple(factors),
        index=index and all(factor.groups.whole is None for factor in factors),
        certificate={},
    )


def _groups(
    gateway: Gateway,
    cells: Cells,
    people: Int64,
    parents: Int32,
    before: GroupRelease | None,
) -> GroupRelease:
    """Judge every group by `people`: int64 (cells,), those of each cell who answered the figure."""
    kept = np.where(cells.excluded, 0, people)
    everybody = int(kept.sum())
    own = np.bincount(cells.unit + 1, weights=kept, minlength=len(parents) + 1)[1:].astype(np.int64)
    sizes = [int(size) for size in subtree_sums(own, parents)]
    chosen = [
        np.bincount(cells.profile[:, question] + 1, weights=kept, minlength=count + 1)[1:]
        for question, count in enumerate(cells.options)
    ]
    late = [int(kept[cells.late == half].sum()) for half in (0, 1)]
    halves = gateway.groups(everybody, late, [-1, -1])
    if (cells.late == NOT_COLLECTED).any() or (before and before.halves):
        halves = ("small", "small")
    return GroupRelease(
        whole=None if gateway.shows(everybody) else "small",
        units=gateway.groups(everybody, sizes, parents.tolist(), before.units if before else None),
        options=tuple(
            gateway.groups(
                everybody,
                [int(size) for size in counts],
                [-1] * len(counts),
                before.options[question] if before else None,
            )
            for question, counts in enumerate(chosen)
        ),
        halves=halves[0] or halves[1],
    )


def _factor(
    gateway: Gateway,
    cells: Cells,
    place: int,
    parents: Int32,
    before: GroupRelease,
    alike: Bool,
) -> FactorRelease:
    groups = _groups(gateway, cells, cells.scored[:, place], parents, before)
    count = cells.items[place]
    base = item_base(cells, place, count)
    enough = base.answered >= gateway.minimum
    shown = enough & ~alike
    partly = int(base.people[1:].sum())
    careful = alike[enough].any() or 0 < partly < gateway.minimum or any_pair_is_thin(base, enough, 1)
    left = withhold_one(base, shown, gateway.minimum) if careful and groups.whole is None else shown
    items: list[Withheld | None] = [
        "small" if not enough[item] else "alike" if alike[item] else None if left[item] else "complementary"
        for item in range(count)
    ]
    left_out = int(cells.scored[cells.excluded, place].sum())
    return FactorRelease(
        groups=groups,
        items=tuple(items),
        spread=groups.whole is None and all(reason is None for reason in items),
        favourable=groups.whole is None and not {"small", "alike"} & set(items),
        unweighted=groups.whole,
        with_excluded=groups.whole or (None if left_out == 0 or gateway.shows(left_out) else "small"),
    )
