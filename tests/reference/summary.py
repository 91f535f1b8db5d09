"""Says at the end of a run how many reference cases ran, were listed with a reason, and were skipped."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.reference.checking import CLOSED_FORM, LIKELIHOOD, RAKING, Check

KINDS = {CLOSED_FORM: "closed forms", RAKING: "raking", LIKELIHOOD: "maximum likelihood"}


@dataclass(frozen=True)
class Tally:
    """How many values were compared, and the largest relative difference by kind of tolerance."""

    values: int
    worst: dict[str, float]

    @classmethod
    def of(cls, checks: Iterable[Check]) -> "Tally":
        worst: dict[str, float] = {}
        values = 0
        for check in checks:
            values += check.size
            kind = KINDS[check.relative]
            worst[kind] = max(worst.get(kind, 0.0), check.distance())
        return cls(values, worst)

    def told(self) -> dict[str, Any]:
        """As a report carries it from a worker: built-in types only."""
        return {"values": self.values, "worst": self.worst}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Under xdist as well: reports of workers come to the process that prints."""
    lines = list(told(terminalreporter.stats))
    if lines:
        terminalreporter.section("reference cases (tests/reference, docs/method.md section 8)")
        for line in lines:
            terminalreporter.line(line)


def told(stats: dict[str, list[Any]]) -> Iterator[str]:
    """One line of counts and one of differences; nothing if no reference test was run."""
    reports = [
        (outcome != "passed", dict(report.user_properties))
        for outcome, reports in stats.items()
        for report in reports
        if getattr(report, "when", None) == "call"
    ]
    ran = [failed for failed, properties in reports if "reference_case" in properties]
    listed, skipped = (
        sum(properties.get(name, 0) for _, properties in reports)
        for name in ("reference_listed", "reference_skipped")
    )
    if ran or listed or skipped:
        left_out = f"{listed} not run for a reason (cases.yaml)"
        yield f"{len(ran)} ran ({sum(ran)} failed), {skipped} skipped, {left_out}"
    tallies = [properties["reference_tally"] for _, properties in reports if "reference_tally" in properties]
    if tallies:
        worst = {kind: max(t["worst"].get(kind, 0.0) for t in tallies) for kind in KINDS.values()}
        apart = ", ".join(f"{kind} {distance:.1e}" for kind, distance in worst.items())
        yield f"{sum(t['values'] for t in tallies):,} values; largest relative difference: {apart}"
