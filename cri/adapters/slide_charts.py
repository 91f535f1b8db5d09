"""Native charts of slides as XML with their workbooks: points with their intervals, and stacked bars.

A chart holds the numbers that it is given and no others: callers give them as told
(`cri.domain.rounding`), and the workbook that opens at "Edit data" has the same ones.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from lxml import etree

from cri.adapters.office_files import new_workbook
from cri.adapters.typed_text import fit

C: Final = "http://schemas.openxmlformats.org/drawingml/2006/chart"
A: Final = "http://schemas.openxmlformats.org/drawingml/2006/main"
R: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
SHEET: Final = "Data"
EMU: Final = 12700  # in a point
Number = float | None


@dataclass(frozen=True)
class Points:
    """Dots on rows: `names`, `x` and `y` go together. dot: diameter in pt."""

    name: str
    colour: str
    names: tuple[str, ...]
    x: tuple[float, ...]
    y: tuple[float, ...]
    dot: int
    named: bool = False  # the series' name is written beside its dot


@dataclass(frozen=True)
class Spans:
    """A bar on each row from `low` to `high`: an interval, a band, or a line through rows. thick: in pt.

    reach: up and down in rows, for a line that stands rather than lies. veil: how far the colour covers what
    is below, 0-1: some programmes paint the first series last, and a mark must be seen through a band.
    Drawn as lines with a gap between two, which every programme shows; error bars with values of their own
    some leave out.
    """

    name: str
    colour: str
    names: tuple[str, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    y: tuple[float, ...]
    thick: float
    reach: float = 0.0
    veil: float = 1.0


@dataclass(frozen=True)
class PointChart:
    """Rows of points on a common axis (from, to). head: the share of its height for the axis's numbers."""

    series: tuple[Points | Spans, ...]
    rows: int
    axis: tuple[float, float]
    step: float
    heads: tuple[str, str]
    grid: str | None = None
    ink: str = "000000"
    head: float = 0.0
    upright: tuple[float, float, float] | None = (
        None  # from, to and step of an axis upwards, in place of rows
    )

    def with_head(self, head: float) -> "PointChart":
        """Return the chart with another share of its height for the axis's numbers."""
        return replace(self, head=head)

    @property
    def shows(self) -> bool:
        """Whether there is anything to see."""
        return bool(self.series)

    def xml_bytes(self, _chart_type: Any) -> bytes:
        """Return the chart's XML, as python-pptx asks for it."""
        return _chart(_scatter(self), self.head if self.upright is None else None)


@dataclass(frozen=True)
class Bars:
    """One colour's lengths of all stacked bars; None where nothing is told."""

    name: str
    colour: str
    values: tuple[Number, ...]


@dataclass(frozen=True)
class BarChart:
    """Stacked bars across, one a row, from 0 to `most`. mirrored: they start at the right."""

    names: tuple[str, ...]
    series: tuple[Bars, ...]
    mirrored: bool
    paper: str
    most: float = 100.0
    gap: int = 120  # per cent of a bar's height between two

    @property
    def shows(self) -> bool:
        """Whether there is anything to see."""
        return any(value is not None for bars in self.series for value in bars.values)

    def xml_bytes(self, _chart_type: Any) -> bytes:
        """Return the chart's XML, as python-pptx asks for it."""
        return _chart(_stacked(self), 0.0)


@dataclass(frozen=True)
class WithWorkbook:
    """A chart and its workbook in the form that python-pptx takes."""

    chart: PointChart | BarChart
    made: datetime

    def xml_bytes(self, chart_type: Any) -> bytes:
        """Return the chart's XML."""
        return self.chart.xml_bytes(chart_type)

    @property
    def xlsx_blob(self) -> bytes:
        """Return the workbook with the chart's numbers, and nothing else."""
        file = io.BytesIO()
        with new_workbook(file, self.made) as workbook:
            sheet = workbook.add_worksheet(SHEET)
            sheet.set_column(0, 0, 40)
            if isinstance(self.chart, BarChart):
                _write_bars(sheet, self.chart)
            else:
                _write_points(sheet, self.chart)
        return file.getvalue()


def _write_bars(sheet: Any, chart: BarChart) -> None:
    for row, name in enumerate(chart.names, 1):
        sheet.write_string(row, 0, fit(name))
    for column, bars in enumerate(chart.series, 1):
        sheet.write_string(0, column, fit(bars.name))
        for row, value in enumerate(bars.values, 1):
            if value is not None:
                sheet.write_number(row, column, value)


def _write_points(sheet: Any, chart: PointChart) -> None:
    for start, series in _blocks(chart):
        sheet.write_string(start, 0, fit(series.name))
        for column, head in enumerate(chart.heads, 1):
            sheet.write_string(start, column, fit(head))
        for row, (name, x, y) in enumerate(_marks(series), start + 1):
            if x is not None and y is not None:
                sheet.write_string(row, 0, fit(name))
                sheet.write_number(row, 1, x)
                sheet.write_number(row, 2, y)


def _marks(series: Points | Spans) -> list[tuple[str, Number, Number]]:
    """(name, across, down) of each point of a series; nothing between two spans: the line breaks off."""
    if isinstance(series, Points):
        return list(zip(series.names, series.x, series.y, strict=True))
    found: list[tuple[str, Number, Number]] = []
    for name, low, high, y in zip(series.names, series.low, series.high, series.y, strict=True):
        found += [("", None, None)] if found else []
        found += [(name, low, y - series.reach), (name, high, y + series.reach)]
    return found


def _blocks(chart: PointChart) -> Iterator[tuple[int, Points | Spans]]:
    """Each series with the row of its head in the workbook, one below the other."""
    start = 0
    for series in chart.series:
        yield start, series
        start += len(_marks(series)) + 2


def _chart(plot: Any, head: float | None) -> bytes:
    root = etree.Element(f"{{{C}}}chartSpace", nsmap={"c": C, "a": A, "r": R})
    _add(root, "date1904", val="0")
    _add(root, "roundedCorners", val="0")
    chart = _add(root, "chart")
    _add(chart, "autoTitleDeleted", val="1")
    chart.append(plot)
    plot.insert(0, etree.Element(f"{{{C}}}layout") if head is None else _layout(head))
    _add(chart, "plotVisOnly", val="1")
    _add(chart, "dispBlanksAs", val="gap")
    _no_fill(_add(root, "spPr"))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _layout(head: float) -> Any:
    """The plot fills its frame, so that its rows meet those of the table beside; `head` is left free."""
    layout = etree.Element(f"{{{C}}}layout")
    manual = _add(layout, "manualLayout")
    _add(manual, "layoutTarget", val="inner")
    _add(manual, "xMode", val="edge")
    _add(manual, "yMode", val="edge")
    for name, value in (("x", 0.0), ("y", head), ("w", 1.0), ("h", 1.0 - head)):
        _add(manual, name, val=_text(value))
    return layout


def _scatter(chart: PointChart) -> Any:
    plot = etree.Element(f"{{{C}}}plotArea")
    scatter = _add(plot, "scatterChart")
    _add(scatter, "scatterStyle", val="lineMarker")
    _add(scatter, "varyColors", val="0")
    for number, (start, series) in enumerate(_blocks(chart)):
        scatter.append(_points(number, start, series))
    _add(scatter, "axId", val="111")
    _add(scatter, "axId", val="222")
    hidden = not chart.head and chart.upright is None
    across = _axis(plot, "111", "222", chart.axis, "b", mirrored=False, hidden=hidden)
    _style_axis(across, chart, chart.step)
    if chart.upright is None:
        _axis(plot, "222", "111", (0, chart.rows), "l", mirrored=True, hidden=True)
    else:
        low, high, step = chart.upright
        _style_axis(_axis(plot, "222", "111", (low, high), "l", mirrored=False, hidden=False), chart, step)
    return plot


def _points(number: int, start: int, series: Points | Spans) -> Any:
    ser = _series(number, start, 0, series.name)
    paint = _add(ser, "spPr")
    marker = _add(ser, "marker")
    if isinstance(series, Points):
        _line(paint, None, 0)
        _add(marker, "symbol", val="circle")
        _add(marker, "size", val=str(series.dot))
        inside = _add(marker, "spPr")
        _fill(inside, series.colour)
        _line(inside, None, 0)
    else:
        _line(paint, series.colour, series.thick, series.veil)
        _add(marker, "symbol", val="none")
    if isinstance(series, Points) and series.named:
        _name_beside(ser)
    marks = _marks(series)
    rows = (start + 1, start + len(marks))
    _numbers(_add(ser, "xVal"), 1, rows, [x for _, x, _ in marks])
    _numbers(_add(ser, "yVal"), 2, rows, [y for _, _, y in marks])
    _add(ser, "smooth", val="0")
    return ser


def _name_beside(ser: Any) -> None:
    labels = _add(ser, "dLbls")
    _add(labels, "dLblPos", val="r")
    for part in ("LegendKey", "Val", "CatName", "SerName", "Percent", "BubbleSize"):
        _add(labels, f"show{part}", val="1" if part == "SerName" else "0")


def _stacked(chart: BarChart) -> Any:
    plot = etree.Element(f"{{{C}}}plotArea")
    bars = _add(plot, "barChart")
    _add(bars, "barDir", val="bar")
    _add(bars, "grouping", val="stacked")
    _add(bars, "varyColors", val="0")
    rows = (1, len(chart.names))
    for number, series in enumerate(chart.series):
        ser = _series(number, 0, number + 1, series.name)
        bars.append(ser)
        paint = _add(ser, "spPr")
        _fill(paint, series.colour)
        _line(paint, chart.paper, 0.75)
        _add(ser, "invertIfNegative", val="0")
        _names(_add(ser, "cat"), rows, chart.names)
        _numbers(_add(ser, "val"), number + 1, rows, series.values)
    _add(bars, "gapWidth", val=str(chart.gap))
    _add(bars, "overlap", val="100")
    _add(bars, "axId", val="111")
    _add(bars, "axId", val="222")
    names = _add(plot, "catAx")
    _ends(names, "111", None, mirrored=True, hidden=True, side="l")
    _add(names, "crossAx", val="222")
    _axis(plot, "222", "111", (0, chart.most), "b", mirrored=chart.mirrored, hidden=True, between="between")
    return plot


def _series(number: int, row: int, column: int, name: str) -> Any:
    ser = etree.Element(f"{{{C}}}ser")
    _add(ser, "idx", val=str(number))
    _add(ser, "order", val=str(number))
    _names(_add(ser, "tx"), (row, row), (name,), column)
    return ser


def _axis(
    plot: Any,
    own: str,
    other: str,
    ends: tuple[float, float],
    side: str,
    *,
    mirrored: bool,
    hidden: bool,
    between: str = "midCat",
) -> Any:
    axis = _add(plot, "valAx")
    _ends(axis, own, ends, mirrored=mirrored, hidden=hidden, side=side)
    _add(axis, "crossAx", val=other)
    _add(axis, "crosses", val="autoZero")
    _add(axis, "crossBetween", val=between)
    return axis


def _ends(
    axis: Any, own: str, ends: tuple[float, float] | None, *, mirrored: bool, hidden: bool, side: str
) -> None:
    _add(axis, "axId", val=own)
    scaling = _add(axis, "scaling")
    _add(scaling, "orientation", val="maxMin" if mirrored else "minMax")
    if ends:
        _add(scaling, "max", val=_text(ends[1]))
        _add(scaling, "min", val=_text(ends[0]))
    _add(axis, "delete", val="1" if hidden else "0")
    _add(axis, "axPos", val=side)
    _add(axis, "majorTickMark", val="none")
    _add(axis, "minorTickMark", val="none")
    _add(axis, "tickLblPos", val="nextTo")


def _style_axis(axis: Any, chart: PointChart, step: float) -> None:
    """Lines at the steps, and their numbers; no line for the axis itself."""
    if chart.grid:
        lines = etree.Element(f"{{{C}}}majorGridlines")
        _line(_add(lines, "spPr"), chart.grid, 0.75)
        axis.insert(4, lines)
    tick = axis.find(f"{{{C}}}tickLblPos")
    paint = etree.Element(f"{{{C}}}spPr")
    _line(paint, None, 0)
    words = etree.fromstring(
        f'<c:txPr xmlns:c="{C}" xmlns:a="{A}"><a:bodyPr/><a:lstStyle/><a:p><a:pPr>'
        f'<a:defRPr sz="900"><a:solidFill><a:srgbClr val="{chart.ink}"/></a:solidFill></a:defRPr>'
        "</a:pPr><a:endParaRPr/></a:p></c:txPr>"
    )
    tick.addnext(paint)
    paint.addnext(words)
    _add(axis, "majorUnit", val=_text(step))


def _numbers(parent: Any, column: int, rows: tuple[int, int], values: Sequence[Number]) -> None:
    ref = _add(parent, "numRef")
    _add(ref, "f").text = _range(column, rows)
    cache = _add(ref, "numCache")
    _add(cache, "formatCode").text = "General"
    _add(cache, "ptCount", val=str(len(values)))
    for place, value in enumerate(values):
        if value is not None:
            _add(_add(cache, "pt", idx=str(place)), "v").text = _text(value)


def _names(parent: Any, rows: tuple[int, int], names: Sequence[str], column: int = 0) -> None:
    ref = _add(parent, "strRef")
    _add(ref, "f").text = _range(column, rows)
    cache = _add(ref, "strCache")
    _add(cache, "ptCount", val=str(len(names)))
    for place, name in enumerate(names):
        _add(_add(cache, "pt", idx=str(place)), "v").text = fit(name)


def _range(column: int, rows: tuple[int, int]) -> str:
    letter = "ABCDEFGHIJ"[column]
    first, last = (f"${letter}${row + 1}" for row in rows)
    return f"{SHEET}!{first}" if first == last else f"{SHEET}!{first}:{last}"


def _add(parent: Any, tag: str, **attributes: str) -> Any:
    return etree.SubElement(parent, f"{{{C}}}{tag}", attributes)


def _fill(paint: Any, colour: str, veil: float = 1.0) -> None:
    fill = etree.SubElement(paint, f"{{{A}}}solidFill")
    solid = etree.SubElement(fill, f"{{{A}}}srgbClr", val=colour)
    if veil < 1:
        etree.SubElement(solid, f"{{{A}}}alpha", val=str(round(100_000 * veil)))


def _no_fill(paint: Any) -> None:
    etree.SubElement(paint, f"{{{A}}}noFill")
    _line(paint, None, 0)


def _line(paint: Any, colour: str | None, width: float, veil: float = 1.0) -> None:
    line = etree.SubElement(paint, f"{{{A}}}ln", w=str(round(width * EMU)), cap="flat")
    if colour is None:
        etree.SubElement(line, f"{{{A}}}noFill")
    else:
        _fill(line, colour, veil)
        etree.SubElement(line, f"{{{A}}}round")


def _text(value: float) -> str:
    """A number as XML wants it: 56.1 rather than 56.10000000000001."""
    return f"{value:.10g}"
