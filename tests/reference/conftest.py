"""Real data and numbers computed with other software, kept outside the repository in shared/data."""

import json
import os
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

import pytest

from tests.reference.catalogue import data_folder
from tests.reference.catalogue import rows as read_rows

Rows = list[dict[str, str]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With CRI_REQUIRE_REFERENCE=1 whatever would be skipped here fails, for whatever reason."""
    report = yield
    if report.skipped and os.environ.get("CRI_REQUIRE_REFERENCE") == "1":
        report.outcome = "failed"
        report.longrepr = f"CRI_REQUIRE_REFERENCE=1, but skipped: {report.longrepr}"
    return report


def require_data() -> Path:
    """The folder of the data; skips the test, saying so, where it is absent."""
    folder = data_folder()
    if not (folder / "reference").is_dir():
        pytest.skip(f"reference data absent: no {folder}/reference (set CRI_REFERENCE_DATA)")
    return folder


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of the data; tests that need it are skipped, saying so, where it is absent."""
    return require_data()


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
    return read_rows
