"""Figures of pages of blocks on slides: a native chart in the table that says the same in numbers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from cri.adapters.report_table_view import TableViews
from cri.adapters.report_text import ReportText
from cri.adapters.slide_canvas import INNER, Cell, Grid, Look, Para, Run, para
from cri.adapters.slide_charts import BarChart, Bars, PointChart, Points, Spans
from cri.adapters.slide_figures import strip_chart, told
from cri.adapters.slide_flow import Graph, Overlay, Pair, Piece, Rows, Words
from cri.adapters.slide_tables import strip_line, value_grid
from cri.domain.document_blocks import block_document
from cri.domain.figures_change import change_axis
from cri.domain.figures_importance import share_axis
from cri.domain.figures_kinds import figure_table
from cri.domain.figures_response import count_axis
from cri.domain.pack import figure_rows

Document = Mapping[str, Any]
View = Mapping[str, Any]
Marks = Sequence[tuple[str, float | None, Sequence[float] | None]]

CHART_WIDTH: Final = 330.0
NAME_WIDTH: Final = 190.0
HEAD: Final = 30.0
WRITE: Final = 34.0  # points of a row to write on
DOT: Final = 9


@dataclass(frozen=True)
class PicturePieces:
    """Makes the pieces of one pack's figures. words: those that only files of numbers and slides have."""

    text: ReportText
    words: Document
    look: Look

    def pieces(self, key: str, view: View, width: float = INNER) -> list[Piece]:
        """Return a figure with its table, and what its marks mean. view: as of `report_figure_view`."""
        if view["shape"] == "strip":
            return self._strip(key, view)
        entry, rows = self.text.pack["figures"][key], figure_rows(self.text.pack, key)
        twin = figure_table(self.text.pack, key)
        table = view if "rows" in view else TableViews(self.text).table(block_document(twin))
        blank = all(not value.value for row in twin.rows for value in row[1:])
        kind = entry["kind"]
        if blank:
            return [self._blank(table, width)]
        alt = view["figure"]["alt"]
        if kind == "importance":
            return self._importance(rows, table, alt)
        chart = self._chart(kind, entry, rows)
        shown = (
            self._charted(table, chart, alt, width) if chart and width == INNER else self._plain(table, width)
        )
        note = " ".join(
            part for part in ("" if kind == "wheel" else view.get("note"), *self._keys(kind)) if part
        )
        return [shown, *([Words((para(note, 10, colour="muted"),))] if note else [])]

    def _strip(self, key: str, view: View) -> list[Piece]:
        strip = view["strip"]
        if strip is None:
            return []
        rows = figure_rows(self.text.pack, key)
        chart = strip_chart(self.text, self.words["chart"], rows, self.look, head=0.4)
        name = self.text.factor_name(rows[0]["code"])
        drawn = [Graph(chart, 44, name, strip["figure"]["alt"])] if chart.shows else []
        return [*drawn, *([Words((strip_line(strip),))] if strip["below"] else [])]

    def _chart(self, kind: str, entry: Document, rows: Sequence[Document]) -> PointChart | BarChart | None:
        if kind == "wheel":
            scale = "rank" if entry["scale"] == "percentile" else "score"
            marks = [(self._name(row), row["at"], row["interval"]) for row in rows]
            return self._intervals(marks, scale, (0.0, 100.0), 25.0)
        if kind == "change":
            marks = [(self._name(row), row["difference"], row["interval"]) for row in rows]
            axis = change_axis(rows)
            return self._intervals(marks, "difference", axis, 5.0 if axis[1] <= 15 else 10.0, zero=True)
        if kind == "response":
            return self._response(rows)
        return None

    def _name(self, row: Document) -> str:
        return self.text.factor_name(row["code"])

    def _intervals(
        self, marks: Marks, kind: str, axis: tuple[float, float], step: float, *, zero: bool = False
    ) -> PointChart:
        """Dots with their intervals on rows; zero: a line at nought through all rows."""
        colour = self.look.colour("agency")
        seen = [(name, at, ends, row + 0.5) for row, (name, at, ends) in enumerate(marks) if at is not None]
        sure = [(name, ends, row) for name, _, ends, row in seen if ends]
        series: list[Points | Spans] = [
            Spans(
                self.words["chart"]["interval"],
                colour,
                tuple(name for name, _, _ in sure),
                tuple(told(self.text, kind, ends[0]) for _, ends, _ in sure),
                tuple(told(self.text, kind, ends[1]) for _, ends, _ in sure),
                tuple(row for _, _, row in sure),
                DOT * 0.42,
            ),
            Points(
                self.words["chart"]["value"],
                colour,
                tuple(name for name, _, _, _ in seen),
                tuple(told(self.text, kind, at) for _, at, _, _ in seen),
                tuple(row for _, _, _, row in seen),
                DOT,
            ),
        ]
        if zero:
            middle, name = len(marks) / 2, "0"
            line = Spans(name, self.look.colour("ink"), (name,), (0.0,), (0.0,), (middle,), 1.0, middle)
            series.append(line)  # first, some programmes leave out a series of one upright line
        return PointChart(
            tuple(one for one in series if one.names),
            rows=len(marks),
            axis=axis,
            step=step,
            heads=(self.words["chart"]["value"], self.words["chart"]["row"]),
            grid=self.look.colour("grid"),
            ink=self.look.colour("muted"),
            head=HEAD,
        )

    def _response(self, rows: Sequence[Document]) -> BarChart:
        answered = tuple(
            None
            if row["suppressed"] or row["answered"] is None
            else told(self.text, "group", row["answered"])
            for row in rows
        )
        bars = Bars(self.text.word("columns.answered"), self.look.colour("agency"), answered)
        names = tuple(self.text.unit_name(row["code"]) for row in rows)
        most = count_axis(rows, self.text.pack["minimum"])[1]
        return BarChart(names, (bars,), mirrored=self.look.rtl, paper=self.look.colour("paper"), most=most)

    def _importance(self, rows: Sequence[Document], table: View, alt: str) -> list[Piece]:
        """Score across, share of what is explained upwards, each with its interval; the table beside."""
        colour = self.look.colour("agency")
        series: list[Points | Spans] = []
        for number, row in enumerate(rows, 1):
            name, x = self._name(row), told(self.text, "score", row["score"])
            y = told(self.text, "share", row["share"])
            if row["share_interval"]:
                low, high = (told(self.text, "share", end) for end in row["share_interval"])
                middle, reach = (low + high) / 2, (high - low) / 2
                series.append(Spans(name, colour, (name,), (x,), (x,), (middle,), 1.5, reach, 0.5))
            # a number beside the dot, as names of dots that lie close would cover each other
            series.append(Points(self.text.tick(number), colour, (name,), (x,), (y,), DOT, named=True))
        low, high = (float(end) for end in self.text.pack["axis"])
        chart = PointChart(
            tuple(series),
            rows=0,
            axis=(low, high),
            step=10.0,
            heads=(self.text.word("columns.score"), self.text.word("columns.share")),
            grid=self.look.colour("grid"),
            ink=self.look.colour("muted"),
            head=0.0,
            upright=(*share_axis(rows), 10.0),
        )
        half = (INNER - 24) * 0.5
        heads, cells = _table(table)
        numbered = [[f"{number}  {row[0]}", *row[1:]] for number, row in enumerate(cells, 1)]
        grid = value_grid(self.look, table["caption"], heads, numbered, half)
        key = self.words["slides"]["importance"]
        ways = (("→", "across"), ("↑", "upward"))
        across = "   ".join(f"{sign} {self.text.word(f'figures.importance.{way}')}" for sign, way in ways)
        notes = Words((para(across, 10, colour="muted", after=3), para(key, 10, colour="muted")))
        return [
            Pair(
                (
                    (Graph(chart, 270, table["caption"], alt, keep=False),),
                    (Rows(grid, table["caption"]), notes),
                )
            )
        ]

    def _keys(self, kind: str) -> list[str]:
        """What a sign in a cell or a line of the chart means."""
        if kind == "wheel":
            return [self.words["slides"]["quarters"]]
        if kind not in {"heatmap", "glance", "unit_change"}:
            return []
        return [f"↑ {self.text.word('figures.heatmap.above')} · ↓ {self.text.word('figures.heatmap.below')}"]

    def _plain(self, table: View, width: float) -> Rows:
        heads, rows = _table(table)
        tones = [["", *(cell["tone"] for cell in row["cells"])] for row in table["rows"]]
        return Rows(value_grid(self.look, table["caption"], heads, rows, width, tones), table["caption"])

    def _blank(self, table: View, width: float) -> Rows:
        """A form to fill in: as many columns as the page has, rows to write on."""
        heads, rows = _table(table)
        count = max(1, len(heads) - 1)
        first = width * 0.24
        widths = (first, *(((width - first) / count,) * count))
        empty = Cell(Para((Run("", 12),)), under="faint")
        head = tuple(Cell(para(one, 11, bold=True, colour="muted"), under="faint") for one in heads)
        body = tuple((Cell(para(row[0], 12, bold=True), under="faint"), *((empty,) * count)) for row in rows)
        if len(heads) == 1:
            head = (*head, empty)
        return Rows(
            Grid(widths, (24.0, *((WRITE,) * len(body))), (head, *body), table["caption"]), table["caption"]
        )

    def _charted(self, table: View, chart: PointChart | BarChart, alt: str, width: float) -> Rows:
        """The table with a column for the chart behind its first one."""
        heads, rows = _table(table)
        others = len(heads) - 1
        each = (width - NAME_WIDTH - CHART_WIDTH) / others
        widths = (NAME_WIDTH, CHART_WIDTH, *((each,) * others))
        titles = ("", "", *heads[1:])
        head = tuple(
            Cell(para(one, 10, bold=True, colour="muted", align="end"), under="faint") for one in titles
        )
        body = []
        for row in rows:
            cells = [Cell(para(one, 11, align="end")) for one in row[1:]]
            body.append((Cell(para(row[0], 12, bold=True)), Cell(Para(())), *cells))
        tall = [
            max(self.look.height([c.para], w - 8) for c, w in zip(row, widths, strict=True)) + 6
            for row in body
        ]
        top = max(HEAD, max(self.look.height([c.para], w - 8) for c, w in zip(head, widths, strict=True)) + 6)
        high = max(28.0, *tall)
        grid = Grid(widths, (top, *((high,) * len(body))), (head, *body), table["caption"])
        headed = isinstance(chart, PointChart)
        if isinstance(chart, PointChart):
            chart = chart.with_head(top / (top + high * len(body)))
        over = Overlay(chart, 1, table["caption"], alt, headed) if chart.shows else None
        return Rows(grid, table["caption"], over)


def _table(table: View) -> tuple[list[str], list[list[str]]]:
    """Heads and rows of a table's view as text; signs of its cells behind their numbers."""
    heads = [table["corner"], *(head["text"] for head in table["heads"])]
    rows = [
        [row["head"], *(f"{cell['text']} {cell['mark']}".strip() for cell in row["cells"])]
        for row in table["rows"]
    ]
    return heads, rows
