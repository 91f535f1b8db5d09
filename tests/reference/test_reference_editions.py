"""Published surveys imported through `cri norms reference`: the published medians, and what R computed.

The UK's, Canada's and a US agency's results as their owners published them (see conftest.py), each through
the same path as anybody's file: TABLE.csv and ABOUT.yaml to a checked document.
"""

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from cri.adapters.document_schemas import validate
from cri.adapters.reference_tables import read_reference
from cri.domain.reference_editions import build_reference, place_in_reference
from tests.pool_examples import scorecard
from tests.reference.catalogue import Case, cases, data_folder, rows
from tests.reference.conftest import require_data

ABOUTS = Path(__file__).parent / "abouts"
THEMES = ("EES", "mw_ts", "op_ts", "lm_ts", "mt_ts", "ld_ts", "if_ts", "rw_ts", "pb_ts", "lc_ts")
RANKS = [case for case in cases() if case.statistic == "percentile_ranks"]
QUANTILES = {case.id: case for case in cases() if case.statistic == "quantiles"}
TOLERANCE = 1e-9


@cache
def imported(about: str, table: str) -> dict[str, Any]:
    """The reference edition of datasets/TABLE, as the ABOUT.yaml of this text says."""
    folder = Path(about)
    read = read_reference(data_folder() / "datasets" / table, folder)
    document = build_reference(read.about, read.organisations, read.left_out)
    validate(document, table)
    return document


def of_case(case: Case, folder: Path) -> dict[str, Any]:
    """The edition of one case's survey, year and measure."""
    survey, year, measure, _ = case.id.split(".")
    about = yaml.safe_load((ABOUTS / f"{survey}.yaml").read_text(encoding="utf-8"))
    about["reference"], about["year"] = f"{survey}-{year}", int(year)
    about["instrument"]["version"] = year
    about["table"]["rows"] |= {"year" if "year" in case.rows()[0] else "SURVEYR": year}
    name = {"eei": "Employee Engagement: Overall"}.get(measure, measure) if survey == "fevs" else measure
    about["measures"] = [{"measure": name, "factor": "insight", "kind": "score"}]
    path = folder / "ABOUT.yaml"
    path.write_text(yaml.safe_dump(about, sort_keys=False), encoding="utf-8")
    return imported(str(path), case.input["file"])


@pytest.mark.parametrize("case", RANKS or [None], ids=lambda case: case.id if case else "no data")
def test_quartiles_and_places_are_those_computed_in_r(case: Case | None, tmp_path: Path) -> None:
    require_data()
    assert case is not None
    document = of_case(case, tmp_path)
    (cell,) = document["cells"]
    scale = 100 if case.id.startswith("fevs") else 1
    quantiles = QUANTILES[case.id.replace("percentile_ranks", "quantiles")].value
    by_share = dict(zip(quantiles["p"], quantiles["type7"], strict=True))
    middle = [by_share[share] for share in (0.25, 0.5, 0.75)]
    theirs = [scale * figure for figure in (quantiles["min"], *middle, quantiles["max"])]
    assert [cell["lowest"], *cell["quartiles"], cell["best"]] == pytest.approx(theirs, rel=TOLERANCE)
    assert cell["organisations"] == case.value["n"]
    expected = dict(zip(map(plain, case.value["id"]), case.value["midrank_excluding_self"], strict=True))
    for one in cell["figures"]:
        own = scorecard(one["organisation"], one["figure"], instrument=document["instrument"])
        placed = place_in_reference(own, document)
        assert placed["organisation"] == one["organisation"]
        assert placed["placements"][0]["percentile"] == pytest.approx(
            expected[one["organisation"]], rel=TOLERANCE
        )


def plain(name: str) -> str:
    """The UK's cases name an organisation by code and name."""
    return name.rpartition("|")[2]


@pytest.mark.parametrize("year", ["2021", "2022"])
def test_the_published_medians_exactly(year: str, tmp_path: Path) -> None:
    """All ten themes, to the last of the three decimals that the owner publishes."""
    require_data()
    document = people_survey(year, tmp_path)
    (published,) = (row for row in items(year) if row["org_code"] == "CS_MEDIAN")
    assert [cell["measure"] for cell in document["cells"]] == list(THEMES)
    for cell in document["cells"]:
        # Of an even number of organisations the median has a fourth decimal, a five: rounded either way.
        assert abs(cell["quartiles"][1] - float(published[cell["measure"]])) < 0.00051
    (case,) = (case for case in cases() if case.id == f"csps.{year}.published_medians")
    assert document["organisations"] == case.value["n_orgs"]


def test_parents_left_in_would_be_noticed(tmp_path: Path) -> None:
    """The control: with the publisher's own median, mean and group rows counted, the medians are missed."""
    require_data()
    about = yaml.safe_load((ABOUTS / "uk_csps_2022.yaml").read_text(encoding="utf-8"))
    del about["table"]["leave_out"]
    path = tmp_path / "ABOUT.yaml"
    path.write_text(yaml.safe_dump(about, sort_keys=False), encoding="utf-8")
    document = imported(str(path), "uk_csps/csps_2022_org_items.csv")
    (published,) = (row for row in items("2022") if row["org_code"] == "CS_MEDIAN")
    apart = [abs(cell["quartiles"][1] - float(published[cell["measure"]])) for cell in document["cells"]]
    assert max(apart) > 0.01


def test_who_is_left_out_of_the_people_survey(tmp_path: Path) -> None:
    require_data()
    document = people_survey("2022", tmp_path)
    assert [one["organisation"] for one in document["left_out"]] == sorted(
        row["organisation"] for row in items("2022") if row["is_aggregate"] == "1"
    )
    assert document["licence"] == "Open Government Licence v3.0"
    assert json.loads(json.dumps(document)) == document


def people_survey(year: str, folder: Path) -> dict[str, Any]:
    text = (ABOUTS / "uk_csps_2022.yaml").read_text(encoding="utf-8").replace("2022", year)
    path = folder / "ABOUT.yaml"
    path.write_text(text, encoding="utf-8")
    return imported(str(path), f"uk_csps/csps_{year}_org_items.csv")


def items(year: str) -> list[dict[str, str]]:
    return rows(f"uk_csps/csps_{year}_org_items.csv")
