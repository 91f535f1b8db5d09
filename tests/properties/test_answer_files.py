"""Whatever bytes are called ANSWERS.csv: a scorecard without NaN, or lines that name file, row and column."""

import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cri.adapters.document_schemas import validate
from cri.cli import cli
from cri.domain.errors import SHOWN

INSTRUMENT = """\
code: tiny
version: 1.0.0
scale: {min: 1, max: 5, favourable: 2}
factors:
  - code: first
    items: [{code: a}, {code: b, reversed: true}]
  - code: second
    items: [{code: c}]
outcomes: [{code: good}]
profile: [{code: age, options: [young, old]}]
"""
GOOD = {
    "good": ["1", "5", "DK", ""],
    "age": ["young", "old", ""],
    "unit": ["x", "y", ""],
    "late": ["0", "1", "yes"],
    "seconds": ["1", "5.5", ""],
}
POINTS = ["1", "2", "3", "4", "5", "5.0", "DK", "", " 3 ", '"4"']
SPOILT = ["N/A", "6", "2026-04-03", "7,5", '"', "x\ny", "\0", "\u202e", "1e400", "nan", "=1+1", "\x1b[2J"]
LINE = re.compile(r"FILE(: row \d+(, column .+?)?)?: [^\n]+|population: [^\n]+")

few = settings(
    max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("answers")
    (path / "instrument.yaml").write_text(INSTRUMENT, encoding="utf-8")
    return path


@st.composite
def tables(draw: st.DrawFn) -> bytes:
    """CSV that is nearly right: rows of good cells, in some files one or two spoilt."""
    columns = ["a", "b", "c", *draw(st.lists(st.sampled_from(sorted(GOOD)), unique=True))]
    chance = draw(st.randoms(use_true_random=False))
    rows = draw(st.integers(0, 45))
    lines = [[chance.choice(GOOD.get(name, POINTS)) for name in columns] for _ in range(rows)]
    if lines and draw(st.booleans()):
        lines = [lines[0]] * rows  # nobody differs from anybody
    for row, column in draw(st.lists(st.tuples(st.integers(0, 44), st.integers(0, 7)), max_size=2)):
        if row < rows:
            spoilt = draw(st.sampled_from(SPOILT))
            lines[row] = [*lines[row][:column], spoilt, *lines[row][column + 1 :]]
    separator, end = draw(st.sampled_from(",;\t")), draw(st.sampled_from(["\n", "\r\n", "\r"]))
    text = end.join(separator.join(line) for line in [columns, *lines])
    return (draw(st.sampled_from(["", "\ufeff"])) + text).encode()


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A table with some bytes cut out of it and others put in."""
    data = draw(tables())
    place, gone = draw(st.integers(0, len(data))), draw(st.integers(0, 3))
    return data[:place] + draw(st.binary(max_size=3)) + data[place + gone :]


@few
@given(tables())
@example(b"a,b,c\n" + b"1,2,3\n" * 60)
@example(b"a,b,c\n" + b"DK,,DK\n" * 60)
@example(b"a,b,c\n1,,\n")
@example(b"a,b,c,late\n" + b"1,2,3,0\n" * 30 + b"5,2,3,1\n" * 30)
def test_a_table(folder: Path, data: bytes) -> None:
    check(folder, data)


@few
@given(damaged())
def test_a_damaged_table(folder: Path, data: bytes) -> None:
    check(folder, data)


@few
@given(st.binary(max_size=400))
@example(b"\xef\xbb\xbf")
@example(b"\r\r\r")
@example(b'"')
@example(b"a,b,c\n\n,,\n")
def test_any_bytes(folder: Path, data: bytes) -> None:
    check(folder, data)


UNITS = "code,parent,name,headcount\nx,,X,40\ny,,Y,\nz,y,Z,10\n"
HEADCOUNTS = "margin,level,headcount\nunit,x,50\nunit,y,70\nage,young,60\nage,old,60\n"
ANSWERS = "a,b,c,unit,age\n" + "1,2,,x,old\n3,4,5,y,young\n5,5,2,z,old\n" * 10


@few
@given(st.data())
def test_other_files(folder: Path, data: st.DataObject) -> None:
    """Units and head-counts, damaged one by one, with answers that are right."""
    options = []
    for option, text in (("--units", UNITS), ("--headcounts", HEADCOUNTS)):
        path = folder / f"{option.strip('-')}.csv"
        whole = text.encode()
        place, gone = data.draw(st.integers(0, len(whole))), data.draw(st.integers(0, 9))
        path.write_bytes(whole[:place] + data.draw(st.binary(max_size=3)) + whole[place + gone :])
        check(folder, ANSWERS.encode(), option, str(path))
        path.write_bytes(whole)
        options += [option, str(path)]
    check(folder, ANSWERS.encode(), *options)


def check(folder: Path, data: bytes, *options: str) -> None:
    answers, output = folder / "answers.csv", folder / "scorecard.json"
    answers.write_bytes(data)
    output.unlink(missing_ok=True)
    command = ["score", str(answers), "--instrument", str(folder), "-o", str(output), *options]
    result = CliRunner().invoke(cli, command)
    assert result.stdout == ""
    if result.exit_code == 0:
        assert result.stderr == ""
        document = json.loads(output.read_text(encoding="utf-8"), parse_constant=not_a_number)
        validate(document)
        assert all(map(math.isfinite, numbers(document)))
    else:
        assert result.exit_code == 2, result.exception
        assert not output.exists()
        check_lines(re.sub(rf"{re.escape(str(folder))}/\w+\.csv", "FILE", result.stderr).splitlines())


def check_lines(lines: list[str]) -> None:
    assert 1 <= len(lines) <= SHOWN + 1
    if len(lines) > SHOWN:
        assert re.fullmatch(r"and \d+ more", lines.pop())
    for line in lines:
        assert LINE.fullmatch(line), line


def not_a_number(name: str) -> float:
    raise AssertionError(name)


def numbers(part: Any) -> Iterator[float]:
    if isinstance(part, dict):
        part = list(part.values())
    if isinstance(part, list):
        for inner in part:
            yield from numbers(inner)
    elif isinstance(part, int | float):
        yield part


def test_a_reader_that_lets_an_exception_through_would_be_caught(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cri.adapters.answer_columns.whole_number", int)  # the naive way to read a point
    with pytest.raises(AssertionError, match="invalid literal"):
        check(folder, b"a,b,c\n1,2,N/A\n")
