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

MOST_TRIED = 60
"""Ways to show a hidden group again that are tried once the rest is safe."""


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


def audit(figure: Figure, shown: Shown, allowed: Shown, minimum: int) -> tuple[Shown, Audited]:
    """Hide groups until no combination holds 1 to `minimum` - 1 people; show again what was hidden in vain.

    `shown`: the groups to begin with; `allowed`: those that are large enough and hidden for no other reason.
    For each combination found the smallest group without which it does not exist is hidden.
    """
    sizes = group_sizes(figure)
    groups = sum(1 for _ in shown_groups(shown, sizes)) + 1
    cases = given_up = hidden = 0
    while True:
        kinds = find_kinds(figure, shown)
        outcome = find_isolated(kinds.space(), minimum)
        cases += outcome.cases
        if outcome.isolated is None:
            break
        given_up += not outcome.isolated.proven
        shown = shown.without(_to_hide(figure, shown, sizes, kinds, outcome.isolated))
        hidden += 1
    if hidden:
        shown = _show_again(figure, shown, allowed, sizes, minimum)
    return shown, Audited(groups, len(kinds.people), cases, hidden, given_up)


def _show_again(figure: Figure, shown: Shown, allowed: Shown, sizes: Sizes, minimum: int) -> Shown:
    """Show hidden groups, largest first, where that is safe, or safe with a smaller group hidden instead."""

    def is_safe(trial: Shown) -> bool:
        return find_isolated(find_kinds(figure, trial).space(), minimum).isolated is None

    tried = 0
    for swap in (False, True):
        now = set(shown_groups(shown, sizes))
        for group in sorted(set(shown_groups(allowed, sizes)) - now, key=_largest_first):
            smaller = [other for other in sorted(now, key=_largest_first) if other.people < group.people]
            for other in reversed(smaller) if swap else [None]:
                if tried == MOST_TRIED:
                    return shown
                tried += 1
                trial = shown.also(group)
                trial = trial if other is None else trial.without(other)
                if is_safe(trial):
                    shown, now = trial, set(shown_groups(trial, sizes))
                    break
    return shown


def _largest_first(group: Group) -> tuple[int, str, int, int]:
    return -group.people, group.kind, group.question, group.place


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
