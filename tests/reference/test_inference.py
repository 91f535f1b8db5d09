"""Standard errors with and without a finite population, against R's survey package and published examples."""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cri.domain.statistics import standard_error, t_quantile

Cases = Callable[..., list[dict[str, Any]]]
Rows = Callable[[str], list[dict[str, str]]]


def test_means_of_a_sample_of_schools(cases: Cases, rows: Rows) -> None:
    for case in cases("survey_api", "mean_ci_fpc"):
        people, value = rows(case["input"]["file"]), case["value"]
        population = None if ".nofpc." in case["id"] else case["input"]["N"]
        quantile = t_quantile(value["df"]) if "df" in value else 1.959963984540054
        for place, name in enumerate(value["names"]):
            values = np.array([float(row[name]) for row in people])
            se = standard_error(values.std(ddof=1), len(values), population)
            assert values.mean() == pytest.approx(value["estimate"][place], rel=1e-9)
            assert se == pytest.approx(value["se"][place], rel=1e-9), case["id"]
            low, high = values.mean() - quantile * se, values.mean() + quantile * se
            assert low == pytest.approx(value["ci95_lower"][place], rel=1e-9), case["id"]
            assert high == pytest.approx(value["ci95_upper"][place], rel=1e-9), case["id"]


def test_the_publishers_margins_of_error(cases: Cases) -> None:
    for case in cases("worked_examples_uk_csps", "margin_of_error_fpc"):
        n, population, share = (case["input"][key] for key in ("n", "N", "p"))
        sd = 100 * math.sqrt(share * (1 - share) * n / (n - 1))
        margin = 1.959963984540054 * standard_error(sd, n, population)
        unrounded = case["value"]["unrounded"]
        (theirs,) = (value for name, value in unrounded.items() if "survey::svymean" in name)
        assert margin == pytest.approx(theirs, rel=1e-9)
        assert round(margin) == case["value"]["published_points"]
