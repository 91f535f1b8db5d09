"""What a spreadsheet can do to a CSV, and files that are none."""

import os
import subprocess
import sys
import threading
import tracemalloc
from pathlib import Path

import pytest

from cri.adapters import csv_tables
from cri.adapters.csv_lines import LONGEST_ROW
from cri.adapters.csv_tables import CsvTable, open_table
from cri.domain.errors import InputError


def opened(folder: Path, data: str | bytes, known: tuple[str, ...] = ()) -> CsvTable:
    path = folder / "table.csv"
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return open_table(path, known)


def refusal(folder: Path, data: str | bytes, known: tuple[str, ...] = ()) -> str:
    with pytest.raises(InputError) as caught:
        list(opened(folder, data, known).rows)
    return str(caught.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    "text",
    [
        "a,b\n1,2\n3,4\n",
        "a,b\r\n1,2\r\n3,4",
        "a,b\r1,2\r3,4\r",
        "\ufeffa;b\n1;2\n3;4\n",
        "a\tb\n1\t2\n3\t4\n",
        "a|b\n1|2\n3|4\n",
        'a,b\n"1","2"\n"3",4\n',
        '"a";"b"\n1;2\n3;4\n',
        "a,b,,\n1,2,,\n3,4,,\n",
        "a,b\n1,2,,,\n3,4, ,\n",
    ],
    ids=["lf", "crlf", "cr", "bom", "tabs", "bars", "quoted", "quoted header", "columns", "cells"],
)
def test_the_same_table_in_many_spellings(tmp_path: Path, text: str) -> None:
    table = opened(tmp_path, text)
    assert table.header == ("a", "b")
    assert [cells for _, cells in table.rows] == [["1", "2"], ["3", "4"]]
    assert [row for row, _ in table.rows] == [2, 3]  # each use begins anew


def test_a_line_that_tells_the_separator_is_no_row(tmp_path: Path) -> None:
    table = opened(tmp_path, "sep=;\na;b,c\n1,5;2\n")
    assert table.header == ("a", "b,c")
    assert list(table.rows) == [(3, ["1,5", "2"])]


def test_a_separator_in_quotation_marks_is_none(tmp_path: Path) -> None:
    assert opened(tmp_path, '"a;b;c",d\n1,2\n').header == ("a;b;c", "d")


def test_rows_are_counted_as_a_spreadsheet_counts(tmp_path: Path) -> None:
    table = opened(tmp_path, '\n,,\na,b\n\n"x\ny",2\n\n , \n3,4\n')
    assert table.header_row == 3
    assert list(table.rows) == [(5, ["x\ny", "2"]), (8, ["3", "4"])]


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a,b\n1,\x002\n", "table.csv: row 2: holds a NUL character; expected CSV in UTF-8"),
        (b"a\x00b\n", "table.csv: row 1: holds a NUL character"),
        (b"a,b\n1,2\n\xff,4\n", "table.csv: row 3, character 1: a character is not UTF-8"),
        (b"a,b\n1,\xed\xa0\x80\n", "table.csv: row 2, character 3: a character is not UTF-8"),
        (b'a,b\n1,2\n3,"4\n5,6\n', "table.csv: row 3: a quotation mark is opened and never closed"),
        (b'a,b\n1,"2"2\n', "table.csv: row 2: cannot be read as CSV (',' expected after '\"')"),
        (b"a,b\n1," + b"2" * 200_000, "table.csv: row 2: a cell is longer than 131,072 characters"),
        (b'a,b\n1,"' + b"2\n" * 100_000, "table.csv: row 2: a cell is longer than 131,072 characters"),
        (b"a,b\n" + b"1," * LONGEST_ROW, "table.csv: row 2: is longer than 1,048,576 characters"),
        (b",".join([b"a"] * 25), "table.csv: row 1, column 2: a comes twice; expected each column once"),
        (b"a,,b\n", "table.csv: row 1, column 2: has no name; expected a name in the header for each column"),
        (b"", "table.csv: is empty; expected a header and a row for each record"),
        (b"\xef\xbb\xbf\n \n", "table.csv: is empty"),
        (b"sep=;\n", "table.csv: is empty"),
        (b"\xff\xfea\x00", "table.csv: is in UTF-16"),
        (b"\xd0\xcf\x11\xe0", "table.csv: is a spreadsheet"),
    ],
)
def test_what_is_no_table(tmp_path: Path, data: bytes, line: str) -> None:
    assert refusal(tmp_path, data).startswith(line)


@pytest.mark.parametrize(
    "above",
    ["Insight,,Foresight,\n", "Survey of spring;;\n", "Our survey\n\n", '"Our, survey",x,x,x\n'],
    ids=["merged", "other separator", "title", "quoted"],
)
def test_titles_above_the_header_are_named_once(tmp_path: Path, above: str) -> None:
    rows = above.count("\n")
    text = refusal(tmp_path, above + "code,parent,name\nx,,X\n", ("code", "parent"))
    assert text == (
        "table.csv: row 1: is not the header; "
        f"expected row {rows + 1}, with the columns' names, as the first: delete what is above it"
    )


def test_a_folder_and_nothing_are_no_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read \\(Is a directory\\)"):
        open_table(tmp_path)
    with pytest.raises(InputError, match="cannot be read \\(No such file or directory\\)"):
        open_table(tmp_path / "none")


def test_two_gigabytes_are_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n")
        file.truncate(2 << 30)
    with pytest.raises(InputError, match=r"is 2,147,483,648 bytes long; expected at most 1,073,741,824"):
        open_table(path)


def test_a_pipe_is_read_and_one_that_goes_on_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert list(through_a_pipe(tmp_path, b"a,b\n1,2\n").rows) == [(2, ["1", "2"])]
    monkeypatch.setattr(csv_tables, "MOST_PIPED_BYTES", 1000)
    with pytest.raises(InputError, match="goes on and on; expected at most 1,000 bytes"):
        open_table(Path("/dev/zero"))


def through_a_pipe(folder: Path, data: bytes) -> CsvTable:
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(data,))
    writer.start()
    table = open_table(pipe)
    writer.join()
    return table


def test_a_quotation_mark_never_closed_does_not_fill_the_memory(tmp_path: Path) -> None:
    path = tmp_path / "open.csv"
    path.write_bytes(b'a,b\n1,"2\n' + b"3,4\n" * 2_000_000)
    tracemalloc.start()
    with pytest.raises(InputError, match="row 2: a cell is longer than"):
        list(open_table(path).rows)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000


def test_a_table_half_read_leaves_no_file_open(tmp_path: Path) -> None:
    path = tmp_path / "table.csv"
    path.write_text("a,b\n1,2\n3,4\n", encoding="utf-8")
    script = (
        "import gc, sys, warnings; warnings.simplefilter('error'); from pathlib import Path\n"
        "from cri.adapters.csv_tables import open_table\n"
        "next(open_table(Path(sys.argv[1])).rows); gc.collect()"
    )
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    assert done.stderr == ""
