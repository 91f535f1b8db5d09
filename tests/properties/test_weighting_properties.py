"""What holds for weights whatever the head-counts."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from cri.domain.weighting import MOST_ROUNDS, NO_LEVEL, TOLERANCE, rake

FEW = settings(max_examples=40, deadline=None)


@st.composite
def raked(draw: st.DrawFn) -> tuple[np.ndarray, list[np.ndarray]]:
    """Sheets whose margins have no empty level, and head-counts within a factor of four."""
    sizes = draw(st.lists(st.integers(1, 4), min_size=1, max_size=4))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    people = draw(st.integers(4, 150))
    unknown = draw(st.sampled_from([0.0, 0.2]))
    columns, margins = [], []
    for size in sizes:
        column = np.concatenate([np.arange(size), random.integers(0, size, people - size)])
        later = np.arange(people) >= size
        column[later & (random.random(people) < unknown)] = NO_LEVEL
        columns.append(random.permutation(column))
        margins.append(random.integers(50, 200, size).astype(float))
    return np.stack(columns, axis=1), margins


@FEW
@given(raked())
def test_margins_are_met_weights_are_positive_and_their_mean_is_one(
    example: tuple[np.ndarray, list[np.ndarray]],
) -> None:
    sheet, margins = example
    weights = rake(sheet, margins)
    values = weights.values
    assert (values > 0).all()
    assert abs(values.mean() - 1) <= 1e-6
    assert weights.design_effect >= 1 - 1e-12
    assert weights.n_eff <= len(sheet) * (1 + 1e-12)
    assert weights.rounds <= 2 * MOST_ROUNDS
    if not weights.converged:
        return
    for place, margin in enumerate(margins):
        known = sheet[:, place] != NO_LEVEL
        for group in [*weights.collapsed[place], *singles(margin, weights.collapsed[place])]:
            found = values[np.isin(sheet[:, place], group)].sum()
            wanted = margin[list(group)].sum() / margin.sum() * known.sum()
            assert abs(found - wanted) <= len(sheet) * (TOLERANCE + 1e-12)


def singles(margin: np.ndarray, joined: tuple[tuple[int, ...], ...]) -> list[tuple[int, ...]]:
    taken = {level for group in joined for level in group}
    return [(level,) for level in range(len(margin)) if level not in taken]


@FEW
@given(raked(), st.integers(0, 2**32 - 1))
def test_order_of_respondents_and_units_of_head_counts_do_not_matter(
    example: tuple[np.ndarray, list[np.ndarray]], seed: int
) -> None:
    sheet, margins = example
    order = np.random.default_rng(seed).permutation(len(sheet))
    weights = rake(sheet, margins).values
    assert (rake(sheet[order], margins).values == weights[order]).all()
    np.testing.assert_allclose(rake(sheet, [7 * margin for margin in margins]).values, weights, rtol=1e-7)


@FEW
@given(raked())
def test_people_with_the_same_levels_have_the_same_weight(
    example: tuple[np.ndarray, list[np.ndarray]],
) -> None:
    sheet, margins = example
    weights = rake(sheet, margins).values
    cells: dict[bytes, float] = {}
    for row, weight in zip(sheet, weights, strict=True):
        assert cells.setdefault(row.tobytes(), weight) == weight
