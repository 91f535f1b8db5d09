"""The audit of one figure over every group it is to be shown for, and what to hide where it fails.

The attacker knows who is in which group, and everything that is shown, as exact numbers; he adds and
subtracts. He wins with a combination that holds 1 to `minimum` - 1 people. See
docs/decisions/disclosure-audit.md.
"""

from dataclasses import dataclass, replace

import numpy as np

from cri.domain.disclosure_groups import Figure, Group, Shown, Sizes, group_sizes, shown_groups
from cri.domain.disclosure_kinds import Kinds, find_kinds
from cri.domain.disclosure_search import Isolated, find_isolated
from cri.domain.disclosure_tree import nearest_shown

MOST_RETRIED = 12
"""Hidden groups tried again, largest first, once the rest is safe."""


@dataclass(frozen=True, slots=True)
class Audited:
    """How an audit went.

    `groups`: groups audited, the whole wave among them; `kinds`: kinds of people these tell apart; `cases`:
    searched one by one; `hidden`: groups hidden for the audit; `given_up`: searches not brought to an end,
    for each of which something was hidden.
    """

    groups: int
    kinds: int
    cases: int
    hidden: int
    given_up: int


def audit(figure: Figure, shown: Shown, minimum: int) -> tuple[Shown, Audited]:
    """Hide groups until no combination holds 1 to `minimum` - 1 people; show again what was hidden in vain.

    For each combination found the smallest group without which it does not exist is hidden.
    """
    sizes = group_sizes(figure)
    hidden: list[Group] = []
    groups = sum(1 for _ in shown_groups(shown, sizes)) + 1
    cases = given_up = 0
    while True:
        kinds = find_kinds(figure, shown)
        outcome = find_isolated(kinds.space(), minimum)
        cases += outcome.cases
        if outcome.isolated is None:
            break
        given_up += not outcome.isolated.proven
        group = _to_hide(figure, shown, sizes, kinds, outcome.isolated)
        shown = shown.without(group)
        hidden.append(group)
    if len(hidden) > 1:
        for group in sorted(hidden, key=lambda group: -group.people)[:MOST_RETRIED]:
            again = shown.also(group)
            if find_isolated(find_kinds(figure, again).space(), minimum).isolated is None:
                shown, hidden = again, [other for other in hidden if other != group]
    return shown, Audited(groups, len(kinds.people), cases, len(hidden), given_up)


def items_isolate(figure: Figure, shown: Shown, minimum: int) -> bool:
    """Whether the items' totals, set against those of the factor, hold 1 to `minimum` - 1 people.

    `figure` has `pieces`. The items enter with equal weights (`release_items` answers for unequal ones), so
    they are one more shown total: of everybody, each with the number of items that they answered.
    """
    kinds = find_kinds(figure, shown, beside_items=True)
    return find_isolated(kinds.space(), minimum).isolated is not None


def _to_hide(figure: Figure, shown: Shown, sizes: Sizes, kinds: Kinds, isolated: Isolated) -> Group:
    """The smallest group without which nobody of these kinds can be isolated; else the smallest of all."""
    groups = sorted(shown_groups(shown, sizes), key=lambda group: group.people)
    above = nearest_shown(figure.parents.tolist(), (~shown.units).tolist())
    for group in groups:
        left = kinds.without(replace(group, people=0), above[group.place] if group.kind == "unit" else -1)
        space = left.space()
        outside = np.setdiff1d(space.label, np.append(space.label[isolated.columns], -1))
        if not space.without(outside).columns:
            return group
    return groups[0]
