"""What moved from wave to wave: the differences with their intervals, the line of all waves, the units."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import ceil
from typing import Any, Final

from cri.domain.change import SMALLEST_POINTS
from cri.domain.claims import Value
from cri.domain.document_blocks import Table, word
from cri.domain.figures_heatmap import MOST_STEPS
from cri.domain.figures_marks import Canvas, Figure, Palette, Row, bare_figure, box, line, row_rules
from cri.domain.rounding import round_score

Document = Mapping[str, Any]

LEAST_CHANGE: Final = 10.0  # points to each side that an axis of changes shows at least
PAD: Final = 9.0  # px above and below the line of a row
MOST_WAVES: Final = 6


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


def waves_of(card: Document, earlier: Sequence[Document]) -> list[Document]:
    """Return the scorecards of the last waves, the oldest first and `card` last, at most six."""
    before = sorted(earlier, key=lambda one: str(one["wave"]["closed"]))
    return [*before[-(MOST_WAVES - 1) :], card]


def wave_rows(card: Document, earlier: Sequence[Document]) -> list[dict[str, Any]]:
    """Return {code, points [{wave, score, interval, joined}]} of the index and each factor over all waves.

    earlier: scorecards of the agency's waves before. joined: whether the line goes on from the point before;
    another instrument or method breaks it. [] without an earlier wave.
    """
    cards = waves_of(card, earlier)
    if len(cards) < 2:
        return []
    joined = [False, *(_goes_on(before, now) for before, now in pairwise(cards))]
    return [
        {
            "code": code,
            "points": [_point(one, code, number, joined[number]) for number, one in enumerate(cards)],
        }
        for code in ("index", *(factor["code"] for factor in card["factors"]))
    ]


def wave_heads(card: Document, earlier: Sequence[Document]) -> list[dict[str, Any]]:
    """Return {label, closed, n} of each wave that `wave_rows` shows."""
    return [
        {
            "label": one["wave"]["label"],
            "closed": one["wave"]["closed"],
            "n": one["population"]["usable"],
        }
        for one in waves_of(card, earlier)
    ]


def waves_table(figure: Document, rows: Sequence[Row]) -> Table:
    """Return every wave's score with the ends of its interval below each other as one value a cell."""
    heads = tuple(f"wave:{number}" for number in range(len(figure["waves"])))
    cells = tuple(
        (Value("factor", row["code"]), *(Value("score", point["score"]) for point in row["points"]))
        for row in rows
    )
    return Table("figures.waves.table", heads, cells)


def waves_figure(rows: Sequence[Row], canvas: Canvas, axis: tuple[float, float], palette: Palette) -> Figure:
    """Draw a row for each result: its waves from left to right, higher scores higher, on one axis for all.

    axis: scores at the foot and at the top of each row. The newest wave is dark. Time runs to the right in
    every language, as number lines do.
    """
    count = len(rows[0]["points"])
    places = [canvas.width * (number + 0.5) / count for number in range(count)]
    shapes = row_rules(canvas, palette)
    older: list[tuple[float, float, float, float, str]] = []
    newest: list[tuple[float, float, float, float, str]] = []
    for row, centre, height in zip(rows, canvas.centres, canvas.heights, strict=True):
        scale = _Upright(centre + height / 2 - PAD, height - 2 * PAD, axis)
        shapes += [_across(canvas, scale.at(mark), palette) for mark in (axis[0], sum(axis) / 2, axis[1])]
        last: tuple[float, float] | None = None
        for point, x in zip(row["points"], places, strict=True):
            if point["score"] is None:
                last = None
                continue
            y = scale.at(float(round_score(point["score"])))
            ends = [scale.at(float(round_score(end))) for end in point["interval"] or (point["score"],) * 2]
            if last is not None and point["joined"]:
                shapes.append(line(last[0], x, last[1], y, palette["earlier"], 1.2))
            kept = newest if point["wave"] == count - 1 else older
            kept.append((x, y, round(ends[0] - y, 2), round(y - ends[1], 2), row["code"]))
            last = (x, y)
    traces = [_upright_dots(older, palette["earlier"], 7), _upright_dots(newest, palette["agency"], 9)]
    return bare_figure([trace for trace in traces if trace["x"]], shapes, canvas, (0.0, canvas.width))


class _Upright:
    """Scores as px from the top within one row."""

    def __init__(self, foot: float, height: float, axis: tuple[float, float]) -> None:
        self.foot, self.height, self.axis = foot, height, axis

    def at(self, score: float) -> float:
        low, high = self.axis
        return round(self.foot - self.height * (score - low) / (high - low), 2)


def _across(canvas: Canvas, y: float, palette: Palette) -> Figure:
    return line(0, canvas.width, y, y, palette["grid"], 0.6)


def _upright_dots(
    found: Sequence[tuple[float, float, float, float, str]], colour: str, size: float
) -> Figure:
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [round(one[0], 2) for one in found],
        "y": [one[1] for one in found],
        "customdata": [one[4] for one in found],
        "error_y": {
            "type": "data",
            "symmetric": False,
            "array": [one[2] for one in found],
            "arrayminus": [one[3] for one in found],
            "color": colour,
            "thickness": 2.4,
            "width": 0,
        },
        "marker": {"color": colour, "size": size, "opacity": 1, "line": {"width": 0}},
        "cliponaxis": False,
    }


def _goes_on(before: Document, now: Document) -> bool:
    """Whether the later of two waves continues the line of the one before."""
    change = now["change"]
    if change and change["previous"]["sheet_sha256"] == before["sheet_sha256"]:
        return bool(change["comparable"])
    return bool(before["instrument"] == now["instrument"] and before["method"] == now["method"])


def _point(card: Document, code: str, number: int, joined: bool) -> dict[str, Any]:
    found = card["index"] if code == "index" else next(
        (factor for factor in card["factors"] if factor["code"] == code), None
    )  # fmt: skip
    score = found["score"] if found else None
    interval = list(found["interval"]) if found and score is not None and found["interval"] else None
    return {"wave": number, "score": score, "interval": interval, "joined": joined}


def unit_change_rows(card: Document) -> list[dict[str, Any]]:
    """Return units with what they can be compared with: rows as of `figures_heatmap`, and {share, drawn}.

    share: of the people then and now, by head-count, the share (0-1) that belongs together, None where
    nothing was recorded. A cell: {factor, score (the difference), suppressed, step}: coloured where it
    changed, by multiples of the smallest difference that matters. [] without an earlier wave.
    """
    change = card["change"]
    if not change or not change["comparable"]:
        return []
    codes = [factor["code"] for factor in card["factors"]]
    rows = []
    for unit in change["units"]:
        lineage = unit.get("lineage")
        drawn = lineage is None or lineage["drawn"]
        if drawn and not any(unit["factors"].values()):
            continue
        cells = [_moved(code, unit["factors"].get(code)) for code in codes] if drawn else None
        rows.append({
            "code": unit["code"],
            "share": lineage["share"] if lineage else None,
            "suppressed": None if drawn else lineage["reason"] or "new",
            "cells": cells,
        })  # fmt: skip
    return rows


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


def _moved(code: str, change: Document | None) -> dict[str, Any]:
    if change is None:
        return {"factor": code, "score": None, "suppressed": "none", "step": 0}
    size = float(round_score(change["difference"]))
    steps = max(1, min(MOST_STEPS, int(abs(size) / SMALLEST_POINTS))) * (1 if size > 0 else -1)
    step = steps if change["verdict"] == "changed" else 0
    return {"factor": code, "score": change["difference"], "suppressed": None, "step": step}


def _tone(step: int) -> str:
    return "above" if step > 0 else "below" if step < 0 else ""
