"""Reference editions: made from a published table, placed in exactly, and never part of the pool."""

import json
from pathlib import Path
from typing import Any

import pytest

from cri.adapters.document_schemas import validate
from cri.adapters.reference_tables import read_reference
from cri.domain.documents import digest_of
from cri.domain.errors import InputError
from cri.domain.reference_editions import build_reference, place_in_reference
from tests.pool_examples import scorecard
from tests.reference_examples import ABOUT, TABLE, write


def made(folder: Path, text: str = TABLE, /, **changes: Any) -> dict[str, Any]:
    read = read_reference(*write(folder, text, **changes))
    document = build_reference(read.about, read.organisations, read.left_out)
    validate(document, "reference")
    return document


def test_what_a_reference_edition_holds(tmp_path: Path) -> None:
    document = made(tmp_path)
    assert document["licence"] == "Open licence 3"
    assert document["left_out"] == [{"organisation": "All bodies", "reason": "a parent"}]
    assert document["organisations"] == 4
    first, second = document["cells"]
    assert (first["organisations"], first["suppressed"], first["blank"]) == (4, 0, 0)
    assert (first["lowest"], first["quartiles"], first["best"]) == (40.5, [47.625, 55.0, 62.5], 70.0)
    assert (second["organisations"], second["suppressed"], second["blank"]) == (2, 1, 1)
    assert [one["organisation"] for one in second["figures"]] == ["Acas", "Courts"]
    assert document["sha256"] == digest_of({key: document[key] for key in document if key != "sha256"})


def test_the_order_of_rows_does_not_matter(tmp_path: Path) -> None:
    header, *rows = TABLE.splitlines()
    assert made(tmp_path) == made(tmp_path, "\n".join([header, *reversed(rows)]))


def test_a_long_table_makes_the_same(tmp_path: Path) -> None:
    long = "body,measure,value\nAcas,EES,0.405\nBorders,EES,.5\n"
    rows = ["Acas,EES,0.57", "Borders,EES,0.5", "Acas,other,7", "Acas,mw,1", "Borders,mw,0"]
    shape = {
        "organisation": "body",
        "figures": {"measure": "measure", "value": "value"},
        "scale": [0, 1],
    }
    measures = [
        {"measure": "EES", "factor": "insight", "kind": "score"},
        {"measure": "mw", "factor": "foresight", "kind": "score"},
    ]
    document = made(tmp_path, "\n".join([long.splitlines()[0], *rows]) + "\n", table=shape, measures=measures)
    assert [one["figure"] for one in document["cells"][0]["figures"]] == [57.0, 50.0]
    with pytest.raises(InputError, match=r"row 3, column value: \.5 is not on the scale"):
        made(tmp_path, long, table=shape, measures=measures[:1])


def test_places_are_exact_and_without_the_agency_itself(tmp_path: Path) -> None:
    document = made(tmp_path)
    own = scorecard("ACAS ", (60.0, 50.0))
    own["factors"][0]["interval"] = [49.0, 70.0]
    own["factors"][1]["favourable"] = 0.63
    placed = place_in_reference(own, document)
    validate(placed, "placement")
    insight, foresight = placed["placements"]
    assert placed["organisation"] == "Acas"
    assert placed["not_in_reference"] == ["index"]
    assert (insight["others"], insight["score"]) == (3, 60.0)
    assert insight["percentile"] == pytest.approx(50.0)  # of 50, 60, 70
    assert insight["interval_percentiles"] == pytest.approx([0.0, 100 * 2.5 / 3])
    assert (foresight["others"], foresight["score"], foresight["percentile"]) == (1, 63.0, 50.0)
    assert (foresight["interval"], foresight["interval_percentiles"]) == (None, None)

    stranger = place_in_reference({**own, "agency": "Elsewhere"}, document)
    assert stranger["organisation"] is None
    assert stranger["placements"][0]["percentile"] == pytest.approx(100 * 2.5 / 4)
    named = place_in_reference({**own, "agency": "Elsewhere"}, document, "courts")
    assert named["placements"][0]["percentile"] == pytest.approx(100 * 2 / 3)


def test_what_a_scorecard_does_not_show_has_no_place(tmp_path: Path) -> None:
    own = scorecard("Elsewhere", (60.0, 50.0))
    own["factors"][0].update(score=None, interval=None)
    for placement in place_in_reference(own, made(tmp_path))["placements"]:
        assert (placement["score"], placement["percentile"]) == (None, None)


def test_other_instruments_and_names_are_refused(tmp_path: Path) -> None:
    document = made(tmp_path, instrument={"code": "uk_csps", "version": "2022"})
    with pytest.raises(InputError, match="instrument code cri; expected uk_csps"):
        place_in_reference(scorecard("a", 50.0), document)
    pinned = made(tmp_path, instrument={**ABOUT["instrument"], "sha256": "1" * 64})
    with pytest.raises(InputError, match="instrument sha256 0000"):
        place_in_reference(scorecard("a", 50.0), pinned)
    with pytest.raises(InputError, match='"Nobody" is not in the reference'):
        place_in_reference(scorecard("a", 50.0), made(tmp_path), "Nobody")
    other = [{"measure": "EES", "factor": "elsewhere", "kind": "score"}]
    with pytest.raises(InputError, match="no factor of it is in the reference"):
        place_in_reference(scorecard("a", 50.0), made(tmp_path, measures=other))


WRONG_TABLES = {
    TABLE.replace("60,63", "160,63"): "TABLE.csv: row 5, column EES: 160 is not on the scale; "
    "expected a figure from 0 to 100, blank or [c]",
    TABLE.replace("60,63", "nan,63"): "TABLE.csv: row 5, column EES: nan is not on the scale; "
    "expected a figure from 0 to 100, blank or [c]",
    TABLE.replace("Courts", " acas"): "TABLE.csv: row 5: acas comes twice; expected each organisation once",
    TABLE.replace("Courts", ""): "TABLE.csv: row 5, column body: is empty; "
    "expected the name of an organisation",
    TABLE.replace("Courts,60", "Courts"): "TABLE.csv: row 5: has 5 cells; expected 6 as in the header",
    TABLE.replace("63", "[c]"): "reference: measure mw_ts has figures of 1 organisations; "
    "expected at least 2",
    TABLE.replace("EES", "EEI"): "ABOUT.yaml: line 24, measures[0].measure: EES is not in TABLE.csv; "
    "expected one of its columns",
}


@pytest.mark.parametrize(("table", "line"), WRONG_TABLES.items(), ids=lambda text: text[-60:])
def test_bad_tables_are_one_clear_line(
    table: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as refused:
        made(Path(), table)
    assert str(refused.value).splitlines() == [line]


WRONG_ABOUTS: list[tuple[dict[str, Any], str]] = [
    (
        {"table": {**ABOUT["table"], "organisation": "organisation"}},
        "line 13, table.organisation: organisation is not in TABLE.csv; expected one of its columns",
    ),
    (
        {"table": {**ABOUT["table"], "rows": {"jahr": 2022}}},
        "line 15, table.rows.jahr: jahr is not in TABLE.csv; expected one of its columns",
    ),
    ({"licence": None}, "line 1: licence missing"),
    (
        {"colour": "blue"},
        (
            "line 1: colour unknown; expected only schema, reference, title, publisher, source, licence, "
            "year, vouched_by, notes, instrument, table, measures"
        ),
    ),
    ({"year": "soon"}, "line 7, year: soon is the wrong kind; expected a whole number"),
    (
        {"measures": [ABOUT["measures"][0], {**ABOUT["measures"][1], "factor": "insight"}]},
        "line 28, measures[1].factor: insight comes twice; expected each once",
    ),
    (
        {"table": {**ABOUT["table"], "scale": [1, 1]}},
        "line 23, table.scale: 1 is not below 1; expected lowest, highest",
    ),
]


@pytest.mark.parametrize(("changes", "line"), WRONG_ABOUTS, ids=[line for _, line in WRONG_ABOUTS])
def test_bad_abouts_are_one_clear_line(
    changes: dict[str, Any], line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError) as refused:
        made(Path(), **changes)
    assert str(refused.value).splitlines() == [f"ABOUT.yaml: {line}"]


def test_a_measure_of_a_long_table_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shape = {"organisation": "body", "figures": {"measure": "measure", "value": "value"}}
    table = "body,measure,value\nAcas,EES,1\nBorders,EES,2\nAcas,EES,3\n"
    with pytest.raises(InputError, match="row 4, column value: EES of Acas is already in row 2"):
        made(Path(), table, table=shape, measures=ABOUT["measures"][:1])
    with pytest.raises(InputError, match=r"measures\[1\].measure: mw_ts is not in TABLE.csv"):
        made(Path(), table.replace("Acas,EES,3\n", ""), table=shape)


def test_nothing_in_it_depends_on_numpy(tmp_path: Path) -> None:
    document = made(tmp_path)
    assert json.loads(json.dumps(document)) == document
