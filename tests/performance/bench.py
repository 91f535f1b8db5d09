"""`make bench`: measure what the project promises to hold, print it, and write it down if asked.

A bench is a module here with a NAME and `measure() -> list[Row]`; add it to BENCHES. `--write` puts the
tables and the machine's description into docs/performance.md, between the marks that name each bench.
"""

import argparse
import re
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from tests.performance.measures import Row, machine, say

BENCHES = ("scoring", "pool_safety", "editions", "pool_pages", "packs", "journey")
DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benches named, or all. 1 if a budget is not held."""
    parser = argparse.ArgumentParser(description="Measure what the project promises to hold.")
    parser.add_argument("benches", nargs="*", default=list(BENCHES), metavar="BENCH", help=", ".join(BENCHES))
    parser.add_argument("--write", action="store_true", help=f"write the tables into {DOCUMENT.name}")
    asked = parser.parse_args(arguments)
    if unknown := set(asked.benches) - set(BENCHES):
        parser.error(f"{', '.join(sorted(unknown))}: not among {', '.join(BENCHES)}")
    say(machine())
    held = True
    for name in asked.benches:
        rows = import_module(f"tests.performance.bench_{name}").measure()
        say("\n" + table(rows))
        held = held and all(row.held is not False for row in rows)
        if asked.write:
            DOCUMENT.write_text(
                with_table(DOCUMENT.read_text(encoding="utf-8"), name, rows), encoding="utf-8"
            )
    return 0 if held else 1


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| work | measured | budget | held |", "| --- | --- | --- | --- |"]
    words = {None: "", True: "yes", False: "no"}
    lines += [f"| {row.work} | {row.measured} | {row.budget} | {words[row.held]} |" for row in rows]
    return "\n".join(lines)


def with_table(text: str, name: str, rows: Sequence[Row]) -> str:
    """The document with a bench's table and the machine. Raises ValueError if it has no marks for it."""
    begin, end = f"<!-- bench {name} -->", f"<!-- end {name} -->"
    pattern = re.compile(re.escape(begin) + ".*?" + re.escape(end), re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"no marks of bench {name}")
    return pattern.sub(lambda _: f"{begin}\n{machine()}\n\n{table(rows)}\n{end}", text)


if __name__ == "__main__":
    raise SystemExit(main())
