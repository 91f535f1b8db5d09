"""Figures of the results that are grids on a screen: units by factors, waves side by side, a unit's line."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask_babel import gettext as _

from cri.adapters.report_parts import interval_of
from cri.adapters.report_text import ReportText
from cri.domain.figures import Canvas, axis_of, strips_figure
from cri.domain.figures_heatmap import heatmap_figure
from cri.domain.figures_lineage import lineage_figure, lineage_values, wave_place
from cri.domain.figures_waves import waves_figure
from cri.domain.rounding import round_score
from cri.domain.unit_lines import UnitLine, figure_of
from cri.web.results_figures import PALETTE, ROW, WIDTH, Figure, folded, framed, plain, spelled

Document = Mapping[str, Any]

CELL: Final = 30.0
TALL: Final = 76.0  # px of a row in which scores stand above each other
HEAD: Final = 150  # px above a grid, for the names of its columns
WHY: Final = {"small": "factor.unit_few", "complementary": "factor.unit_complementary"}


def heatmap_plot(
    text: ReportText, factors: Sequence[str], rows: Sequence[Document], *, wide: bool = False
) -> Figure:
    """Units by factors; what a cell says under the pointer is its number, or why there is none."""
    canvas = Canvas(WIDTH, (CELL,) * len(rows))
    mirrored = text.direction == "rtl"
    figure = heatmap_figure(rows, len(factors), canvas, PALETTE, mirrored=mirrored)
    for trace in figure["data"]:
        trace["hoverinfo"] = "skip"
    step = WIDTH / len(factors)
    places = [step * (len(factors) - at - 0.5 if mirrored else at + 0.5) for at in range(len(factors))]
    figure["data"].append(_cells(text, factors, rows, canvas, places, wide=wide))
    names = [_name(row_name(text, row), wide=wide) for row in rows]
    heads = [(at, folded(text.factor_name(code))) for at, code in zip(places, factors, strict=True)]
    return framed(figure, canvas, text, names, heads, head=HEAD)


def row_name(text: ReportText, row: Document) -> str:
    """A row's unit by its name; the first of all units is the agency itself."""
    return text.word("key.whole") if row["code"] is None else text.unit_name(row["code"])


def _cells(
    text: ReportText,
    factors: Sequence[str],
    rows: Sequence[Document],
    canvas: Canvas,
    places: Sequence[float],
    *,
    wide: bool,
) -> Figure:
    """Marks that nobody sees, one a cell, so that each can be pointed at; on paper the numbers themselves."""
    found = []
    for row, y in zip(rows, canvas.centres, strict=True):
        cells = row["cells"] or [{"score": None, "suppressed": row["suppressed"]}] * len(factors)
        for factor, cell, x in zip(factors, cells, places, strict=True):
            hidden = cell["suppressed"]
            told = text.word(WHY[hidden]) if hidden else text.number("score", cell["score"])
            name = f"{plain(row_name(text, row))} · {plain(text.factor_name(factor))}{_(': ')}{told}"
            found.append((x, y, name, "" if hidden else told))
    words = {"text": [one[3] for one in found], "textfont": {"size": 12, "color": "--ink"}}
    return {
        "type": "scatter",
        "mode": "text" if wide else "markers",
        "x": [one[0] for one in found],
        "y": [one[1] for one in found],
        "marker": {"opacity": 0, "size": CELL - 6},
        "hoverinfo": "text",
        "hovertext": [one[2] for one in found],
        **(words if wide else {}),
    }


def unit_plot(
    text: ReportText, unit: str, rows: Sequence[Document], agency: Mapping[str, float], *, wide: bool = False
) -> Figure:
    """One unit's factors as dots with intervals, the agency's own score of each as an upright mark."""
    seen = [row for row in rows if row["score"] is not None]
    values = [value for row in seen for value in (row["score"], *(row["interval"] or ()))]
    axis = axis_of([*values, *agency.values()])
    canvas = Canvas(WIDTH, (ROW,) * len(rows))
    figure = strips_figure(rows, canvas, axis, {**PALETTE, "agency": PALETTE["unit"]}, dot=12)
    figure["data"][0] |= {
        "hoverinfo": "text",
        "hovertext": [
            f"{plain(text.unit_name(unit))} · {plain(text.factor_name(row['code']))}{_(': ')}"
            f"{text.number('score', row['score'])} ({interval_of(text, 'score', row['interval'])})"
            for row in seen
        ],
    }
    told = [
        (float(round_score(agency[row["code"]])), y, row["code"])
        for row, y in zip(rows, canvas.centres, strict=True)
        if row["code"] in agency
    ]
    whole = text.word("key.whole")
    figure["data"].append({
        "type": "scatter",
        "mode": "markers",
        "x": [one[0] for one in told],
        "y": [one[1] for one in told],
        "marker": {"symbol": "line-ns-open", "size": 22, "color": "--ink", "line": {"width": 2}},
        "hoverinfo": "text",
        "hovertext": [
            f"{whole} · {plain(text.factor_name(code))}{_(': ')}{text.number('score', at)}"
            for at, _y, code in told
        ],
    })  # fmt: skip
    names = [_name(text.factor_name(row["code"]), wide=wide) for row in rows]
    return framed(figure, canvas, text, names, spelled(text, axis))


def waves_plot(
    text: ReportText, rows: Sequence[Document], heads: Sequence[str], *, wide: bool = False
) -> Figure:
    """The index and each factor over the waves; rows as of `cri.domain.figures_change.wave_rows`."""
    points = [point for row in rows for point in row["points"] if point["score"] is not None]
    axis = axis_of([value for point in points for value in (point["score"], *(point["interval"] or ()))])
    canvas = Canvas(WIDTH, (TALL,) * len(rows))
    figure = waves_figure(rows, canvas, axis, PALETTE, mirrored=text.direction == "rtl")
    count = len(heads)
    said: dict[bool, list[str]] = {True: [], False: []}
    for row in rows:
        for point in row["points"]:
            if point["score"] is not None:
                said[point["wave"] == count - 1].append(
                    f"{plain(text.factor_name(row['code']))} · {plain(heads[point['wave']])}{_(': ')}"
                    f"{text.number('score', point['score'])}"
                    f" ({interval_of(text, 'score', point['interval'])})"
                )
    for trace, hovers in zip(figure["data"], [one for one in (said[False], said[True]) if one], strict=True):
        trace |= {"hoverinfo": "text", "hovertext": hovers}
    names = [_name(text.factor_name(row["code"]), wide=wide) for row in rows]
    return framed(figure, canvas, text, names, _columns(text, canvas, heads))


def lineage_plot(
    text: ReportText,
    cards: Sequence[Document],
    told: UnitLine,
    factors: Sequence[str],
    heads: Sequence[str],
    *,
    wide: bool = False,
) -> Figure:
    """A unit's line over the waves and what it was made of; each dot says which unit, by its name then."""
    canvas = Canvas(WIDTH, (TALL,) * len(factors))
    axis = axis_of(lineage_values(cards, told, factors))
    figure = lineage_figure(cards, told, factors, canvas, axis, PALETTE, mirrored=text.direction == "rtl")
    trace = figure["data"][0]
    trace["hoverinfo"] = "text"
    trace["hovertext"] = [
        _said(text, cards, told, factor, wave, code, heads) for factor, wave, code in trace["customdata"]
    ]
    names = [_name(text.factor_name(code), wide=wide) for code in factors]
    return framed(figure, canvas, text, names, _columns(text, canvas, heads))


def _said(
    text: ReportText,
    cards: Sequence[Document],
    told: UnitLine,
    factor: str,
    wave: int,
    code: str,
    heads: Sequence[str],
) -> str:
    stop = next(one for one in told.stops if (one.wave, one.code) == (wave, code))
    figure = figure_of(cards[wave], stop, factor) or {"score": None, "interval": None}
    name = next(unit["name"] for unit in cards[wave]["units"] if unit["code"] == code)
    where = " · ".join(plain(part) for part in (text.factor_name(factor), heads[wave], name))
    score = text.number("score", figure["score"])
    return f"{where}{_(': ')}{score} ({interval_of(text, 'score', figure['interval'])})"


def _columns(text: ReportText, canvas: Canvas, heads: Sequence[str]) -> list[tuple[float, tuple[str, ...]]]:
    mirrored = text.direction == "rtl"
    places = [wave_place(canvas, len(heads), at, mirrored=mirrored) for at in range(len(heads))]
    return [(at, folded(head)) for at, head in zip(places, heads, strict=True)]


def _name(name: str, *, wide: bool) -> tuple[str, ...]:
    return folded(name, wide=wide)
