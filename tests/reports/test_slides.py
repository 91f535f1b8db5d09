"""The pack as slides: native charts with told numbers only, notes, texts for who listens, always the same."""

import copy
import hashlib
import importlib
import re
from pathlib import Path
from typing import Any

import pytest
from pptx.oxml.ns import qn

from cri.adapters.charts import ChartBrowser
from cri.adapters.document_schemas import validate
from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.office_files import NO_DATE
from cri.adapters.report_files import load_palette
from cri.adapters.report_print import Report, print_pack
from cri.adapters.report_text import ReportText
from cri.adapters.slide_canvas import Look
from cri.adapters.slide_charts import Points
from cri.adapters.slide_figures import strip_chart
from cri.adapters.typed_text import fit
from cri.domain.errors import InputError
from cri.domain.pack import section_of
from cri.domain.pack_kinds import PACK_KINDS
from tests.reports.documents import cri_instrument, make_pack, make_workshop
from tests.reports.office_reading import cells, chart_numbers, parts, slides, words_of
from tests.reports.waves import three_waves

HOSTILE = '=HYPERLINK("http://evil.example","x")\x1b\u202e\u2067 <b>&amp; ' + "A" * 270
ROWS = {float(half) / 2 for half in range(64)}  # where a row of a chart stands, and the ends of a line


def printed(pack: dict[str, Any], locale: str = "en") -> Report:
    texts = load_texts(find_instrument("cri"), locale)
    with ChartBrowser() as idle:  # started by the first drawing: there is none
        return print_pack(
            pack, locale=locale, texts=texts, browser=idle, chart_cache=Path("none"), file_format="pptx"
        )


@pytest.fixture(scope="module")
def workshop() -> Report:
    """The workshop pack of the agency with a norm, a unit too small and one kept back."""
    return printed(make_workshop("full"))


@pytest.fixture(scope="module")
def arabic() -> Report:
    """A report in Arabic."""
    return printed(make_pack("full"), "ar")


def hostile_pack() -> dict[str, Any]:
    pack = copy.deepcopy(make_pack("full"))
    pack["agency"] = HOSTILE
    pack["wave"]["label"] = "+1\x00+2"
    for unit in pack["units"]:
        unit["name"] = f"{HOSTILE}{unit['code']}"
    return pack


@pytest.fixture(scope="module")
def hostile() -> Report:
    """A report of an agency whose names were typed to do harm."""
    return printed(hostile_pack())


def untold(data: bytes, manifest: dict[str, Any]) -> dict[str, set[float]]:
    """The numbers in charts that are no figures of the manifest: there may be none but places of rows."""
    told = {figure["value"] * (100 if figure["kind"] == "share" else 1) for figure in manifest["figures"]}
    kept = {round(value, 6) for value in told} | ROWS
    edges = {round(row + shift, 6) for row in ROWS for shift in (0.26, -0.26, 0.02, -0.02)}
    found = {name: {n for n in values if round(n, 6) not in kept | edges}
             for name, values in chart_numbers(data).items()}  # fmt: skip
    return {name: values for name, values in found.items() if values}


def test_charts_hold_only_numbers_as_told(workshop: Report, arabic: Report) -> None:
    for report in (workshop, arabic):
        assert len(chart_numbers(report.data)) > 30
        assert untold(report.data, report.manifest) == {}


def test_a_chart_of_full_doubles_would_be_noticed(workshop: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    """The naive chart, which takes what the document holds."""
    monkeypatch.setattr("cri.adapters.slide_figures.rounded", lambda _kind, value: value)
    naive = printed(make_pack("full"))
    assert untold(naive.data, workshop.manifest)


def test_what_is_held_back_is_in_no_chart(workshop: Report) -> None:
    pack = make_workshop("full")
    factor = section_of(pack, "insight")
    kept_back = {row["code"] for row in factor["units"] if row["suppressed"]}
    assert kept_back == {"hq", "lab"}
    names = {unit["name"] for unit in pack["units"] if unit["code"] in kept_back}
    everything = parts(workshop.data)
    drawn = [text for name, text in everything.items() if name.startswith("ppt/charts/chart")]
    charts = [text.decode() for text in drawn if b">Unit, 95% interval<" in text]
    books = [name for name in everything if name.endswith(".xlsx")]
    behind = [[value for _, _, value in cells(everything[name])] for name in books]
    behind = [values for values in behind if "Unit, 95% interval" in values]
    assert len(charts) == 6
    assert len(behind) == 6
    assert all("Contact centre" in values for values in behind)
    assert not [name for name in names for values in (*charts, *behind) if name in values]
    units = next(slide for slide in slides(workshop.data) if slide.shapes.title.text.endswith("Units"))
    assert "fewer than 10" in words_of(units)
    assert "kept back" in words_of(units)


def test_each_slide_has_a_title_its_footer_a_number_and_no_empty_place(workshop: Report) -> None:
    deck = slides(workshop.data)
    assert len({slide.shapes.title.text for slide in deck}) == len(deck)  # by which one finds one's way
    for slide in deck[1:]:
        assert slide.shapes[0].shape_id == slide.shapes.title.shape_id  # read first
        foot = next(shape for shape in slide.placeholders if shape.placeholder_format.type.name == "FOOTER")
        assert foot.text == (
            "Northbank Water and Sanitation · n = 412 · 3 March 2026 to 24 March 2026 · Norm edition 2026.1"
        )
        assert any(shape.placeholder_format.type.name == "SLIDE_NUMBER" for shape in slide.placeholders)
        assert all(shape.text_frame.text for shape in slide.placeholders)
        assert "Synthetic example data" in words_of(slide)
        ids = [shape.shape_id for shape in slide.shapes]
        assert len(ids) == len(set(ids))


def test_charts_pictures_and_tables_say_what_they_show(workshop: Report, arabic: Report) -> None:
    for report in (workshop, arabic):
        for slide in slides(report.data):
            for shape in slide.shapes:
                if shape.has_chart or shape.has_table:
                    assert len(shape.element.nvGraphicFramePr.cNvPr.get("descr")) > 3


def test_notes_say_the_claims_the_caution_and_what_to_discuss(workshop: Report) -> None:
    pack, texts = make_workshop("full"), load_texts(find_instrument("cri"), "en")
    text = ReportText(pack, "en", texts)
    notes = {
        slide.shapes.title.text: slide.notes_slide.notes_text_frame.text
        for slide in slides(workshop.data)
        if slide.has_notes_slide
    }
    card = texts.cards["insight"]
    for title in ("Customer insight", "Customer insight · What people answered", "Customer insight · Units"):
        assert f"Beware: {card.caution}" in notes[title]
        assert all(question in notes[title] for question in card.discuss)
    for key in section_of(pack, "insight")["claims"]:
        claim = pack["claims"][key]
        assert text.sentence(claim) in notes["Customer insight"]
        assert text.reason(claim) in notes["Customer insight"]


def test_a_right_to_left_deck_is_so_throughout(arabic: Report) -> None:
    for slide in slides(arabic.data):
        root = slide.element
        assert {one.get("rtl") for one in root.iter(qn("a:pPr"))} == {"1"}
        assert {one.get("algn") for one in root.iter(qn("a:pPr"))} <= {"r", "l"}
        assert {one.get("lang") for one in root.iter(qn("a:rPr"))} <= {"ar-SA"}
        for shape in (
            shape for shape in slide.shapes if shape.has_table
        ):  # names at the right, in any programme
            assert shape.table.last_col
    everything = parts(arabic.data)
    assert b'typeface="IBM Plex Sans Arabic"' in everything["ppt/theme/theme1.xml"]
    bars = [text for name, text in everything.items() if b"<c:barChart>" in text]
    assert bars
    assert all(text.count(b'orientation val="maxMin"') == 2 for text in bars)  # from the right
    cover, page = slides(arabic.data)[:2]
    assert next(shape for shape in cover.shapes if shape.has_chart).left < 914_400  # at the end of reading
    number = next(
        shape for shape in page.placeholders if shape.placeholder_format.type.name == "SLIDE_NUMBER"
    )
    assert number.left < 914_400


def test_typed_text_stays_text_and_turns_nothing_around(hostile: Report) -> None:
    everything = parts(hostile.data)
    for name, text in everything.items():
        if name.endswith((".xml", ".rels")):
            said = text.decode("utf-8")
            assert "\u202e" not in said
            assert "\u2067" not in said
            assert "\x1b" not in said
            assert "<f>" not in said, name  # a formula of a worksheet; a chart's reference is <c:f>
            assert 'TargetMode="External"' not in said
    assert "HYPERLINK" in everything["ppt/slides/slide1.xml"].decode()
    assert all(b"<b>" not in everything[name] for name in everything if name.startswith("ppt/slides/"))


def test_the_workbook_of_a_naive_chart_would_run_what_was_typed() -> None:
    """The control: python-pptx by itself writes a unit called like a formula as a formula."""
    data: Any = importlib.import_module("pptx.chart.data").CategoryChartData()
    data.categories = [fit(HOSTILE)[:200]]
    data.add_series("s", (1.0,))
    assert any(
        b"<f>" in text for name, text in parts(data._workbook_writer.xlsx_blob).items() if "sheet1" in name
    )


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("a\x00b\x1b\u202ec\u202c", "abc"),
        ("two\nlines", "two lines"),
        ("\u2068name\u2069", "\u2068name\u2069"),
        ("open \u2067 never closed", "open  never closed"),
        ("closed \u2069 never opened", "closed  never opened"),
        ("lone \ud800 half", "lone  half"),
    ],
)
def test_what_no_office_file_can_hold_is_left_out(typed: str, kept: str) -> None:
    assert fit(typed) == kept


def test_the_manifest_lists_what_is_shown_and_keeps_to_its_schema(workshop: Report) -> None:
    manifest = {**workshop.manifest, "file": "x.pptx", "inputs": {}, "peers": None}
    del manifest["inputs"]
    manifest["inputs"] = {"scorecard": {"path": "x", "sha256": "0" * 64, "document_sha256": "0" * 64}}
    validate(manifest, "manifest")
    assert manifest["format"] == "pptx"
    assert manifest["sha256"] == hashlib.sha256(workshop.data).hexdigest()
    shown = {figure["text"] for figure in manifest["figures"]}
    index = section_of(make_workshop("full"), "summary")["rows"][0]
    assert ReportText(make_workshop("full"), "en", None).number("score", index["score"]) in shown


def test_a_strip_without_a_norm_is_the_interval_alone() -> None:
    pack = make_pack("no norm")
    text = ReportText(pack, "en", None)
    look = Look(load_palette(), "ltr", "en-GB", NO_DATE)
    rows = section_of(pack, "summary")["rows"]
    chart = strip_chart(text, {"row": "Row"}, rows, look)
    assert [type(one).__name__ for one in chart.series] == ["Spans", "Points"]
    dots = chart.series[-1]
    assert isinstance(dots, Points)
    assert len(dots.x) == len(rows)


def test_a_pack_of_too_few_people_has_no_chart_and_says_so() -> None:
    report = printed(make_pack("few"))
    charts = [
        text.decode() for name, text in parts(report.data).items() if re.match(r"ppt/charts/chart", name)
    ]
    assert charts
    assert all("Pool, lowest to best group" in text for text in charts)  # which is not about these people
    assert not [text for text in charts if "This agency" in text or "<c:barChart>" in text]
    assert "fewer than 10" in "\n".join(words_of(slide) for slide in slides(report.data))


def test_a_kind_that_nobody_works_on_is_refused_by_name() -> None:
    with pytest.raises(InputError, match="a staff pack is not made as pptx; expected pdf or html"):
        printed({**make_pack("few"), "kind": "staff"})


@pytest.mark.parametrize("kind", ["leader", "workshop"])
def test_changes_and_further_figures_are_told_too(kind: str) -> None:
    """An agency with three surveys, and importance of factors for two outcomes."""
    pack = PACK_KINDS[kind](three_waves()[-1], instrument=cri_instrument(), noun="residents")
    report = printed(pack)
    assert untold(report.data, report.manifest) == {}
    drawn = b"".join(text for name, text in parts(report.data).items() if name.startswith("ppt/charts/chart"))
    if "change" in {figure["kind"] for figure in pack["figures"].values()}:
        assert b">Interval<" in drawn
    else:
        assert kind == "leader"
