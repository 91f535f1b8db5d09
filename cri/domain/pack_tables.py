"""Tables of the workshop pack: units beside the agency, agreement, what goes with an outcome, precision."""

import math
from collections.abc import Mapping
from typing import Any, Final

from cri.domain.change import DETECTABLE, SMALLEST_POINTS
from cri.domain.claims import Value
from cri.domain.document_blocks import Table
from cri.domain.pack_rows import unit_rows

Document = Mapping[str, Any]

MOST_ROWS: Final = 18
"""Units in a table of a page: the highest levels of the tree that fit; the results page has them all."""


def units_table(card: Document) -> Table | None:
    """Each unit's score of each factor, marked where it is as far from the agency's as matters.

    Above or below: the unit's whole interval on one side of the agency's score, and the scores as far
    apart as counts as a change. None without units.
    """
    codes = [factor["code"] for factor in card["factors"]]
    by_code = {unit["code"]: unit for unit in card["units"]}
    levels, _ = unit_rows(card["units"], codes[0], MOST_ROWS)
    units = [by_code[row["code"]] for row in levels if by_code[row["code"]]["suppressed"] is None]
    if not units:
        return None
    whole = {factor["code"]: factor["score"] for factor in card["factors"]}
    rows, tones = [], []
    for unit in units:
        figures = [unit["factors"][code] for code in codes]
        cells = [_score(figure) for figure in figures]
        rows.append((Value("unit", unit["code"]), Value("group", unit["n"]), *cells))
        marks = [_side(figure, whole[code]) for code, figure in zip(codes, figures, strict=True)]
        tones.append(("", *marks))
    agency = [Value("score", whole[code]) for code in codes]
    rows.insert(0, (Value("word", "units.agency"), Value("people", card["population"]["usable"]), *agency))
    tones.insert(0, ("", *[""] * len(codes)))
    return Table("units.table", ("n", *(f"factor:{code}" for code in codes)), tuple(rows), tuple(tones))


def _score(figure: Document) -> Value:
    if figure["score"] is None:
        return Value("word", "units.few")
    return Value("score", figure["score"])


def _side(figure: Document, whole: float | None) -> str:
    if figure["interval"] is None or whole is None or abs(figure["score"] - whole) < SMALLEST_POINTS:
        return ""
    low, high = figure["interval"]
    return "above" if low > whole else "below" if high < whole else ""


def agreement_table(card: Document) -> Table:
    """How alike people see each factor: r_wg(J) under two nulls, AD, and whether views are mixed."""
    rows = []
    for factor in card["factors"]:
        rwg = factor["rwg_j"] or {}
        mixed = factor["mixed_views"]
        view = "unknown" if mixed is None else "mixed" if mixed else "shared"
        rows.append((
            Value("factor", factor["code"]),
            Value("people", factor["n"] if factor["score"] is not None else None),
            Value("coefficient", rwg.get("uniform")),
            Value("coefficient", rwg.get("slight_skew")),
            Value("coefficient", factor["ad_m"]),
            Value("word", f"agreement.{view}"),
        ))  # fmt: skip
    return Table("agreement.table", ("n", "uniform", "skewed", "ad", "view"), tuple(rows))


def importance_table(card: Document) -> Table | None:
    """Score beside importance: each factor's share of what the factors explain of the first outcome."""
    driver = next(iter(card["drivers"] or ()), None)
    if driver is None:
        return None
    scores = {factor["code"]: factor["score"] for factor in card["factors"]}
    told = [one for one in driver["weights"] if one["share"] is not None]
    rows = tuple(
        (
            Value("factor", one["factor"]),
            Value("score", scores[one["factor"]]),
            Value("share", one["share"]),
            Value("share", one["interval"][0]),
            Value("share", one["interval"][1]),
        )
        for one in sorted(told, key=lambda one: (-one["share"], one["factor"]))
    )
    return Table("priorities.table", ("score", "share", "from", "to"), rows) if rows else None


def target_table(card: Document) -> Table:
    """Where each figure stands, and the least change that a survey as large as this one would likely find."""
    results = [{**card["index"], "code": "index"}, *card["factors"]]
    rows = tuple(
        (
            Value("factor", result["code"]),
            Value("score", result["score"]),
            Value("score", result["interval"][0] if result["interval"] else None),
            Value("score", result["interval"][1] if result["interval"] else None),
            Value("difference", _detectable(result)),
        )
        for result in results
    )
    return Table("targets.table", ("score", "from", "to", "detectable"), rows)


def _detectable(result: Document) -> float | None:
    """2.8 sqrt(SE1^2 + SE2^2) with the same error twice, without the finite-population factor."""
    if result["score"] is None or result["sd"] is None or not result.get("n_eff"):
        return None
    return DETECTABLE * float(result["sd"]) * math.sqrt(2 / float(result["n_eff"]))
