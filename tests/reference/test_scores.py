"""Scores of real questionnaires through `cri score`, against R."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner

from cri.adapters.document_schemas import validate
from cri.adapters.instrument_files import load_instrument
from cri.cli import cli
from cri.domain.scoring import respondent_scores

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


def test_the_scorecard_of_a_real_questionnaire(bfi: Path, cases: Cases, rows: Rows) -> None:
    document = scored(bfi / "answers.csv", "--instrument", bfi)
    pairwise = {
        case["id"].split(".")[1]: case["value"]["raw_alpha"]
        for case in cases("reliability_bfi", "cronbach_alpha")
        if "pairwise" in case["id"]
    }
    assert [factor["code"] for factor in document["factors"]] == list(pairwise)
    people = rows("bfi/bfi.csv")
    for factor in document["factors"]:
        assert factor["alpha"]["value"] == pytest.approx(pairwise[factor["code"]], rel=1e-9)
        for item in factor["items"]:
            given = np.array([int(row[item["code"]]) for row in people if row[item["code"]]])
            expected = 7 - given if item["reversed"] else given
            assert item["n"] == len(given)
            assert item["mean"] == pytest.approx(expected.mean(), rel=1e-9)
            assert item["sd"] == pytest.approx(expected.std(ddof=1), rel=1e-9)
            assert item["favourable"] == pytest.approx((expected >= 5).mean(), rel=1e-9)
            shares = [(given == point).mean() for point in range(1, 7)]
            assert [cell["share"] for cell in item["distribution"]["cells"]] == pytest.approx(
                shares, rel=1e-9
            )


def test_a_factor_of_eleven_items_in_ninety_nine_groups(tmp_path: Path, cases: Cases, rows: Rows) -> None:
    (alpha,) = (
        c for c in cases("reliability_bhr2000", "cronbach_alpha") if c["id"] == "bhr2000.lead11.alpha"
    )
    items = alpha["input"]["items"]
    head = BFI.replace("bfi", "bhr").replace("max: 6", "max: 5") + "  - code: lead\n    items:\n"
    text = head + "".join(f"      - {{code: {item}}}\n" for item in items)
    (tmp_path / "instrument.yaml").write_text(text, encoding="utf-8")
    people = rows("bhr2000/bhr2000.csv")
    lines = [",".join([*items, "unit"])]
    lines += [",".join([*(row[item] for item in items), row["GRP"]]) for row in people]
    (tmp_path / "answers.csv").write_text("\n".join(lines), encoding="utf-8")
    document = scored(tmp_path / "answers.csv", "--instrument", tmp_path)
    (factor,) = document["factors"]
    assert factor["alpha"]["value"] == pytest.approx(alpha["value"]["raw_alpha"], rel=1e-9)
    assert factor["score"] == pytest.approx(25 * (alpha["value"]["mean_of_person_means"] - 1), rel=1e-9)
    assert factor["sd"] == pytest.approx(25 * alpha["value"]["sd_of_person_means"], rel=1e-9)
    assert document["index"]["score"] == factor["score"]
    assert document["index"]["sd"] == pytest.approx(factor["sd"], rel=1e-12)
    assert len(document["units"]) == 99
    for unit in document["units"]:
        members = np.array([[int(r[i]) for i in items] for r in people if r["GRP"] == unit["code"]])
        if unit["suppressed"]:
            continue
        scores = 25 * (members.mean(axis=1) - 1)
        assert unit["n"] == len(members) >= 10
        assert unit["factors"]["lead"]["score"] == pytest.approx(scores.mean(), rel=1e-9)
        se = scores.std(ddof=1) / np.sqrt(len(scores))
        assert unit["factors"]["lead"]["se"] == pytest.approx(se, rel=1e-9)
    hidden = {unit["code"]: unit["suppressed"] for unit in document["units"] if unit["suppressed"]}
    # Group 72 has eight people; group 98, with thirteen the smallest of the others, covers it.
    assert hidden == {"72": "small", "98": "complementary"}
