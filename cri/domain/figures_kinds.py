"""Any figure of a pack by its id: the table that says the same in numbers, the claims that tell it in words.

A figure's entry in a pack is {kind, of} for what stands on the leader's pages, and for every other kind
{kind, of, rows, claims, and what its drawing needs besides}.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from cri.domain.claims import Value
from cri.domain.document_blocks import Table
from cri.domain.figures_change import change_table, unit_change_table
from cri.domain.figures_forecast import forecast_table
from cri.domain.figures_heatmap import heatmap_table
from cri.domain.figures_importance import importance_table
from cri.domain.figures_response import response_table
from cri.domain.figures_roadmap import roadmap_table
from cri.domain.figures_waves import waves_table
from cri.domain.figures_wheel import wheel_table
from cri.domain.pack import figure_rows, section_of

Document = Mapping[str, Any]
Rows = Sequence[Document]


def figure_table(pack: Document, figure_id: str) -> Table:
    """Return the table twin of a figure: keys of caption and heads, each cell a value with its rounding."""
    figure, rows = pack["figures"][figure_id], figure_rows(pack, figure_id)
    if pack["norm"] and pack["norm"]["pretended"]:  # a place in a pool of made-up agencies is not told
        rows = [{**row, "place": None} for row in rows]
    return TWINS[figure["kind"]](figure, rows)


def figure_claims(pack: Document, figure_id: str) -> tuple[str, ...]:
    """Return the ids of the claims that a figure's alternative text is made of; () for an empty form."""
    figure = pack["figures"][figure_id]
    if "claims" in figure:
        return tuple(figure["claims"])
    if figure["kind"] == "strips":
        codes = figure["of"] if len(figure["of"]) == 1 else ["index"]
        return tuple(claim for code in codes for claim in _about(pack, code, ("score.", "position.")))
    start = "item." if figure["kind"] == "items" else "units."
    return tuple(key for key in section_of(pack, figure["of"][0])["claims"] if key.startswith(start))


def figure_entry(
    kind: str, rows: Rows, claims: Sequence[str], of: Sequence[str], **more: Any
) -> dict[str, Any]:
    """Return a figure as it stands in a pack. of: the codes that it is about, in a grid its columns."""
    return {"kind": kind, "of": list(of), "rows": [dict(row) for row in rows], "claims": list(claims), **more}


def claims_about(pack: Document, codes: Sequence[str], *starts: str) -> tuple[str, ...]:
    """Return the ids of a pack's claims of some kinds about some subjects, in the order of these."""
    return tuple(found for code in codes for found in _about(pack, code, starts))


def _about(pack: Document, code: str, starts: Sequence[str]) -> list[str]:
    own = [claim for claim in pack["claims"].values() if claim["subject"] == code]
    return [claim["id"] for start in starts for claim in own if claim["text_key"].startswith(start)]


def _strips(_figure: Document, rows: Rows) -> Table:
    return Table("figures.strips.table", ("score", "from", "to", "percentile", "from", "to"), tuple(
        (
            Value("factor", row["code"]),
            *(Value("score", value) for value in (row["score"], *(row["interval"] or (None, None)))),
            *(Value("rank", value) for value in _place(row)),
        )
        for row in rows
    ))  # fmt: skip


def _place(row: Document) -> tuple[float | None, float | None, float | None]:
    place = row["place"]
    if not place or place["percentile"] is None or place["band"] in {None, "cannot_tell"}:
        return (None, None, None)
    low, high = place["interval80"]
    return (place["percentile"], low, high)


def _items(_figure: Document, rows: Rows) -> Table:
    cells = []
    for row in rows:
        shown = row["favourable"] is not None or row["favourable_limit"] is not None
        favourable = (
            Value("share", row["favourable"])
            if row["favourable"] is not None or not shown
            else Value("limit", row["favourable_limit"])
        )
        cells.append((
            Value("item", row["code"]),
            Value("people", row["n"] if shown else None),
            favourable,
            Value("share", row["neutral"]),
            Value("share", row["unfavourable"]),
        ))  # fmt: skip
    return Table("figures.items.table", ("n", "favourable", "neutral", "unfavourable"), tuple(cells))


def _units(_figure: Document, rows: Rows) -> Table:
    cells = []
    for row in rows:
        few = "factor.unit_few" if row["suppressed"] == "small" else "factor.unit_complementary"
        score = Value("word", few) if row["suppressed"] else Value("score", row["score"])
        ends = row["interval"] if row["interval"] and not row["suppressed"] else (None, None)
        n = None if row["suppressed"] else row["n"]
        cells.append(
            (Value("unit", row["code"]), Value("group", n), score, *(Value("score", e) for e in ends))
        )
    return Table("figures.units.table", ("n", "score", "from", "to"), tuple(cells))


TWINS: Final[dict[str, Callable[[Document, Rows], Table]]] = {
    "strips": _strips,
    "items": _items,
    "units": _units,
    "wheel": wheel_table,
    "heatmap": heatmap_table,
    "glance": heatmap_table,
    "change": change_table,
    "waves": waves_table,
    "unit_change": unit_change_table,
    "importance": importance_table,
    "response": response_table,
    "forecast": forecast_table,
    "roadmap": roadmap_table,
}
"""Every kind of figure, with what makes its table."""
