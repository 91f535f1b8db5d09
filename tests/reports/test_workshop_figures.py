"""Figures on the pages of a workshop pack: rows meet the rows of their tables; nothing hidden is drawn."""

import re
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from weasyprint import HTML
from weasyprint.formatting_structure import boxes
from weasyprint.urls import URLFetcher

from cri.adapters.charts import ChartBrowser
from cri.adapters.document_schemas import validate
from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.report_figures import plan_drawings
from cri.adapters.report_files import load_layout, load_palette
from cri.adapters.report_print import print_pack
from cri.adapters.report_text import ReportText
from cri.domain.figures_kinds import figure_claims, figure_table
from cri.domain.pack import figure_rows
from cri.domain.pack_workshop import workshop_pack
from cri.domain.rounding import rounded
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.sheet import Unit
from cri.domain.synthetic import synthetic_answers
from tests.reports.documents import cri_instrument, make_workshop

NAMES = ("Permits", "Inspection of building sites and street works", "Housing advice", "Tax office")
TREE = tuple(
    unit
    for region in ("north", "south", "islands")
    for unit in (
        Unit(region, None, f"Region {region}", 200),
        *(Unit(f"{region}{n}", region, f"{name}, {region}", 50 if n else 9) for n, name in enumerate(NAMES)),
        *(Unit(f"{region}x{n}", region, f"Team {n}, {region}", 40) for n in range(3)),
    )
)
WITH_ROWS = ("units", "units.all1", "agreement", "change", "change.units", "forecast", "roadmap")


def card(year: int, lift: float, previous: dict[str, Any] | None = None) -> dict[str, Any]:
    sheet = synthetic_answers(cri_instrument(), 500, TREE, {"insight": lift, "empowerment": -lift}, year)
    facts = WaveFacts(
        agency="Northbank Water and Sanitation",
        wave_id=str(year),
        label=f"Spring {year}",
        opened=date(year, 3, 3),
        closed=date(year, 3, 24),
        headcount=655,
        synthetic=True,
        sheet_sha256=f"{year:064x}",
        previous=previous,
    )
    return build_scorecard(cri_instrument(), sheet, facts)


@cache
def many_units() -> dict[str, Any]:
    """The pack of an agency of 24 units, some of them held back, with three waves and an outcome."""
    first = card(2022, 0.0)
    second = card(2024, 4.0, first)
    third = card(2026, 9.0, second)
    return workshop_pack(third, instrument=cri_instrument(), noun="residents", earlier=[first, second])


@cache
def pages_with_rows() -> dict[str, Any]:
    """Of that pack only the pages and figures whose rows have to meet those of a table."""
    pack = many_units()
    return {
        **pack,
        "sections": [section for section in pack["sections"] if section["id"] in WITH_ROWS],
        "figures": {key: figure for key, figure in pack["figures"].items() if "rows" in figure},
    }


def test_it_keeps_to_its_schema_and_holds_every_kind_of_figure() -> None:
    pack = many_units()
    validate(pack, "pack")
    assert {figure["kind"] for figure in pack["figures"].values()} == {
        "strips", "items", "units", "wheel", "heatmap", "glance", "change", "waves", "unit_change",
        "importance", "response", "forecast", "roadmap",
    }  # fmt: skip
    assert any(row["cells"] is None for row in pack["figures"]["units.heatmap"]["rows"])


def test_every_figure_has_a_table_and_claims_that_there_are() -> None:
    for pack in (many_units(), make_workshop("full"), make_workshop("no norm"), make_workshop("few")):
        for key, figure in pack["figures"].items():
            table = figure_table(pack, key)
            assert table.rows
            assert {len(row) for row in table.rows} == {len(table.columns) + 1}
            assert set(figure_claims(pack, key)) <= pack["claims"].keys()
            if figure["kind"] not in {"forecast", "roadmap", "unit_change", "items", "units", "strips"}:
                assert figure_claims(pack, key), key


def test_a_unit_that_is_held_back_has_no_number_in_any_twin() -> None:
    """Not a count, not a score, not an interval: the cells behind its name are words."""
    pack = many_units()
    hidden = {unit["code"] for unit in pack["figures"]["units.heatmap"]["rows"] if unit["cells"] is None}
    assert hidden
    seen = 0
    for key in pack["figures"]:
        for row in figure_table(pack, key).rows:
            if row[0].kind == "unit" and row[0].value in hidden and "change" not in key:
                assert all(value.kind == "word" or value.value is None for value in row[1:]), (key, row)
                seen += 1
    assert seen > 3


def test_no_page_before_the_forecast_is_over_gives_the_result_away() -> None:
    form = many_units()["figures"]["forecast"]
    assert all(row["score"] is row["interval"] is row["forecast"] is None for row in form["rows"])


@pytest.mark.parametrize("locale", ["en", "ar"])
def test_rows_of_figures_meet_the_rows_of_their_tables(
    locale: str, chart_browser: ChartBrowser, chart_cache: Path
) -> None:
    """In their own column, or behind the cells that they colour."""
    html = print_pack(
        _drawable(pages_with_rows()),
        locale=locale,
        texts=load_texts(find_instrument("cri"), locale),
        browser=chart_browser,
        chart_cache=chart_cache,
        file_format="html",
    ).data.decode()
    document = HTML(string=html, url_fetcher=URLFetcher(allowed_protocols=("data",))).render()
    found = [box for sheet in document.pages for box in sheet._page_box.descendants()]
    behind = [box for box in found if _is(box, "behind")]
    bodies = [box for box in found if isinstance(box, boxes.TableBox) and _is(box, "grid")]
    assert len(behind) == len(bodies) == 5
    for image, table in zip(behind, bodies, strict=True):
        (body,) = (group for group in table.children if group.element_tag == "tbody")
        assert image.height == pytest.approx(body.height, abs=2)
        assert image.position_y == pytest.approx(body.position_y, abs=2)
    cells = [box for box in found if isinstance(box, boxes.TableCellBox) and _is(box, "figure")]
    assert len(cells) == 5  # the summary's among them
    for cell in cells:
        (drawn,) = (box for box in cell.descendants() if isinstance(box, boxes.ReplacedBox))
        assert cell.border_height() == pytest.approx(drawn.height, abs=2)


def test_marks_of_drawings_stand_at_numbers_as_told() -> None:
    """A mark's exact place would give away what rounding keeps back; the pack itself has more digits."""
    pack = many_units()
    drawings = plan_drawings(ReportText(pack, "en", None), load_layout(), load_palette())
    told = {
        "change": {float(rounded("difference", row["difference"])) for row in figure_rows(pack, "change")},
        "importance": {float(rounded("score", row["score"])) for row in figure_rows(pack, "importance")},
        "response": {row["answered"] for row in figure_rows(pack, "response")},
    }
    for key, numbers in told.items():
        drawn = {x for trace in drawings[key].figure["data"] for x in trace["x"]}
        assert drawn == numbers, key
    assert all(count is None or count % 5 == 0 for count in told["response"])
    exact = {row["difference"] for row in figure_rows(pack, "change")}
    assert exact.isdisjoint(told["change"])


def _is(box: Any, name: str) -> bool:
    found = re.split(r"\s+", (box.element.get("class") or "") if box.element is not None else "")
    return name in found


def _drawable(pack: dict[str, Any]) -> dict[str, Any]:
    """With the summary, which the cover of every pack is drawn from."""
    summary = next(section for section in many_units()["sections"] if section["id"] == "summary")
    kept = {key: figure for key, figure in many_units()["figures"].items() if key == "summary"}
    return {**pack, "sections": [*pack["sections"], summary], "figures": {**pack["figures"], **kept}}
