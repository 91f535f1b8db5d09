"""A figure on a page of blocks: the image, its marks in words, and the table that says the same."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from babel.dates import format_skeleton

from cri.adapters.report_drawing import Drawing, cell_height
from cri.adapters.report_factor_view import strip_view
from cri.adapters.report_parts import along, picture, ticks
from cri.adapters.report_table_view import TableViews
from cri.adapters.report_text import ReportText
from cri.domain.document_blocks import Table, block_document
from cri.domain.figures_change import change_ticks
from cri.domain.figures_heatmap import glance_table
from cri.domain.figures_importance import importance_places, share_axis
from cri.domain.figures_kinds import figure_claims, figure_table
from cri.domain.figures_response import count_step
from cri.domain.figures_roadmap import is_blank
from cri.domain.figures_wheel import wheel_ways
from cri.domain.pack import figure_rows, section_of

Document = Mapping[str, Any]
View = dict[str, Any]

NAME_GAP: Final = 13  # px from the rim of the wheel to a name
SIDEWAYS: Final = 0.3  # of a spoke's direction, from which its name runs away from it
DEEPEST: Final = 3
KEYS: Final[dict[str, tuple[tuple[str, str], ...]]] = {
    "heatmap": (("shades above", "above"), ("shades below", "below"), ("hatched", "hidden")),
    "unit_change": (("shades above", "up"), ("shades below", "down"), ("hatched", "hidden")),
    "change": (("ring full", "full"), ("ring empty", "empty"), ("within", "band")),
    "waves": (("ring full", "now"), ("ring older", "before")),
    "response": (("bar", "answered"), ("minimum", "minimum"), ("hatched", "hidden")),
    "forecast": (("diamond", "guess"), ("ring full", "result")),
}
"""What the marks of each kind stand for: a class of the style and a word of the kind."""


@dataclass(frozen=True)
class FigureViews:
    """Makes the views of one pack's figures."""

    text: ReportText
    drawings: Mapping[str, Drawing]
    svgs: Mapping[str, bytes]

    def view(self, key: str) -> View:
        """Return a figure's view: {shape, ...}. The shape says which template part shows it."""
        entry = self.text.pack["figures"][key]
        if entry["kind"] == "strips":
            row = section_of(self.text.pack, key.removesuffix(".strip"))["row"]
            return {"shape": "strip", "strip": strip_view(self.text, row, self.drawings[key], self.svgs[key])}
        makers: dict[str, Callable[[str, Document], View]] = {
            "wheel": self._wheel,
            "importance": self._importance,
            "heatmap": self._grid,
            "glance": self._grid,
            "unit_change": self._grid,
            "waves": self._grid,
        }
        return makers.get(entry["kind"], self._rows)(key, entry)

    def _image(self, key: str, kind: str) -> View:
        claims = self.text.pack["claims"]
        said = " ".join(self.text.spoken(claims[claim]) for claim in figure_claims(self.text.pack, key))
        alt = said or self.text.word(f"figures.{'heatmap' if kind == 'glance' else kind}.alt")
        return picture(self.drawings[key], self.svgs[key], alt)

    def _table(self, table: Table) -> View:
        return TableViews(self.text).table(block_document(table))

    def _rows(self, key: str, entry: Document) -> View:
        """A figure in a column of its table: names before it, its numbers behind."""
        drawing, kind = self.drawings[key], entry["kind"]
        rows = figure_rows(self.text.pack, key)
        blank = all(not value.value for row in figure_table(self.text.pack, key).rows for value in row[1:])
        return {
            "shape": "rows",
            "style": f"{kind}{' blank' if blank else ''}",
            **self._with_heights(self._table(figure_table(self.text.pack, key)), drawing, rows),
            "figure": self._image(key, kind),
            "ticks": self._ticks(drawing, entry),
            "columns": [_quarter(day, self.text.locale) for day in entry.get("quarters", ())],
            "legend": [] if blank or (kind == "roadmap" and is_blank(rows)) else self._keys(kind),
            "note": "",
        }

    def _grid(self, key: str, entry: Document) -> View:
        """A figure behind the cells of its table's last columns, which are all of one width."""
        drawing, kind = self.drawings[key], entry["kind"]
        rows = figure_rows(self.text.pack, key)
        table = glance_table(entry, rows) if kind == "glance" else figure_table(self.text.pack, key)
        behind = len(entry["waves"]) if kind == "waves" else len(entry["of"])
        shown = self._table(table)
        if kind == "glance":  # no room for names: numbers, which the caption explains
            names = [head["text"] for head in shown["heads"]]
            shown["heads"] = [
                {**head, "text": self.text.tick(n + 1)} for n, head in enumerate(shown["heads"])
            ]
            shown["caption"] = " · ".join(f"{self.text.tick(n + 1)} {name}" for n, name in enumerate(names))
        return {
            "shape": "grid",
            "style": kind,
            **self._with_heights(shown, drawing, rows),
            "before": len(table.columns) - behind,
            "behind": behind,
            "width": round(drawing.canvas.width / behind, 3),
            "figure": self._image(key, kind),
            "legend": self._keys(kind),
            "note": self.text.word("figures.waves.broken") if kind == "waves" else "",
        }

    def _with_heights(self, table: View, drawing: Drawing, rows: Sequence[Document]) -> View:
        placed = [
            {
                **view,
                "height": cell_height(drawing, number),
                "depth": min(row.get("depth", 0), DEEPEST),
                "whole": row["code"] in {None, "index"},
                "merged": row.get("cells", ()) is None,
            }
            for number, (view, row) in enumerate(zip(table["rows"], rows, strict=True))
        ]
        return {**table, "rows": placed}

    def _keys(self, kind: str) -> list[View]:
        return [
            {"mark": mark, "text": self.text.word(f"figures.{kind}.{word}")}
            for mark, word in KEYS.get(kind, ())
        ]

    def _ticks(self, drawing: Drawing, entry: Document) -> list[View]:
        kind, axis = entry["kind"], drawing.axis
        if kind == "roadmap":
            return []
        if kind == "change":
            marks = change_ticks(axis)
        elif kind == "response":
            marks = list(range(0, int(axis[1]) + 1, count_step(axis[1])))
        else:
            return ticks(self.text, axis)
        mirrored = kind == "response" and self.text.direction == "rtl"
        return [
            {"at": 100 - along(axis, mark) if mirrored else along(axis, mark), "text": self.text.tick(mark)}
            for mark in marks
        ]

    def _wheel(self, key: str, entry: Document) -> View:
        rows = figure_rows(self.text.pack, key)
        width = self.drawings[key].canvas.width
        reach = width / 2 + NAME_GAP
        names = []
        for row, (x, y) in zip(
            rows, wheel_ways(len(rows), mirrored=self.text.direction == "rtl"), strict=True
        ):
            side = "from" if x > SIDEWAYS else "to" if x < -SIDEWAYS else "over" if y < 0 else "under"
            names.append({
                "side": side,
                "x": round(reach * x, 1),
                "y": round(width / 2 + reach * y, 1),
                "text": self.text.factor_name(row["code"]),
            })  # fmt: skip
        return {
            "shape": "wheel",
            "figure": self._image(key, "wheel"),
            "names": names,
            "table": self._table(figure_table(self.text.pack, key)),
            "note": self.text.word(f"figures.wheel.key_{entry['scale']}"),
        }

    def _importance(self, key: str, _entry: Document) -> View:
        rows, drawing = figure_rows(self.text.pack, key), self.drawings[key]
        table = self._table(figure_table(self.text.pack, key))
        numbers = [self.text.tick(number) for number in range(1, len(rows) + 1)]
        upright = share_axis(rows)
        return {
            "shape": "scatter",
            "figure": self._image(key, "importance"),
            "ticks": ticks(self.text, drawing.axis),
            "upward": [
                {"at": round(100 - along(upright, mark), 3), "text": self.text.tick(mark)}
                for mark in range(0, int(upright[1]) + 1, 10)
            ],
            "numbers": [
                {"x": x, "y": y, "text": number}
                for (x, y), number in zip(
                    importance_places(rows, drawing.canvas, drawing.axis), numbers, strict=True
                )
            ],
            "table": {
                **table,
                "rows": [{**row, "number": n} for row, n in zip(table["rows"], numbers, strict=True)],
            },
            "across": self.text.word("figures.importance.across"),
            "upward_name": self.text.word("figures.importance.upward"),
            "note": self.text.word("figures.importance.key"),
        }


def _quarter(first_day: str, locale: str) -> str:
    """The quarter that begins on an ISO date, as the language writes it; nothing where it is not known."""
    return format_skeleton("yQQQ", date.fromisoformat(first_day), locale=locale) if first_day else ""
