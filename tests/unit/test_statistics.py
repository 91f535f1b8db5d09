import math
import statistics
from fractions import Fraction

import pytest

from cri.domain.statistics import Moments, standard_error, t_interval, t_quantile


def test_moments_of_whole_numbers() -> None:
    values = [1, 5, 7, 7, 2]
    moments = Moments(5, sum(values), sum(value * value for value in values))
    assert moments.mean == statistics.mean(values)
    assert moments.variance == statistics.variance(values)
    assert moments.sd == statistics.stdev(values)


def test_moments_of_fractions_are_correctly_rounded() -> None:
    values = [Fraction(21, 5), Fraction(17, 4), Fraction(23, 6), Fraction(21, 5)]
    parts = [int(value * 60) for value in values]
    moments = Moments(4, sum(parts), sum(part * part for part in parts), 60)
    assert moments.mean == float(statistics.mean(values))
    assert moments.variance == float(statistics.variance(values))


def test_equal_fractions_vary_by_exactly_nothing() -> None:
    part = 252  # 4.2 in sixtieths
    assert Moments(1_000_003, part * 1_000_003, part * part * 1_000_003, 60).variance == 0


def test_standard_error_by_hand() -> None:
    assert standard_error(12.0, 36) == 2.0
    # 36 of 100: sqrt(1 - .36) = .8
    assert standard_error(12.0, 36, 100) == pytest.approx(1.6, rel=1e-15)
    assert standard_error(12.0, 36, 36) == 0.0


def test_the_publishers_margin_of_error_is_eight_points() -> None:
    """n 80 of 150 at 50 %: shared/data/README.md. The sd of 0 and 100 has divisor n - 1."""
    sd = 100 * math.sqrt(0.25 * 80 / 79)
    assert 1.959963984540054 * standard_error(sd, 80, 150) == pytest.approx(7.531958877013252, rel=1e-9)


def test_t_quantiles_of_the_printed_table() -> None:
    assert t_quantile(9) == pytest.approx(2.262, abs=5e-4)
    assert t_quantile(30) == pytest.approx(2.042, abs=5e-4)
    assert t_quantile(10**7) == pytest.approx(1.96, abs=5e-4)


def test_interval_by_hand() -> None:
    low, high = t_interval(50.0, 2.0, 10)
    assert low == pytest.approx(50 - 2 * 2.2621571628)
    assert high == pytest.approx(50 + 2 * 2.2621571628)


def test_the_half_width_is_never_under_one_point() -> None:
    assert t_interval(50.0, 0.0, 10) == (49.0, 51.0)
    assert t_interval(50.0, 0.44, 10) == (49.0, 51.0)
    assert t_interval(50.0, 0.45, 10)[0] < 49.0
