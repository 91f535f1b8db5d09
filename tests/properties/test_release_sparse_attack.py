"""Another attacker, for waves too large to try everything: linear programming looks for sums of few people.

For each person he seeks the sum of released totals that counts them once and all others least (the least sum
of absolute weights, which favours few people). He is not exhaustive; what he finds is real.
"""

import numpy as np
import pytest
from scipy.optimize import linprog

from cri.domain.release import ReleasePlan
from tests.properties.release_attack import Block, World, members, score_total
from tests.properties.test_release_properties import by_size, planned


def agency(seed: int) -> World:
    """110 people in eight units of a tree, three questions; the last option of the first is like a unit."""
    random = np.random.default_rng(seed)
    parents = (-1, 0, 0, 1, 1, 2, 2, -1)
    blocks = []
    for _ in range(110):
        unit = int(random.choice([3, 4, 5, 6, 7], p=[0.3, 0.15, 0.25, 0.22, 0.08]))
        other = int(random.integers(0, 2))
        alike = 2 if (unit == 4) is (random.random() < 0.93) else other
        options = (alike, int(random.integers(0, 3)), int(random.integers(-1, 2)))
        blocks.append(Block(1, unit, (0, 1, 2), options, bool(random.random() < 0.4)))
    return World(tuple(blocks), parents, (3, 3, 2), timed=True)


def fewest_found(world: World, plan: ReleasePlan) -> int:
    """People in the smallest sum of few people that linear programming finds."""
    everybody = set(range(len(world.blocks)))
    rows = [score_total(world, 0, group) for group in [everybody, *members(world, plan.factors[0].groups)]]
    table = np.array([[float(row.get((person, 0), 0)) * 3 for person in sorted(everybody)] for row in rows])
    totals, people = table.shape
    # weights = alpha @ table, -size <= weights <= size, least sum of sizes
    limits = np.vstack([np.hstack([table.T, -np.eye(people)]), np.hstack([-table.T, -np.eye(people)])])
    cost = np.concatenate([np.zeros(totals), np.ones(people)])
    bounds = [(None, None)] * totals + [(0, None)] * people
    fewest = people
    for person in range(people):
        once = np.concatenate([table[:, person], np.zeros(people)])[None]
        found = linprog(cost, limits, np.zeros(2 * people), once, [1.0], bounds)
        assert found.success
        weights = found.x[:totals] @ table
        fewest = min(fewest, int((np.abs(weights) > 1e-6).sum()))
    return fewest


@pytest.mark.parametrize("seed", range(3))
def test_linear_programming_finds_no_sum_of_few_people(seed: int) -> None:
    world = agency(seed)
    plan = planned(world)
    assert fewest_found(world, plan) >= 10
    # The control: the same attacker, where whatever has ten people is shown.
    assert 1 <= fewest_found(world, by_size(world)) <= 9
    assert plan.certificate["share_hidden"] < 0.25
