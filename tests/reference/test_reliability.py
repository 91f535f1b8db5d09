"""Alpha and Feldt's interval against psych and multilevel, in R."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from cri.domain.instrument import Instrument, Scale
from cri.domain.reliability import cronbach_alpha, factor_alpha, feldt_interval, pairwise_covariances
from cri.domain.scoring import keyed, sum_wave
from cri.domain.sheet import UNANSWERED, AnswerSheet
from tests.engine_examples import make_instrument, make_sheet

Cases = Callable[..., list[dict[str, Any]]]
Rows = Callable[[str], list[dict[str, str]]]

CLOSED_FORM = 1e-9


def people_of(rows: Rows, case: dict[str, Any]) -> list[dict[str, str]]:
    """The rows the case is about: ids like bhr2000.lead11.grp10.alpha or hs1939.x1to9.Pasteur.alpha."""
    people, part = rows(case["input"]["file"]), case["id"].split(".")[2]
    if part.startswith("grp"):
        people = [row for row in people if row["GRP"] == part.removeprefix("grp")]
    if part in ("Pasteur", "Grant-White"):
        people = [row for row in people if row["school"] == part]
    return people


def answers_of(rows: Rows, case: dict[str, Any]) -> np.ndarray:
    """float64 (respondents, items) as the case says; NaN for a missing answer, whole rows if listwise."""
    inputs = case["input"]
    table = np.array(
        [[float(row[item] or "nan") for item in inputs["items"]] for row in people_of(rows, case)]
    )
    used = table[~np.isnan(table).any(axis=1)] if inputs["missing"] == "listwise" else table
    assert len(used) == inputs["n_rows_used"], case["id"]
    return used


def one_factor(case: dict[str, Any]) -> Instrument:
    """The case's items as an instrument of one factor."""
    inputs = case["input"]
    codes = [f"-{item}" if item in inputs["reversed"] else item for item in inputs["items"]]
    return make_instrument(codes, scale=Scale(inputs["scale_min"] or 1, inputs["scale_max"] or 6, 2))


def sheet_of(rows: Rows, case: dict[str, Any]) -> AnswerSheet:
    """The case's answers, raw, -1 where missing."""
    return make_sheet(np.nan_to_num(answers_of(rows, case), nan=UNANSWERED))


def keyed_answers(rows: Rows, case: dict[str, Any]) -> np.ndarray:
    """int8, reverse-keyed by the engine."""
    instrument = one_factor(case)
    return keyed(sheet_of(rows, case).answers, instrument.factors[0], instrument.scale)


@pytest.mark.parametrize("name", ["reliability_bfi", "reliability_bhr2000"])
def test_alpha_of_whole_numbers(name: str, cases: Cases, rows: Rows) -> None:
    for case in cases(name, "cronbach_alpha"):
        covariances = pairwise_covariances(keyed_answers(rows, case))
        assert covariances is not None
        value = case["value"]["raw_alpha"] if isinstance(case["value"], dict) else case["value"]
        assert cronbach_alpha(covariances) == pytest.approx(value, rel=CLOSED_FORM), case["id"]


def test_alpha_of_other_numbers(cases: Cases, rows: Rows) -> None:
    for case in cases("reliability_hs1939", "cronbach_alpha"):
        value = case["value"]["raw_alpha"] if isinstance(case["value"], dict) else case["value"]
        covariances = np.cov(answers_of(rows, case).T)
        assert cronbach_alpha(covariances) == pytest.approx(value, rel=CLOSED_FORM), case["id"]


@pytest.mark.parametrize("name", ["reliability_bfi", "reliability_bhr2000", "reliability_hs1939"])
def test_feldts_interval(name: str, cases: Cases) -> None:
    alphas = {case["id"]: case for case in cases(name, "cronbach_alpha")}
    feldt = [case for case in cases(name, "cronbach_alpha_ci") if "feldt" in case["id"]]
    assert feldt
    for case in feldt:
        value = case["value"]
        alpha = alphas[case["id"].rsplit(".", 1)[0] + ".alpha"]["value"]["raw_alpha"]
        inputs = case["input"]
        low, high = feldt_interval(alpha, len(inputs["items"]), inputs["n_rows_used"], value["level"])
        assert low == pytest.approx(value["lower"], rel=CLOSED_FORM), case["id"]
        assert high == pytest.approx(value["upper"], rel=CLOSED_FORM), case["id"]


@pytest.mark.parametrize("name", ["reliability_bfi", "reliability_bhr2000"])
def test_item_means_and_deviations(name: str, cases: Cases, rows: Rows) -> None:
    for case in cases(name, "item_statistics"):
        (factor,) = sum_wave(one_factor(case), sheet_of(rows, case)).factors
        assert case["value"]["item"] == case["input"]["items"]
        for place, item in enumerate(factor.items):
            assert item.moments.n == case["value"]["n"][place], case["id"]
            assert item.moments.mean == pytest.approx(case["value"]["mean"][place], rel=CLOSED_FORM)
            assert item.moments.sd == pytest.approx(case["value"]["sd"][place], rel=CLOSED_FORM)


def test_a_factors_alpha_is_the_pairwise_one_of_the_reference(cases: Cases, rows: Rows) -> None:
    pairwise = [case for case in cases("reliability_bfi", "cronbach_alpha") if "pairwise" in case["id"]]
    assert len(pairwise) == 5
    for case in pairwise:
        instrument = one_factor(case)
        alpha = factor_alpha(instrument, instrument.factors[0], sheet_of(rows, case), 2790, 10)
        assert alpha is not None
        assert alpha.value == pytest.approx(case["value"]["raw_alpha"], rel=CLOSED_FORM)
        assert alpha.interval == feldt_interval(alpha.value, 5, 2790)
