"""The rows of a pack's figures and tables: a result and its place, an item and its bands, units of a tree."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from cri.domain.instrument import Instrument
from cri.domain.strip import strip_of

Document = Mapping[str, Any]

MOST_UNITS: Final = 8  # units on a factor page; the rest are counted and found on the results page


def result_row(result: Document, placement: Document | None, edition: Document | None) -> dict[str, Any]:
    """Return a score with its place among others and the pool's strip.

    result: the index or a factor of the scorecard, with its code. A row: {code, n, score, interval, alpha,
    place (one placement or None), strip (as of `strip_of` or None)}.
    """
    places = placement["placements"] if placement else ()
    place = next((dict(found) for found in places if found["factor"] == result["code"]), None)
    return {
        "code": result["code"],
        "n": result["n"],
        "score": result["score"],
        "interval": result["interval"],
        "alpha": result.get("alpha"),
        "place": place,
        "strip": strip_of(edition, result["code"], place["peers"]) if place and edition else None,
    }


def item_row(item: Document, instrument: Instrument | None) -> dict[str, Any]:
    """Return an item of the scorecard with the shares (0-1) of its three bands where they are shown."""
    return {
        "code": item["code"],
        "reversed": item["reversed"],
        "n": item["n"],
        "dont_know": item["dont_know"],
        "mean": item["mean"],
        "favourable": item["favourable"],
        "favourable_limit": item["favourable_limit"],
        **_other_bands(item, instrument),
    }


def _other_bands(item: Document, instrument: Instrument | None) -> dict[str, float | None]:
    """Shares (0-1) of neutral and unfavourable answers; None where none is shown or nobody answered so.

    Points of the scale come as given: for a reverse-keyed item the lowest are the favourable ones.
    """
    shown = item["distribution"]
    if shown is None or (shown["kind"] == "points" and instrument is None):
        return {"neutral": None, "unfavourable": None}
    shares = {cell["code"]: cell["share"] for cell in shown["cells"]}
    if shown["kind"] == "bands":
        return {"neutral": shares["neutral"], "unfavourable": shares["unfavourable"]}
    assert instrument is not None
    keyed = list(shares.values())[:: -1 if item["reversed"] else 1]
    top = instrument.scale.favourable
    return {"neutral": _total(keyed[top:-top]), "unfavourable": _total(keyed[:top])}


def _total(shares: Sequence[float | None]) -> float | None:
    stated = [share for share in shares if share is not None]
    return sum(stated) if stated else None


def unit_rows(
    units: Sequence[Document], factor: str, most: int = MOST_UNITS
) -> tuple[list[dict[str, Any]], int]:
    """Return units in tree order, and how many were left out.

    Whole levels from the top down, as long as at most `most` units are shown: some of a level without
    their peers would invite a comparison with nobody. Two top levels that are too many are cut.
    """
    parents = {unit["code"]: unit["parent"] for unit in units}
    depths = {code: _depth(code, parents) for code in parents}
    whole = [
        depth for depth in set(depths.values()) if sum(other <= depth for other in depths.values()) <= most
    ]
    if max(whole, default=0) >= 1:
        kept = {code for code, depth in depths.items() if depth <= max(whole)}
    else:
        kept = {unit["code"] for unit in sorted(units, key=lambda unit: depths[unit["code"]])[:most]}
    ordered = _tree_order(units)
    rows = [_unit_row(unit, depths[unit["code"]], factor) for unit in ordered if unit["code"] in kept]
    return rows, len(units) - len(rows)


def _tree_order(units: Sequence[Document]) -> list[Document]:
    """Each unit followed by those below it; brothers in the order given."""
    below: dict[str | None, list[Document]] = {}
    codes = {unit["code"] for unit in units}
    for unit in units:
        below.setdefault(unit["parent"] if unit["parent"] in codes else None, []).append(unit)
    ordered, waiting = [], below.get(None, [])[::-1]
    while waiting:
        unit = waiting.pop()
        ordered.append(unit)
        waiting += below.get(unit["code"], [])[::-1]
    return ordered


def _depth(code: str, parents: Mapping[str, str | None]) -> int:
    depth, parent = 0, parents[code]
    while parent is not None and parent in parents:
        depth, parent = depth + 1, parents[parent]
    return depth


def _unit_row(unit: Document, depth: int, factor: str) -> dict[str, Any]:
    result = unit["factors"][factor] if unit["factors"] else {}
    return {
        "code": unit["code"],
        "depth": depth,
        "n": result.get("n"),
        "suppressed": unit["suppressed"] or result.get("suppressed"),
        "score": result.get("score"),
        "interval": result.get("interval"),
    }
