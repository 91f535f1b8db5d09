"""Section 8 of docs/method.md: both numbers where definitions differ, theirs from the data, ours computed."""

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cri.domain.instrument import Scale
from cri.domain.reliability import one_factor_omega
from cri.domain.scoring import sum_wave
from cri.domain.screening import long_strings, screen
from cri.domain.sheet import UNANSWERED
from tests.engine_examples import make_instrument, make_sheet
from tests.method_document import flowing, table
from tests.reference.catalogue import Case, cases, rows, rules
from tests.reference.checking import CLOSED_FORM, LIKELIHOOD, RAKING
from tests.reference.proofs import agreement, careless, norms, reliability, weighting, worked_examples

pytestmark = pytest.mark.usefixtures("reference_data")

TOLD = {row[0]: row for row in table("statistic")}
LEAD = "bhr2000.lead11"


def case(name: str) -> Case:
    (found,) = (case for case in cases() if case.id == name)
    return found


def ours(proof: Any, name: str, field: str) -> Any:
    """What the engine gives for a field of a case."""
    return next(check.ours for check in proof(case(name)) if check.name == field)


def first_company(name: str, field: str) -> float:
    return float(case(name).value["by_group"][field][0])


def icc() -> list[float]:
    return [
        case(f"{LEAD}.icc1_icc2_multilevel").value["icc1"],
        ours(agreement.between_groups, f"{LEAD}.icc1_n0", "icc1"),
        case(f"{LEAD}.eb_lme4").value["icc1_reml"],
    ]


def omega() -> list[float]:
    return [
        ours(reliability.omega, f"{LEAD}.omega_ml_1factor", "omega_model_implied"),
        case(f"{LEAD}.omega_ml_1factor").value["omega_observed_variance"],
        case(f"{LEAD}.omega_minres_1factor").value,
        case(f"{LEAD}.omega_minres_3group").value["omega_total"],
    ]


def rwg_j(null: str) -> Callable[[], list[float]]:
    return lambda: [
        ours(agreement.whole_scale, f"{LEAD}.rwgj.{null}", "by_group.rwg_j")[0],
        first_company(f"{LEAD}.rstar_wgj.{null}", "rstar_wg_j"),
    ]


def ad_m() -> list[float]:
    deviation = ours(agreement.deviation, f"{LEAD}.ad_mean", "by_group.ad")[0]
    people = first_company(f"{LEAD}.ad_mean", "n")
    return [deviation, deviation * people / (people - 1)]


def alpha() -> list[float]:
    return [
        case("bfi.agree.alpha").value["raw_alpha"],
        ours(reliability.alpha_pairwise, "bfi.agree.pairwise.alpha", "raw_alpha"),
    ]


def scored() -> list[float]:
    """People with a score on agreeableness, by half of the items and by two thirds."""
    pairwise = case("bfi.agree.pairwise.alpha")
    everybody = sum_wave(reliability.one_factor(pairwise), reliability.sheet_of(pairwise))
    return [case("bfi.scores_half_rule").value["agree"]["n_scored"], everybody.factors[0].everybody.n]


def percentile() -> list[float]:
    value = case("csps.2014.eei.percentile_ranks").value
    (place,) = {round(rank, 2) for rank in value["strict_below"] if round(rank, 1) == 39.6}
    level = [k for k, rank in enumerate(value["strict_below"]) if round(rank, 2) == place]
    assert (len(level) - 1, value["n"]) == (7, 101)
    told = [value[name][level[0]] for name in ("strict_below", "at_or_below", "midrank")]
    ranks = ours(norms.ranks, "csps.2014.eei.percentile_ranks", "midrank_excluding_self")
    return [*told, ranks[level[0]]]


def quantile() -> list[float]:
    value = case("csps.2022.eei.quantiles").value
    assert value["p"][0] == 0.05
    assert len(norms.organisations(case("csps.2022.eei.quantiles"))[1]) == 102
    return [value["type6"][0], ours(norms.type_seven, "csps.2022.eei.quantiles", "type7")[0]]


def margin() -> list[float]:
    found = case("csps.margin_of_error.B")
    assert found.input == {"n": 80, "N": 150, "p": 0.5}
    told = found.value["unrounded"]
    (name,) = (key for key in told if "svymean" in key)
    (naive,) = (key for key in told if "naive" in key)
    computed = ours(worked_examples.margin_of_error, "csps.margin_of_error.B", f"unrounded.{name}")
    return [told[naive], told["(N-n)/(N-1) with pq/n"], computed]


def raking() -> list[float]:
    return [
        case("api.clus1.rake.eps1").value["max"],
        ours(weighting.raked, "api.clus1.rake.eps1e-10", "max"),
    ]


def even_odd() -> list[float]:
    return [
        ours(careless.even_odd, "careless1.evenodd", "value")[1],
        case("careless1.evenodd.matrix_quirk").value["value"][1],
    ]


# What computes the numbers of a row, and which of them is the engine's own.
NUMBERS: dict[str, tuple[Callable[[], list[float]], int]] = {
    "ICC(1)": (icc, 1),
    "omega": (omega, 0),
    "r_wg(J), uniform": (rwg_j("uniform"), 0),
    "r_wg(J), moderate skew": (rwg_j("moderate_skew"), 0),
    "AD_M": (ad_m, 0),
    "alpha": (alpha, 1),
    "factor score": (scored, 1),
    "percentile rank": (percentile, 3),
    "quantile, 5 %": (quantile, 1),
    "margin of error": (margin, 2),
    "raking": (raking, 1),
    "even-odd consistency": (even_odd, 0),
}


def test_every_row_is_checked() -> None:
    assert list(TOLD) == list(NUMBERS)


@pytest.mark.parametrize("name", NUMBERS)
def test_the_numbers_of_each_definition(name: str) -> None:
    """Each definition begins with its number, shown to so many decimals; the last column is one of them."""
    _, _, definitions, written = TOLD[name]
    found = [re.match(r"-?[\d,]*\.?\d+", part.strip()) for part in definitions.split(";")]
    told = [match.group() for match in found if match]
    compute, own = NUMBERS[name]
    computed = compute()
    assert [as_shown(value, like) for value, like in zip(computed, told, strict=True)] == told
    assert written == told[own]


def as_shown(value: float, like: str) -> str:
    decimals = len(like.partition(".")[2])
    text = f"{value:,.{decimals}f}"
    return text if re.match(r"-?\d", like) else text.replace("0.", ".", 1)


def test_what_the_data_are() -> None:
    soldiers = rows("bhr2000/bhr2000.csv")
    companies = {row["GRP"] for row in soldiers}
    items = case(f"{LEAD}.rwgj.uniform").input["items"]
    assert (
        TOLD["ICC(1)"][1] == f"{len(soldiers):,} soldiers in {len(companies)} companies, {len(items)} items"
    )
    people, complete = rows("bfi/bfi.csv"), case("bfi.agree.alpha").input["n_rows_used"]
    assert TOLD["alpha"][1] == f"agreeableness, 5 items, {len(people):,} people with gaps"
    assert f"of the {complete:,} without gaps" in TOLD["alpha"][2]
    assert TOLD["raking"][1].startswith(f"{len(rows('api/apiclus1.csv'))} schools")
    assert TOLD["even-odd consistency"][1].startswith("a list of 200 ")
    assert len(rows("careless/careless_dataset.csv")) == 200


def test_the_notes() -> None:
    text = flowing()
    assert f"every one of the {sum(rule.cases for rule in rules())} cases" in text
    assert (CLOSED_FORM, RAKING, LIKELIHOOD) == (1e-9, 1e-7, 1e-5)
    assert "agree to 1e-9 of the value, raking to 1e-7, maximum likelihood to 1e-5" in text
    published = case("csps.margin_of_error.B").value["published_points"]
    assert f"The publisher prints {published} points, which rules out the first definition" in text
    assert round(margin()[0]) != published
    assert round(margin()[1]) == round(margin()[2]) == published


def test_the_model_that_stopped_early() -> None:
    """The reference's own parameters are 3e-5 from the best, at the same chi-square."""
    model = case("hs1939.1f.ml")
    answers = reliability.model_answers(model)
    fitted = one_factor_omega(np.cov(answers.T), len(answers))
    assert fitted is not None
    parameters = np.array(model.value["parameters"]["est"][:9])
    loadings = np.array(fitted.loadings) / fitted.loadings[0]
    assert np.abs(loadings / parameters - 1).max() == pytest.approx(3e-5, rel=0.2)
    assert "stopped with a loading 3e-5 from the maximum" in flowing()
    assert f"On nine tests of {len(answers)} pupils" in flowing()
    assert f"chi-square, {model.value['fit']['chisq']:.3f}" in flowing()
    assert f"{ours(reliability.model_fit, 'hs1939.1f.ml', 'fit.chisq'):.3f}" == "312.264"


def test_what_screening_finds_in_a_real_list() -> None:
    keys = case("bfi.scores_mean_available").input["keys"]
    asked = make_instrument(*keys.values(), scale=Scale(1, 6, 2))
    people = rows("bfi/bfi.csv")
    answers = [[int(row[item.code] or UNANSWERED) for item in asked.items] for row in people]
    found = screen(asked, make_sheet(answers))
    strings, far, out = (100 * mask.mean() for mask in (found.long_string, found.outlier, found.excluded))
    told = (
        f"Of {len(people):,} people who answered {len(asked.items)} items on pages of five, {strings:.0f} %"
    )
    assert f"{told} gave one answer three times in a row on some page" in flowing()
    assert f"{far:.0f} % were far out, and {out:.1f} % would be left out" in flowing()
    among = 100 * found.outlier[found.long_string].mean()
    assert f"of those who have one, {among:.1f} % are far out, of all {far:.1f} %" in flowing()
    codes = [f"{'-' * item.reversed}{item.code}" for item in asked.items]
    sixes = make_instrument(*(codes[start : start + 6] for start in range(0, 24, 6)), scale=Scale(1, 6, 2))
    runs = long_strings(sixes, make_sheet(answers).answers[:, :24]).any(axis=0)
    assert f"(of the same answers cut into pages of six: {100 * runs.mean():.0f} %)" in flowing()
