"""The numbers of a pack by topic: tables of values for a workbook, from the pack's document alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from cri.adapters.report_parts import claim_about
from cri.adapters.report_table_view import TableViews
from cri.adapters.report_text import ReportText
from cri.domain.claims import Value
from cri.domain.document_blocks import PAGE, block_document
from cri.domain.figures_kinds import figure_table
from cri.domain.pack import section_of

Document = Mapping[str, Any]

OWN_SHEETS: Final = {"strips", "items", "units"}
"""Kinds of figures whose rows stand in the sheets of results, items and units."""
EVERY_UNIT: Final = "glance"
FEW: Final = "factor.item_few"
KEPT: Final = "factor.unit_complementary"


@dataclass(frozen=True)
class Column:
    """A column: `name` finds its head and its definition; head: where it has one of its own."""

    name: str
    head: str = ""


@dataclass(frozen=True)
class NumberTable:
    """A sheet: `topic` finds its name and title, `columns` go with each row's values."""

    topic: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]
    title: str = field(default="")


def number_tables(text: ReportText) -> list[NumberTable]:
    """Return every table of numbers of a pack, in the order of its sheets."""
    whole = [_results(text), _items(text), _units(text)]
    return [*whole, *_figures(text), *_tables(text), _response(text), _norm(text)]


def _columns(*names: str) -> tuple[Column, ...]:
    return tuple(Column(name) for name in names)


def _word(key: str) -> Value:
    return Value("word", key)


def _results(text: ReportText) -> NumberTable:
    rows = [_result(text, row) for row in section_of(text.pack, "summary")["rows"]]
    names = (
        "factor", "score", "low", "high", "n", "alpha", "alpha_low", "alpha_high",
        "band", "percentile", "percentile_low", "percentile_high",
        "lowest", "quarter", "median", "three_quarters", "best",
    )  # fmt: skip
    return NumberTable("results", _columns(*names), tuple(rows))


def _result(text: ReportText, row: Document) -> tuple[Value, ...]:
    few = row["score"] is None
    low, high = row["interval"] or (None, None)
    score = _word(FEW if row["n"] < text.pack["minimum"] else KEPT) if few else Value("score", row["score"])
    return (
        Value("factor", row["code"]),
        score,
        Value("score", low),
        Value("score", high),
        Value("people", None if few else row["n"]),
        *_alpha(text, row),
        *_place(text, row),
        *_strip(row["strip"]),
    )


def _alpha(text: ReportText, row: Document) -> tuple[Value, Value, Value]:
    """Alpha with its interval, where the claim on it may be said."""
    alpha = row["alpha"]
    if not alpha or claim_about(text, row["code"], "reliability")["verdict"] == "dont":
        return (Value("coefficient", None),) * 3
    low, high = alpha["interval"] or (None, None)
    return (Value("coefficient", alpha["value"]), Value("coefficient", low), Value("coefficient", high))


def _place(text: ReportText, row: Document) -> tuple[Value, Value, Value, Value]:
    """Band and percentile as on the page: no percentile where it may not be told."""
    place, nothing = row["place"], Value("rank", None)
    if place is None or claim_about(text, row["code"], "position")["text_key"] == "position.none":
        return (_word("bands.none"), nothing, nothing, nothing)
    band = _word(f"bands.{place['band']}")
    if place["percentile"] is None or place["band"] == "cannot_tell":
        return (band, nothing, nothing, nothing)
    low, high = place["interval80"]
    return (band, Value("rank", place["percentile"]), Value("rank", low), Value("rank", high))


def _strip(strip: Document | None) -> tuple[Value, ...]:
    if strip is None:
        return (Value("score", None),) * 5
    lower, _, upper = strip["quartiles"] or (None, None, None)
    ends = (strip["lowest"]["mean"], lower, strip["median"], upper, strip["best"]["mean"])
    return tuple(Value("score", value) for value in ends)


def _items(text: ReportText) -> NumberTable:
    rows = [_item(text, factor["id"], row) for factor in _factors(text) for row in factor["items"]]
    names = ("factor", "item", "reversed", "n", "dont_know", "favourable", "neutral", "unfavourable")
    return NumberTable("items", _columns(*names), tuple(rows))


def _item(text: ReportText, factor: str, row: Document) -> tuple[Value, ...]:
    enough = row["n"] >= text.pack["minimum"]
    if row["favourable"] is not None:
        favourable = Value("share", row["favourable"])
    elif row["favourable_limit"]:
        favourable = Value("limit", row["favourable_limit"])
    else:
        favourable = _word("factor.item_alike" if enough else FEW)
    return (
        Value("factor", factor),
        Value("item", row["code"]),
        _word("factor.reversed") if row["reversed"] else Value("text", ""),
        Value("people", row["n"] if enough else None),
        Value("people", row["dont_know"] if enough else None),
        favourable,
        Value("share", row["neutral"]),
        Value("share", row["unfavourable"]),
    )


def _units(text: ReportText) -> NumberTable:
    rows = [_unit(factor["id"], row) for factor in _factors(text) for row in factor["units"]]
    return NumberTable("units", _columns("factor", "unit", "group", "score", "low", "high"), tuple(rows))


def _unit(factor: str, row: Document) -> tuple[Value, ...]:
    hidden = row["suppressed"]
    low, high = (None, None) if hidden or not row["interval"] else row["interval"]
    score = _word({"small": "factor.unit_few"}.get(hidden, KEPT)) if hidden else Value("score", row["score"])
    return (
        Value("factor", factor),
        Value("unit", row["code"]),
        Value("group", None if hidden else row["n"]),
        score,
        Value("score", low),
        Value("score", high),
    )


def _figures(text: ReportText) -> Iterator[NumberTable]:
    """The table twin of each other figure; of two tables of units the one that has them all."""
    figures = text.pack["figures"]
    kinds = {figure["kind"] for figure in figures.values()}
    for key, figure in figures.items():
        kind = figure["kind"]
        if kind in OWN_SHEETS or (kind == "heatmap" and EVERY_UNIT in kinds):
            continue
        twin = figure_table(text.pack, key)
        if any(value.value for row in twin.rows for value in row[1:]):
            named = _generic(text, twin.columns, block_document(twin))
            yield NumberTable(kind, named, twin.rows, text.word(twin.key))


def _tables(text: ReportText) -> Iterator[NumberTable]:
    """Tables of pages that no figure stands for."""
    for section in text.pack["sections"]:
        for block in _blocks(section["blocks"]) if section["key"] == PAGE else ():
            if block["kind"] == "table":
                rows = tuple(tuple(Value(**value) for value in row) for row in block["rows"])
                columns = _generic(text, block["columns"], block)
                yield NumberTable(block["key"].partition(".")[0], columns, rows, text.word(block["key"]))


def _blocks(blocks: Sequence[Document]) -> Iterator[Document]:
    for block in blocks:
        yield block
        if block["kind"] == "beside":
            yield from _blocks([*block["left"], *block["right"]])


def _generic(text: ReportText, columns: Sequence[str], block: Document) -> tuple[Column, ...]:
    """Columns of a page's table, under the heads that it has there."""
    views = TableViews(text)
    view = views.table({**block, "rows": block["rows"][:0], "tones": []})
    first = "unit" if any(row[0]["kind"] == "unit" for row in block["rows"]) else "factor"
    heads = [head["text"] for head in view["heads"]]
    own = [Column(name.partition(":")[0], head) for name, head in zip(columns, heads, strict=True)]
    return (Column(first), *own)


def _response(text: ReportText) -> NumberTable:
    population = text.pack["population"]
    names = ("staff", "answered", "rate", "usable", "excluded")
    row = (
        Value("people", population["headcount"]),
        Value("people", population["responses"]),
        Value("share", population["response_rate"]),
        Value("people", population["usable"]),
        Value("people", population["excluded"]),
    )
    return NumberTable("response_whole", _columns(*names), (row,))


def _norm(text: ReportText) -> NumberTable:
    norm, names = text.pack["norm"], ("edition", "peers", "agencies", "window_from", "window_to", "sha256")
    if norm is None:
        return NumberTable("norm", _columns("edition"), ((_word("facts.none"),),))
    window = norm["window"]
    row = (
        Value("text", norm["edition"]),
        Value("peers", norm["peers"]),
        Value("count", norm["agencies"]),
        Value("text", window["from"] or ""),
        Value("text", window["to"] or ""),
        Value("text", norm["sha256"]),
    )
    return NumberTable("norm", _columns(*names), (row,))


def _factors(text: ReportText) -> list[Document]:
    return [section for section in text.pack["sections"] if section["key"] == "factor"]
