"""Real data and numbers computed with other software, kept outside the repository in shared/data."""

import csv
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Rows = list[dict[str, str]]


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of the data; tests that need it are skipped, saying so, where it is absent."""
    default = Path(__file__).parents[3] / "shared" / "data"
    folder = Path(os.environ.get("CRI_REFERENCE_DATA", default))
    if not (folder / "reference").is_dir():
        pytest.skip(f"reference data absent: no {folder}/reference (set CRI_REFERENCE_DATA)")
    return folder


@pytest.fixture(scope="session")
def cases(reference_data: Path) -> Callable[..., list[dict[str, Any]]]:
    """The cases of reference/NAME.json of one statistic; fails rather than return none."""

    def found(name: str, statistic: str) -> list[dict[str, Any]]:
        document = json.loads((reference_data / "reference" / f"{name}.json").read_bytes())
        matching = [case for case in document["cases"] if case["statistic"] == statistic]
        assert matching, f"{name}.json has no {statistic}"
        return matching

    return found


@pytest.fixture(scope="session")
def rows(reference_data: Path) -> Callable[[str], Rows]:
    """The rows of datasets/FILE as text."""

    def read(file: str) -> Rows:
        with (reference_data / "datasets" / file).open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    return read
