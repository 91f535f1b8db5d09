"""`cri norms reference`, and `cri place` and `cri norms build` given a reference edition."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from cri.adapters.document_schemas import validate
from cri.adapters.instrument_files import find_instrument, load_instrument
from cri.cli import main
from cri.domain.documents import readable_json
from cri.domain.reference_editions import place_in_reference
from cri.domain.synthetic import synthetic_pool
from tests.reference_examples import TABLE, write

Run = Callable[..., tuple[int, str, list[str]]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `cri` in a folder that holds a scorecard, TABLE.csv and ABOUT.yaml of its instrument."""
    monkeypatch.chdir(tmp_path)
    instrument = load_instrument(find_instrument("cri"))
    (member,) = synthetic_pool(instrument, 1, seed=3, closed=date(2026, 6, 30))
    Path("own.json").write_text(readable_json(member.scorecard), encoding="utf-8")
    write(tmp_path, instrument={"code": "cri", "version": instrument.version})

    def ran(*arguments: object) -> tuple[int, str, list[str]]:
        capsys.readouterr()
        monkeypatch.setattr("sys.argv", ["cri", *map(str, arguments)])
        code = main()
        out, err = capsys.readouterr()
        return code, out, err.splitlines()

    return ran


def test_the_whole_way(run: Run) -> None:
    made = run("norms", "reference", "TABLE.csv", "--about", "ABOUT.yaml", "-o", "R.json")
    assert made == (
        0,
        "",
        ["left out: 1 parents or aggregates", "suppressed by the publisher: 1 figures"],
    )
    code, out, err = run("place", "own.json", "--norms", "R.json", "--organisation", "Defra")
    assert (code, err) == (0, [])
    document, own = json.loads(out), json.loads(Path("own.json").read_text(encoding="utf-8"))
    validate(document, "placement")
    reference = json.loads(Path("R.json").read_text(encoding="utf-8"))
    assert document == json.loads(json.dumps(place_in_reference(own, reference, "Defra")))
    assert document["synthetic"] is True
    assert document["placements"][0]["others"] == 3
    assert document["placements"][1]["score"] == pytest.approx(100 * own["factors"][1]["favourable"])


def test_a_reference_never_enters_the_pool(run: Run) -> None:
    run("norms", "reference", "TABLE.csv", "--about", "ABOUT.yaml", "-o", "R.json")
    code, out, err = run("norms", "build", "own.json", "R.json", "--edition", "2026.1")
    line = "R.json: is a reference edition; expected a scorecard: outside results never enter the pool"
    assert (code, out, err) == (2, "", [line])


def test_options_of_the_other_kind(run: Run) -> None:
    run("norms", "reference", "TABLE.csv", "--about", "ABOUT.yaml", "-o", "R.json")
    line = '--peers: "sector=water" has no use here; expected no peer groups in a reference edition'
    assert run("place", "own.json", "--norms", "R.json", "--peers", "sector=water") == (2, "", [line])
    run("norms", "build", "own.json", "--edition", "2026.1", "-o", "E.json")
    line = '--organisation: "Acas" has no use here; expected a reference edition'
    assert run("place", "own.json", "--norms", "E.json", "--organisation", "Acas") == (2, "", [line])


def test_an_altered_reference_is_refused(run: Run) -> None:
    run("norms", "reference", "TABLE.csv", "--about", "ABOUT.yaml", "-o", "R.json")
    text = Path("R.json").read_text(encoding="utf-8")
    Path("R.json").write_text(text.replace("40.5", "41.5"), encoding="utf-8")
    line = "R.json: the content does not match its sha256; expected an edition as it was published"
    assert run("place", "own.json", "--norms", "R.json") == (2, "", [line])


def test_bad_input_writes_nothing(run: Run) -> None:
    Path("TABLE.csv").write_text(TABLE.replace("40.5", "-1"), encoding="utf-8")
    code, out, err = run("norms", "reference", "TABLE.csv", "--about", "ABOUT.yaml", "-o", "R.json")
    assert (code, out, Path("R.json").exists()) == (2, "", False)
    assert err == [
        "TABLE.csv: row 3, column EES: -1 is not on the scale; expected a figure from 0 to 100, blank or [c]"
    ]
    assert run("norms", "reference", "none.csv", "--about", "ABOUT.yaml")[0] == 2
    assert run("norms", "reference", "TABLE.csv", "--about", "none.yaml")[0] == 2
