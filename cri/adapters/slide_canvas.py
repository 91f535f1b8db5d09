"""A slide as a surface to set on: boxes in points, mirrored for right-to-left, text, tables and charts."""

import io
from collections.abc import Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, Literal

from lxml import etree
from pptx.enum.chart import XL_CHART_TYPE
from pptx.enum.shapes import MSO_SHAPE
from pptx.oxml.ns import qn
from pptx.util import Pt

from cri.adapters.slide_charts import BarChart, PointChart, WithWorkbook
from cri.adapters.text_lines import lines_of_runs
from cri.adapters.typed_text import fit
from cri.domain.brand import Logo

WIDTH: Final = 960.0  # pt, of 13.33 in
LEFT: Final = 48.0
INNER: Final = WIDTH - 2 * LEFT
TOP: Final = 104.0
FOOT: Final = 492.0
GUTTER: Final = 24.0
LINE: Final = {"ltr": 1.3, "rtl": 1.45}  # of the type's size; Arabic letters reach further up and down
SLACK: Final = 0.94  # of a width, for a machine that sets another family because ours is not there
PLAIN_TABLE: Final = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"  # "No Style, No Grid"
Align = Literal["start", "end", "center"]


@dataclass(frozen=True)
class Box:
    """A place on a slide, in points from the side where reading begins."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True)
class Run:
    """Words of one look. colour: a role of the palette."""

    text: str
    size: float = 14
    bold: bool = False
    colour: str = "ink"


@dataclass(frozen=True)
class Para:
    """A paragraph; after: points below it. bullet: marked as an entry of a list."""

    runs: tuple[Run, ...]
    after: float = 0.0
    align: Align = "start"
    bullet: bool = False

    @property
    def size(self) -> float:
        """Its largest type."""
        return max((run.size for run in self.runs), default=12)


@dataclass(frozen=True)
class Cell:
    """A cell of a table. fill and under: roles of the palette; spans: cells across that it takes."""

    para: Para
    fill: str | None = None
    under: str = "rule"
    inset: float = 0.0


@dataclass(frozen=True)
class Grid:
    """A table: widths of columns and heights of rows in points; `head` rows are its heading."""

    widths: tuple[float, ...]
    heights: tuple[float, ...]
    rows: tuple[tuple[Cell, ...], ...]
    name: str
    head: int = 1


def para(text: str, size: float = 14, **look: Any) -> Para:
    """Return a paragraph of one run. look: bold, colour, after, align, bullet."""
    own = {name: look.pop(name) for name in ("after", "align", "bullet") if name in look}
    return Para((Run(text, size, **look),), **own)


@dataclass(frozen=True)
class Look:
    """What all slides of a deck share."""

    palette: Mapping[str, str]
    direction: str
    lang: str
    made: datetime

    @property
    def rtl(self) -> bool:
        """Whether slides read from the right."""
        return self.direction == "rtl"

    def colour(self, role: str) -> str:
        """Return a role's colour as RRGGBB."""
        return self.palette[role].lstrip("#")

    def height(self, paras: Sequence[Para], width: float) -> float:
        """Return the height in points that paragraphs take at a width."""
        return sum(self._height(one, width) for one in paras)

    def _height(self, one: Para, width: float) -> float:
        runs = [(run.text, run.size * (1.05 if run.bold else 1.0)) for run in one.runs]
        room = (width - (14 if one.bullet else 0)) * SLACK
        return lines_of_runs(runs, room) * self.line(one) + one.after

    def line(self, one: Para) -> float:
        """Return the distance of a paragraph's lines in points."""
        return round(one.size * LINE[self.direction], 1)


@dataclass
class Canvas:
    """One slide of a deck."""

    slide: Any
    look: Look
    notes: list[str] = field(default_factory=list)

    def text(self, box: Box, paras: Sequence[Para], *, anchor: str = "t", name: str = "Text") -> None:
        """Set paragraphs in a box."""
        shape = self.slide.shapes.add_textbox(*self._place(box))
        shape.name = name
        self._body(shape.element.txBody, paras, anchor)

    def fill(self, placeholder: Any, paras: Sequence[Para]) -> None:
        """Set paragraphs in a placeholder of the layout, which keeps its place."""
        self._body(placeholder.element.txBody, paras, None)

    def block(self, box: Box, colour: str) -> None:
        """Lay a plain area of a colour, which says nothing."""
        shape = self.slide.shapes.add_shape(MSO_SHAPE.RECTANGLE, *self._place(box))
        shape.name = "Area"
        properties = shape.element.spPr
        for style in shape.element.findall(qn("p:style")):
            shape.element.remove(style)
        _solid(properties, self.look.colour(colour))
        etree.SubElement(etree.SubElement(properties, qn("a:ln")), qn("a:noFill"))
        decorative(shape)

    def table(self, box: Box, grid: Grid) -> None:
        """Set a table; its rows are as high as told.

        Right to left, its columns are set in reverse: some programmes pass over the mark that says so, and
        would put the names at the wrong side and a chart over the wrong column.
        """
        if self.look.rtl:
            turned = tuple(row[::-1] for row in grid.rows)
            grid = replace(grid, widths=grid.widths[::-1], rows=turned)
        frame = self.slide.shapes.add_table(
            len(grid.rows), len(grid.widths), *self._place(Box(box.left, box.top, sum(grid.widths), 10))
        )
        frame.name = fit(grid.name)[:120] or "Table"
        frame.element.nvGraphicFramePr.cNvPr.set("descr", fit(grid.name))
        table = frame.table
        properties = frame.element.graphic.graphicData.tbl.tblPr
        properties.set("firstRow", "1" if grid.head else "0")
        properties.set("bandRow", "0")
        properties.set("lastCol" if self.look.rtl else "firstCol", "1")
        properties.find(qn("a:tableStyleId")).text = PLAIN_TABLE
        for column, width in zip(table.columns, grid.widths, strict=True):
            column.width = Pt(width)
        for row, height in zip(table.rows, grid.heights, strict=True):
            row.height = Pt(height)
        for row, cells in zip(frame.element.graphic.graphicData.tbl.tr_lst, grid.rows, strict=True):
            for place, cell in zip(row.tc_lst, cells, strict=True):
                self._cell(place, cell)

    def chart(self, box: Box, chart: PointChart | BarChart, name: str, alt: str) -> None:
        """Set a native chart with its alternative text."""
        kind = XL_CHART_TYPE.XY_SCATTER if isinstance(chart, PointChart) else XL_CHART_TYPE.BAR_STACKED
        frame = self.slide.shapes.add_chart(kind, *self._place(box), WithWorkbook(chart, self.look.made))
        frame.name = fit(name)[:120]
        frame.element.nvGraphicFramePr.cNvPr.set("descr", fit(alt))

    def picture(self, box: Box, logo: Logo, alt: str, ground: str) -> None:
        """Set a logo as large as the box allows, at its end, on a ground that it can be seen on."""
        share = min((box.width - 12) / logo.width, (box.height - 12) / logo.height)
        wide, high = logo.width * share, logo.height * share
        left = box.left + box.width - wide - 6
        self.block(Box(left - 6, box.top, wide + 12, high + 12), ground)
        place = self._place(Box(left, box.top + 6, wide, high))
        shape = self.slide.shapes.add_picture(io.BytesIO(logo.png), *place)
        shape.name = "Logo"
        shape.element.nvPicPr.cNvPr.set("descr", fit(alt))

    def foot(self, text: str) -> None:
        """Add footer and slide number, which a slide made of a layout does not take over by itself."""
        shapes = self.slide.element.cSld.spTree
        for holder in self.slide.slide_layout.placeholders:
            kind = holder.element.ph.get("type")
            if kind in {"ftr", "sldNum"}:
                shape = deepcopy(holder.element)
                ids = [int(one) for one in shapes.xpath("//p:cNvPr/@id")]
                shape.nvSpPr.cNvPr.set("id", str(max(ids) + 1))
                shapes.append(shape)
                if kind == "ftr":
                    self._body(shape.txBody, [para(text, 9, colour="muted")], None)

    def say(self, lines: Sequence[str]) -> None:
        """Add lines to the speaker notes, each once."""
        self.notes += [line for line in lines if line and line not in self.notes]

    def write_notes(self) -> None:
        """Put what was collected into the slide's notes."""
        if self.notes:
            holder = self.slide.notes_slide.notes_placeholder
            self._body(holder.element.txBody, [para(line, 12, after=4) for line in self.notes], None)

    def _place(self, box: Box) -> tuple[int, int, int, int]:
        left = WIDTH - box.left - box.width if self.look.rtl else box.left
        return Pt(left), Pt(box.top), Pt(box.width), Pt(box.height)

    def _cell(self, element: Any, cell: Cell) -> None:
        self._body(element.get_or_add_txBody(), [cell.para], None)
        properties = element.get_or_add_tcPr()
        begin, end = ("marR", "marL") if self.look.rtl else ("marL", "marR")
        sides = {begin: 4 + cell.inset, end: 4, "marT": 2, "marB": 2}
        for side, width in sides.items():
            properties.set(side, str(round(width * 12700)))
        properties.set("anchor", "ctr")
        line = etree.SubElement(properties, qn("a:lnB"), w="6350")
        _solid(line, self.look.colour(cell.under))
        if cell.fill:
            _solid(properties, self.look.colour(cell.fill))

    def _body(self, body: Any, paras: Sequence[Para], anchor: str | None) -> None:
        if anchor is not None:
            properties = body.find(qn("a:bodyPr"))
            properties.attrib.clear()
            insets = dict.fromkeys(("lIns", "tIns", "rIns", "bIns"), "0")
            for name, value in {"wrap": "square", **insets, "anchor": anchor}.items():
                properties.set(name, value)
            for child in list(properties):
                properties.remove(child)
        for old in body.findall(qn("a:p")):
            body.remove(old)
        for one in paras or [Para(())]:
            body.append(self._paragraph(one))

    def _paragraph(self, one: Para) -> Any:
        paragraph = etree.Element(qn("a:p"))
        properties = etree.SubElement(paragraph, qn("a:pPr"))
        start, end = ("r", "l") if self.look.rtl else ("l", "r")
        if one.bullet:
            properties.set("marR" if self.look.rtl else "marL", str(14 * 12700))
            properties.set("marL", str(14 * 12700))
            properties.set("indent", str(-14 * 12700))
        properties.set("algn", {"start": start, "end": end, "center": "ctr"}[one.align])
        properties.set("rtl", "1" if self.look.rtl else "0")
        spacing = etree.SubElement(properties, qn("a:lnSpc"))
        etree.SubElement(spacing, qn("a:spcPts"), val=str(round(self.look.line(one) * 100)))
        after = etree.SubElement(properties, qn("a:spcAft"))
        etree.SubElement(after, qn("a:spcPts"), val=str(round(one.after * 100)))
        if one.bullet:
            etree.SubElement(properties, qn("a:buChar"), char="\u2013")
        else:
            etree.SubElement(properties, qn("a:buNone"))
        for run in one.runs:
            self._run(paragraph, run)
        # without a size of its own the end of an empty line is as high as the programme likes
        etree.SubElement(paragraph, qn("a:endParaRPr"), lang=self.look.lang, sz=str(round(one.size * 100)))
        return paragraph

    def _run(self, paragraph: Any, run: Run) -> None:
        element = etree.SubElement(paragraph, qn("a:r"))
        size = str(round(run.size * 100))
        properties = etree.SubElement(element, qn("a:rPr"), lang=self.look.lang, sz=size, dirty="0")
        properties.set("b", "1" if run.bold else "0")
        _solid(properties, self.look.colour(run.colour))
        etree.SubElement(element, qn("a:t")).text = fit(run.text)


def decorative(shape: Any) -> None:
    """Mark a shape as one that says nothing, for those who listen to the slide."""
    extension = etree.fromstring(
        '<a:extLst xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main">'
        '<a:ext uri="{C183D7F6-B498-43B3-948B-1728B52AA6E4}">'
        '<d:decorative xmlns:d="http://schemas.microsoft.com/office/drawing/2017/decorative" val="1"/>'
        "</a:ext></a:extLst>"
    )
    shape.element.nvSpPr.cNvPr.append(extension)


def _solid(parent: Any, colour: str) -> None:
    fill = etree.SubElement(parent, qn("a:solidFill"))
    etree.SubElement(fill, qn("a:srgbClr"), val=colour)
