"""Bad input to a pack gives a good page or a clear refusal, never a broken one; a brand is on every page."""

import hashlib
import io
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

from cri.adapters.charts import ChartBrowser
from cri.adapters.instrument_files import find_instrument, load_texts
from cri.adapters.logos import read_logo
from cri.adapters.report_files import load_palette
from cri.adapters.report_print import Report, print_pack
from cri.adapters.report_text import ReportText
from cri.cli import cli
from cri.domain.brand import Brand, readable
from cri.domain.documents import readable_json
from cri.domain.pack import leader_pack
from cri.domain.placing import place
from tests.reports.documents import cri_instrument, edition, make_pack, scorecard
from tests.reports.tagged_pdf import figure_texts, find_faults
from tests.unit.test_logos import SVG, bomb, drawn

REFUSED = {
    "a logo of 20,000 x 20,000 pixels": (["--brand", "bomb.yaml"], "has more pixels than any logo"),
    "an SVG with a script": (["--brand", "svg.yaml"], "is an SVG"),
    "a logo that is not there": (["--brand", "gone.yaml"], "cannot be read"),
    "a logo from elsewhere": (["--brand", "away.yaml"], "lies elsewhere"),
    "a colour that is none": (["--brand", "colour.yaml"], "is no colour"),
    "no brand at all": (["--brand", "nothing.yaml"], "cannot be read"),
    "a scorecard as a brand": (["--brand", "card.json"], "is no brand"),
    "a size of paper": (["--paper", "a3"], 'no size of paper "a3"; expected a4 or letter'),
    "a peer group that is none": (
        ["--norms", "edition.json", "--peers", "others"],
        "not the name of a peer group",
    ),
    "a language without texts": (["--locale", "cy"], 'no language of reports "cy"'),
}


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a scorecard, an edition, and brands that are none."""
    folder = tmp_path_factory.mktemp("bad")
    (folder / "card.json").write_text(readable_json(scorecard()), encoding="utf-8")
    (folder / "edition.json").write_text(readable_json(edition()), encoding="utf-8")
    (folder / "bomb.png").write_bytes(bomb(20_000, 20_000, 100))
    (folder / "script.svg").write_bytes(SVG)
    for name, text in {
        "bomb": "logo: bomb.png",
        "svg": "logo: script.svg",
        "gone": "logo: gone.png",
        "away": "logo: /etc/hostname",
        "colour": "colour: 'url(file:///etc/passwd)'",
    }.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_in_one_line_and_nothing_is_written(
    inputs: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    more, message = REFUSED[case]
    monkeypatch.chdir(inputs)
    before = sorted(inputs.iterdir())
    run = CliRunner().invoke(cli, ["pack", "card.json", "--kind", "leader", "-o", "report.pdf", *more])
    assert (run.exit_code, run.stdout, run.stderr.count("\n")) == (2, "", 1)
    assert message in run.stderr
    assert sorted(inputs.iterdir()) == before


def test_an_edition_without_the_peer_group_says_which_other_it_took() -> None:
    card, norms = scorecard(), edition()
    pack = leader_pack(card, place(card, norms, "sector=police"), norms, instrument=cri_instrument())
    (claim,) = (one for one in pack["claims"].values() if one["subject"] == "norm")
    text = ReportText(pack, "en", None)
    assert "all agencies, instead of sector police" in text.sentence(claim)
    assert (claim["verdict"], pack["norm"]["asked"]) == ("care", "sector=police")
    without = next(one for one in make_pack("full")["claims"].values() if one["subject"] == "norm")
    assert without["verdict"] != "care"  # the control: with the group asked for there is nothing to say


@pytest.fixture(scope="module")
def branded(chart_browser: ChartBrowser, chart_cache: Path) -> Report:
    """A pack on US Letter with a logo and a colour far too light for text."""
    return print_pack(
        make_pack("full"),
        locale="en",
        texts=load_texts(find_instrument("cri"), "en"),
        browser=chart_browser,
        chart_cache=chart_cache,
        brand=Brand("#f2b705", read_logo(drawn(), "logo")),
        paper="letter",
    )


def test_on_us_letter_every_page_breaks_where_it_does_on_a4(branded: Report) -> None:
    pages = PdfReader(io.BytesIO(branded.data)).pages
    sections = make_pack("full")["sections"]
    assert len(pages) == len(sections)
    assert {tuple(round(float(side)) for side in page.mediabox) for page in pages} == {(0, 0, 612, 792)}


def test_the_logo_is_on_every_page_once_as_content_and_else_as_an_artifact(branded: Report) -> None:
    assert find_faults(branded.data, "en") == []
    for page in list[Any](PdfReader(io.BytesIO(branded.data)).pages):
        drawn_there = [one.get_object()["/Subtype"] for one in page["/Resources"]["/XObject"].values()]
        assert drawn_there.count("/Image") == 1
    assert figure_texts(branded.data).count(make_pack("full")["agency"]) == 1
    logo = read_logo(drawn(), "logo")
    assert branded.manifest["brand"] == {
        "colour": "#f2b705",
        "logo_sha256": hashlib.sha256(logo.png).hexdigest(),
    }
    assert branded.manifest["paper"] == "letter"


def test_a_colour_too_light_for_text_is_printed_darker(branded: Report) -> None:
    pages: list[Any] = list(PdfReader(io.BytesIO(branded.data)).pages[1:3])
    painted = b"".join(page.get_contents().get_data() for page in pages).decode("latin-1")
    palette = load_palette()
    assert _fill(readable("#f2b705", palette)) in painted
    assert _fill("#f2b705") not in painted
    assert _fill(palette["agency"]) not in painted
    assert (
        _fill(palette["strength"]) in painted
    )  # the control: what is not the agency's stays, and is so written


def _fill(colour: str) -> str:
    """How a colour stands in a page's stream."""
    parts = (int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5))
    return " ".join(f"{part:.6f}".rstrip("0").rstrip(".") for part in parts) + " rg"
