"""Figures taken away as tables and pictures: the page's numbers and no digit more, nothing that is hidden."""

import csv
import io
import json
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.safe_csv import write_csv
from cri.domain.access import Role
from cri.domain.pack import section_of
from cri.domain.rounding import rounded
from cri.services.context import Parts
from cri.web.results_print import as_print
from cri.web.results_shown import Results, Shown, figure_called, results_of, source_of
from cri.web.results_view import text_of
from tests.reports.documents import CASES, make_pack, scorecard
from tests.web.visitor import add_results, make_person, visit

Sessions = sessionmaker[Session]
FIGURES = ("summary", "insight.items", "insight.units")


@pytest.fixture
def reading(app: Flask) -> Iterator[None]:
    with app.test_request_context("/"):
        yield


def results(case: str = "full", given: dict[str, Any] | None = None) -> Results:
    pack = make_pack(case)
    return results_of(pack, {**scorecard(**CASES[case][0]), **(given or {})}, text_of(pack))


def cells_of(shown: Shown) -> list[list[str]]:
    data = write_csv(shown.table.header, shown.table.rows).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(data)))


def is_as_told(cells: list[list[str]]) -> bool:
    """No cell has more digits than any number of the method is told with."""
    return not any(re.search(r"\d[.,]\d{2}", cell) for row in cells for cell in row)


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize("name", FIGURES)
@pytest.mark.parametrize("case", ["full", "thin", "no norm", "few", "long"])
def test_tables_hold_as_many_cells_a_row_and_numbers_as_told(name: str, case: str) -> None:
    if case == "few" and name.endswith("units"):
        return
    cells = cells_of(figure_called(results(case), name))
    assert {len(row) for row in cells} == {len(cells[0])}
    assert is_as_told(cells)


@pytest.mark.usefixtures("reading")
def test_full_doubles_would_be_noticed() -> None:
    """The control: the naive export, which writes what the document holds."""
    rows = section_of(make_pack("full"), "summary")["rows"]
    naive = [[str(row["code"]), str(row["score"])] for row in rows]
    assert not is_as_told(naive)


@pytest.mark.usefixtures("reading")
def test_the_numbers_are_those_of_the_pack_by_name() -> None:
    found = results()
    rows = {row[0]: row for row in cells_of(figure_called(found, "summary"))}
    for row in section_of(found.pack, "summary")["rows"]:
        told = [str(rounded("score", value)) for value in (row["score"], *row["interval"])]
        assert rows[found.text.factor_name(row["code"])][2:5] == told


@pytest.mark.usefixtures("reading")
def test_what_is_hidden_has_words_and_no_number_in_any_format() -> None:
    found = results()
    hidden = [unit for unit in found.scorecard["units"] if unit["suppressed"]]
    assert {unit["suppressed"] for unit in hidden} == {"small", "complementary"}
    shown = figure_called(found, "insight.units")
    rows = {row[0]: row for row in cells_of(shown)}
    plots = json.dumps([shown.plot, shown.wide, as_print(shown.wide, shown.title, source_of(found.text))])
    for unit in hidden:
        row = rows[unit["name"]]
        assert row[3] in {"fewer than 10", "kept back"}
        assert row[2] == row[4] == row[5] == ""
        assert unit["name"] not in plots
    few = cells_of(figure_called(results("few"), "summary"))
    assert all(row[2] == "fewer than 10" and not any(row[3:]) for row in few[1:])


@pytest.mark.usefixtures("reading")
def test_units_of_a_weighted_wave_are_in_whole_points_on_every_way_out() -> None:
    population = scorecard()["population"]
    weighted = {"population": {**population, "weights": {"method": "raking", "design_effect": 1.2}}}
    for row in cells_of(figure_called(results(given=weighted), "insight.units"))[1:]:
        assert all(cell == "" or cell.endswith(".0") or "." not in cell for cell in row[3:])
    plain = cells_of(figure_called(results(), "insight.units"))[1:]
    assert any(re.search(r"\.[1-9]$", cell) for row in plain for cell in row)  # the control


@pytest.mark.usefixtures("reading")
def test_a_figure_for_a_file_has_colours_whole_names_and_says_where_it_is_from() -> None:
    found = results()
    for name in FIGURES:
        shown = figure_called(found, name)
        made = as_print(shown.wide, shown.title, source_of(found.text))
        assert '"--' not in json.dumps(made)
        notes = " ".join(note["text"] for note in made["layout"]["annotations"])
        for said in (shown.title, "Northbank Water and Sanitation", "2026.1", "412 of 655", "Synthetic"):
            assert said in notes
    statements = figure_called(found, "insight.items").wide["layout"]["yaxis"]["ticktext"]
    first = found.text.statement(section_of(found.pack, "insight")["items"][0]["code"])
    assert statements[0].replace("<br>", " ") == first


@pytest.mark.usefixtures("reading")
@pytest.mark.parametrize("name", ["", "cover", "insight", "insight.nothing", "cover.items", "quality.units"])
def test_no_other_name_is_a_figure(name: str) -> None:
    with pytest.raises(KeyError):
        figure_called(results(), name)


@pytest.mark.parametrize(("role", "taken"), [(Role.LEADER, 200), (Role.VIEWER, 403)])
def test_who_only_views_sees_figures_and_takes_none_away(
    app: Flask, sessions: Sessions, parts: Parts, agency_id: uuid.UUID, role: Role, taken: int
) -> None:
    wave_id = add_results(sessions, parts, agency_id)
    visitor = visit(app, make_person(sessions, parts, (agency_id, role)))
    base = f"/results/{wave_id}"
    visitor.get(base)
    assert visitor.client.get(f"{base}/figures/summary.json").status_code == 200
    assert ("Numbers as CSV" in visitor.text) == (taken == 200)
    answers = [visitor.client.get(f"{base}/figures/{one}") for one in ("summary.csv", "print/summary.json")]
    assert [answer.status_code for answer in answers] == [taken, taken]
    if taken == 200:
        assert answers[0].headers["Cache-Control"] == "private, no-store"
        assert answers[0].headers["Content-Disposition"].endswith('-summary-en.csv"')


def test_a_name_that_looks_like_a_formula_is_text_in_the_table() -> None:
    rows = [("=HYPERLINK(1)", -3), ("-2+3", 4)]
    written = write_csv(("@name", "n"), rows).decode("utf-8-sig").splitlines()
    assert written == ["'@name,n", "'=HYPERLINK(1),-3", "'-2+3,4"]
