"""How near the attacker of the pool can come to one score, by linear programming over everything published.

Nobody's score can be worked out, but it can be bounded: scores lie in 0 to 100, groups' means are known, and
groups are runs of neighbours, so that nobody in a lower group has more than anybody in a higher one. The
attacker is two owners who know their own scores and (worst case) who sits in which group.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds as Ends
from scipy.optimize import LinearConstraint, milp
from scipy.sparse import csr_array

Floats = NDArray[np.float64]
HIGHEST = 100.0


@dataclass(frozen=True)
class KnownCell:
    """A published cell: its component, who is in which group (lowest first), and the groups' means.

    before: for a cell of corrected changes, by later wave: the earlier one, lambda, and (1 - lambda) mu.
    """

    component: str
    groups: tuple[tuple[int, ...], ...]
    means: tuple[float, ...]
    before: Mapping[int, tuple[int, float, float]] | None = None


class Bounds:
    """Everything published about a pool as linear constraints; unknowns are scores by agency and factor."""

    def __init__(
        self, agencies: int, factors: Sequence[str], cells: Sequence[KnownCell], rounded: float = 0.0
    ) -> None:
        """rounded: points by which a published mean may be off."""
        self.agencies, self.factors, self.rounded = agencies, list(factors), rounded
        self.edges = sum(len(cell.groups) - 1 for cell in cells)
        self.scores = agencies * len(self.factors)
        equal: list[tuple[Mapping[int, float], float]] = []
        below: list[tuple[Mapping[int, float], float]] = []
        edge = self.scores
        # Only edges between groups of changes may be off the scale: wide bounds take the solver long.
        self.highest = np.repeat(
            [HIGHEST if cell.before is None else 2 * HIGHEST for cell in cells],
            [len(cell.groups) - 1 for cell in cells],
        )
        self.lowest = np.where(self.highest > HIGHEST, -self.highest, 0.0)
        for cell in cells:
            for number, (group, mean) in enumerate(zip(cell.groups, cell.means, strict=True)):
                told = [self._value(cell, one) for one in group]
                whole = {place: weight / len(group) for one, _ in told for place, weight in one.items()}
                equal.append((whole, mean + sum(known for _, known in told) / len(group)))
                if number:
                    below += [({edge: 1.0} | {key: -one[key] for key in one}, -known) for one, known in told]
                    edge += 1
                if number < len(cell.groups) - 1:
                    below += [({edge: -1.0} | one, known) for one, known in told]
        self.equal, self.means = self._matrix(equal)
        self.below, self.limits = self._matrix(below)

    def interval(
        self, target: tuple[int, str], own: Mapping[int, Floats], slack: float = 1e-7
    ) -> tuple[float, float]:
        """Least and greatest score that the target (agency, component) can have, given the attacker's own.

        own: agency -> float (factors,). Raises RuntimeError where the solver does not end well. `slack`:
        points by which rounding may have moved what was published.
        """
        bounds = np.tile([0.0, HIGHEST], (self.scores + self.edges, 1))
        bounds[self.scores :] = np.stack([self.lowest, self.highest], axis=1)
        for agency, scores in own.items():
            place = agency * len(self.factors)
            for number, score in enumerate(scores):
                bounds[place + number] = score - slack, score + slack
        goal = np.zeros(len(bounds))
        for place, weight in self._one(*target, 1.0).items():
            goal[place] = weight
        rules = [LinearConstraint(self.equal, self.means - self.rounded, self.means + self.rounded)]
        if self.below.shape[0]:
            rules.append(LinearConstraint(self.below, -np.inf, self.limits))
        ends = []
        for sign in (1.0, -1.0):
            # without whole numbers this is a linear programme; unlike linprog's its types allow sparse rows
            found = milp(sign * goal, bounds=Ends(bounds[:, 0], bounds[:, 1]), constraints=rules)
            if not found.success:
                raise RuntimeError(found.message)
            ends.append(sign * float(found.fun))
        return ends[0], ends[1]

    def _one(self, agency: int, component: str, weight: float) -> dict[int, float]:
        """What an agency's component is made of: itself, or for the index the mean of the factors."""
        named = self.factors if component == "index" else [component]
        return {agency * len(self.factors) + self.factors.index(one): weight / len(named) for one in named}

    def _value(self, cell: KnownCell, agency: int) -> tuple[dict[int, float], float]:
        """What a member brings to a cell, as a sum of unknowns less something known."""
        if cell.before is None:
            return self._one(agency, cell.component, 1.0), 0.0
        earlier, trust, known = cell.before[agency]
        later = self._one(agency, cell.component, 1.0)
        return later | self._one(earlier, cell.component, -trust), known

    def _matrix(self, rows: Sequence[tuple[Mapping[int, float], float]]) -> tuple[csr_array, Floats]:
        ends = np.cumsum([0, *(len(row) for row, _ in rows)])
        columns = [place for row, _ in rows for place in row]
        values = [weight for row, _ in rows for weight in row.values()]
        shape = (len(rows), self.scores + self.edges)
        return csr_array((values, columns, ends), shape=shape), np.array([right for _, right in rows])
