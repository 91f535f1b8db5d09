"""The figures of a report at the sizes of its pages: rows as high as the text beside them."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cri.adapters.report_drawing import Drawing, cell_height, row_height
from cri.adapters.report_drawings import draw
from cri.adapters.report_text import ReportText
from cri.adapters.text_lines import lines_of, lines_of_runs
from cri.domain.figures import Canvas, axis_of, items_figure, strips_figure, units_figure, values_of
from cri.domain.pack import figure_rows, section_of

__all__ = ["Drawing", "cell_height", "item_note", "plan_drawings", "units_layout"]

Document = Mapping[str, Any]

NARROW_LINES: Final = 2
COVER_COLOURS: Final = {
    "agency": "paper",
    "paper": "cover",
    "pool": "cover_pool",
    "pool_middle": "cover_middle",
    "pool_tick": "cover_tick",
    "grid": "cover_grid",
    "rule": "cover",
}


def plan_drawings(text: ReportText, layout: Document, palette: Mapping[str, str]) -> dict[str, Drawing]:
    """Return the drawings of a pack by figure id, and the cover's under "cover"."""
    pack = text.pack
    axis = (float(pack["axis"][0]), float(pack["axis"][1]))
    covered = any(section["key"] == "cover" for section in pack["sections"])
    drawings = {"cover": _cover(pack, layout["cover"], axis, palette)} if covered else {}
    for key, entry in pack["figures"].items():
        rows = figure_rows(pack, key)
        if "rows" in entry:
            drawings[key] = draw(text, entry, rows, layout, palette)
        elif entry["kind"] == "strips":
            size = layout["summary" if key == "summary" else "strip"]
            canvas = Canvas(size["width"], tuple(_strip_heights(text, rows, size)))
            figure = strips_figure(rows, canvas, axis, palette, dot=size["dot"], grid=key == "summary")
            drawings[key] = Drawing(figure, canvas, axis)
        elif entry["kind"] == "items":
            drawings[key] = _items(text, rows, layout["items"], palette)
        else:
            drawings[key] = _units(
                text, entry["of"][0], rows, layout[units_layout(text, rows, layout)], palette
            )
    return drawings


def units_layout(text: ReportText, rows: Sequence[Document], layout: Document) -> str:
    """Return "units", or "units_wide" where a name would take more than two lines in the narrow table."""
    size = layout["units"]
    lines = (lines_of(text.unit_name(row["code"]), size["text_width"], size["text_size"]) for row in rows)
    return "units_wide" if max(lines, default=0) > NARROW_LINES else "units"


def item_note(text: ReportText, row: Document) -> str:
    """Return what stands beside a statement: that it is worded the other way round, or nothing."""
    return text.word("factor.reversed") if row["reversed"] else ""


def _cover(pack: Document, size: Document, axis: tuple[float, float], palette: Mapping[str, str]) -> Drawing:
    rows = section_of(pack, "summary")["rows"]
    canvas = Canvas(size["width"], (size["row"],) * len(rows))
    colours = {role: palette[name] for role, name in COVER_COLOURS.items()}
    return Drawing(strips_figure(rows, canvas, axis, colours, dot=size["dot"]), canvas, axis)


def _strip_heights(text: ReportText, rows: Sequence[Document], size: Document) -> list[float]:
    heights = []
    for row in rows:
        least = size["index_row"] if row["code"] == "index" and "index_row" in size else size["row"]
        lines = lines_of(text.factor_name(row["code"]), size["text_width"], 12) if "text_width" in size else 1
        heights.append(max(float(least), lines * 16.0 + 8))
    return heights


def _item_height(text: ReportText, row: Document, size: Document) -> float:
    runs = [(text.statement(row["code"]), size["text_size"]), (item_note(text, row), size["note_size"])]
    lines = lines_of_runs(runs, size["text_width"])
    return float(max(size["row"], round(lines * size["line"][text.direction] + size["padding"])))


def _items(text: ReportText, rows: Sequence[Document], size: Document, palette: Mapping[str, str]) -> Drawing:
    canvas = Canvas(size["width"], tuple(_item_height(text, row, size) for row in rows))
    figure = items_figure(rows, canvas, palette, mirrored=text.direction == "rtl")
    return Drawing(figure, canvas, (0.0, 100.0))


def _units(
    text: ReportText, factor: str, rows: Sequence[Document], size: Document, palette: Mapping[str, str]
) -> Drawing:
    own = section_of(text.pack, factor)["row"]
    axis = axis_of(values_of([*rows, {**own, "strip": None}]))
    heights = (
        row_height(text, text.unit_name(row["code"]), size, indent=11.4 * row["depth"]) for row in rows
    )
    canvas = Canvas(size["width"], tuple(heights))
    return Drawing(units_figure(rows, canvas, axis, palette, own["score"]), canvas, axis)
