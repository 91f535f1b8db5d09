"""`cri norms build` and `cri place`, run as a program runs them."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest

from cri.adapters.document_schemas import validate
from cri.adapters.instrument_files import find_instrument, load_instrument
from cri.cli import main
from cri.domain.achieved_changes import with_changes
from cri.domain.documents import readable_json
from cri.domain.edition_draft import build_edition, draft_edition
from cri.domain.eligibility import Member
from cri.domain.norms import member_digest
from cri.domain.placing import place
from cri.domain.synthetic import synthetic_pool
from cri.domain.targets import with_targets

COLUMNS = "scorecard,agency,owner,sector,country,relationship"


class Ran:
    """How a command ended: exit code, standard output, lines of standard error."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err.splitlines()


Run = Callable[..., Ran]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run `cri` with these arguments in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def ran(*arguments: object) -> Ran:
        capsys.readouterr()
        monkeypatch.setattr("sys.argv", ["cri", *map(str, arguments)])
        code = main()
        return Ran(code, *capsys.readouterr())

    return ran


@pytest.fixture(scope="module")
def pool() -> tuple[Member, ...]:
    return synthetic_pool(load_instrument(find_instrument("cri")), 20, seed=11, closed=date(2026, 6, 30))


@pytest.fixture
def files(pool: tuple[Member, ...], tmp_path: Path) -> list[str]:
    """A scorecard file for each member, by names relative to the working folder."""
    for number, member in enumerate(pool):
        (tmp_path / f"s{number:02}.json").write_text(readable_json(member.scorecard), encoding="utf-8")
    return [f"s{number:02}.json" for number in range(len(pool))]


def write_facets(rows: Sequence[str], name: str = "FACETS.csv") -> None:
    Path(name).write_text("\n".join([COLUMNS, *rows]) + "\n", encoding="utf-8")


def test_the_whole_way(run: Run, files: list[str], pool: tuple[Member, ...]) -> None:
    write_facets(
        [f"{file},,{m.owner},{m.sector},,{m.relationship}" for file, m in zip(files, pool, strict=True)]
    )
    built = run(
        "norms", "build", *files, "--edition", "2026.1", "--facets", "FACETS.csv", "-o", "EDITION.json"
    )
    assert (built.code, built.out, built.err) == (0, "", [])
    edition = json.loads(Path("EDITION.json").read_text(encoding="utf-8"))
    validate(edition, "EDITION.json")
    whole = with_changes(draft_edition(pool, "2026.1"), pool).document
    assert edition == json.loads(json.dumps(whole))
    assert {one["reason"] for one in edition["changes"]["refused"]} == {"too few pairs"}
    placed = run("place", files[3], "--norms", "EDITION.json", "-o", "PLACED.json")
    assert (placed.code, placed.err) == (0, [])
    document = json.loads(Path("PLACED.json").read_text(encoding="utf-8"))
    validate(document, "PLACED.json")
    own = pool[3].scorecard
    assert document == json.loads(json.dumps(with_targets(place(own, edition), own, edition)))
    assert {one["basis"] for one in document["targets"]} <= {"next_band", "half_spread"}
    assert run("place", files[3], "--norms", "EDITION.json").out == Path("PLACED.json").read_text(
        encoding="utf-8"
    )


def test_order_of_files_does_not_matter(run: Run, files: list[str]) -> None:
    once = run("norms", "build", *files[:8], "--edition", "2026.1")
    again = run("norms", "build", *reversed(files[:8]), "--edition", "2026.1")
    assert once.code == 0
    assert once.out == again.out != ""


def test_the_scorecards_own_facets_do_without_a_file(
    run: Run, files: list[str], pool: tuple[Member, ...]
) -> None:
    edition = json.loads(run("norms", "build", *files, "--edition", "2026.1").out)
    sectors = {m.sector for m in pool if [n.sector for n in pool].count(m.sector) >= 8}
    assert {cell["peers"] for cell in edition["cells"]} >= {f"sector={sector}" for sector in sectors}


def test_scorecards_that_may_not_enter_are_named(
    run: Run, files: list[str], pool: tuple[Member, ...]
) -> None:
    small = json.loads(Path(files[0]).read_text(encoding="utf-8"))
    small["population"] |= {"usable": 30, "response_rate": 0.3}
    Path(files[0]).write_text(json.dumps(small), encoding="utf-8")
    built = run("norms", "build", *files[:9], "--edition", "2026.1")
    assert built.code == 0
    why = "30 usable respondents; 45 are needed, or a response rate of 60% for smaller agencies"
    assert built.err == [f"left out: s00.json: {why}"]
    edition = json.loads(built.out)
    assert len(edition["members"]) == 8
    assert member_digest("2026.1", small) not in edition["members"]


def test_real_data_are_audited_and_get_peer_groups_as_far_as_that_allows(run: Run, files: list[str]) -> None:
    for file in files:
        real = json.loads(Path(file).read_text(encoding="utf-8"))
        Path(file).write_text(json.dumps({**real, "synthetic": False}), encoding="utf-8")
    write_facets([f"{file},,,{'water' if place % 2 else 'rail'},," for place, file in enumerate(files[:9])])
    built = run(
        "norms", "build", *files[:9], "--edition", "2026.1", "--facets", "FACETS.csv", "-o", "EDITION.json"
    )
    assert (built.code, built.err) == (0, [])
    assert json.loads(Path("EDITION.json").read_text(encoding="utf-8"))["certificate"]["result"] == "passed"
    placed = run("place", files[0], "--norms", "EDITION.json", "--peers", "sector=water")
    assert (placed.code, placed.err) == (0, ["sector=water has too few agencies: placed in all"])
    assert {p["fell_back_from"] for p in json.loads(placed.out)["placements"]} == {"sector=water"}


def test_a_pool_too_small_for_a_norm(run: Run, files: list[str]) -> None:
    assert run("norms", "build", *files[:7], "--edition", "2026.1", "-o", "EDITION.json").code == 0
    placed = run("place", files[0], "--norms", "EDITION.json")
    assert (placed.code, placed.err) == (0, ["no norm: the edition has too few agencies to place anybody"])
    assert {p["percentile"] for p in json.loads(placed.out)["placements"]} == {None}


def refused(ran: Ran, *lines: str) -> None:
    """Exit code 2, exactly these lines, and no file."""
    assert (ran.code, ran.out, ran.err) == (2, "", list(lines))
    assert not list(Path().glob("OUT*"))
    assert not list(Path().glob(".*.part"))


def test_a_mixture_is_refused(run: Run, files: list[str]) -> None:
    real = json.loads(Path(files[1]).read_text(encoding="utf-8"))
    Path(files[1]).write_text(json.dumps({**real, "synthetic": False}), encoding="utf-8")
    refused(
        run("norms", "build", *files[:3], "--edition", "2026.1", "-o", "OUT.json"),
        "s01.json: data real; expected synthetic, as in s00.json: an edition never mixes them",
    )


def test_every_problem_of_every_file_is_one_line(run: Run, files: list[str]) -> None:
    Path("broken.json").write_text('{"schema": \n', encoding="utf-8")
    Path("list.json").write_text("[1]", encoding="utf-8")
    Path("nan.json").write_text('{"schema": NaN}', encoding="utf-8")
    Path("binary.json").write_bytes(b"\xff\xfe\x00")
    wrong = json.loads(Path(files[1]).read_text(encoding="utf-8"))
    del wrong["population"]
    Path("wrong.json").write_text(json.dumps(wrong), encoding="utf-8")
    given = [
        "broken.json",
        "list.json",
        "nan.json",
        "binary.json",
        "wrong.json",
        "none.json",
        files[0],
        files[0],
    ]
    ran = run("norms", "build", *given, "--edition", "2026.1", "-o", "OUT.json")
    assert [line.split(": ")[0] for line in ran.err] == [*given[:6], files[0]]
    assert (
        ran.err[0]
        == "broken.json: line 2: is not JSON (Expecting value); expected a cri.scorecard/1 document"
    )
    assert ran.err[1] == "list.json: has no schema; expected a cri.scorecard/1 document"
    assert "NaN is not a number in JSON" in ran.err[2]
    assert "population" in ran.err[4]
    assert ran.err[6] == "s00.json: is given twice; expected each scorecard once"
    refused(ran, *ran.err)


@pytest.mark.parametrize(
    ("rows", "line"),
    [
        (
            ["other.json,,,,,"],
            "FACETS.csv: row 2, column scorecard: other.json is none of the scorecards given",
        ),
        ([",,,,,"] * 0, "FACETS.csv: has no row for s00.json"),
        (
            ["s00.json,a,b,,,", "s00.json,a,b,,,"],
            "FACETS.csv: row 3, column scorecard: s00.json is already in row 2",
        ),
        (["s00.json,a,b,,"], "FACETS.csv: row 2: has 5 cells; expected 6 as in the header"),
        (["s00.json," + "x" * 201 + ",,,,"], "FACETS.csv: row 2, column agency: is too long"),
        ([",a,b,,,"], "FACETS.csv: row 2, column scorecard: is empty"),
    ],
)
def test_wrong_facets(run: Run, files: list[str], rows: list[str], line: str) -> None:
    write_facets(rows)
    ran = run("norms", "build", files[0], "--edition", "2026.1", "--facets", "FACETS.csv", "-o", "OUT.json")
    assert ran.err[0].startswith(line)
    refused(ran, ran.err[0])


def test_facets_without_their_columns(run: Run, files: list[str]) -> None:
    Path("FACETS.csv").write_text("file,agency\ns00.json,a\n", encoding="utf-8")
    ran = run("norms", "build", files[0], "--edition", "2026.1", "--facets", "FACETS.csv", "-o", "OUT.json")
    assert [line.split(";")[0] for line in ran.err] == [
        "FACETS.csv: row 1, column file: is not a column of facets",
        "FACETS.csv: row 1, column scorecard: is missing",
    ]
    assert ran.code == 2


def test_facets_name_scorecards_by_path_or_by_name(run: Run, files: list[str], tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    rows = [f"../{files[0]},,,,,", f"{tmp_path / files[1]},,,,,", f"{files[2]},,,,,"]
    write_facets(rows, "elsewhere/FACETS.csv")
    ran = run("norms", "build", *files[:3], "--edition", "2026.1", "--facets", "elsewhere/FACETS.csv")
    assert (ran.code, ran.err) == (0, [])


def test_two_waves_of_one_agency(run: Run, files: list[str]) -> None:
    write_facets([f"{file},The same,,,," for file in files[:2]])
    for file in files[:2]:
        document = json.loads(Path(file).read_text(encoding="utf-8"))
        document["wave"]["closed"] = None
        Path(file).write_text(json.dumps(document), encoding="utf-8")
    ran = run("norms", "build", *files[:2], "--edition", "2026.1", "--facets", "FACETS.csv", "-o", "OUT.json")
    refused(
        ran,
        "s00.json: agency The same is in s01.json too, and neither is the newer one; "
        "expected different closing dates, or only the newest wave",
    )


@pytest.mark.parametrize("edition", ["", "2026 1", "../x", "x" * 51])
def test_names_that_are_no_edition(run: Run, files: list[str], edition: str) -> None:
    ran = run("norms", "build", files[0], "--edition", edition, "-o", "OUT.json")
    refused(ran, f'--edition: "{edition}" is no edition; expected a number as 2026.1')


@pytest.fixture
def edition(files: list[str], pool: tuple[Member, ...], tmp_path: Path) -> str:
    """An edition's file in the working folder."""
    text = readable_json(build_edition(pool, "2026.1"))
    (tmp_path / "EDITION.json").write_text(text, encoding="utf-8")
    return "EDITION.json"


def test_an_altered_edition_is_refused(run: Run, files: list[str], edition: str) -> None:
    text = Path(edition).read_text(encoding="utf-8")
    Path(edition).write_text(text.replace('"agencies": 20', '"agencies": 21', 1), encoding="utf-8")
    refused(
        run("place", files[0], "--norms", edition, "-o", "OUT.json"),
        "EDITION.json: the content does not match its sha256; expected an edition as it was published",
    )


def test_documents_in_each_others_places(run: Run, files: list[str], edition: str) -> None:
    refused(
        run("place", edition, "--norms", edition, "-o", "OUT.json"),
        "EDITION.json: has the schema cri.edition/1; expected a cri.scorecard/1 document",
    )
    refused(
        run("place", files[0], "--norms", files[0], "-o", "OUT.json"),
        "s00.json: has the schema cri.scorecard/1; expected a cri.edition/1 or cri.reference/1 document",
    )


def test_another_instrument(run: Run, files: list[str], edition: str) -> None:
    other = json.loads(Path(files[0]).read_text(encoding="utf-8"))
    other["instrument"]["version"] = "9.9.9"
    Path(files[0]).write_text(json.dumps(other), encoding="utf-8")
    refused(
        run("place", files[0], "--norms", edition, "-o", "OUT.json"),
        "scorecard: instrument version 9.9.9; expected 1.1.0, as in the edition",
    )


def test_peers_that_are_none(run: Run, files: list[str], edition: str) -> None:
    ran = run("place", files[0], "--norms", edition, "--peers", "water", "-o", "OUT.json")
    refused(ran, *ran.err)
    assert ran.err[0].startswith('peers: "water" is not the name of a peer group')


def test_a_folder_that_is_not_there(run: Run, files: list[str], edition: str) -> None:
    ran = run("place", files[0], "--norms", edition, "-o", "nowhere/OUT.json")
    assert (ran.code, ran.err) == (2, ["nowhere/OUT.json: cannot be written (No such file or directory)"])
