"""What holds for screening, reliability, change and drivers whatever the answers."""

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from cri.domain.change import Summary, benjamini_hochberg, compare, holm, welch
from cri.domain.drivers import driver_analysis
from cri.domain.reliability import (
    alpha_of,
    item_rest,
    mean_inter_item_r,
    one_factor_omega,
    pairwise_covariances,
)
from cri.domain.screening import screen
from tests.engine_examples import make_instrument, make_sheet

FEW = settings(max_examples=40, deadline=None)
ANSWERS = st.integers(1, 7) | st.sampled_from([-1, -2])
P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=30)
SUMMARIES = st.builds(Summary, st.floats(0, 100), st.floats(0, 50), st.floats(0, 1e6))


@st.composite
def tables(draw: st.DrawFn, least: int = 0, most: int = 70) -> np.ndarray:
    """Up to twelve items of few or many people; columns that are equal, flat or empty come up too."""
    shape = (draw(st.integers(least, most)), draw(st.integers(1, 12)))
    return draw(arrays.arrays(np.int8, shape, elements=ANSWERS, fill=ANSWERS))


@FEW
@given(tables(), st.integers(0, 2**32 - 1))
def test_screening_does_not_depend_on_the_order_of_people(answers: np.ndarray, seed: int) -> None:
    instrument = make_instrument([f"a{place}" for place in range(answers.shape[1] - 1)] + ["-r"])
    order = np.random.default_rng(seed).permutation(len(answers))
    first, second = screen(instrument, make_sheet(answers)), screen(instrument, make_sheet(answers[order]))
    assert first.counts == second.counts
    for name in ("long_string", "low_variability", "outlier", "excluded"):
        assert (getattr(first, name)[order] == getattr(second, name)).all()


@FEW
@given(tables(least=1), st.data())
def test_nobody_is_left_out_for_one_flag(answers: np.ndarray, data: st.DataObject) -> None:
    instrument = make_instrument([f"a{place}" for place in range(answers.shape[1] - 1)] + ["-r"])
    sheet = make_sheet(answers)
    screening = screen(instrument, sheet)
    # Without speed and attention there are two kinds of flags, strings and distance, and both are needed.
    strings = screening.long_string | screening.low_variability
    assert not (screening.excluded & ~(strings & screening.outlier)).any()
    assert not (screening.excluded & screening.straight_throughout).any()


def finite(values: list[float | None]) -> bool:
    return all(value is None or math.isfinite(value) for value in values)


@FEW
@given(tables())
def test_reliability_is_a_number_or_nothing(answers: np.ndarray) -> None:
    covariances = pairwise_covariances(answers)
    if covariances is None:
        return
    rest, mean = item_rest(covariances), mean_inter_item_r(covariances)
    alpha, omega = alpha_of(covariances, 60), one_factor_omega(covariances, 60)
    assert finite([*rest, mean])
    assert all(value is None or -1 <= value <= 1 for value in rest)
    assert alpha is None or (finite([alpha.value, *alpha.interval]) and alpha.value <= 1)
    assert omega is None or 0 <= omega.value <= 1


@FEW
@given(st.integers(0, 2**32 - 1), st.integers(3, 7))
def test_reliability_does_not_depend_on_the_order_of_items(seed: int, items: int) -> None:
    random = np.random.default_rng(seed)
    level = random.normal(4, 1, (120, 1))
    answers = np.clip(np.rint(level + random.normal(0, 1, (120, items))), 1, 7).astype(np.int8)
    order = random.permutation(items)
    first, second = pairwise_covariances(answers), pairwise_covariances(answers[:, order])
    assert first is not None
    assert second is not None
    omegas = one_factor_omega(first, 120), one_factor_omega(second, 120)
    assert (omegas[0] is None) == (omegas[1] is None)
    if omegas[0] is not None and omegas[1] is not None:
        assert math.isclose(omegas[0].value, omegas[1].value, rel_tol=1e-7)
    rest = item_rest(first)
    np.testing.assert_allclose([rest[place] for place in order], item_rest(second), rtol=1e-9, atol=1e-12)


@FEW
@given(P_VALUES)
def test_corrections_never_lower_a_p_and_keep_the_order(p: list[float]) -> None:
    values = np.array(p)
    for adjusted in (holm(values), benjamini_hochberg(values)):
        assert ((adjusted >= values - 1e-15) & (adjusted <= 1)).all()
        assert (np.diff(adjusted[np.argsort(values, kind="stable")]) >= 0).all()
    assert (holm(values) >= benjamini_hochberg(values) - 1e-15).all()


@FEW
@given(SUMMARIES, SUMMARIES)
def test_a_change_turns_round_with_time_and_is_finite(first: Summary, second: Summary) -> None:
    test, back = welch(first, second), welch(second, first)
    assert (test is None) == (back is None)
    if test is None or back is None:
        return
    assert math.isfinite(test.t)
    assert math.isfinite(test.df)
    assert 0 <= test.p <= 1
    assert test.difference == -back.difference
    assert math.isclose(test.p, back.p, rel_tol=1e-9, abs_tol=1e-300)
    (forth,), (again,) = compare([first], [second], holm), compare([second], [first], holm)
    assert forth is not None
    assert again is not None
    assert forth.verdict == again.verdict


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(100, 160))
def test_drivers_do_not_depend_on_the_units_or_names_of_factors(seed: int, people: int) -> None:
    random = np.random.default_rng(seed)
    scores = random.normal(0, 1, (people, 1)) + random.normal(0, 1, (people, 3))
    outcome = scores @ random.normal(0, 1, 3) + random.normal(0, 1, people)
    order = random.permutation(3)
    first, second = (
        driver_analysis(scores, outcome, 1),
        driver_analysis(scores[:, order] * 7 + 3, -outcome, 1),
    )
    assert first is not None
    assert second is not None
    np.testing.assert_allclose(np.array(first.shares)[order], second.shares, rtol=1e-8)
    assert math.isclose(first.r2, second.r2, rel_tol=1e-9)
