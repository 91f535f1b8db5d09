"""The view of a table of values: keys of heads become words, values become text."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cri.adapters.report_text import ReportText, direction_of

Document = Mapping[str, Any]
View = dict[str, Any]

PLAIN: Final = "text"
"""A column that needs no head."""
MARKS: Final = {"above": "↑", "below": "↓", "": ""}


@dataclass(frozen=True)
class TableViews:
    """Makes the views of one pack's tables."""

    text: ReportText

    def table(self, block: Document) -> View:
        """Return a table, as JSON, as its template shows it: {caption, corner, heads, rows}."""
        rows = block["rows"]
        tones: Sequence[Sequence[str]] = block["tones"] or [()] * len(rows)
        return {
            "caption": self.text.word(block["key"]),
            "corner": self._corner(block),
            "heads": [{"text": self.head(column), "narrow": column == "n"} for column in block["columns"]],
            "rows": [self._row(row, marks) for row, marks in zip(rows, tones, strict=True)],
        }

    def head(self, column: str) -> str:
        """Return the head of a column: a factor's name, a wave's label, or a word."""
        if column == PLAIN:
            return ""
        kind, _, code = column.partition(":")
        if kind == "wave":
            return code
        return self.text.factor_name(code) if kind == "factor" else self.text.word(f"columns.{column}")

    def plain(self, value: Document) -> str:
        """Return a value that stands by itself, outside a sentence."""
        kind, given = value["kind"], value["value"]
        if kind == "word":
            return self.text.word(str(given))
        return self.text.named(kind, str(given)) if self.text.is_name(kind) else self.text.number(kind, given)

    def _corner(self, block: Document) -> str:
        kinds = {row[0]["kind"] for row in block["rows"]}
        if "factor" in kinds:
            return self.text.word("summary.factor")
        return self.text.word("factor.unit") if "unit" in kinds else ""

    def _row(self, row: Sequence[Document], marks: Sequence[str]) -> View:
        head = self.plain(row[0])
        signs = [*marks, *[""] * (len(row) - 1 - len(marks))]
        return {
            "head": head,
            "direction": direction_of(head),
            "number": "",
            "cells": [
                {
                    "text": self.plain(value),
                    "tone": mark,
                    "mark": MARKS[mark],
                    "held": value["kind"] == "word",
                }
                for value, mark in zip(row[1:], signs, strict=True)
            ],
        }
