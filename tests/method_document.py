"""docs/method.md as tests read it."""

import re
from pathlib import Path

TEXT = (Path(__file__).parents[1] / "docs" / "method.md").read_text(encoding="utf-8")


def table(heading: str) -> list[list[str]]:
    """Cells of the table whose header begins with `heading`, without the header and the line under it."""
    lines = TEXT.splitlines()
    start = next(number for number, line in enumerate(lines) if line.strip().startswith(f"| {heading} |"))
    rows = []
    for line in map(str.strip, lines[start + 2 :]):
        if not line.startswith("|"):
            break
        rows.append([cell.strip().strip("`") for cell in line.strip("|").split("|")])
    return rows


def flowing() -> str:
    return " ".join(TEXT.split())


def numbers_in(pattern: str) -> tuple[float, ...]:
    found = re.search(pattern, flowing())
    assert found, pattern
    return tuple(float(number) for number in found.groups())
