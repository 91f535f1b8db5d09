"""The report's figures made for a screen: the same marks, with names, an axis and words under the pointer.

Colours are names of the page's own custom properties; figures.js puts in what they stand for.
"""

import textwrap
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any, Final

from flask_babel import gettext as _

from cri.adapters.report_parts import interval_of
from cri.adapters.report_text import ReportText
from cri.domain.figures import (
    BANDS,
    Canvas,
    axis_of,
    items_figure,
    strips_figure,
    ticks_of,
    units_figure,
    values_of,
)
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
    "favourable": "--strength",
    "neutral": "--pool-2",
    "unfavourable": "--gap",
    "ink": "--ink",
    "earlier": "--line-2",
    "within": "--pool",
    "wash": "--ground",
    "hatch": "--line-2",
    **{f"{side}_{step}": f"--{side}-{step}" for side in ("above", "below") for step in (1, 2, 3)},
}
ROW: Final = 44.0
DOT: Final = 12.0
WIDTH: Final = 900.0
FOOT: Final = 36
LINE: Final = 18  # px of a further line of text
LONGEST_LINE: Final = 16
MOST_CHARACTERS: Final = 24
CHARACTER: Final = 7.4  # px, for 14 px type
GAP: Final = 12
EDGE: Final = 18  # room for half of the axis' last number
PRINT_LINE: Final = 44  # characters of a name's line where there is no phone to keep room for
PRINT_LINES: Final = 3


def summary_figure(pack: Document, text: ReportText, *, wide: bool = False) -> Figure:
    """Index and factors as dots with intervals on the pool's strip. wide: with room for whole names."""
    rows = section_of(pack, "summary")["rows"]
    canvas = Canvas(WIDTH, (ROW,) * len(rows))
    axis = (float(pack["axis"][0]), float(pack["axis"][1]))
    figure = strips_figure(rows, canvas, axis, PALETTE, dot=DOT)
    names = [text.factor_name(row["code"]) for row in rows]
    return for_screen(figure, canvas, axis, text, names, rows, wide=wide)


def units_plot(
    pack: Document, text: ReportText, factor: str, rows: Sequence[Document], *, wide: bool = False
) -> Figure:
    """Units of one factor as dots with intervals, the agency's score as a line; without those kept back."""
    shown = [row for row in rows if row["score"] is not None]
    own = section_of(pack, factor)["row"]
    canvas = Canvas(WIDTH, (ROW,) * max(1, len(shown)))
    axis = axis_of(values_of([*shown, {**own, "strip": None}]))
    figure = units_figure(shown, canvas, axis, PALETTE, own["score"])
    names = [text.unit_name(row["code"]) for row in shown]
    return for_screen(figure, canvas, axis, text, names, shown, wide=wide)


def items_plot(text: ReportText, factor: str, *, wide: bool = False) -> Figure:
    """The answers to a factor's statements as bars; on a page they go by the numbers of the table's rows."""
    rows = section_of(text.pack, factor)["items"]
    canvas = Canvas(WIDTH, (ROW,) * len(rows))
    mirrored = text.direction == "rtl"
    figure = items_figure(rows, canvas, PALETTE, mirrored=mirrored)
    for trace, band in zip(figure["data"], BANDS, strict=True):
        trace["hoverinfo"] = "text"
        trace["hovertext"] = [
            f"{plain(text.statement(row['code']))}<br>{text.word(f'key.{band}')}{_(': ')}"
            f"{text.number('share', row[band])}"
            for row in rows
        ]
    statements = [text.statement(row["code"]) for row in rows]
    labels = [folded(one, wide=True) if wide else (f"{number}",) for number, one in enumerate(statements, 1)]
    return framed(figure, canvas, text, labels, spelled(text, (0.0, 100.0)))


def for_screen(
    figure: Figure,
    canvas: Canvas,
    axis: tuple[float, float],
    text: ReportText,
    names: Sequence[str],
    rows: Sequence[Document],
    *,
    wide: bool = False,
) -> Figure:
    """Names beside the rows, marks below the axis, the exact numbers under the pointer."""
    for trace in figure["data"]:
        trace["hoverinfo"] = "text"
        trace["hovertext"] = [
            f"{plain(name)}{_(': ')}{text.number('score', row['score'])} "
            f"({interval_of(text, 'score', row['interval'])})"
            for name, row in zip(names, rows, strict=True)
            if row["score"] is not None
        ]
    return framed(figure, canvas, text, [folded(name, wide=wide) for name in names], spelled(text, axis))


def spelled(text: ReportText, axis: tuple[float, float]) -> list[tuple[float, tuple[str, ...]]]:
    """The marks of an axis of numbers, with what stands at them."""
    return [(mark, (text.tick(mark),)) for mark in ticks_of(axis)]


def framed(
    figure: Figure,
    canvas: Canvas,
    text: ReportText,
    labels: Sequence[tuple[str, ...]],
    marks: Sequence[tuple[float, tuple[str, ...]]],
    *,
    head: int = 0,
) -> Figure:
    """The figure with the rows' labels beside it and the columns' marks below, each as lines of text.

    head: px above the figure for marks that stand upright there instead.
    """
    # Worked out here: in a page that reads from the right, plotly measures the names wrongly.
    longest = max((len(line) for label in labels for line in label), default=1)
    room = round(CHARACTER * longest) + 2 * GAP
    mirrored = text.direction == "rtl"
    layout = figure["layout"]
    deepest = max((len(lines) for _at, lines in marks), default=1)
    foot = 4 if head else FOOT + LINE * (deepest - 1)
    layout["height"] = canvas.height + foot + head
    layout["margin"] = {
        "l": EDGE if mirrored else room,
        "r": room if mirrored else EDGE,
        "t": head or 4,
        "b": foot,
        "pad": 4,
    }
    layout["hoverlabel"] = {"bgcolor": "--ink", "bordercolor": "--ink", "font": {"color": "--paper"}}
    layout["xaxis"] |= {
        "visible": True,
        "showgrid": False,
        "zeroline": False,
        "tickvals": [at for at, _lines in marks],
        "ticktext": ["<br>".join(map(plain, lines)) for _at, lines in marks],
        "ticks": "",
        **({"side": "top", "tickangle": -90} if head else {"tickangle": 0}),
    }
    layout["yaxis"] |= {
        "visible": True,
        "showgrid": False,
        "zeroline": False,
        "side": "right" if mirrored else "left",
        "ticks": "",
        "tickvals": list(canvas.centres),
        "ticktext": ["<br>".join(map(plain, label)) for label in labels],
    }
    return figure


def shorten(line: str, most: int) -> str:
    """A line of at most so many characters, three dots at its end where some are missing."""
    return line if len(line) <= most else f"{line[: most - 1]}…"


def plain(name: str) -> str:
    """A name as text: plotly reads some of HTML in its labels, links among it."""
    return escape(name, quote=False)


def folded(name: str, *, wide: bool = False) -> tuple[str, ...]:
    """A name on at most two lines of nearly equal length, so that a phone keeps room for the marks.

    wide: on up to three longer ones, where there is room.
    """
    words = name.split()
    if wide:
        lines = textwrap.wrap(name, PRINT_LINE) or [""]
        rest = [shorten(" ".join(lines[PRINT_LINES - 1 :]), PRINT_LINE)] if len(lines) >= PRINT_LINES else []
        return (*lines[: PRINT_LINES - 1], *rest)
    if len(name) <= LONGEST_LINE or len(words) < 2:
        return (_cut(name),)
    first = [words[0]]
    while len(" ".join(first)) < len(name) // 2 and len(first) < len(words) - 1:
        first.append(words[len(first)])
    return (_cut(" ".join(first)), _cut(" ".join(words[len(first) :])))


def _cut(line: str) -> str:
    return shorten(line, MOST_CHARACTERS)
