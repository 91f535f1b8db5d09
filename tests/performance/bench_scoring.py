"""Scoring a million people: time as a multiple of one pass over the matrix, and memory.

The sheet has 42 items in 7 factors (one reverse-keyed in each), a tree of units, six profile questions, two
outcome items, early and late respondents, and flags of speed; 4.5 % of the answers are missing.
"""

import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

import numpy as np

from cri.adapters.freed_memory import keep_freed_memory
from cri.domain import scorecard
from cri.domain.disclosure_cells import release_cells
from cri.domain.instrument import Factor, Instrument, Item, ProfileQuestion, Scale
from cri.domain.release import GroupRelease, ReleasePlan, plan_release
from cri.domain.sheet import DONT_KNOW, UNANSWERED, AnswerSheet, Unit, unit_parents
from tests.performance.measures import Row, best_time, peak_memory

NAME = "scoring"
RESPONDENTS, UNITS = 1_000_000, 1_000
FACTORS, ITEMS, QUESTIONS, OPTIONS = 7, 6, 6, 5
MOST_PASSES, MOST_MATRICES = 20, 4
AUDIT = ("release_cells", "plan_release")
_AUDITS, _SCORINGS = 2, 15


def example_instrument() -> Instrument:
    """Seven factors of six items on seven points, as large as an instrument of ours gets."""
    factors = tuple(
        Factor(f"f{factor}", tuple(Item(f"f{factor}i{item}", item == ITEMS - 1) for item in range(ITEMS)))
        for factor in range(FACTORS)
    )
    profile = tuple(
        ProfileQuestion(f"p{question}", tuple(f"o{option}" for option in range(OPTIONS)))
        for question in range(QUESTIONS)
    )
    outcomes = (Item("overall"), Item("speak"))
    return Instrument("bench", "1.0.0", "0" * 64, Scale(1, 7, 2), factors, outcomes=outcomes, profile=profile)


def example_sheet(respondents: int, units: int, seed: int = 1) -> AnswerSheet:
    """Answers of people who differ, in units that differ, in a tree ten wide; columns in one piece."""
    draws = np.random.default_rng(seed)
    unit = draws.integers(0, units, respondents).astype(np.int32)
    person = draws.normal(4.4, 0.8, respondents) + draws.normal(0, 0.4, units)[unit]
    answers = np.empty((respondents, FACTORS * ITEMS), dtype=np.int8, order="F")
    for place in range(answers.shape[1]):
        level = person + draws.normal(0, 1.3, respondents)
        level = 8 - level if place % ITEMS == ITEMS - 1 else level
        answers[:, place] = np.clip(np.rint(level), 1, 7)
        missing = draws.random(respondents)
        answers[missing < 0.03, place] = DONT_KNOW
        answers[missing > 0.985, place] = UNANSWERED
    outcomes = np.clip(np.rint(person[:, None] + draws.normal(0, 1, (respondents, 2))), 1, 7)
    tree = tuple(
        Unit(f"u{place}", None if place == 0 else f"u{(place - 1) // 10}", f"Unit {place}")
        for place in range(units)
    )
    return AnswerSheet(
        answers,
        unit,
        tree,
        outcomes=outcomes.astype(np.int8),
        profile=draws.integers(-1, OPTIONS, (respondents, QUESTIONS), dtype=np.int8),
        fast=draws.random(respondents) < 0.02,
        late=draws.random(respondents) < 0.4,
    )


def measure() -> list[Row]:
    """Measure everything about scoring. About a minute on a quiet machine, the audit apart."""
    keep_freed_memory()  # as the program does when it starts
    instrument, sheet = example_instrument(), example_sheet(RESPONDENTS, UNITS)
    passes = best_time(sheet.answers.sum, 9)
    scoring, audit = _timed(instrument, sheet)
    tenth, _ = _timed(instrument, example_sheet(RESPONDENTS // 10, UNITS))
    more_units, more_audit = _timed(instrument, example_sheet(RESPONDENTS, UNITS * 10))
    alone, with_audit = _memory(sheet)
    return [
        Row("matrix.sum() of 1,000,000 x 42 int8", f"{passes * 1e3:.1f} ms"),
        Row(
            "scoring it, 1,000 units, everything in the scorecard",
            f"{scoring / passes:.1f} x ({scoring * 1e3:.0f} ms)",
            f"{MOST_PASSES} x",
            scoring <= MOST_PASSES * passes,
        ),
        Row("the disclosure audit of that, by itself", f"{audit:.2f} s"),
        Row(
            "peak memory of scoring it",
            f"{alone:.2f} x the matrix",
            f"{MOST_MATRICES} x",
            alone <= MOST_MATRICES,
        ),
        Row("peak memory with the disclosure audit", f"{with_audit:.2f} x the matrix"),
        Row("10,000 units instead", f"{more_units / passes:.1f} x ({more_units * 1e3:.0f} ms)"),
        Row("the disclosure audit of that, by itself", f"{more_audit:.2f} s"),
        Row("from 100,000 to 1,000,000 respondents", f"{scoring / tenth:.1f} x the time"),
    ]


def _timed(instrument: Instrument, sheet: AnswerSheet) -> tuple[float, float]:
    """(seconds without the audit, seconds of the audit), each the best of several runs.

    The audit runs in a scoring of its own; the others are given what it found.
    """
    audit = _Audit()
    with mock.patch.multiple(scorecard, **{name: audit.clocked(name) for name in AUDIT}):
        audits = [audit.seconds_of(instrument, sheet) for _ in range(_AUDITS)]
    with mock.patch.multiple(scorecard, **{name: audit.given(name) for name in AUDIT}):
        scoring = best_time(
            lambda: scorecard.build_scorecard(instrument, sheet, scorecard.WaveFacts()), _SCORINGS
        )
    return scoring, min(audits)


class _Audit:
    """The steps of the disclosure audit: how long they took, and what they found."""

    def __init__(self) -> None:
        self._seconds = 0.0
        self._found: dict[str, Any] = {}

    def clocked(self, name: str) -> Callable[..., Any]:
        work = getattr(scorecard, name)

        def run(*arguments: Any, **named: Any) -> Any:
            start = time.perf_counter()
            self._found[name] = work(*arguments, **named)
            self._seconds += time.perf_counter() - start
            return self._found[name]

        return run

    def given(self, name: str) -> Callable[..., Any]:
        return lambda *_, **__: self._found[name]

    def seconds_of(self, instrument: Instrument, sheet: AnswerSheet) -> float:
        self._seconds = 0.0
        scorecard.build_scorecard(instrument, sheet, scorecard.WaveFacts())
        return self._seconds


def _everything_shown(plan: ReleasePlan) -> ReleasePlan:
    """The plan of a wave in which nothing is hidden, so that all of the scorecard is made."""
    shown = GroupRelease(
        None,
        (None,) * len(plan.groups.units),
        tuple((None,) * len(options) for options in plan.groups.options),
        None,
    )
    factors = tuple(
        replace(factor, groups=shown, items=(None,) * len(factor.items), spread=True, favourable=True)
        for factor in plan.factors
    )
    return replace(plan, groups=shown, factors=factors, index=True)


_ARRAYS = ("answers", "unit", "outcomes", "profile", "fast", "late")


def _memory(sheet: AnswerSheet) -> tuple[float, float]:
    """Peak memory in fresh processes, as a multiple of the matrix: (without the audit, with it)."""
    with tempfile.TemporaryDirectory() as folder:
        for name in _ARRAYS:
            np.save(Path(folder, name), getattr(sheet, name))
        command = [sys.executable, "-m", "tests.performance.bench_scoring", folder, str(len(sheet.units))]
        found = subprocess.run(command, check=True, capture_output=True, text=True)
    alone, with_audit = (int(number) / sheet.answers.nbytes for number in found.stdout.split())
    return alone, with_audit


def _score_saved(folder: str, units: int) -> tuple[int, int]:
    """Bytes of scoring without the audit (its result is given), and of scoring with it."""
    keep_freed_memory()
    arrays = {name: np.load(Path(folder, f"{name}.npy")) for name in _ARRAYS}
    tree = example_sheet(10, units).units
    sheet = AnswerSheet(arrays.pop("answers"), arrays.pop("unit"), tree, **arrays)
    instrument = example_instrument()
    facts = scorecard.WaveFacts()
    scorecard.build_scorecard(instrument, example_sheet(100, 10), facts)  # loads what is loaded late
    nobody = example_sheet(0, units)
    cells = release_cells(instrument, nobody)
    plan = _everything_shown(plan_release(cells, unit_parents(tree)))
    given: dict[str, Any] = dict(zip(AUDIT, (lambda *_, **__: cells, lambda *_, **__: plan), strict=True))
    with mock.patch.multiple(scorecard, **given):
        alone = peak_memory(lambda: scorecard.build_scorecard(instrument, sheet, facts))
    return alone, peak_memory(lambda: scorecard.build_scorecard(instrument, sheet, facts))


if __name__ == "__main__":
    sys.stdout.write(" ".join(map(str, _score_saved(sys.argv[1], int(sys.argv[2])))))
