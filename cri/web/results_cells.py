"""Cells of the results' tables: a number as told, a word, or why nothing is shown; each {text, kind}."""

from collections.abc import Mapping
from typing import Any, Final

from cri.adapters.report_parts import interval_of
from cri.adapters.report_text import ReportText

Document = Mapping[str, Any]
Cell = dict[str, str]

WHY: Final = {"small": "factor.unit_few", "complementary": "factor.unit_complementary"}


def interval_cells(text: ReportText, figure: Document) -> list[Cell]:
    """A group's score and its interval; without a score why there is none."""
    score = score_cell(text, figure)
    if figure["score"] is None:
        return [score, word_cell("")]
    return [score, number_cell(interval_of(text, "score", figure["interval"]))]


def score_cell(text: ReportText, figure: Document) -> Cell:
    """A group's score, or why there is none."""
    if figure["suppressed"] or figure["score"] is None:
        return why_cell(text, figure["suppressed"])
    return number_cell(text.number("score", figure["score"]))


def why_cell(text: ReportText, reason: str | None) -> Cell:
    """Why a group's figures are not shown."""
    return {"text": text.word(WHY.get(reason or "small", WHY["complementary"])), "kind": "hidden"}


def name_cell(shown: str) -> Cell:
    """What a row is about."""
    return {"text": shown, "kind": "name"}


def number_cell(shown: str) -> Cell:
    """A number as it is told."""
    return {"text": shown, "kind": "number"}


def word_cell(shown: str) -> Cell:
    """A word in place of a number."""
    return {"text": shown, "kind": "word"}
