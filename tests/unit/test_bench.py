"""What `make bench` prints and writes; the measuring itself is not tested."""

import pytest

from tests.performance import bench
from tests.performance.bench_scoring import example_instrument, example_sheet
from tests.performance.measures import Row, best_time, peak_memory

ROWS = [
    Row("scoring", "12.0 x", "20 x", held=True),
    Row("memory", "5.0 x", "4 x", held=False),
    Row("sum", "12 ms"),
]


def test_a_table_says_what_is_held() -> None:
    lines = bench.table(ROWS).splitlines()
    assert lines[2:] == [
        "| scoring | 12.0 x | 20 x | yes |",
        "| memory | 5.0 x | 4 x | no |",
        "| sum | 12 ms |  |  |",
    ]


def test_a_table_is_put_between_its_marks_and_nothing_else_changes() -> None:
    text = "before\n<!-- bench a -->\nold\n<!-- end a -->\n<!-- bench b -->\nkept\n<!-- end b -->\nafter"
    once = bench.with_table(text, "a", ROWS)
    assert "old" not in once
    assert once.startswith("before\n<!-- bench a -->\n")
    assert once.endswith("<!-- end a -->\n<!-- bench b -->\nkept\n<!-- end b -->\nafter")
    assert bench.with_table(once, "a", ROWS) == once
    with pytest.raises(ValueError, match="no marks of bench c"):
        bench.with_table(text, "c", ROWS)


def test_every_bench_has_its_place_in_the_document() -> None:
    text = bench.DOCUMENT.read_text(encoding="utf-8")
    for name in bench.BENCHES:
        bench.with_table(text, name, ROWS)


def test_an_unknown_bench_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        bench.main(["speed"])
    assert "speed: not among scoring" in capsys.readouterr().err


def test_time_is_the_best_of_several_and_memory_what_the_work_holds() -> None:
    runs: list[int] = []
    assert best_time(lambda: runs.append(1), 3) < 1
    assert len(runs) == 3
    held: list[bytearray] = []
    assert peak_memory(lambda: held.append(bytearray(b"x" * (64 << 20)))) > 48 << 20


def test_the_example_has_everything_a_sheet_can_have_but_attention() -> None:
    sheet = example_sheet(50, 12)
    assert sheet.answers.shape == (50, len(example_instrument().items)) == (50, 42)
    assert sheet.answers.flags.f_contiguous
    assert len(sheet.units) == 12
    assert all(part is not None for part in (sheet.outcomes, sheet.profile, sheet.fast, sheet.late))
