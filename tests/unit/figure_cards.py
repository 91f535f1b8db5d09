"""Results, units and a scorecard, as small as figures need them; a check that Plotly takes a figure."""

import json
from typing import Any

import plotly.graph_objects as go

from cri.adapters.report_files import load_palette

PALETTE = load_palette()


def result(code: str, score: float | None, place: dict[str, Any] | None = None) -> dict[str, Any]:
    interval = None if score is None else [score - 2.04, score + 2.04]
    return {"code": code, "score": score, "interval": interval, "place": place}


def placed(percentile: float | None, band: str | None = "upper_half") -> dict[str, Any]:
    ends = None if percentile is None else [percentile - 7.3, percentile + 5.8]
    return {"percentile": percentile, "interval80": ends, "band": band}


def shapes_of(figure: dict[str, Any]) -> list[dict[str, Any]]:
    shapes: list[dict[str, Any]] = figure["layout"]["shapes"]
    return shapes


def valid(figure: dict[str, Any]) -> dict[str, Any]:
    """The figure, which Plotly takes and which holds no words and no NaN."""
    go.Figure(figure)
    assert "text" not in json.dumps(figure, allow_nan=False)
    return figure


def unit(code: str, scores: dict[str, float] | None, n: int | None = 40) -> dict[str, Any]:
    factors = (
        None
        if scores is None
        else {
            factor: {"score": score, "interval": [score - 1, score + 1], "suppressed": None, "n": n}
            for factor, score in scores.items()
        }
    )
    suppressed = None if scores else "small"
    return {"code": code, "name": code, "parent": None, "n": n, "suppressed": suppressed, "factors": factors}


def card(**more: Any) -> dict[str, Any]:
    return {
        "index": {"score": 55.0, "interval": [53.0, 57.0], "n": 90},
        "factors": [
            {"code": "a", "score": 50.0, "interval": [48.0, 52.0], "n": 90},
            {"code": "b", "score": 60.0, "interval": [58.0, 62.0], "n": 90},
        ],
        "units": [
            unit("u", {"a": 57.26, "b": 60.4}),
            unit("v", {"a": 49.0, "b": 44.0}),
            unit("w", None, None),
        ],
        "change": None,
        "drivers": None,
        "instrument": {"code": "x", "version": "1", "sha256": "0"},
        "method": "1",
        "sheet_sha256": "f",
        "population": {"usable": 90},
        "wave": {"label": "now", "closed": "2026-05-01"},
        **more,
    }
