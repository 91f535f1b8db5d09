"""Tables of the workshop pack that no figure draws: agreement, and what a survey could find."""

import math
from collections.abc import Mapping
from typing import Any

from cri.domain.change import DETECTABLE
from cri.domain.claims import Value
from cri.domain.document_blocks import Table

Document = Mapping[str, Any]


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
