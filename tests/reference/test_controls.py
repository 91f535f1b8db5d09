"""The control of the reference cases: each constant or definition bent a little, and a case must fail.

A proof that passes whatever the engine computes proves nothing. Each row bends one thing as a plausible
mistake would: divide by n, another degree of freedom, another definition.
"""

from dataclasses import replace
from itertools import groupby
from typing import Any

import numpy as np
import pytest
from scipy.special import fdtri

from cri.domain import agreement as agreement_of
from cri.domain import scoring, statistics
from cri.domain import weighting as weighting_of
from cri.domain.careless import even_odd_consistency
from cri.domain.change import Summary, welch
from cri.domain.reliability import Omega, one_factor_omega
from cri.domain.statistics import Moments
from tests.reference.catalogue import cases
from tests.reference.conftest import require_data
from tests.reference.proofs import (
    agreement,
    careless,
    differences,
    norms,
    reliability,
    samples,
    weighting,
    worked_examples,
)
from tests.reference.test_cases import run


def divided_by_n(moments: Moments) -> float:
    return moments.squares / moments.n / moments.parts**2 - moments.mean**2


def at_or_below(scores: Any) -> Any:
    values = np.asarray(scores)
    return 100 * (values[:, None] >= values).mean(axis=1)


def type_six(scores: Any, shares: Any) -> Any:
    return np.atleast_1d(np.quantile(scores, shares, method="weibull"))


def with_mean_size(n: Any, total: Any, squares: Any) -> agreement_of.Icc:
    found = agreement_of.icc(n, total, squares)
    assert found is not None
    assert found.icc2 is not None
    ratio = 1 / (1 - found.icc2)
    return agreement_of.Icc((ratio - 1) / (ratio + np.mean(n) - 1), found.icc2)


def with_whole(covariances: Any) -> Any:
    return covariances.sum(axis=1) / np.sqrt(np.diag(covariances) * covariances.sum())


def stretched(covariances: Any, n: int) -> Omega:
    found = one_factor_omega(covariances, n)
    assert found is not None
    loadings = 1.001 * np.array(found.loadings)
    common = loadings.sum() ** 2
    value = common / (common + sum(found.uniquenesses))
    return Omega(value, tuple(loadings), found.uniquenesses)


def over_gaps(answers: Any) -> Any:
    rows = [[point for point in row if point >= 0] for row in answers.tolist()]
    return np.array([max(len(list(run)) for _, run in groupby(row)) for row in rows])


def own_spread_by_n(answers: Any) -> Any:
    return np.nanstd(np.where(answers < 0, np.nan, answers), axis=1)


def equal_variances(first: Summary, second: Summary) -> Any:
    pooled = ((first.n - 1) * first.sd**2 + (second.n - 1) * second.sd**2) / (first.n + second.n - 2)
    return welch(replace(first, sd=pooled**0.5), replace(second, sd=pooled**0.5))


Bend = tuple[str, object, str, object]

NULLS = "agreement_bhr2000:bhr2000.lead11.rwgj"

BENDS: list[tuple[str, Bend]] = [
    (
        "reliability_bfi:bfi.agree.item_stats",
        ("variance divided by n", Moments, "variance", property(divided_by_n)),
    ),
    (
        "reliability_bhr2000:bhr2000.lead11.alpha",
        ("k instead of k/(k-1)", reliability, "cronbach_alpha", lambda c: 1 - np.trace(c) / c.sum()),
    ),
    (
        "reliability_bhr2000:bhr2000.lead11.alpha_ci95_feldt",
        (
            "F on n and not n - 1",
            reliability,
            "feldt_interval",
            lambda a, k, n, c: tuple(
                1 - (1 - a) * fdtri(n, n * (k - 1), p) for p in ((1 + c) / 2, (1 - c) / 2)
            ),
        ),
    ),
    (
        "scoring_bfi:bfi.scores_mean_available",
        ("nobody reverse-keyed", scoring, "keyed", lambda a, *_: a),
    ),
    (
        "survey_api:api.srs.fpc.mean.t",
        ("no finite-population factor", samples, "standard_error", lambda sd, n, _: sd / np.sqrt(n)),
    ),
    ("survey_api:api.srs.fpc.mean.t", ("the normal 1.96", statistics, "t_quantile", lambda _: 1.96)),
    (
        "worked_examples_uk_csps:csps.margin_of_error.B",
        (
            "N - 1 in the factor",
            worked_examples,
            "standard_error",
            lambda sd, n, all_: sd / np.sqrt(n) * np.sqrt((all_ - n) / (all_ - 1)),
        ),
    ),
    (
        "worked_examples_uk_csps:csps.rounding.half_up",
        ("cut off", worked_examples, "round_rank", int),
    ),
    (
        "benchmark_uk_csps:csps.2022.eei.percentile_ranks",
        ("ranks at or below", norms, "percentiles_among_others", at_or_below),
    ),
    (
        "benchmark_uk_csps:csps.2022.eei.quantiles",
        (
            "quantiles of type 6",
            norms,
            "quantiles",
            type_six,
        ),
    ),
    (
        "reliability_bfi:bfi.agree.item_stats",
        ("correlation with the whole, not the rest", reliability, "item_rest", with_whole),
    ),
    (
        "reliability_bfi:bfi.agree.omega_ml_1factor",
        ("loadings a thousandth off", reliability, "one_factor_omega", stretched),
    ),
    ("survey_api:api.clus1.rake.eps1e-10", ("raking stops early", weighting_of, "TOLERANCE", 1e-5)),
    (
        "survey_api:api.nonresponse.rake3",
        (
            "design effect with divisor n - 1",
            weighting,
            "design_effect",
            lambda w: 1 + w.var(ddof=1) / w.mean() ** 2,
        ),
    ),
    (
        "careless_bfi:bfi25.longstring",
        ("a missing answer goes on with the run", careless, "longest_string", over_gaps),
    ),
    (
        "careless_dataset1:careless1.evenodd",
        ("higher is more careful", careless, "even_odd_consistency", lambda *a: -even_odd_consistency(*a)),
    ),
    (
        "careless_bfi:bfi25.irv",
        (
            "divided by n",
            careless,
            "intra_individual_variability",
            lambda a: np.where(a < 0, 0, a).std(axis=1),
        ),
    ),
    (
        "inference_bhr2000:bhr2000.lead11.group_vs_rest_welch",
        ("Bonferroni for Holm", differences, "holm", lambda p: np.minimum(np.array(p) * len(p), 1)),
    ),
    (
        "inference_bhr2000:bhr2000.lead11.group_vs_rest_welch",
        ("equal variances", differences, "welch", equal_variances),
    ),
    (
        "inference_bhr2000:bhr2000.lead11.pooled_effect_sizes",
        ("d over one group's s", differences, "cohens_d", lambda a, b: (b.mean - a.mean) / b.sd),
    ),
    (f"{NULLS}.uniform", ("A^2 / 12", agreement_of, "uniform_variance", lambda a: a * a / 12)),
    (f"{NULLS}.slight_skew", ("the null of six points", agreement_of, "SLIGHT_SKEW", {5: 1.85})),
    (f"{NULLS}.moderate_skew", ("a null a hundredth off", agreement_of, "MODERATE_SKEW", {5: 0.91})),
    (
        "agreement_bhr2000:bhr2000.lead11.ad_mean",
        (
            "AD_M divided by n - 1",
            agreement,
            "ad_m",
            lambda counts: (
                agreement_of.ad_m(counts) * counts.sum(axis=2)[:, 0] / (counts.sum(axis=2)[:, 0] - 1)
            ),
        ),
    ),
    (
        "agreement_bhr2000:bhr2000.lead11.icc1_n0",
        ("all groups of the mean size", agreement, "icc", with_mean_size),
    ),
]


@pytest.mark.parametrize(("name", "bend"), BENDS, ids=[f"{bend[0]}: {name}" for name, bend in BENDS])
def test_a_bent_method_fails_the_case(name: str, bend: Bend, monkeypatch: pytest.MonkeyPatch) -> None:
    require_data()
    (case,) = (case for case in cases() if case.name == name)
    run(case)
    _, where, attribute, bent = bend
    monkeypatch.setattr(where, attribute, bent)
    with pytest.raises(AssertionError, match="apart"):
        run(case)
