"""`cri replay`: identical while nothing was touched; with one number altered, whose it was."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from cri.cli import cli
from cri.domain.documents import readable_json
from tests.reports.documents import edition, scorecard


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


def write(path: Path, document: Any) -> None:
    path.write_text(readable_json(document), encoding="utf-8")


def read(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, chart_cache: Path) -> Path:
    """A folder with a scorecard, an edition, and below it a report as HTML and one as PDF."""
    folder = tmp_path_factory.mktemp("replay")
    (folder / "out").mkdir()
    write(folder / "card.json", scorecard())
    write(folder / "edition.json", edition())
    (folder / "brand.yaml").write_text("colour: '#12436d'\n", encoding="utf-8")
    given = ("pack", folder / "card.json", "--norms", folder / "edition.json", "--charts", chart_cache)
    styled = ("--brand", folder / "brand.yaml", "--paper", "letter", "--noun", "residents")
    html = run(*given, *styled, "--kind", "leader", "--format", "html", "-o", folder / "out" / "report.html")
    assert (html.exit_code, html.output) == (0, "")
    pdf = run(*given, "--kind", "leader", "--locale", "ar", "-o", folder / "out" / "report.pdf")
    assert (pdf.exit_code, pdf.output) == (0, "")
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    """A copy to alter."""
    return Path(shutil.copytree(made, tmp_path / "copy"))


def replay(folder: Path, chart_cache: Path, name: str = "report.html") -> Result:
    return run("replay", folder / "out" / f"{name}.manifest.json", "--charts", chart_cache)


@pytest.mark.parametrize("name", ["report.html", "report.pdf"])
def test_what_nobody_touched_is_identical(folder: Path, chart_cache: Path, name: str) -> None:
    told = replay(folder, chart_cache, name)
    assert told.exit_code == 0, told.output
    assert ": identical (" in told.output
    assert read(folder / "out" / f"{name}.manifest.json")["sha256"] in told.output


def test_a_number_altered_in_the_manifest_is_named(folder: Path, chart_cache: Path) -> None:
    path = folder / "out" / "report.html.manifest.json"
    manifest = read(path)
    place = next(n for n, one in enumerate(manifest["figures"]) if one["kind"] == "score")
    figure = manifest["figures"][place]
    true = figure["text"]
    figure.update(value=figure["value"] + 0.1, text=f"{figure['value'] + 0.1:.1f}")
    write(path, manifest)
    told = replay(folder, chart_cache)
    assert told.exit_code == 1
    expected = f"differs: figure in {figure['where']} (score): shown {figure['text']}, rebuilt {true}"
    assert [line.partition("json: ")[2] for line in told.output.splitlines()] == [expected]


def test_a_number_altered_in_the_scorecard_is_named_as_the_report_shows_it(
    folder: Path, chart_cache: Path
) -> None:
    card = read(folder / "card.json")
    code, score = card["factors"][0]["code"], card["factors"][0]["score"]
    card["factors"][0]["score"] = score + 0.3
    write(folder / "card.json", card)
    told = replay(folder, chart_cache)
    assert told.exit_code == 1
    assert f"figure in {code} (score): shown {score:.1f}, rebuilt {score + 0.3:.1f}" in told.output
    assert "scorecard ../card.json (sha256): shown" in told.output
    assert "bytes of the report (sha256): shown" in told.output


def test_a_digit_that_no_page_shows_is_noticed_as_well(folder: Path, chart_cache: Path) -> None:
    card = read(folder / "card.json")
    card["factors"][0]["sd"] *= 1.0000001
    write(folder / "card.json", card)
    told = replay(folder, chart_cache)
    assert told.exit_code == 1
    assert "scorecard ../card.json (document_sha256): shown" in told.output
    assert "figure in" not in told.output


def test_another_colour_in_the_brand_is_named(folder: Path, chart_cache: Path) -> None:
    (folder / "brand.yaml").write_text("colour: '#5b2c6f'\n", encoding="utf-8")
    told = replay(folder, chart_cache)
    assert told.exit_code == 1
    assert "brand.colour: shown #12436d, rebuilt #5b2c6f" in told.output


def test_an_altered_report_is_noticed(folder: Path, chart_cache: Path) -> None:
    report = folder / "out" / "report.html"
    report.write_bytes(report.read_bytes().replace(b"</body>", b" </body>"))
    told = replay(folder, chart_cache)
    assert told.exit_code == 1
    assert "file report.html: shown" in told.output


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"kind": "poster"}, 'there is no "poster"; expected leader or'),
        ({"format": "doc"}, 'there is no "doc"; expected pdf or html'),
        ({"locale": "cy"}, 'there is no "cy"; expected ar or en'),
        ({"peers": None}, "does not fit the inputs; expected a peer group"),
        ({"peers": "nobody=at=all"}, "nobody"),
        ({"file": "lost.html"}, "cannot be read (No such file or directory); expected the report"),
        ({"figures": [{"where": "summary"}]}, "kind"),
        ({"schema": "cri.scorecard/1"}, "expected a cri.manifest/1 document"),
        ({"inputs": {}}, "scorecard"),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused(
    folder: Path, chart_cache: Path, change: dict[str, Any], said: str
) -> None:
    path = folder / "out" / "report.html.manifest.json"
    write(path, {**read(path), **change})
    told = replay(folder, chart_cache)
    assert told.exit_code == 2, told.output
    assert said in told.output
    assert "Traceback" not in told.output


def test_an_input_that_is_gone_is_refused(folder: Path, chart_cache: Path) -> None:
    (folder / "edition.json").unlink()
    told = replay(folder, chart_cache)
    assert told.exit_code == 2
    assert "edition.json: cannot be read" in told.output


def test_something_must_be_named_and_not_two_things(folder: Path) -> None:
    assert run("replay").exit_code == 2
    assert run("replay", folder / "out" / "report.html.manifest.json", "--all").exit_code == 2
