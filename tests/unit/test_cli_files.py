"""`cri instrument check` and `cri score` as a person runs them: exit codes, streams, files."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cri.adapters.document_schemas import validate
from cri.cli import COMMANDS, cli, main

INSTRUMENT = """\
code: tiny
version: 1.0.0
scale: {min: 1, max: 5, favourable: 2}
factors:
  - code: first
    items: [{code: a}, {code: b, reversed: true}]
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(cli, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny" / "instrument.yaml").write_text(INSTRUMENT, encoding="utf-8")
    rows = "".join(f"{row % 5 + 1},{(row * 3) % 5 + 1},{'xy'[row % 2]}\n" for row in range(60))
    (tmp_path / "answers.csv").write_text("a,b,unit\n" + rows, encoding="utf-8")
    (tmp_path / "units.csv").write_text("code,parent,name,headcount\nx,,X,40\ny,,Y,60\n", encoding="utf-8")
    return tmp_path


def test_a_scorecard_goes_to_standard_output(folder: Path) -> None:
    result = run("score", folder / "answers.csv", "--instrument", folder / "tiny")
    assert (result.exit_code, result.stderr) == (0, "")
    document = json.loads(result.stdout)
    validate(document)
    assert document["instrument"]["code"] == "tiny"
    assert document["population"]["responses"] == document["population"]["usable"] == 60
    assert document["population"]["headcount"] is None
    assert [unit["n"] for unit in document["units"]] == [30, 30]
    assert document["synthetic"] is False
    assert len(document["sheet_sha256"]) == 64


def test_options_reach_the_document_and_a_file_is_written_whole(folder: Path) -> None:
    output = folder / "scorecard.json"
    result = run(
        *("score", folder / "answers.csv", "--instrument", folder / "tiny" / "instrument.yaml"),
        *("--units", folder / "units.csv", "--agency", "Water", "--wave", "Spring", "--population", 200),
        *("--synthetic", "-o", output),
    )
    assert (result.exit_code, result.output) == (0, "")
    document = json.loads(output.read_text(encoding="utf-8"))
    assert (document["agency"], document["wave"]["label"], document["synthetic"]) == ("Water", "Spring", True)
    assert document["population"]["headcount"] == 200
    assert document["units"][0]["name"] == "X"
    assert sorted(path.name for path in folder.iterdir()) == [
        "answers.csv", "scorecard.json", "tiny", "units.csv"
    ]  # fmt: skip


def test_the_tops_head_counts_are_the_population_unless_it_is_given(folder: Path) -> None:
    arguments = [
        "score",
        folder / "answers.csv",
        "--instrument",
        folder / "tiny",
        "--units",
        folder / "units.csv",
    ]
    assert json.loads(run(*arguments).stdout)["population"]["headcount"] == 100
    assert json.loads(run(*arguments, "--population", 120).stdout)["population"]["headcount"] == 120
    with (folder / "answers.csv").open("a", encoding="utf-8") as file:
        file.write("1,1,\n")  # somebody outside the tree: its heads are not everybody
    assert json.loads(run(*arguments).stdout)["population"]["headcount"] is None


def test_head_counts_weight_the_wave_and_say_how_many_people_there_are(folder: Path) -> None:
    counts = folder / "headcounts.csv"
    counts.write_text("margin,level,headcount\nunit,x,50\nunit,y,150\n", encoding="utf-8")
    arguments = ["score", folder / "answers.csv", "--instrument", folder / "tiny", "--headcounts", counts]
    population = json.loads(run(*arguments).stdout)["population"]
    assert population["headcount"] == 200
    assert population["weights"]["method"] == "rake"
    # 30 people stand for 50 and 30 for 150: weights 0.5 and 1.5
    assert population["weights"]["design_effect"] == pytest.approx(1.25, abs=1e-9)
    plain = json.loads(run(*arguments, "--weights", "none", "--population", 90).stdout)["population"]
    assert (plain["headcount"], plain["weights"]) == (90, None)


def test_a_released_scorecard_has_the_digits_of_a_page(folder: Path) -> None:
    """Of a weighted wave with an earlier one: scores with one decimal, those of units in whole points."""
    counts, earlier = folder / "headcounts.csv", folder / "earlier.json"
    counts.write_text("margin,level,headcount\nunit,x,50\nunit,y,150\n", encoding="utf-8")
    answers = folder / "answers.csv"
    arguments = ["score", answers, "--instrument", folder / "tiny", "--headcounts", counts]
    assert run(*arguments, "-o", earlier).exit_code == 0
    answers.write_text(answers.read_text(encoding="utf-8") + "1,5,x\n5,3,y\n1,1,y\n5,4,x\n", encoding="utf-8")
    full = json.loads(run(*arguments, "--previous", earlier).stdout)
    told = json.loads(run(*arguments, "--previous", earlier, "--released").stdout)
    validate(told)
    assert told["index"]["score"] == round(full["index"]["score"], 1) != full["index"]["score"]
    for unit, exact in zip(told["units"], full["units"], strict=True):
        assert (unit["n"], exact["n"]) == (30, 32)
        score, of = unit["factors"]["first"]["score"], exact["factors"]["first"]["score"]
        assert score == round(of) != of
    changed = told["change"]["units"][0]["factors"]["first"]["difference"]
    assert changed == round(full["change"]["units"][0]["factors"]["first"]["difference"])


def test_dates_and_a_higher_minimum(folder: Path) -> None:
    result = run(
        *("score", folder / "answers.csv", "--instrument", folder / "tiny", "--minimum", 31),
        *("--opened", "2026-03-02", "--closed", "2026-03-20"),
    )
    document = json.loads(result.stdout)
    assert (document["wave"]["opened"], document["wave"]["closed"]) == ("2026-03-02", "2026-03-20")
    assert document["wave"]["minimum"] == 31
    assert [unit["suppressed"] for unit in document["units"]] == ["small", "small"]


def test_an_earlier_scorecard_is_compared_with(folder: Path) -> None:
    arguments = ["score", folder / "answers.csv", "--instrument", folder / "tiny"]
    earlier = folder / "earlier.json"
    assert run(*arguments, "--wave", "Autumn", "-o", earlier).exit_code == 0
    same = run(*arguments, "--previous", earlier)
    assert (same.exit_code, same.stdout) == (2, "")
    assert "the very same answers" in same.stderr
    with (folder / "answers.csv").open("a", encoding="utf-8") as answers:
        answers.write("1,2,x\n")
    change = json.loads(run(*arguments, "--previous", earlier).stdout)["change"]
    assert change["comparable"] is True
    assert change["previous"]["wave"]["label"] == "Autumn"
    assert json.loads(run(*arguments).stdout)["change"] is None


def test_an_earlier_scorecard_of_something_else_is_refused(folder: Path) -> None:
    arguments = ["score", folder / "answers.csv", "--instrument", folder / "tiny"]
    earlier = folder / "earlier.json"
    document = json.loads(run(*arguments).stdout)
    document["instrument"]["code"] = "other"
    earlier.write_text(json.dumps(document), encoding="utf-8")
    result = run(*arguments, "--previous", earlier)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{earlier}: instrument.code: is of other, the answers of tiny; expected")
    document["instrument"]["code"] = "tiny"
    document["factors"][0]["code"] = "second"
    earlier.write_text(json.dumps(document), encoding="utf-8")
    result = run(*arguments, "--previous", earlier)
    assert result.exit_code == 2
    assert result.stderr == f"{earlier}: factors: are others; expected those of tiny 1.0.0: first\n"


def test_nobody_can_be_weighted_to_stand_for_a_level_where_nobody_answered(folder: Path) -> None:
    counts = folder / "headcounts.csv"
    counts.write_text("margin,level,headcount\nunit,x,50\nunit,y,150\n", encoding="utf-8")
    (folder / "units.csv").write_text("code,parent,name\nx,,X\ny,,Y\n", encoding="utf-8")
    (folder / "answers.csv").write_text("a,b,unit\n" + "1,2,x\n3,3,x\n" * 20, encoding="utf-8")
    result = run(
        *("score", folder / "answers.csv", "--instrument", folder / "tiny", "--units", folder / "units.csv"),
        *("--headcounts", counts, "-o", folder / "s.json"),
    )
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(f"{counts}: margin unit, level y: nobody answered")
    assert not (folder / "s.json").exists()


def test_an_earlier_scorecard_with_an_infinite_number_is_refused(folder: Path) -> None:
    earlier = folder / "earlier.json"
    earlier.write_text('{"schema": "cri.scorecard/1", "index": 1e999}', encoding="utf-8")
    result = run("score", folder / "answers.csv", "--instrument", folder / "tiny", "--previous", earlier)
    assert result.exit_code == 2
    assert result.stderr.startswith(f"{earlier}: is not JSON (1e999 is not a number in JSON)")


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["--weights", "rake"], "--weights: nothing to rake to; expected --headcounts FILE"),
        (["--headcounts", "none.csv"], "none.csv: cannot be read (No such file or directory)"),
        (["--previous", "none.json"], "none.json: cannot be read (No such file or directory)"),
        (
            ["--opened", "2026-03-02", "--closed", "2026-03-01"],
            "--closed: is before 2026-03-02; expected --opened or later",
        ),
        (["--minimum", "9"], "Usage:"),
        (["--closed", "03.2026"], "Usage:"),
    ],
)
def test_options_that_cannot_be(folder: Path, arguments: list[str], line: str) -> None:
    output = folder / "s.json"
    result = run("score", folder / "answers.csv", "--instrument", folder / "tiny", "-o", output, *arguments)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(line)
    assert not output.exists()


def test_a_write_that_fails_half_way_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(self: Path, text: str, **_: str) -> None:
        with self.open("w", encoding="utf-8") as file:
            file.write(text[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", fails)
    output = folder / "s.json"
    result = run("score", folder / "answers.csv", "--instrument", folder / "tiny", "-o", output)
    assert result.exit_code == 2
    assert result.stderr == f"{output}: cannot be written (No space left on device)\n"
    assert sorted(path.name for path in folder.iterdir()) == ["answers.csv", "tiny", "units.csv"]


def test_the_same_file_gives_the_same_bytes(folder: Path) -> None:
    first, second = (
        run("score", folder / "answers.csv", "--instrument", folder / "tiny").stdout for _ in range(2)
    )
    assert first == second


@pytest.mark.parametrize("existing", [None, "what was there before"])
def test_wrong_input_exits_2_names_its_place_and_writes_nothing(folder: Path, existing: str | None) -> None:
    with (folder / "answers.csv").open("a", encoding="utf-8") as file:
        file.write("6,1,x\n1,,z z\n7,1,y\n")
    output = folder / "scorecard.json"
    if existing:
        output.write_text(existing, encoding="utf-8")
    result = run("score", folder / "answers.csv", "--instrument", folder / "tiny", "-o", output)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines() == [
        f"{folder}/answers.csv: row 62, column a: 6 is not on the scale; expected 1 to 5, blank or DK",
        f"{folder}/answers.csv: row 64, column a: 7 is not on the scale; expected 1 to 5, blank or DK",
    ]
    assert (output.read_text(encoding="utf-8") if output.exists() else None) == existing
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize(
    ("option", "value", "line"),
    [
        ("--instrument", "nothing", "nothing: no such instrument; expected a folder with instrument.yaml"),
        ("--units", "nowhere.csv", "nowhere.csv: cannot be read (No such file or directory)"),
        ("--population", "59", "population: 59 people gave 60 answers; expected at least 60"),
        (
            "-o",
            "no/such/folder/s.json",
            "no/such/folder/s.json: cannot be written (No such file or directory)",
        ),
    ],
)
def test_what_is_not_there_or_cannot_be(folder: Path, option: str, value: str, line: str) -> None:
    result = run("score", folder / "answers.csv", "--instrument", folder / "tiny", option, value)
    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.startswith(line)


def test_a_folder_is_no_output_file(folder: Path) -> None:
    result = run("score", folder / "answers.csv", "--instrument", folder / "tiny", "-o", folder / "tiny")
    assert result.exit_code == 2
    assert "tiny: cannot be written (Is a directory)" in result.stderr
    assert not list(folder.glob(".*"))


@pytest.mark.parametrize(
    "arguments",
    [
        ["score"],
        ["nonsense"],
        ["score", "a.csv"],
        ["score", "a.csv", "--instrument", "x", "--population", "0"],
    ],
)
def test_a_wrong_command_line_exits_2(arguments: list[str]) -> None:
    result = run(*arguments)
    assert (result.exit_code, result.stdout) == (2, "")


def test_check_says_what_is_well_and_what_is_not(folder: Path) -> None:
    broken = folder / "broken.yaml"
    broken.write_text(INSTRUMENT.replace("{code: b,", "{code: a,"), encoding="utf-8")
    result = run("instrument", "check", folder / "tiny", broken)
    assert result.exit_code == 2
    assert result.stdout == f"{folder}/tiny: ok\n"
    assert result.stderr == (
        f"{broken}: line 6, factors[0].items[1].code: the code a comes twice; expected unique codes\n"
    )
    assert run("instrument", "check", folder / "tiny", "cri").exit_code == 0


def test_a_pipe_is_written_to_and_never_replaced(folder: Path) -> None:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    program = [sys.executable, "-c", f"print(open({str(pipe)!r}).read())"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, text=True) as reader:
        result = run("score", folder / "answers.csv", "--instrument", folder / "tiny", "-o", pipe)
        if result.exit_code:
            reader.kill()  # nothing was written: it would wait for ever
        received, _ = reader.communicate(timeout=300)
    assert result.exit_code == 0
    assert json.loads(received)["schema"] == "cri.scorecard/1"
    assert pipe.is_fifo()


def test_a_link_stays_a_link(folder: Path) -> None:
    link, target = folder / "latest.json", folder / "real.json"
    link.symlink_to(target)
    assert run("score", folder / "answers.csv", "--instrument", folder / "tiny", "-o", link).exit_code == 0
    assert link.is_symlink()
    assert json.loads(target.read_text(encoding="utf-8"))["schema"] == "cri.scorecard/1"


def in_a_new_process(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run main(); standard error ends with the exit code and the modules then loaded."""
    script = "import sys; from cri.cli import main; code = main(); print(code, *sys.modules, file=sys.stderr)"
    command = [sys.executable, "-c", script, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True)


def test_help_lists_every_command_without_loading_any() -> None:
    result = in_a_new_process("--help")
    assert all(f"\n  {name} " in result.stdout for name in COMMANDS)
    assert "cri.cli.files" not in result.stderr.split()


def test_scoring_needs_neither_flask_nor_a_database(folder: Path) -> None:
    result = in_a_new_process("score", folder / "answers.csv", "--instrument", folder / "tiny")
    code, *modules = result.stderr.split()
    assert code == "0"
    assert "cri.cli.files" in modules
    assert not {"flask", "sqlalchemy", "plotly", "weasyprint"} & set(modules)


def test_main_returns_exit_codes(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def called_with(*arguments: object) -> int:
        monkeypatch.setattr(sys, "argv", ["cri", *map(str, arguments)])
        return main()

    assert called_with("score", folder / "answers.csv", "--instrument", folder / "tiny") == 0
    assert called_with("score", folder / "none.csv", "--instrument", folder / "tiny") == 2
    assert "none.csv: cannot be read" in capsys.readouterr().err
    assert called_with("--version") == 0
    assert called_with("nonsense") == 2
    capsys.readouterr()
    monkeypatch.setattr("cri.cli.files.build_scorecard", lambda *_: 1 / 0)
    assert called_with("score", folder / "answers.csv", "--instrument", folder / "tiny") == 1
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.endswith("cri: this is a fault of the program, not of your input\n")
