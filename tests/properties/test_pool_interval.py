"""The attacker's interval round a score: true, with a width where it is audited, a point where not."""

import numpy as np
import pytest

from cri.domain.edition_draft import draft_edition
from cri.domain.norms import INDEX
from tests.pool_examples import FACTORS, member
from tests.properties.pool_interval import Bounds, KnownCell

SCORES = np.random.default_rng(5).normal(55, 9, (16, len(FACTORS)))


def edition_cells() -> list[KnownCell]:
    pool = [member(f"a{number}", tuple(row)) for number, row in enumerate(SCORES.tolist())]
    draft = draft_edition(pool, "2026.1")
    place = {one.sheet: number for number, one in enumerate(pool)}
    return [
        KnownCell(
            cell.factor,
            tuple(tuple(place[sheet] for sheet in group) for group in cell.groups),
            tuple(group["mean"] for group in told["groups"]),
        )
        for cell, told in zip(draft.cells, draft.document["cells"], strict=True)
    ]


def score(agency: int, component: str) -> float:
    return float(SCORES[agency].mean() if component == INDEX else SCORES[agency, FACTORS.index(component)])


def test_the_true_score_is_inside_and_two_attackers_are_left_with_a_width() -> None:
    cells = edition_cells()
    bounds = Bounds(len(SCORES), FACTORS, cells)
    for cell in cells:
        group = cell.groups[1]
        own = {agency: SCORES[agency] for agency in group[1:3]}
        low, high = bounds.interval((group[0], cell.component), own)
        assert low - 1e-5 <= score(group[0], cell.component) <= high + 1e-5
        assert high - low > 0.05
        wide = bounds.interval((group[0], cell.component), {})
        assert wide[0] <= low + 1e-5
        assert wide[1] >= high - 1e-5


def test_order_between_groups_narrows_and_is_used() -> None:
    """Without it a member of the middle group could be anywhere its group's mean allows."""
    (cell, *_) = edition_cells()
    alone = Bounds(len(SCORES), FACTORS, [KnownCell(cell.component, (cell.groups[1],), (cell.means[1],))])
    everything = Bounds(len(SCORES), FACTORS, [cell])
    target = (cell.groups[1][0], cell.component)
    widths = [high - low for low, high in (one.interval(target, {}) for one in (alone, everything))]
    assert widths[1] < widths[0] / 2


def test_changes_are_used_and_the_truth_stays_inside() -> None:
    """Sixteen with two waves: what the changes tell besides both editions narrows, and is never wrong."""
    draws, total = np.random.default_rng(6), len(SCORES)
    earlier, trust, centre = SCORES - draws.normal(2, 3, SCORES.shape), 0.9, 55.0
    changed = SCORES[:, 0] - trust * earlier[:, 0] - (1 - trust) * centre
    order = np.argsort(changed)
    groups = tuple(tuple(int(one) for one in run) for run in np.array_split(order, 4))
    before = {one: (total + one, trust, (1 - trust) * centre) for one in range(total)}
    means = tuple(float(changed[list(group)].mean()) for group in groups)
    changes = KnownCell(FACTORS[0], groups, means, before)
    first = np.argsort(earlier[:, 0])
    told = tuple(tuple(int(one) + total for one in run) for run in np.array_split(first, 4))
    old = KnownCell(
        FACTORS[0], told, tuple(float(earlier[[one - total for one in run], 0].mean()) for run in told)
    )
    now = [cell for cell in edition_cells() if cell.component == FACTORS[0]]
    without, with_them = (
        Bounds(2 * total, FACTORS, [*now, old, *more], rounded=0.05) for more in ((), (changes,))
    )
    widths = []
    for target in range(total):
        low, high = with_them.interval((target, FACTORS[0]), {})
        assert low - 1e-5 <= SCORES[target, 0] <= high + 1e-5
        wide = without.interval((target, FACTORS[0]), {})
        widths.append((high - low, wide[1] - wide[0]))
        assert high - low <= wide[1] - wide[0] + 1e-5
        assert high - low > 0.05
    assert any(narrow < 0.9 * wide for narrow, wide in widths)


def test_the_control_a_group_of_three_is_a_point() -> None:
    three = (0, 1, 2)
    mean = float(SCORES[list(three), 0].mean())
    bounds = Bounds(len(SCORES), FACTORS, [KnownCell(FACTORS[0], (three,), (mean,))])
    low, high = bounds.interval((0, FACTORS[0]), {agency: SCORES[agency] for agency in three[1:]})
    assert low == pytest.approx(high, abs=1e-5)
    assert low == pytest.approx(SCORES[0, 0], abs=1e-5)
