"""The view of a factor's page: score, strip, items, units, and what strong and weak look like."""

from collections.abc import Mapping, Sequence
from typing import Any

from cri.adapters.report_figures import Drawing, cell_height, item_note
from cri.adapters.report_parts import along, claim_about, claim_views, picture, ticks
from cri.adapters.report_text import ReportText, direction_of
from cri.adapters.text_lines import width_of

Document = Mapping[str, Any]
View = dict[str, Any]
DEEPEST = 3  # levels of the tree that are set in
LABEL_SIZE = 10  # px, 7.5 pt: the type of the strip's labels
APART = 10  # px between two labels
NARROW = 180  # px of a units figure beside the texts of strong and weak


def factor_view(
    text: ReportText,
    section: Document,
    place: tuple[int, int],
    drawings: Mapping[str, Drawing],
    svgs: Mapping[str, bytes],
) -> View:
    """Return one factor's page. place: (number of this factor, number of factors)."""
    code, row = section["id"], section["row"]
    words = text.factor(code)
    number, count = (text.tick(entry) for entry in place)
    position = claim_about(text, code, "position")
    return {
        "eyebrow": text.word("factor.eyebrow", number=number, count=count),
        "name": text.factor_name(code),
        "meaning": words.meaning if words else "",
        "strong": words.strong if words else "",
        "weak": words.weak if words else "",
        "score": text.number("score", row["score"]),
        "under": _under(text, row),
        "strip": strip_view(text, row, drawings[f"{code}.strip"], svgs[f"{code}.strip"]),
        "claims": claim_views(text, [position["id"], *_units_first(section["claims"])]),
        "statements": _items(text, section, drawings[f"{code}.items"], svgs[f"{code}.items"]),
        "units": _units(text, section, drawings, svgs),
    }


def _units_first(keys: Sequence[str]) -> list[str]:
    """The units beside the position, then the two statements side by side."""
    return sorted(keys, key=lambda key: not key.startswith("units."))


def _under(text: ReportText, row: Document) -> list[str]:
    if row["score"] is None:
        return [text.word("summary.few")]
    lines = [text.word("factor.people", n=text.number("people", row["n"]))]
    if row["interval"]:
        low, high = (text.number("score", end) for end in row["interval"])
        lines.insert(0, text.word("factor.interval", low=low, high=high))
    return lines


def strip_view(text: ReportText, row: Document, drawing: Drawing, svg: bytes) -> View | None:
    """Return a factor's strip with its labels; lowest and best run inwards from their ends of the band."""
    strip = row["strip"]
    if row["score"] is None and strip is None:
        return None
    alt = " ".join(text.spoken(claim_about(text, row["code"], kind)) for kind in ("score", "position"))
    below = strip_labels(text, strip, drawing) if strip else []
    above = [] if row["score"] is None else [
        {"at": along(drawing.axis, row["score"]), "text": text.number("score", row["score"])}
    ]  # fmt: skip
    return {"figure": picture(drawing, svg, alt), "above": above, "below": below}


def strip_labels(text: ReportText, strip: Document, drawing: Drawing) -> list[View]:
    """Names and values of the strip's ends, and of its median where there is room between their words."""
    names = ("lower", "upper") if strip["quartiles"] is None else ("lowest", "best")
    low, middle, high = (
        along(drawing.axis, value)
        for value in (strip["lowest"]["mean"], strip["median"], strip["best"]["mean"])
    )
    named = [
        text.word(f"key.{name}", size=text.number("count", strip[end]["size"]))
        for end, name in zip(("lowest", "best"), names, strict=True)
    ]
    lowest, best, median = (_label_width(name) for name in (*named, text.word("key.median")))
    px = drawing.canvas.width / 100
    inward = (high - low) * px > lowest + best + APART
    labels = [
        _label(text, strip["lowest"]["mean"], low, named[0], "from" if inward else "to"),
        _label(text, strip["best"]["mean"], high, named[1], "to" if inward else "from"),
    ]
    taken = (lowest, best) if inward else (0.0, 0.0)
    room = min((middle - low) * px - taken[0], (high - middle) * px - taken[1])
    if room > median / 2 + APART:
        labels.insert(1, _label(text, strip["median"], middle, text.word("key.median"), "at"))
    return labels


def _label_width(name: str) -> float:
    return width_of(name, LABEL_SIZE)


def _label(text: ReportText, value: float, at: float, name: str, side: str) -> View:
    """side: the label runs "from" its place, "to" it, or is centred "at" it; at: per cent of the width."""
    edge, place = ("right", round(100 - at, 3)) if side == "to" else ("left", at)
    return {"at": place, "edge": edge, "side": side, "name": name, "text": text.number("score", value)}


def _items(text: ReportText, section: Document, drawing: Drawing, svg: bytes) -> View:
    claims = [text.pack["claims"][key] for key in section["claims"] if key.startswith("item.")]
    alt = " ".join(text.spoken(claim) for claim in claims) or text.word("factor.items_table")
    rows = [_item_row(text, row, cell_height(drawing, number)) for number, row in enumerate(section["items"])]
    return {"figure": picture(drawing, svg, alt), "rows": rows}


def _item_row(text: ReportText, row: Document, height: float) -> View:
    enough = row["n"] >= text.pack["minimum"]
    if row["favourable"] is not None:
        favourable = text.number("share", row["favourable"])
    elif row["favourable_limit"]:
        favourable = text.limit(row["favourable_limit"])
    else:
        favourable = text.word("factor.item_alike" if enough else "factor.item_few")
    return {
        "statement": text.statement(row["code"]),
        "note": item_note(text, row),
        "n": text.number("people", row["n"] if enough else None),
        "dont_know": text.number("people", row["dont_know"] if enough else None),
        "favourable": favourable,
        "few": row["favourable"] is None,
        "height": height,
    }


def _units(
    text: ReportText, section: Document, drawings: Mapping[str, Drawing], svgs: Mapping[str, bytes]
) -> View | None:
    key = f"{section['id']}.units"
    if key not in drawings:
        return None
    drawing = drawings[key]
    claims = [text.pack["claims"][found] for found in section["claims"] if found.startswith("units.")]
    alt = " ".join(text.spoken(claim) for claim in claims) or text.word("factor.units_table")
    more = section["units_more"]
    return {
        "figure": picture(drawing, svgs[key], alt),
        "wide": drawing.canvas.width > NARROW,
        "ticks": ticks(text, drawing.axis),
        "rows": [
            _unit_row(text, row, cell_height(drawing, number)) for number, row in enumerate(section["units"])
        ],
        "more": text.word("factor.units_more", count=text.number("count", more)) if more else "",
    }


def _unit_row(text: ReportText, row: Document, height: float) -> View:
    why = {"small": "factor.unit_few", "complementary": "factor.unit_complementary"}
    hidden = row["suppressed"]
    return {
        "name": text.unit_name(row["code"]),
        "direction": direction_of(text.unit_name(row["code"])),
        "depth": min(row["depth"], DEEPEST),
        "n": "" if hidden else text.number("group", row["n"]),
        "score": text.word(why[hidden]) if hidden else text.number("score", row["score"]),
        "few": bool(hidden),
        "height": height,
    }
