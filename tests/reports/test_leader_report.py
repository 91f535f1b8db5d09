"""The leader's report as people get it: what its pages say, how it is tagged, that it is always the same."""

import hashlib
import io
import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import page
import pytest
from click.testing import CliRunner
from pypdf import PageObject, PdfReader
from weasyprint import HTML
from weasyprint.formatting_structure import boxes
from weasyprint.urls import URLFetcher

from cri.adapters.charts import ChartBrowser
from cri.adapters.document_schemas import validate
from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.pdf import render_pdf
from cri.adapters.report_factor_view import strip_labels
from cri.adapters.report_figures import Drawing
from cri.adapters.report_files import load_palette, load_report_words, load_style, report_locales
from cri.adapters.report_print import print_pack
from cri.adapters.report_text import ReportText
from cri.adapters.text_lines import width_of
from cri.cli import cli
from cri.domain.documents import readable_json
from cri.domain.figures import Canvas
from cri.domain.rounding import rounded
from tests.reports.conftest import MakeReport
from tests.reports.documents import LONG, edition, make_pack, scorecard

SHORT = ("full", "thin", "no norm", "few", "small", "real")
ALL_SHORT = [*((case, "en") for case in SHORT), ("full", "ar"), ("no norm", "ar"), ("small", "ar")]
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?%?")


def reader(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def squeezed(text: str) -> str:
    """Text without the blanks that lines and columns bring."""
    return re.sub(r"\s+", "", text)


def inside(found: Any, *steps: str | int) -> Any:
    """What lies at the end of a path into a PDF's objects."""
    for step in steps:
        found = found[step].get_object()
    return found


def runs_of(sheet: PageObject) -> str:
    """Text of a page with a blank between runs, so that numbers beside each other stay two."""
    runs: list[str] = []
    sheet.extract_text(visitor_text=lambda text, *_: runs.append(text))
    return " ".join(runs)


def text_of(data: bytes) -> str:
    return "\n".join(found.extract_text() for found in reader(data).pages)


def leaves(words: Any) -> Iterator[str]:
    if isinstance(words, dict | list):
        for value in words.values() if isinstance(words, dict) else words:
            yield from leaves(value)
    else:
        yield str(words)


# French and Spanish say the same in a fifth more words: nothing may run over for it
@pytest.mark.parametrize(("case", "locale"), [*ALL_SHORT, ("full", "es"), ("full", "fr")])
def test_it_has_a_page_for_each_section_and_no_more(make_report: MakeReport, case: str, locale: str) -> None:
    pack, report = make_report(case, locale)
    expected = 10 if case == "few" else 11  # of so few people, no page says who differs from whom
    assert len(reader(report.data).pages) == len(pack["sections"]) == expected


def test_names_of_300_characters_wrap_and_only_lengthen_it(make_report: MakeReport) -> None:
    _, report = make_report("long")
    pages = reader(report.data).pages
    assert len(pages) == 17  # the units of each factor get a page of their own
    assert squeezed(LONG) in squeezed(pages[0].extract_text())


def test_typed_text_is_text_and_never_markup(make_report: MakeReport) -> None:
    _, report = make_report("long", "en", "html")
    page_text = report.data.decode()
    assert "<b>Public</b>" not in page_text
    assert "&lt;b&gt;Public&lt;/b&gt;" in page_text
    assert "<script" not in page_text


@pytest.mark.parametrize("case", SHORT)
def test_every_number_on_the_pages_is_in_the_manifest(make_report: MakeReport, case: str) -> None:
    pack, report = make_report(case)
    known = {figure["text"].replace("\u2212", "") for figure in report.manifest["figures"]}
    words = ReportText(pack, "en", None).page_words()
    known |= {number for text in leaves(words) for number in NUMBER.findall(text)}
    known |= {str(tick) for tick in range(0, 101, 10)} | {str(number) for number in range(1, 12)}
    known |= {"3", "24", "2026", "2026.1", "1.0", "1", str(pack["minimum"])}  # dates and versions
    version = pack["instrument"]["version"]
    known |= {version, version.rpartition(".")[0]}
    for sheet in reader(report.data).pages:
        found = set(NUMBER.findall(runs_of(sheet)))
        assert {number.rstrip(",") for number in found} <= known


@pytest.mark.parametrize("case", ["full", "few", "small"])
def test_every_figure_of_the_manifest_is_a_number_of_the_pack_rounded_once(
    make_report: MakeReport, case: str
) -> None:
    """And no figure has more digits than its text: a full double of a mean can tell one person's answers."""
    pack, report = make_report(case)
    full = {float(number) for number in numbers(pack)}
    sections = [section for section in pack["sections"] if section["key"] == "factor"]
    full |= {float(len(section["units"])) for section in sections}
    shown = ReportText(pack, "en", None)
    kinds = {figure["kind"] for figure in report.manifest["figures"]}
    known = {kind: {told(kind, number) for number in full} for kind in kinds}
    assert not full <= set().union(*known.values())  # the control: the pack itself has more digits
    for figure in report.manifest["figures"]:
        assert figure["value"] in known[figure["kind"]], figure
        assert figure["text"] == shown.number(figure["kind"], figure["value"])
        digits = figure["text"].replace(",", "").replace("%", "").replace("\u2212", "-")
        assert float(digits) == float(rounded(figure["kind"], figure["value"]))


def told(kind: str, number: float) -> float:
    return float(rounded(kind, number)) / (100 if kind == "share" else 1)


def numbers(document: Any) -> Iterator[float]:
    if isinstance(document, dict | list):
        for value in document.values() if isinstance(document, dict) else document:
            yield from numbers(value)
    elif isinstance(document, int | float) and not isinstance(document, bool):
        yield float(document)


def test_every_sentence_about_a_number_is_a_claim_of_the_pack(make_report: MakeReport) -> None:
    """A paragraph of the HTML that holds a shown figure is a claim's, or one of the few labels."""
    pack, report = make_report("full", "en", "html")
    text = ReportText(pack, "en", None)
    words = load_report_words("en")
    page_text = report.data.decode()
    said = re.findall(r'<p class="said">(.*?)</p>', page_text, re.DOTALL)
    sentences = len(said)
    assert sentences > 30
    patterns = [re.escape(template) for template in words["claims"].values()]
    shapes = [re.compile(re.sub(r"\\\{\w+\\\}", ".+?", pattern) + "$", re.DOTALL) for pattern in patterns]
    for sentence in said:
        plain = re.sub(r"<[^>]+>", "", sentence).strip()
        plain = plain.removeprefix(words["verdicts"]["not_to_say"]).strip()
        assert any(shape.match(plain) for shape in shapes), plain
    reasons = {text.reason(claim) for claim in pack["claims"].values()}
    verdicts = page_text.count('<p class="why">')
    assert verdicts == sentences
    assert all(reason in page_text for reason in reasons)


@pytest.mark.parametrize("locale", report_locales())
def test_synthetic_data_say_so_on_the_cover_the_summary_and_every_foot(
    make_report: MakeReport, locale: str
) -> None:
    label = squeezed(load_report_words(locale)["synthetic"]["label"])
    _, report = make_report("full", locale)
    for number, sheet in enumerate(reader(report.data).pages):
        count = squeezed(sheet.extract_text()).count(label)
        assert count == (2 if number == 1 else 1)


def test_the_style_sheets_hold_nothing_that_is_ignored(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "weasyprint"):
        style = load_style(load_palette(), "letter")
        render_pdf(f'<html lang="en"><title>t</title><style>{style}</style><h1>t</h1>', {})
    assert [record.getMessage() for record in caplog.records] == []


def test_real_data_do_not_say_so(make_report: MakeReport) -> None:
    _, report = make_report("real")
    assert "synthetic" not in text_of(report.data).lower()


def test_each_foot_says_how_many_when_against_whom_and_which_page(make_report: MakeReport) -> None:
    _, report = make_report("full")
    for number, sheet in enumerate(reader(report.data).pages):
        found = squeezed(sheet.extract_text())
        assert "412" in found
        assert "3March2026to24March2026" in found
        assert "2026.1" in found
        if number:
            assert f"Page{number + 1}of11" in found


def test_with_no_norm_it_says_so_and_gives_no_percentile(make_report: MakeReport) -> None:
    _, report = make_report("no norm")
    found = text_of(report.data).replace("\n", " ")
    assert "No norm edition was used." in found
    assert not re.search(r"percentile \d", found)
    assert "upper quarter of the pool" not in found.replace(
        "A strength lies in the upper quarter of the pool", ""
    )


def test_with_few_people_nothing_but_the_number_of_answers_is_shown(make_report: MakeReport) -> None:
    _, report = make_report("few")
    kinds = {figure["kind"] for figure in report.manifest["figures"] if figure["where"] == "insight"}
    own = [figure for figure in report.manifest["figures"] if figure["where"] == "summary"]
    assert "share" not in kinds
    assert {figure["text"] for figure in own} == {"8", "655", "1%", "48", "10"}
    assert text_of(report.data).count("fewer than 10") > 36


def test_suppressed_units_say_why_and_are_not_zero(make_report: MakeReport) -> None:
    _, report = make_report("full")
    sheet = reader(report.data).pages[2].extract_text()
    assert "fewer than 10" in sheet
    assert "kept back" in sheet


@pytest.mark.parametrize(("case", "locale"), [*ALL_SHORT, ("long", "en")])
def test_it_conforms_to_pdf_ua(make_report: MakeReport, case: str, locale: str) -> None:
    _, report = make_report(case, locale)
    found = page.validate_pdf_bytes(report.data, profile=page.ValidationProfile.PDF_UA_1)
    assert found.is_compliant, [str(failure) for failure in found.failures]


def test_the_checker_of_pdf_ua_would_notice() -> None:
    image = "data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciLz4="
    untold = f'<html lang="en"><title>t</title><h1>t</h1><img src="{image}" width="9" height="9"></html>'
    pdf = render_pdf(untold, {})
    assert not page.validate_pdf_bytes(pdf, profile=page.ValidationProfile.PDF_UA_1).is_compliant


@pytest.mark.parametrize("locale", report_locales())
def test_it_is_tagged_and_says_its_language_and_title(make_report: MakeReport, locale: str) -> None:
    pack, report = make_report("full", locale)
    pdf = reader(report.data)
    root = pdf.root_object
    assert inside(root, "/MarkInfo", "/Marked").value
    assert str(root["/Lang"]) == locale
    assert inside(root, "/ViewerPreferences", "/DisplayDocTitle").value
    assert pdf.metadata is not None
    assert str(pdf.metadata.title).startswith(pack["agency"])
    assert "/CreationDate" not in pdf.metadata


def test_its_bookmarks_are_its_pages(make_report: MakeReport) -> None:
    _, report = make_report("full")
    pdf = reader(report.data)
    top = [entry for entry in pdf.outline if not isinstance(entry, list)]
    assert [pdf.get_destination_page_number(entry) for entry in top] == list(range(11))
    assert [entry.title for entry in top][1:3] == ["Summary", "Customer insight"]


@pytest.mark.parametrize("locale", report_locales())
def test_its_fonts_are_ours_embedded_and_cut_down(make_report: MakeReport, locale: str) -> None:
    _, report = make_report("full", locale)
    names = set()
    for sheet in reader(report.data).pages:
        for reference in inside(sheet, "/Resources", "/Font").values():
            font = reference.get_object()
            names.add(str(font["/BaseFont"]))
            assert {"/FontFile2", "/FontFile3"} & set(inside(font, "/DescendantFonts", 0, "/FontDescriptor"))
    assert names
    assert all(re.match(r"/[A-Z]{6}\+IBM-Plex-Sans", name) for name in names), names


@pytest.mark.parametrize(
    ("case", "locale"),
    [("full", "en"), ("full", "ar"), ("full", "es"), ("full", "fr"), ("long", "en"), ("long", "ar")],
)
def test_rows_of_tables_are_as_high_as_the_rows_of_their_figures(
    make_report: MakeReport, case: str, locale: str
) -> None:
    _, report = make_report(case, locale, "html")
    own = URLFetcher(allowed_protocols=("data",))
    document = HTML(string=report.data.decode(), url_fetcher=own).render()
    cells = [
        box
        for sheet in document.pages
        for box in sheet._page_box.descendants()
        if isinstance(box, boxes.TableCellBox) and "figure" in (box.element.get("class") or "")
    ]
    assert len(cells) == 13
    for cell in cells:
        (image,) = (box for box in cell.descendants() if isinstance(box, boxes.ReplacedBox))
        assert cell.border_height() == pytest.approx(image.height, abs=1.5)


@pytest.mark.parametrize("locale", ["en", "ar", "es", "fr"])
def test_labels_of_a_strip_never_touch(locale: str) -> None:
    """Under strips of every width the words of the ends and of the median keep apart, by measure."""
    text = ReportText(make_pack("full"), locale, None)
    three = 0
    for low, median, high in (
        (30, 52, 70),
        (44, 58, 66),
        (48, 57, 62),
        (50, 55, 59),
        (54, 58, 60),
        (41, 45, 69),
    ):
        strip = {
            "lowest": {"mean": float(low), "size": 4},
            "median": float(median),
            "best": {"mean": float(high), "size": 12},
            "quartiles": None,
        }
        drawing = Drawing({}, Canvas(422.0, (40.0,)), (20.0, 90.0))
        for quartiles in (None, [1.0, 2.0, 3.0]):
            labels = strip_labels(text, {**strip, "quartiles": quartiles}, drawing)
            three += len(labels) == 3
            spans = sorted(_span(label, drawing.canvas.width) for label in labels)
            assert all(end + 4 <= start for (_, end), (start, _) in pairwise(spans)), spans
    assert three >= 4


def _span(label: dict[str, Any], width: float) -> tuple[float, float]:
    """Where a label's words begin and end, px."""
    words = width_of(label["name"], 10)
    if label["side"] == "to":
        end = width * (100 - label["at"]) / 100
        return (end - words, end)
    start = width * label["at"] / 100
    return (start - words / 2, start + words / 2) if label["side"] == "at" else (start, start + words)


def test_figures_have_texts_made_from_claims(make_report: MakeReport) -> None:
    pack, report = make_report("full", "en", "html")
    alts = re.findall(r'<img src="[^"]*" alt="([^"]*)"', report.data.decode())
    assert len(alts) == 3 + 3 * 6
    assert all(alts)
    text = ReportText(pack, "en", None)
    index = text.sentence(pack["claims"]["score.interval:index"])
    assert any(alt.startswith(index) for alt in alts)


def test_the_html_twin_is_one_file_that_asks_for_nothing(make_report: MakeReport) -> None:
    for locale in report_locales():
        _, report = make_report("full", locale, "html")
        html = report.data.decode()
        asked = re.findall(r"""(?:src|href)=["']([^"']{0,40})|url\(["']?([^"')]{0,40})""", html)
        assert asked
        assert all((first or second).startswith("data:") for first, second in asked)


def test_the_page_and_the_pdf_show_the_same_figures(make_report: MakeReport) -> None:
    _, pdf = make_report("full")
    _, html = make_report("full", "en", "html")
    _, arabic = make_report("full", "ar")
    assert pdf.manifest["figures"] == html.manifest["figures"]
    assert {figure["value"] for figure in arabic.manifest["figures"]} == {
        figure["value"] for figure in pdf.manifest["figures"]
    }


def test_the_order_of_keys_in_a_stored_pack_does_not_matter(
    make_report: MakeReport, chart_browser: ChartBrowser, chart_cache: Path
) -> None:
    """A database keeps a document's values, not the order of its keys."""
    pack, report = make_report("full", "en", "html")
    stored = json.loads(json.dumps(pack, sort_keys=True))
    texts = load_texts(find_instrument("cri"), "en")
    again = print_pack(
        stored, locale="en", texts=texts, browser=chart_browser, chart_cache=chart_cache, file_format="html"
    )
    assert again == report


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scorecard and an edition."""
    folder = tmp_path_factory.mktemp("inputs")
    (folder / "card.json").write_text(readable_json(scorecard()), encoding="utf-8")
    (folder / "edition.json").write_text(readable_json(edition()), encoding="utf-8")
    return folder


TWICE = """
from cri.cli import cli
given = ["pack", "card.json", "--norms", "edition.json", "--kind", "leader", "--charts", "{folder}/charts"]
for file_format in ("pdf", "html"):
    more = ["--format", file_format, "-o", f"{folder}/report.{{file_format}}"]
    cli([*given, *more], standalone_mode=False)
"""
"""One process that prints both formats, with no figure drawn before."""


def test_the_same_inputs_give_the_same_bytes_in_another_process_seed_and_time_zone(inputs: Path) -> None:
    made = []
    for seed, zone in (("1", "Pacific/Kiritimati"), ("2", "America/Anchorage")):
        folder = inputs / f"out-{seed}"
        folder.mkdir()
        run = subprocess.run(
            [sys.executable, "-c", TWICE.format(folder=folder.name)],
            cwd=inputs,
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone},
            capture_output=True,
            text=True,
            check=False,
        )
        assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
        made.append([(folder / f"report.{file_format}").read_bytes() for file_format in ("pdf", "html")])
        for file_format, data in zip(("pdf", "html"), made[-1], strict=True):
            told = folder / f"report.{file_format}.manifest.json"
            manifest = json.loads(told.read_text(encoding="utf-8"))
            validate(manifest, "manifest")
            assert manifest["sha256"] == hashlib.sha256(data).hexdigest()
            assert manifest["inputs"]["scorecard"]["path"] == "../card.json"
            named = folder / manifest["inputs"]["norms"]["path"]
            assert hashlib.sha256(named.read_bytes()).hexdigest() == manifest["inputs"]["norms"]["sha256"]
    assert made[0] == made[1]


REFUSED = {
    "another kind": (["--kind", "poster"], 'no kind of pack "poster"; expected leader or workshop or'),
    "another format": (["--format", "docx"], 'no format "docx"; expected pdf or html or pptx or xlsx'),
    "another language": (["--locale", "cy"], 'no language of reports "cy"; expected ar or en or es or fr'),
    "an unknown noun": (["--noun", "kings"], 'no noun "kings"; expected residents or'),
    "another instrument": (["--instrument", "nothing"], "no such instrument"),
    "a file that is no edition": (["--norms", "card.json"], "has the schema cri.scorecard/1"),
    "a folder that is not there": (["-o", "missing/report.pdf"], "cannot be written"),
    "a folder as the file": (["-o", "."], "cannot be written"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_made_is_refused_in_one_line_and_nothing_is_written(
    inputs: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    more, message = REFUSED[case]
    monkeypatch.chdir(inputs)
    before = sorted(inputs.iterdir())
    given = ["pack", "card.json", "--kind", "leader", "-o", "report.pdf", *more]
    run = CliRunner().invoke(cli, given)
    assert run.exit_code == 2
    assert run.stdout == ""
    assert message in run.stderr
    assert run.stderr.count("\n") == 1
    assert sorted(inputs.iterdir()) == before


def test_an_instrument_without_texts_is_reported_by_its_codes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Anybody's own instrument: five points, two factors, no words."""
    monkeypatch.chdir(tmp_path)
    items = "".join(f"      - {{code: {code}{n}}}\n" for code in "ab" for n in (1, 2, 3))
    half = len(items) // 2
    Path("own.yaml").write_text(
        "code: own\nversion: 0.1.0\nscale: {min: 1, max: 5, favourable: 2}\nfactors:\n"
        f"  - code: a\n    items:\n{items[:half]}  - code: b\n    items:\n{items[half:]}",
        encoding="utf-8",
    )
    rows = "".join(f"{1 + n % 5},{1 + n % 3},3,{5 - n % 4},2,{1 + n % 2}\n" for n in range(60))
    Path("answers.csv").write_text(f"a1,a2,a3,b1,b2,b3\n{rows}", encoding="utf-8")
    scored = CliRunner().invoke(cli, ["score", "answers.csv", "--instrument", "own.yaml", "-o", "card.json"])
    assert scored.exit_code == 0, scored.output
    given = ["pack", "card.json", "--kind", "leader", "--instrument", "own.yaml", "-o", "report.pdf"]
    run = CliRunner().invoke(cli, given)
    assert run.exit_code == 0, run.output
    assert "codes stand for names" in run.stderr
    assert len(PdfReader("report.pdf").pages) == 7
