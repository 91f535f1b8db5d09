"""The line of all waves: each result's scores from survey to survey, with their intervals."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, Final

from cri.domain.claims import Value
from cri.domain.document_blocks import Table
from cri.domain.figures_marks import Canvas, Figure, Palette, Row, bare_figure, line, row_rules
from cri.domain.rounding import round_score

Document = Mapping[str, Any]

ABOVE: Final = 8.0  # px of a row above its highest score
BELOW: Final = 20.0  # px below its lowest, where the page writes the scores
MOST_WAVES: Final = 6


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
    heads = tuple(f"wave:{wave['label'] or wave['closed'] or ''}" for wave in figure["waves"])
    cells = tuple(
        (Value("factor", row["code"]), *(Value("score", point["score"]) for point in row["points"]))
        for row in rows
    )
    return Table("figures.waves.table", heads, cells)


def waves_figure(
    rows: Sequence[Row], canvas: Canvas, axis: tuple[float, float], palette: Palette, *, mirrored: bool
) -> Figure:
    """Draw a row for each result: its waves one after the other, higher scores higher, on one axis for all.

    axis: scores at the foot and at the top of each row. The newest wave is dark. Time runs as the
    columns of the table around it do: to the left if `mirrored`.
    """
    count = len(rows[0]["points"])
    places = [canvas.width * (number + 0.5) / count for number in range(count)][:: -1 if mirrored else 1]
    shapes = row_rules(canvas, palette)
    older: list[tuple[float, float, float, float, str]] = []
    newest: list[tuple[float, float, float, float, str]] = []
    for row, centre, height in zip(rows, canvas.centres, canvas.heights, strict=True):
        scale = _Upright(centre + height / 2 - BELOW, height - ABOVE - BELOW, axis)
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
