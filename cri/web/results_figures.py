"""The report's figures made for a screen: the same marks, with names, an axis and words under the pointer.

Colours are names of the page's own custom properties; figures.js puts in what they stand for.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cri.adapters.report_parts import interval_of
from cri.adapters.report_text import ReportText
from cri.domain.figures import Canvas, axis_of, strips_figure, units_figure, values_of
from cri.domain.pack import section_of

Document = Mapping[str, Any]
Figure = dict[str, Any]

PALETTE: Final = {
    "agency": "--blue",
    "unit": "--blue",
    "paper": "--paper",
    "pool": "--pool",
    "pool_middle": "--pool-2",
    "pool_tick": "--pool-tick",
    "grid": "--axis",
    "rule": "--axis",
}
ROW: Final = 44.0
WIDTH: Final = 900.0
FOOT: Final = 36
LONGEST_NAME: Final = 28


def summary_figure(pack: Document, text: ReportText) -> Figure:
    """Index and factors as dots with intervals on the pool's strip."""
    rows = section_of(pack, "summary")["rows"]
    canvas = Canvas(WIDTH, (ROW,) * len(rows))
    axis = (float(pack["axis"][0]), float(pack["axis"][1]))
    figure = strips_figure(rows, canvas, axis, PALETTE)
    names = [text.factor_name(row["code"]) for row in rows]
    return _for_screen(figure, canvas, axis, text, names, rows)


def units_plot(pack: Document, text: ReportText, factor: str, rows: Sequence[Document]) -> Figure:
    """Units of one factor as dots with intervals, the agency's score as a line; without those kept back."""
    shown = [row for row in rows if row["score"] is not None]
    own = section_of(pack, factor)["row"]
    canvas = Canvas(WIDTH, (ROW,) * max(1, len(shown)))
    axis = axis_of(values_of([*shown, {**own, "strip": None}]))
    figure = units_figure(shown, canvas, axis, PALETTE, own["score"])
    return _for_screen(figure, canvas, axis, text, [text.unit_name(row["code"]) for row in shown], shown)


def _for_screen(
    figure: Figure,
    canvas: Canvas,
    axis: tuple[float, float],
    text: ReportText,
    names: Sequence[str],
    rows: Sequence[Document],
) -> Figure:
    """Names beside the rows, marks below the axis, the exact numbers under the pointer."""
    for trace in figure["data"]:
        trace["hoverinfo"] = "text"
        trace["hovertext"] = [
            f"{name}: {text.number('score', row['score'])} ({interval_of(text, 'score', row['interval'])})"
            for name, row in zip(names, rows, strict=True)
            if row["score"] is not None
        ]
    ticks = list(range(int(axis[0]), int(axis[1]) + 1, 10))
    layout = figure["layout"]
    layout["height"] = canvas.height + FOOT
    layout["margin"] = {"l": 10, "r": 14, "t": 4, "b": FOOT, "pad": 4}
    layout["hoverlabel"] = {"bgcolor": "--ink", "bordercolor": "--ink", "font": {"color": "--paper"}}
    layout["xaxis"] |= {
        "visible": True,
        "showgrid": False,
        "zeroline": False,
        "tickvals": ticks,
        "ticktext": [text.tick(mark) for mark in ticks],
    }
    layout["yaxis"] |= {
        "visible": True,
        "showgrid": False,
        "zeroline": False,
        "automargin": True,
        "ticks": "",
        "tickvals": list(canvas.centres),
        "ticktext": [_short(name) for name in names],
    }
    return figure


def _short(name: str) -> str:
    """A name on at most two lines, so that a phone keeps room for the marks."""
    if len(name) <= LONGEST_NAME:
        return name
    words, line = name.split(), ""
    while words and len(line) + len(words[0]) < len(name) // 2 + 1:
        line = f"{line} {words.pop(0)}".strip()
    return f"{line}<br>{' '.join(words)}" if line and words else name
