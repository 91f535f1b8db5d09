"""Which reference cases there are, and what `cases.yaml` says of each: what runs it, or a reason."""

import csv
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
RULES = HERE / "cases.yaml"


def data_folder() -> Path:
    """Where the data are: beside the repository, or where CRI_REFERENCE_DATA says."""
    return Path(os.environ.get("CRI_REFERENCE_DATA") or HERE.parents[2] / "shared" / "data")


@dataclass(frozen=True)
class Case:
    """One number, or table of numbers, that other software computed, with what it was computed from."""

    file: str
    id: str
    statistic: str
    input: dict[str, Any]
    value: Any

    @property
    def name(self) -> str:
        return f"{self.file}:{self.id}"

    def rows(self) -> list[dict[str, str]]:
        """The rows of the case's data set, as text."""
        return rows(self.input["file"])


@dataclass(frozen=True)
class Rule:
    """Cases of a file and statistic whose ids match: run by `proof`, or not run for `reason`.

    `cases`: how many it stands for. `apart`: fields of the value that are not compared, with the reason.
    """

    file: str
    statistic: str
    cases: int
    id: str = "*"
    proof: str | None = None
    reason: str | None = None
    apart: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if (self.proof is None) == (self.reason is None):
            raise ValueError(f"{self.file} {self.statistic} {self.id}: a proof or a reason expected")

    def covers(self, case: Case) -> bool:
        return (
            fnmatchcase(case.file, self.file)
            and case.statistic == self.statistic
            and _matches(case.id, self.id.split())
        )

    def leaves_out(self, name: str) -> bool:
        """Whether a field of the value (a path with dots) is one that is not compared."""
        return any(fnmatchcase(name, pattern) for pattern in self.apart)


def _matches(name: str, patterns: list[str]) -> bool:
    """Whether one of the patterns fits; one that begins with ! keeps names out."""
    kept_out = [pattern.removeprefix("!") for pattern in patterns if pattern.startswith("!")]
    wanted = [pattern for pattern in patterns if not pattern.startswith("!")]
    return any(fnmatchcase(name, p) for p in wanted) and not any(fnmatchcase(name, p) for p in kept_out)


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(Rule(**entry) for entry in yaml.safe_load(RULES.read_text(encoding="utf-8")))


@cache
def cases() -> tuple[Case, ...]:
    """All cases of reference/*.json; none if the data are absent."""
    found: list[Case] = []
    for path in sorted((data_folder() / "reference").glob("*.json")):
        found += [
            Case(path.stem, case["id"], case["statistic"], case["input"], case["value"])
            for case in json.loads(path.read_bytes())["cases"]
        ]
    return tuple(found)


def rules_of(case: Case) -> list[Rule]:
    return [rule for rule in rules() if rule.covers(case)]


def fields_of(value: Any) -> Iterator[str]:
    """Names of what a value holds: paths with dots through its objects; "value" if it is no object."""
    if not isinstance(value, dict):
        yield "value"
        return
    for key, inner in value.items():
        if isinstance(inner, dict):
            yield from (f"{key}.{name}" for name in fields_of(inner))
        else:
            yield key


@cache
def rows(file: str) -> list[dict[str, str]]:
    """The rows of datasets/FILE as text."""
    with (data_folder() / "datasets" / file).open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))
