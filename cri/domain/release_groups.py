"""Which groups one figure is shown for, at one minimum: minimums, remainders, then the audit."""

from dataclasses import replace

import numpy as np

from cri.domain.disclosure_audit import Audited, audit
from cri.domain.disclosure_cells import NOT_COLLECTED, Bool
from cri.domain.disclosure_groups import Figure, Shown, group_sizes
from cri.domain.disclosure_kinds import few_weigh
from cri.domain.disclosure_tree import hide_least


def shown_before(figure: Figure, base: Shown | None, last: Shown | None) -> Shown:
    """The groups that may be shown at most: those collected, those of `base`, those of `last`."""
    cells = figure.cells
    units = np.ones(len(figure.parents), dtype=bool)
    options = tuple(np.ones(count, dtype=bool) for count in cells.options)
    halves = bool(len(cells.late)) and not (cells.late == NOT_COLLECTED).any()
    # Numbers of people are never weighted.
    unweighted = cells.weighted and base is not None
    for other in (base, last):
        if other is not None:
            units = units & other.units
            options = tuple(mine & theirs for mine, theirs in zip(options, other.options, strict=True))
            halves = halves and other.halves
    return Shown(units, options, halves, unweighted=unweighted and (last is None or last.unweighted))


def narrow(figure: Figure, allowed: Shown, minimum: int) -> tuple[Shown, Audited]:
    """Hide of the allowed groups what is small, what leaves a small remainder, what fails the audit."""
    units, options, halves = group_sizes(figure)
    everybody = int(figure.people.sum())
    if everybody < minimum:
        nothing = Shown(
            units=np.zeros_like(allowed.units),
            options=tuple(np.zeros_like(part) for part in allowed.options),
            halves=False,
            unweighted=False,
        )
        return nothing, Audited(groups=0, kinds=0, cases=0, hidden=0, given_up=0)
    large = Shown(
        units=allowed.units & (np.array(units, dtype=np.int64) >= minimum),
        options=tuple(
            part & (np.array(sizes, dtype=np.int64) >= minimum)
            for part, sizes in zip(allowed.options, options, strict=True)
        ),
        halves=allowed.halves and min(halves) >= minimum,
        unweighted=allowed.unweighted and not few_weigh(figure, minimum),
    )
    tree = hide_least(everybody, units, figure.parents.tolist(), minimum, _hidden(large.units))
    questions = [
        hide_least(everybody, sizes, [-1] * len(sizes), minimum, _hidden(part))
        for sizes, part in zip(options, large.options, strict=True)
    ]
    remaining = replace(
        large,
        units=~np.array(tree, dtype=bool),
        options=tuple(~np.array(part, dtype=bool) for part in questions),
    )
    return audit(figure, remaining, large, minimum)


def _hidden(shown: Bool) -> list[bool]:
    hidden: list[bool] = (~shown).tolist()
    return hidden
