"""What changed since the wave before: the differences with their intervals, and what changed in units."""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any, Final

from cri.domain.change import SMALLEST_POINTS
from cri.domain.claims import Value
from cri.domain.document_blocks import Table, word
from cri.domain.figures_heatmap import MOST_STEPS
from cri.domain.figures_marks import Canvas, Figure, Palette, Row, bare_figure, box, line, row_rules
from cri.domain.pack_rows import unit_rows
from cri.domain.rounding import round_score

Document = Mapping[str, Any]

LEAST_CHANGE: Final = 10.0  # points to each side that an axis of changes shows at least


def change_rows(card: Document) -> list[dict[str, Any]]:
    """Return what changed since the wave before: {code, score, difference, interval, verdict}; [] if nothing.

    card: a scorecard. difference: points of 0-100, now less before, with its 95 % interval.
    """
    change = card["change"]
    if not change or not change["comparable"]:
        return []
    scores = {"index": card["index"]["score"]} | {one["code"]: one["score"] for one in card["factors"]}
    found = [("index", change["index"]), *((one["code"], one["change"]) for one in change["factors"])]
    return [
        {
            "code": code,
            "score": scores[code],
            "difference": one["difference"],
            "interval": list(one["interval"]) if one["interval"] else None,
            "verdict": one["verdict"],
        }
        for code, one in found
        if one is not None
    ]


def change_axis(rows: Sequence[Row]) -> tuple[float, float]:
    """Return an axis (from, to) in fives, as far to the left of no change as to the right: 10 at least."""
    ends = [abs(end) for row in rows for end in (row["difference"], *(row["interval"] or ()))]
    reach = max(LEAST_CHANGE, 5.0 * ceil((max(ends, default=0.0) + 0.5) / 5))
    return (-reach, reach)


def change_ticks(axis: tuple[float, float]) -> list[int]:
    """Return the marks of an axis of changes: each five, or each ten of a long one."""
    step = 5 if axis[1] <= 15 else 10
    return [mark for mark in range(-100, 101, step) if axis[0] <= mark <= axis[1]]


def change_table(_figure: Document, rows: Sequence[Row]) -> Table:
    """Return the changes in numbers, and what may be said of each."""
    cells = tuple(
        (
            Value("factor", row["code"]),
            Value("score", row["score"]),
            Value("difference", row["difference"]),
            *(Value("difference", end) for end in row["interval"] or (None, None)),
            word(f"figures.change.{row['verdict']}"),
        )
        for row in rows
    )
    return Table("figures.change.table", ("score", "change", "from", "to", "verdict"), cells)


def change_figure(rows: Sequence[Row], canvas: Canvas, axis: tuple[float, float], palette: Palette) -> Figure:
    """Draw each difference with its interval about the line of no change.

    The band is what does not matter, 3 points to each side. A full dot is a change, an empty one is none or
    cannot be told.
    """
    shapes = [box(-SMALLEST_POINTS, SMALLEST_POINTS, 0, canvas.height, palette["within"])]
    shapes += [line(at, at, 0, canvas.height, palette["grid"], 0.6) for at in change_ticks(axis)]
    shapes += [line(0, 0, 0, canvas.height, palette["ink"], 1), *row_rules(canvas, palette)]
    traces = []
    for sure in (True, False):
        seen = [
            (row, y)
            for row, y in zip(rows, canvas.centres, strict=True)
            if (row["verdict"] == "changed") is sure
        ]
        if seen:
            traces.append(_differences(seen, palette, sure=sure))
    return bare_figure(traces, shapes, canvas, axis)


def _differences(seen: Sequence[tuple[Row, float]], palette: Palette, *, sure: bool) -> Figure:
    told = [float(round_score(row["difference"])) for row, _ in seen]
    ends = [
        [float(round_score(end)) for end in row["interval"] or (row["difference"],) * 2] for row, _ in seen
    ]
    colour = palette["agency" if sure else "earlier"]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": told,
        "y": [y for _, y in seen],
        "customdata": [row["code"] for row, _ in seen],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [round(high - at, 1) for at, (_, high) in zip(told, ends, strict=True)],
            "arrayminus": [round(at - low, 1) for at, (low, _) in zip(told, ends, strict=True)],
            "color": colour,
            "thickness": 3.2,
            "width": 0,
        },
        "marker": {
            "color": colour if sure else palette["paper"],
            "size": 9,
            "opacity": 1,
            "line": {"color": colour, "width": 1.6},
        },
        "cliponaxis": False,
    }


def unit_change_rows(card: Document, most: int | None = None) -> list[dict[str, Any]]:
    """Return units with what they can be compared with: {code, depth, share, suppressed, cells}.

    share: of the people then and now, by head-count, the share (0-1) that belongs together, None where
    nothing was recorded. A cell: {factor, score (the difference), suppressed, step}: coloured where it
    changed, by multiples of the smallest difference that matters. most: as of `heatmap_rows`. [] without an
    earlier wave.
    """
    change = card["change"]
    if not change or not change["comparable"]:
        return []
    codes = [factor["code"] for factor in card["factors"]]
    moved = {unit["code"]: unit for unit in change["units"]}
    levels, _ = unit_rows(card["units"], codes[0], len(card["units"]) if most is None else most)
    found = ((level, moved[level["code"]]) for level in levels if level["code"] in moved)
    return [row for level, unit in found if (row := _unit_row(unit, level["depth"], codes))]


def unit_change_table(figure: Document, rows: Sequence[Row]) -> Table:
    """Return each unit's lineage share and changes; why there are none where no trend may be drawn."""
    count = len(figure["of"])
    cells = tuple(
        (
            Value("unit", row["code"]),
            Value("share", row["share"]),
            *(
                (word(f"figures.lineage.{row['suppressed']}"),) * count
                if row["cells"] is None
                else (Value("difference", cell["score"]) for cell in row["cells"])
            ),
        )
        for row in rows
    )
    tones = tuple(("", *(_tone(cell["step"]) for cell in row["cells"] or ())) for row in rows)
    return Table("figures.unit_change.table", ("share_kept", *(f"factor:{code}" for code in figure["of"])),
                 cells, tones)  # fmt: skip


def _unit_row(unit: Document, depth: int, codes: Sequence[str]) -> dict[str, Any] | None:
    """A unit's row; None where both waves show nothing of it."""
    lineage = unit.get("lineage")
    drawn = lineage is None or lineage["drawn"]
    if drawn and not any(unit["factors"].values()):
        return None
    return {
        "code": unit["code"],
        "depth": depth,
        "share": lineage["share"] if lineage else None,
        "suppressed": None if lineage is None or drawn else lineage["reason"],
        "cells": [_moved(code, unit["factors"].get(code)) for code in codes] if drawn else None,
    }


def _moved(code: str, change: Document | None) -> dict[str, Any]:
    if change is None:
        return {"factor": code, "score": None, "suppressed": "none", "step": 0}
    size = float(round_score(change["difference"]))
    steps = max(1, min(MOST_STEPS, int(abs(size) / SMALLEST_POINTS))) * (1 if size > 0 else -1)
    step = steps if change["verdict"] == "changed" else 0
    return {"factor": code, "score": change["difference"], "suppressed": None, "step": step}


def _tone(step: int) -> str:
    return "above" if step > 0 else "below" if step < 0 else ""
