"""Scores of real questionnaires through `cri score`, against R."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from cri.adapters.answer_sheets import read_answers
from cri.adapters.document_schemas import validate
from cri.adapters.instrument_files import load_instrument
from cri.cli import cli
from cri.domain.scoring import respondent_scores
from cri.domain.screening import screen

Cases = Callable[..., list[dict[str, Any]]]
Rows = Callable[[str], list[dict[str, str]]]

BFI = """\
code: bfi
version: 1.0.0
scale: {min: 1, max: 6, favourable: 2}
factors:
"""


@pytest.fixture(scope="module")
def bfi(tmp_path_factory: pytest.TempPathFactory, cases: Cases, rows: Rows) -> Path:
    """A folder with the reference's key as instrument.yaml and its answers as answers.csv."""
    folder = tmp_path_factory.mktemp("bfi")
    (case,) = (case for case in cases("scoring_bfi", "factor_scores") if "keys" in case["input"])
    text, codes = BFI, []
    for factor, items in case["input"]["keys"].items():
        text += f"  - code: {factor}\n    items:\n"
        for item in items:
            codes.append(item.lstrip("-"))
            text += f"      - {{code: {codes[-1]}, reversed: {str(item.startswith('-')).lower()}}}\n"
    (folder / "instrument.yaml").write_text(text, encoding="utf-8")
    lines = [",".join(codes)] + [",".join(row[code] for code in codes) for row in rows("bfi/bfi.csv")]
    (folder / "answers.csv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def scored(*arguments: object) -> dict[str, Any]:
    result = CliRunner().invoke(cli, ["score", *map(str, arguments)])
    assert (result.exit_code, result.stderr) == (0, "")
    document: dict[str, Any] = json.loads(result.stdout)
    validate(document)
    return document


def test_each_respondents_score(bfi: Path, cases: Cases, rows: Rows) -> None:
    """The reference scores whoever answered anything; ours are the same where four of five are answered."""
    (case,) = (case for case in cases("scoring_bfi", "factor_scores") if "keys" in case["input"])
    instrument = load_instrument(bfi)
    value = case["value"]
    by_id = {row["id"]: row for row in rows("bfi/bfi.csv")}
    compared = 0
    for factor in instrument.factors:
        table = [
            [int(by_id[str(person)][item.code] or -1) for item in factor.items] for person in value["id"]
        ]
        scores = respondent_scores(np.array(table, dtype=np.int8), factor, instrument.scale)
        answered = value[f"{factor.code}_n_answered"]
        for ours, theirs, count in zip(scores, value[factor.code], answered, strict=True):
            assert np.isnan(ours) == (count < 4)
            if count >= 4:
                assert ours == pytest.approx(100 * (theirs - 1) / 5, rel=1e-9)
                compared += 1
    assert compared > 5 * len(value["id"]) * 0.9


def test_the_scorecard_of_a_real_questionnaire(bfi: Path, rows: Rows) -> None:
    """Everything written out again, plainly, of those whom screening keeps."""
    document = scored(bfi / "answers.csv", "--instrument", bfi)
    everybody = rows("bfi/bfi.csv")
    screening = screen(load_instrument(bfi), read_answers(bfi / "answers.csv", load_instrument(bfi)))
    people = [row for row, left_out in zip(everybody, screening.excluded, strict=True) if not left_out]
    assert document["population"]["excluded"] == len(everybody) - len(people) > 0
    assert len(document["factors"]) == 5
    for factor in document["factors"]:
        keyed = {}
        for item in factor["items"]:
            answers = np.array([float(row[item["code"]] or "nan") for row in people])
            keyed[item["code"]] = 7 - answers if item["reversed"] else answers
            given = answers[~np.isnan(answers)]
            expected = 7 - given if item["reversed"] else given
            assert item["n"] == len(given)
            assert item["mean"] == pytest.approx(expected.mean(), rel=1e-9)
            assert item["sd"] == pytest.approx(expected.std(ddof=1), rel=1e-9)
            assert item["favourable"] == pytest.approx((expected >= 5).mean(), rel=1e-9)
            shares = [(given == point).mean() for point in range(1, 7)]
            assert [cell["share"] for cell in item["distribution"]["cells"]] == pytest.approx(
                shares, rel=1e-9
            )
        columns = list(keyed.values())
        covariances = np.array([[pairwise(one, other) for other in columns] for one in columns])
        alpha = 5 / 4 * (1 - np.trace(covariances) / covariances.sum())
        assert factor["alpha"]["value"] == pytest.approx(alpha, rel=1e-9)


def pairwise(one: np.ndarray, other: np.ndarray) -> float:
    """Covariance over those who answered both."""
    both = ~np.isnan(one) & ~np.isnan(other)
    return float(np.cov(one[both], other[both])[0, 1])


def told(cases: Cases, name: str, statistic: str, case_id: str) -> Any:
    """The value of one case."""
    (value,) = (case["value"] for case in cases(name, statistic) if case["id"] == case_id)
    return value


@pytest.fixture(scope="module")
def companies(tmp_path_factory: pytest.TempPathFactory, cases: Cases, rows: Rows) -> dict[str, Any]:
    """The scorecard of eleven items in ninety-nine companies, a unit each."""
    folder = tmp_path_factory.mktemp("bhr")
    (alpha,) = (
        c for c in cases("reliability_bhr2000", "cronbach_alpha") if c["id"] == "bhr2000.lead11.alpha"
    )
    items = alpha["input"]["items"]
    head = BFI.replace("bfi", "bhr").replace("max: 6", "max: 5") + "  - code: lead\n    items:\n"
    text = head + "".join(f"      - {{code: {item}}}\n" for item in items)
    (folder / "instrument.yaml").write_text(text, encoding="utf-8")
    lines = [",".join([*items, "unit"])]
    lines += [",".join([*(row[item] for item in items), row["GRP"]]) for row in rows("bhr2000/bhr2000.csv")]
    (folder / "answers.csv").write_text("\n".join(lines), encoding="utf-8")
    return scored(folder / "answers.csv", "--instrument", folder)


def test_a_factor_of_eleven_items(companies: dict[str, Any], cases: Cases, rows: Rows) -> None:
    (factor,) = companies["factors"]
    name, lead = "reliability_bhr2000", "bhr2000.lead11"
    alpha = told(cases, name, "cronbach_alpha", f"{lead}.alpha")
    assert factor["alpha"]["value"] == pytest.approx(alpha["raw_alpha"], rel=1e-9)
    interval = told(cases, name, "cronbach_alpha_ci", f"{lead}.alpha_ci95_feldt")
    assert factor["alpha"]["interval"] == pytest.approx([interval["lower"], interval["upper"]], rel=1e-9)
    assert factor["score"] == pytest.approx(25 * (alpha["mean_of_person_means"] - 1), rel=1e-9)
    assert factor["sd"] == pytest.approx(25 * alpha["sd_of_person_means"], rel=1e-9)
    assert factor["mean_inter_item_r"] == pytest.approx(alpha["average_r"], rel=1e-9)
    omega = told(cases, name, "mcdonald_omega_total", f"{lead}.omega_ml_1factor")
    assert factor["omega"] == pytest.approx(omega["omega_model_implied"], rel=1e-5)
    items = told(cases, name, "item_statistics", f"{lead}.item_stats")
    for field, theirs in (("mean", "mean"), ("sd", "sd"), ("item_rest_r", "r_item_rest")):
        assert [item[field] for item in factor["items"]] == pytest.approx(items[theirs], rel=1e-9)
    assert companies["index"]["score"] == factor["score"]
    assert companies["index"]["sd"] == pytest.approx(factor["sd"], rel=1e-12)
    # The reference is of all 99 companies, which `icc` reproduces; the scorecard's is of those it shows.
    people = rows("bhr2000/bhr2000.csv")
    names = [item["code"] for item in factor["items"]]
    by_company: dict[str, list[float]] = {}
    for one in people:
        by_company.setdefault(one["GRP"], []).append(float(np.mean([int(one[name]) for name in names])))
    one, two = _icc_of(list(by_company.values()))
    first = told(cases, "agreement_bhr2000", "icc1_unbalanced_n0", f"{lead}.icc1_n0")
    second = told(cases, "agreement_bhr2000", "icc1_icc2", f"{lead}.icc1_icc2_multilevel")
    assert (one, two) == pytest.approx((first["icc1"], second["icc2"]), rel=1e-9)
    hidden = {unit["code"] for unit in companies["units"] if unit["suppressed"]}
    assert hidden
    one, two = _icc_of([scores for code, scores in by_company.items() if code not in hidden])
    assert companies["agreement"]["icc1"]["lead"] == pytest.approx(one, rel=1e-9)
    assert companies["agreement"]["icc2"]["lead"] == pytest.approx(two, rel=1e-9)


def _icc_of(groups: list[list[float]]) -> tuple[float, float]:
    """ICC(1) and ICC(2) by a one-way analysis of variance, written out."""
    n, k = sum(map(len, groups)), len(groups)
    grand = sum(map(sum, groups)) / n
    between = sum(len(one) * (np.mean(one) - grand) ** 2 for one in groups) / (k - 1)
    within = sum(((np.array(one) - np.mean(one)) ** 2).sum() for one in groups) / (n - k)
    size = (n - sum(len(one) ** 2 for one in groups) / n) / (k - 1)
    return float((between - within) / (between + (size - 1) * within)), float((between - within) / between)


def test_ninety_nine_groups(companies: dict[str, Any], cases: Cases, rows: Rows) -> None:
    people = rows("bhr2000/bhr2000.csv")
    items = [item["code"] for item in companies["factors"][0]["items"]]
    by_null = {
        null: told(cases, "agreement_bhr2000", "rwg_j", f"bhr2000.lead11.rwgj.{null}")["by_group"]
        for null in ("uniform", "slight_skew", "moderate_skew")
    }
    deviations = told(cases, "agreement_bhr2000", "ad_m", "bhr2000.lead11.ad_mean")["by_group"]
    assert len(companies["units"]) == 99
    for unit in companies["units"]:
        if unit["suppressed"]:
            continue
        members = np.array([[int(r[i]) for i in items] for r in people if r["GRP"] == unit["code"]])
        scores = 25 * (members.mean(axis=1) - 1)
        ours = unit["factors"]["lead"]
        assert unit["n"] == len(members) >= 10
        assert ours["score"] == pytest.approx(scores.mean(), rel=1e-9)
        assert ours["se"] == pytest.approx(scores.std(ddof=1) / np.sqrt(len(scores)), rel=1e-9)
        place = deviations["group"].index(unit["code"])
        assert ours["ad_m"] == pytest.approx(deviations["ad"][place], rel=1e-9)
        for null, theirs in by_null.items():
            assert ours["rwg_j"][null] == pytest.approx(theirs["rwg_j"][place], rel=1e-9)
        slight = by_null["slight_skew"]["rwg_j"][place]
        assert ours["mixed_views"] == (slight < 0.5 or deviations["ad"][place] > 5 / 6)
    hidden = {unit["code"]: unit["suppressed"] for unit in companies["units"] if unit["suppressed"]}
    # Group 72 has eight people; group 98, with thirteen the smallest of the others, covers it.
    assert hidden == {"72": "small", "98": "complementary"}
