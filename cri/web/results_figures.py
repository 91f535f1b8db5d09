"""The report's figures made for a screen: the same marks, with names, an axis and words under the pointer.

Colours are names of the page's own custom properties; figures.js puts in what they stand for.
"""

from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from flask_babel import gettext as _

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
DOT: Final = 12.0
WIDTH: Final = 900.0
FOOT: Final = 36
LONGEST_LINE: Final = 16
MOST_CHARACTERS: Final = 24
CHARACTER: Final = 7.4  # px, for 14 px type
GAP: Final = 12


def summary_figure(pack: Document, text: ReportText) -> Figure:
    """Index and factors as dots with intervals on the pool's strip."""
    rows = section_of(pack, "summary")["rows"]
    canvas = Canvas(WIDTH, (ROW,) * len(rows))
    axis = (float(pack["axis"][0]), float(pack["axis"][1]))
    figure = strips_figure(rows, canvas, axis, PALETTE, dot=DOT)
    names = [text.factor_name(row["code"]) for row in rows]
    return for_screen(figure, canvas, axis, text, names, rows)


def units_plot(pack: Document, text: ReportText, factor: str, rows: Sequence[Document]) -> Figure:
    """Units of one factor as dots with intervals, the agency's score as a line; without those kept back."""
    shown = [row for row in rows if row["score"] is not None]
    own = section_of(pack, factor)["row"]
    canvas = Canvas(WIDTH, (ROW,) * max(1, len(shown)))
    axis = axis_of(values_of([*shown, {**own, "strip": None}]))
    figure = units_figure(shown, canvas, axis, PALETTE, own["score"])
    return for_screen(figure, canvas, axis, text, [text.unit_name(row["code"]) for row in shown], shown)


def for_screen(
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
            f"{_plain(name)}{_(': ')}{text.number('score', row['score'])} "
            f"({interval_of(text, 'score', row['interval'])})"
            for name, row in zip(names, rows, strict=True)
            if row["score"] is not None
        ]
    ticks = list(range(int(axis[0]), int(axis[1]) + 1, 10))
    labels = [_folded(name) for name in names]
    # Worked out here: in a page that reads from the right, plotly measures the names wrongly.
    room = round(CHARACTER * max(len(line) for label in labels for line in label)) + 2 * GAP
    mirrored = text.direction == "rtl"
    layout = figure["layout"]
    layout["height"] = canvas.height + FOOT
    layout["margin"] = {
        "l": GAP if mirrored else room,
        "r": room if mirrored else GAP,
        "t": 4,
        "b": FOOT,
        "pad": 4,
    }
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
        "side": "right" if mirrored else "left",
        "ticks": "",
        "tickvals": list(canvas.centres),
        "ticktext": ["<br>".join(map(_plain, label)) for label in labels],
    }
    return figure


def _plain(name: str) -> str:
    """A name as text: plotly reads some of HTML in its labels, links among it."""
    return escape(name, quote=False)


def _folded(name: str) -> tuple[str, ...]:
    """A name on at most two lines of nearly equal length, so that a phone keeps room for the marks."""
    words = name.split()
    if len(name) <= LONGEST_LINE or len(words) < 2:
        return (_cut(name),)
    first = [words[0]]
    while len(" ".join(first)) < len(name) // 2 and len(first) < len(words) - 1:
        first.append(words[len(first)])
    return (_cut(" ".join(first)), _cut(" ".join(words[len(first) :])))


def _cut(line: str) -> str:
    return line if len(line) <= MOST_CHARACTERS else f"{line[: MOST_CHARACTERS - 1]}…"
