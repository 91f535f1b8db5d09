"""Units by factors: a colour and a sign where a unit is as far from the agency as matters, and surely so.

Steps are multiples of the smallest difference that matters, from the agency's own score: never from the
extremes of what happens to be in view, so that a picture without news stays white. What is held back is
hatched: it is not the same as nothing.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cri.domain.change import SMALLEST_POINTS
from cri.domain.claims import Value
from cri.domain.document_blocks import Table, word
from cri.domain.figures_marks import Canvas, Figure, Palette, Row, bare_figure, box, hatch, line, row_rules
from cri.domain.pack_rows import unit_rows
from cri.domain.rounding import round_score

Document = Mapping[str, Any]

MOST_STEPS: Final = 3
"""Steps to each side: 3, 6, and 9 points and more."""
GAP: Final = 1.0  # px between cells
SIGNS: Final = {1: "arrow-up", -1: "arrow-down"}


def distance_step(score: float | None, interval: Sequence[float] | None, whole: float | None) -> int:
    """Return how many smallest differences that matter a group lies from the agency, with its sign: -3 to 3.

    0 unless the whole interval lies on one side of the agency's score. Scores on 0-100, taken as told: a
    reader who works it out from the page comes to the same.
    """
    if score is None or interval is None or whole is None:
        return 0
    own, low, high, agency = (float(round_score(value)) for value in (score, *interval, whole))
    if low <= agency <= high:
        return 0
    steps = int(round(abs(own - agency), 1) / SMALLEST_POINTS)
    return min(steps, MOST_STEPS) * (1 if own > agency else -1)


def heatmap_rows(card: Document, most: int | None = None) -> list[dict[str, Any]]:
    """Return units in tree order: {code, depth, n, suppressed, cells [{factor, score, suppressed, step}]}.

    The agency itself comes first, with the code None; [] without units. card: a scorecard. cells: None for
    a unit that is held back as a whole. most: whole levels from the top, as many as have room; None: all.
    """
    codes = [factor["code"] for factor in card["factors"]]
    whole = {factor["code"]: factor["score"] for factor in card["factors"]}
    by_code = {unit["code"]: unit for unit in card["units"]}
    levels, _ = unit_rows(card["units"], codes[0], len(by_code) if most is None else most)
    if not levels:
        return []
    same = [{"factor": code, "score": whole[code], "suppressed": None, "step": 0} for code in codes]
    rows = [_row(None, 0, card["population"]["usable"], None, same)]
    for level in levels:
        unit = by_code[level["code"]]
        cells = None
        if unit["suppressed"] is None:
            cells = [_cell(code, unit["factors"][code], whole[code]) for code in codes]
        rows.append(_row(unit["code"], level["depth"], unit["n"], unit["suppressed"], cells))
    return rows


def heatmap_table(figure: Document, rows: Sequence[Row]) -> Table:
    """Return each unit's score of each factor, marked where it is coloured."""
    return Table(
        "figures.heatmap.table",
        ("n", *(f"factor:{code}" for code in figure["of"])),
        tuple(_table_row(row, len(figure["of"])) for row in rows),
        tuple(("", *(_side(cell["step"]) for cell in row["cells"] or ())) for row in rows),
    )


def glance_table(figure: Document, rows: Sequence[Row]) -> Table:
    """Return the steps of every unit alone, for a page with room for no more: "\u2191 6" is 6 points or more.

    A unit of which all is held back has a word in its first cell only.
    """
    count = len(figure["of"])
    cells = []
    for row in rows:
        if row["cells"] is None:
            few = "few" if row["suppressed"] == "small" else "kept_back"
            shown = [word(f"figures.steps.{few}"), *[Value("text", "")] * (count - 1)]
        else:
            shown = [Value("text", _step_text(cell["step"])) for cell in row["cells"]]
        cells.append((name_of(row), *shown))
    return Table("figures.heatmap.all", tuple(f"factor:{code}" for code in figure["of"]), tuple(cells))


def _step_text(step: int) -> str:
    sign = "\u2191" if step > 0 else "\u2193"
    return f"{sign}\u00a0{abs(step) * SMALLEST_POINTS:.0f}" if step else ""


def heatmap_figure(
    rows: Sequence[Row], columns: int, canvas: Canvas, palette: Palette, *, mirrored: bool, signs: bool = True
) -> Figure:
    """Draw a cell for each unit and factor, `columns` of one width; the first at the right if `mirrored`.

    A cell that is coloured has an arrow up or down at its reading end, so that greyscale shows the side;
    without `signs` the page writes them.
    """
    width = canvas.width / columns
    shapes = row_rules(canvas, palette)
    sides: dict[int, list[tuple[float, float, str]]] = {1: [], -1: []}
    for row, centre, height in zip(rows, canvas.centres, canvas.heights, strict=True):
        top, foot = centre - height / 2 + GAP, centre + height / 2 - GAP
        if row["cells"] is None:
            shapes += hatch(GAP, canvas.width - GAP, top, foot, palette, 6.0)
            continue
        for number, cell in enumerate(row["cells"]):
            left = (columns - 1 - number if mirrored else number) * width
            if cell["suppressed"]:
                shapes += hatch(left + GAP, left + width - GAP, top, foot, palette, 6.0)
            elif cell["step"]:
                side = 1 if cell["step"] > 0 else -1
                role = f"{_side(cell['step'])}_{abs(cell['step'])}"
                shapes.append(box(left + GAP, left + width - GAP, top, foot, palette[role]))
                at = left + (9 if mirrored else width - 9)
                sides[side].append((at, centre, f"{row['code']}:{cell['factor']}"))
    shapes += [
        line(at * width, at * width, 0, canvas.height, palette["paper"], 1) for at in range(1, columns)
    ]
    traces = [_signs(found, SIGNS[side], palette["ink"]) for side, found in sides.items() if found and signs]
    return bare_figure(traces, shapes, canvas, (0.0, canvas.width))


def _signs(found: Sequence[tuple[float, float, str]], symbol: str, colour: str) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [round(x, 2) for x, _, _ in found],
        "y": [y for _, y, _ in found],
        "customdata": [code for _, _, code in found],
        "marker": {"symbol": symbol, "size": 5.5, "color": colour, "opacity": 1, "line": {"width": 0}},
        "cliponaxis": False,
    }


def _row(
    code: str | None, depth: int, n: int | None, suppressed: str | None, cells: list[dict[str, Any]] | None
) -> dict[str, Any]:
    return {"code": code, "depth": depth, "n": n, "suppressed": suppressed, "cells": cells}


def _cell(code: str, figure: Document, whole: float | None) -> dict[str, Any]:
    return {
        "factor": code,
        "score": figure["score"],
        "suppressed": figure["suppressed"] or (None if figure["score"] is not None else "small"),
        "step": distance_step(figure["score"], figure["interval"], whole),
    }


def _table_row(row: Row, factors: int) -> tuple[Value, ...]:
    head = name_of(row)
    n = Value("people" if row["code"] is None else "group", row["n"])
    if row["cells"] is None:
        return (head, n, *(_kept_back(row["suppressed"]),) * factors)
    cells = (
        _kept_back(cell["suppressed"]) if cell["suppressed"] else Value("score", cell["score"])
        for cell in row["cells"]
    )
    return (head, n, *cells)


def name_of(row: Row) -> Value:
    """Return what a row is about: a unit, or the whole agency."""
    return word("figures.heatmap.whole") if row["code"] is None else Value("unit", row["code"])


def _kept_back(why: str) -> Value:
    return Value("word", "factor.unit_few" if why == "small" else "factor.unit_complementary")


def _side(step: int) -> str:
    return "above" if step > 0 else "below" if step < 0 else ""
