"""The roadmap: actions by quarter and level; without a plan the empty grid, to draw on."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from cri.domain.claims import Value
from cri.domain.document_blocks import Table, word
from cri.domain.figures_marks import Canvas, Figure, Palette, Row, bare_figure, box, line, row_rules

Document = Mapping[str, Any]

LEVELS: Final = ("organisation", "function", "team", "leader")
QUARTERS: Final = 4
MOST_QUARTERS: Final = 8
LATE: Final = ("overdue", "not_working")
BAR: Final = 12.0  # px


def quarters_from(day: date, until: date | None = None) -> list[str]:
    """Return the first days (ISO) of the quarters from the one of `day` on: four, or up to `until`'s.

    Eight at most.
    """
    first = day.year * 4 + (day.month - 1) // 3
    last = first + QUARTERS - 1 if until is None else until.year * 4 + (until.month - 1) // 3
    count = min(MOST_QUARTERS, max(QUARTERS, last - first + 1))
    return [f"{at // 4:04d}-{at % 4 * 3 + 1:02d}-01" for at in range(first, first + count)]


def roadmap_rows(actions: Sequence[Document], first: date) -> list[dict[str, Any]]:
    """Return actions by level, then by their start: {code, level, title, owner, from, to, state}.

    actions: {code, level, title, owner, starts, ends (ISO dates), state (open, done, overdue, not_working)}.
    from, to: in quarters after the first day of the quarter of `first`. Without actions one empty row a
    level, whose title, from and to are None.
    """
    if not actions:
        return [_row(level, level) for level in LEVELS]
    ordered = sorted(actions, key=lambda one: (LEVELS.index(one["level"]), one["starts"], one["code"]))
    return [
        _row(
            str(one["code"]),
            one["level"],
            title=one["title"],
            owner=one["owner"],
            **{
                "from": _quarters(first, date.fromisoformat(one["starts"])),
                "to": _quarters(first, date.fromisoformat(one["ends"])),
            },
            state=one["state"],
        )
        for one in ordered
    ]


def roadmap_table(_figure: Document, rows: Sequence[Row]) -> Table:
    """Return the actions with level, owner, and state; without a plan the levels alone."""
    if is_blank(rows):
        return Table("figures.roadmap.sheet", (), tuple((word(f"levels.{row['level']}"),) for row in rows))
    cells = tuple(
        (
            Value("text", row["title"]),
            word(f"levels.{row['level']}"),
            Value("text", row["owner"]),
            word(f"figures.roadmap.{row['state']}"),
        )
        for row in rows
    )
    return Table("figures.roadmap.table", ("level", "owner", "state"), cells)


def is_blank(rows: Sequence[Row]) -> bool:
    """Whether there is no plan yet."""
    return all(row["title"] is None for row in rows)


def roadmap_figure(
    rows: Sequence[Row], quarters: int, canvas: Canvas, palette: Palette, *, mirrored: bool
) -> Figure:
    """Draw each action from its start to its end over the quarters; empty lanes without a plan.

    Done is grey, what goes on is blue, what is late or does not work is orange with a mark at its end. The
    first quarter is at the right if `mirrored`, where reading starts.
    """
    shapes = [line(at, at, 0, canvas.height, palette["rule"], 0.8) for at in range(1, quarters)]
    shapes += row_rules(canvas, palette)
    ends: list[tuple[float, float, str]] = []
    for row, centre in zip(rows, canvas.centres, strict=True):
        if row["from"] is None:
            continue
        left, right = max(0.0, row["from"]), min(float(quarters), row["to"])
        late = row["state"] in LATE
        role = "gap" if late else "pool_middle" if row["state"] == "done" else "agency"
        if left < right:
            shapes.append(box(left, right, centre - BAR / 2, centre + BAR / 2, palette[role]))
            if late:
                ends.append((right, centre, row["code"]))
    traces = [
        {
            "type": "scatter",
            "mode": "markers",
            "x": [x for x, _, _ in ends],
            "y": [y for _, y, _ in ends],
            "customdata": [code for _, _, code in ends],
            "marker": {
                "symbol": "diamond",
                "size": 13,
                "color": palette["paper"],
                "opacity": 1,
                "line": {"color": palette["gap"], "width": 2},
            },
            "cliponaxis": False,
        }
    ]
    axis = (float(quarters), 0.0) if mirrored else (0.0, float(quarters))
    return bare_figure([trace for trace in traces if trace["x"]], shapes, canvas, axis)


def _row(code: str, level: str, **given: Any) -> dict[str, Any]:
    empty = {"title": None, "owner": None, "from": None, "to": None, "state": "open"}
    return {"code": code, "level": level, **empty, **given}


def _quarters(first: date, day: date) -> float:
    """Quarters, with the part of the last one that is over, from the first quarter's first day to `day`."""
    month = 3 * ((day.month - 1) // 3) + 1
    start = date(day.year, month, 1)
    end = date(day.year + (month == 10), month + 3 if month < 10 else 1, 1)
    whole = (day.year - first.year) * 4 + (day.month - 1) // 3 - (first.month - 1) // 3
    return round(whole + (day - start).days / (end - start).days, 3)
