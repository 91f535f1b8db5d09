"""Tables of values and lines of labels on slides."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cri.adapters.slide_canvas import Cell, Grid, Look, Para, Run, para
from cri.adapters.text_lines import width_of

View = Mapping[str, Any]

TABLE_SIZES: Final = (12, 11, 10, 9)
WIDEST: Final = 130.0  # points of a column of values
NARROWEST: Final = 40.0
TALLEST: Final = 300.0  # points of a table beyond which its type is made smaller


def strip_line(strip: View) -> Para:
    """Return what a strip's labels say, in one line."""
    runs: list[Run] = []
    for mark in strip["below"]:
        runs += [Run(f"{mark['name']} ", 11, colour="muted"), Run(f"{mark['text']}   ", 11, bold=True)]
    return Para(tuple(runs))


def value_grid(
    look: Look,
    name: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: float,
    tones: Sequence[Sequence[str]] | None = None,
) -> Grid:
    """Return a table of values whose first column names them, in the largest type that keeps to a slide."""
    for size in TABLE_SIZES:
        grid = _grid(look, name, heads, rows, width, tones, size)
        if sum(grid.heights) < TALLEST:
            return grid
    return grid


def _grid(
    look: Look,
    name: str,
    heads: Sequence[str],
    rows: Sequence[Sequence[str]],
    width: float,
    tones: Sequence[Sequence[str]] | None,
    size: float,
) -> Grid:
    widths = _widths(heads, rows, width, size)
    paint = {"above": "strength", "below": "gap", "": "ink"}
    marks = tones or [[""] * len(row) for row in rows]
    head = tuple(
        Cell(
            para(text, size - 1, bold=True, colour="muted", align="end" if place else "start"), under="faint"
        )
        for place, text in enumerate(heads)
    )
    body = tuple(
        tuple(
            Cell(
                para(
                    text,
                    size,
                    bold=not place or bool(mark),
                    colour=paint[mark],
                    align="end" if place else "start",
                )
            )
            for place, (text, mark) in enumerate(zip(row, row_marks, strict=True))
        )
        for row, row_marks in zip(rows, marks, strict=True)
    )
    heights = tuple(
        max(look.height([cell.para], wide - 8) for cell, wide in zip(row, widths, strict=True))
        + (6 if size > 10 else 4)
        for row in (head, *body)
    )
    return Grid(widths, heights, (head, *body), name)


def _widths(
    heads: Sequence[str], rows: Sequence[Sequence[str]], width: float, size: float
) -> tuple[float, ...]:
    """Widths of columns: the first takes what the others leave, which are as wide as their longest words."""
    others = len(heads) - 1
    if not others:
        return (width,)
    first = width - others * WIDEST
    if first < width * 0.35:
        words = [word for row in (heads, *rows) for text in row[1:] for word in text.split()]
        need = max((width_of(word, size) * 1.1 for word in words), default=0.0) + 14
        first = max(width * 0.24, width - others * min(WIDEST, max(NARROWEST, need)))
    return (first, *(((width - first) / others,) * others))
