"""Scorecards for tests of the pool: only what norms and placing read, with numbers a test can choose."""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from cri.domain.eligibility import Member

FACTORS = ("insight", "foresight")
INSTRUMENT = {"code": "cri", "version": "1.0.0", "sha256": "0" * 64}


def sheet_digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


def scorecard(
    agency: str,
    scores: float | Sequence[float],
    *,
    n: int = 100,
    sd: float = 15.0,
    half_width: float = 3.0,
    **changes: Any,
) -> dict[str, Any]:
    """A scorecard of two factors; the index is their mean. `changes` replace whole fields."""
    own = [float(scores)] * len(FACTORS) if isinstance(scores, int | float) else [float(s) for s in scores]

    def figure(score: float) -> dict[str, Any]:
        return {"n": n, "score": score, "sd": sd, "interval": [score - half_width, score + half_width]}

    return {
        "schema": "cri.scorecard/1",
        "method": "1.0",
        "instrument": dict(INSTRUMENT),
        "synthetic": False,
        "agency": agency,
        "wave": {"id": f"{agency}-1", "label": None, "opened": None, "closed": "2026-03-31"},
        "sheet_sha256": sheet_digest(agency),
        "population": {"usable": n, "response_rate": None, "headcount": None, "weights": None},
        "index": figure(sum(own) / len(own)),
        "factors": [{"code": code, **figure(score)} for code, score in zip(FACTORS, own, strict=True)],
        **changes,
    }


def member(
    agency: str, scores: float | Sequence[float], facets: Mapping[str, str] | None = None, **changes: Any
) -> Member:
    """A member whose agency is its own owner unless facets say otherwise."""
    told = {"owner": agency, **(facets or {})}
    return Member(scorecard(agency, scores, **changes), agency, source=f"{agency}.json", **told)


def pool_of(scores: Sequence[float], **changes: Any) -> list[Member]:
    """One member for each score, named a0, a1, ..."""
    return [member(f"a{number}", score, **changes) for number, score in enumerate(scores)]
