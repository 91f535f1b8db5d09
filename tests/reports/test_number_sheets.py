"""The numbers of a pack as a workbook: told, beside definitions, typed text as text, always the same."""

import copy
import hashlib
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from cri.adapters.charts import ChartBrowser
from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.number_tables import number_tables
from cri.adapters.report_files import load_own_words, report_locales
from cri.adapters.report_print import Report, print_pack
from cri.adapters.report_text import ReportText
from cri.domain.claims import Value
from cri.domain.errors import InputError
from cri.domain.pack import section_of
from cri.domain.rounding import ROUNDING
from tests.reports.documents import make_pack, make_workshop
from tests.reports.office_reading import cells, parts

HOSTILE = '=cmd|" /C calc"!A0\x07\u202e\u2067' + "B" * 280


def printed(pack: dict[str, Any], locale: str = "en") -> Report:
    texts = load_texts(find_instrument("cri"), locale)
    with ChartBrowser() as idle:
        return print_pack(
            pack, locale=locale, texts=texts, browser=idle, chart_cache=Path("none"), file_format="xlsx"
        )


@pytest.fixture(scope="module")
def workshop() -> Report:
    """The workshop pack of the agency with a norm, a unit too small and one kept back."""
    return printed(make_workshop("full"))


def sheet(report: Report, name: str) -> list[list[Any]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(report.data))
    return book.get_sheet_by_name(name).to_python(skip_empty_area=False)


def numbers_in(data: bytes) -> set[float]:
    return {round(float(value), 9) for _, _, value in cells(data) if isinstance(value, int | float)}


def test_every_number_is_told_and_listed_in_the_manifest(workshop: Report) -> None:
    listed = {round(float(figure["value"]), 9) for figure in workshop.manifest["figures"]}
    assert len(numbers_in(workshop.data)) > 150
    assert numbers_in(workshop.data) <= listed


def test_a_workbook_of_full_doubles_would_be_noticed(
    workshop: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The naive workbook, which writes what the document holds and formats it to look short."""
    monkeypatch.setattr("cri.adapters.number_sheets.rounded", lambda _kind, value: value)
    listed = {round(float(figure["value"]), 9) for figure in workshop.manifest["figures"]}
    assert not numbers_in(printed(make_pack("full")).data) <= listed


def test_hidden_cells_say_so_and_hold_no_number(workshop: Report) -> None:
    rows = [row for row in sheet(workshop, "Units") if row[0] == "Customer insight"]
    lab = next(row for row in rows if row[1] == "Service laboratory")
    office = next(row for row in rows if row[1] == "Head office")
    assert lab[2:] == ["–", "fewer than 10", "–", "–"]  # noqa: RUF001  an en dash, as in the report
    assert office[3] == "kept back"
    assert all(isinstance(value, float) for value in next(row for row in rows if row[1] == "Depots")[2:])
    few = printed(make_pack("few"))
    results = sheet(few, "Results")[3:]
    assert {row[1] for row in results} == {"fewer than 10"}
    assert {type(value) for row in results for value in row[2:5]} == {str}


def test_nothing_is_hidden_in_the_file_itself(workshop: Report) -> None:
    for name, text in parts(workshop.data).items():
        if name.startswith("xl/worksheets/"):
            assert b'hidden="1"' not in text
            assert b"<f>" not in text
        if name == "xl/workbook.xml":
            assert b'state="hidden"' not in text


def test_heads_stay_in_sight_and_every_column_has_its_definition(workshop: Report) -> None:
    everything = parts(workshop.data)
    frozen = [text for name, text in everything.items() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", name)]
    assert sum(b'<pane xSplit="1" ySplit="3"' in text for text in frozen) == len(frozen) - 1  # not "About"
    defined = {(row[0], row[1]) for row in sheet(workshop, "Definitions")[3:] if row[2] and row[4]}
    book = CalamineWorkbook.from_filelike(io.BytesIO(workshop.data))
    for name in book.sheet_names:
        if name not in {"About", "Definitions", "What can be said"}:
            title, definitions, heads = sheet(workshop, name)[:3]
            assert title[0]
            assert all(definitions)
            assert {(name, head) for head in heads} <= defined


@pytest.mark.parametrize("locale", report_locales())
def test_no_column_goes_without_words_of_its_own(locale: str) -> None:
    words = load_own_words(locale, "formats")["sheets"]
    for case in ("full", "no norm", "few", "small"):
        text = ReportText(make_workshop(case), locale, load_texts(find_instrument("cri"), locale))
        for table in number_tables(text):
            assert table.topic in words["names"]
            assert table.title or table.topic in words["titles"]
            for column in table.columns:
                assert column.name in words["definitions"], (table.topic, column.name)
                assert column.head or column.name in words["heads"]
            for row in table.rows:
                assert len(row) == len(table.columns)
                assert all(isinstance(value, Value) for value in row)
    assert words["roundings"].keys() == ROUNDING.keys()


def test_the_numbers_are_those_of_the_pages(workshop: Report) -> None:
    pack = make_workshop("full")
    rows = {row[0]: row for row in sheet(workshop, "Results")[3:]}
    for row in section_of(pack, "summary")["rows"][1:]:
        text = ReportText(pack, "en", load_texts(find_instrument("cri"), "en"))
        shown = rows[text.factor_name(row["code"])]
        assert f"{shown[1]:.1f}" == text.number("score", row["score"])
        assert f"{shown[9]:.0f}" == text.number("rank", row["place"]["percentile"])


def test_sheets_read_from_the_right_in_arabic() -> None:
    report = printed(make_pack("small"), "ar")
    sheets = [text for name, text in parts(report.data).items() if name.startswith("xl/worksheets/sheet")]
    assert all(b'rightToLeft="1"' in text for text in sheets)
    assert "النتائج" in CalamineWorkbook.from_filelike(io.BytesIO(report.data)).sheet_names


def test_typed_text_is_no_formula_and_turns_nothing_around() -> None:
    pack = copy.deepcopy(make_pack("full"))
    pack["agency"] = HOSTILE
    pack["wave"]["label"] = "@SUM(A1)"
    for unit in pack["units"]:
        unit["name"] = f"{HOSTILE}{unit['code']}"
    report = printed(pack)
    for name, text in parts(report.data).items():
        said = text.decode("utf-8", "ignore")
        assert "<f>" not in said, name
        assert "\u202e" not in said
        assert "\x07" not in said
        assert 'TargetMode="External"' not in said
    assert sheet(report, "About")[2][1].startswith("=cmd|")
    assert any(str(row[1]).startswith("=cmd|") for row in sheet(report, "Units")[3:])


def test_a_naive_workbook_would_run_what_was_typed(tmp_path: Path) -> None:
    """The control: the library as it comes takes a name for a formula."""
    import xlsxwriter

    path = tmp_path / "naive.xlsx"
    with xlsxwriter.Workbook(path) as workbook:
        workbook.add_worksheet().write(0, 0, HOSTILE[:200])
    assert any(b"<f>" in text for text in parts(path.read_bytes()).values())


def test_a_kind_without_numbers_of_its_own_is_refused() -> None:
    with pytest.raises(InputError, match="a staff pack is not made as xlsx; expected pdf or html"):
        printed({**make_pack("few"), "kind": "staff"})


def test_another_process_makes_the_same_bytes(tmp_path: Path) -> None:
    """With another order of sets and another time zone."""
    pack = make_pack("small")
    (tmp_path / "pack.json").write_text(json.dumps(pack), encoding="utf-8")
    program = (
        "import json, sys, hashlib, pathlib\n"
        "from tests.reports.test_number_sheets import printed\n"
        "from tests.reports.test_slides import printed as slides\n"
        "pack = json.loads(pathlib.Path(sys.argv[1]).read_text())\n"
        "for make in (printed, slides):\n"
        "    print(hashlib.sha256(make(pack).data).hexdigest())\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "pack.json")],
        env={**os.environ, "PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland", "PYTHONPATH": str(Path.cwd())},
        capture_output=True,
        text=True,
        check=True,
    )
    from tests.reports.test_slides import printed as slides

    assert run.stdout.split() == [hashlib.sha256(make(pack).data).hexdigest() for make in (printed, slides)]
