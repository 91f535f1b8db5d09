"""The room's forecast beside the result: two marks joined by a line; before the workshop, empty lines.

A forecast is the median of the guesses with their middle half. Of fewer than five people none is told.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from cri.domain.claims import Claim, Value, claim_of
from cri.domain.document_blocks import Table
from cri.domain.figures_marks import Canvas, Figure, Palette, Row, bare_figure, line, row_rules, ticks_of
from cri.domain.rounding import round_score

Document = Mapping[str, Any]

FEWEST_GUESSES: Final = 5
"""People whose guesses are told together; of fewer, each could be known."""


def forecast_rows(results: Sequence[Row], guesses: Mapping[str, Sequence[float]]) -> list[dict[str, Any]]:
    """Return {code, guesses (how many), forecast, middle (quartiles), score, interval} for each result.

    results: {code, score, interval}, the index and factors. guesses: 0-100, of each person, by code; {}
    before the workshop: then rows hold neither forecast nor score: nothing is revealed before the guess.
    """
    return [_row(result, guesses.get(result["code"], ()), revealed=bool(guesses)) for result in results]


def forecast_claims(rows: Sequence[Row]) -> list[Claim]:
    """Say where the room guessed higher or lower than the result; not where the interval holds the guess."""
    made = []
    for row in rows:
        if row["forecast"] is None or row["score"] is None or row["interval"] is None:
            continue
        low, high = row["interval"]
        values = {
            "factor": Value("factor", row["code"]),
            "forecast": Value("score", row["forecast"]),
            "score": Value("score", row["score"]),
            "guesses": Value("count", row["guesses"]),
        }
        if low <= row["forecast"] <= high:
            made.append(claim_of("forecast.met", row["code"], "dont", "within_noise", **values))
        else:
            key = "forecast.higher" if row["forecast"] > high else "forecast.lower"
            made.append(claim_of(key, row["code"], "say", "forecast_clear", **values))
    return made


def forecast_table(_figure: Document, rows: Sequence[Row]) -> Table:
    """Return forecast and result; where there is no forecast yet, cells to write in."""
    if not any(row["forecast"] is not None for row in rows):
        empty = Value("text", "")
        blank = tuple((Value("factor", row["code"]), empty, empty) for row in rows)
        return Table("figures.forecast.sheet", ("low_high", "why"), blank)
    cells = tuple(
        (
            Value("factor", row["code"]),
            Value("score", row["forecast"]),
            *(Value("score", end) for end in row["middle"] or (None, None)),
            Value("score", row["score"]),
        )
        for row in rows
    )
    return Table("figures.forecast.table", ("forecast", "from", "to", "score"), cells)


def forecast_figure(
    rows: Sequence[Row], canvas: Canvas, axis: tuple[float, float], palette: Palette
) -> Figure:
    """Draw guess and result of each row, joined; without them the scale alone, to be marked by hand.

    The guess is an empty diamond with the middle half of the guesses, the result a dot with its interval.
    """
    blank = all(row["forecast"] is None and row["score"] is None for row in rows)
    shapes = _scales(canvas, axis, palette) if blank else []
    if not blank:
        shapes = [line(at, at, 0, canvas.height, palette["grid"], 0.6) for at in ticks_of(axis)]
    shapes += row_rules(canvas, palette)
    told = [_as_told(row) for row in rows]
    for row, centre in zip(told, canvas.centres, strict=True):
        if row["forecast"] is not None and row["score"] is not None:
            shapes.append(line(row["forecast"], row["score"], centre, centre, palette["earlier"], 1.4))
    guessed = [(row["forecast"], row["middle"], y, row["code"])
               for row, y in zip(told, canvas.centres, strict=True)]  # fmt: skip
    scored = [(row["score"], row["interval"], y, row["code"])
              for row, y in zip(told, canvas.centres, strict=True)]  # fmt: skip
    traces = [
        _marks(guessed, palette["forecast"], {"symbol": "diamond", "color": palette["paper"], "size": 10}),
        _marks(scored, palette["agency"], {"symbol": "circle", "color": palette["agency"], "size": 9}),
    ]
    return bare_figure([trace for trace in traces if trace["x"]], shapes, canvas, axis)


def _scales(canvas: Canvas, axis: tuple[float, float], palette: Palette) -> list[Figure]:
    """A scale to write on in each row: a line with a mark at each ten, longer at the ends and the middle."""
    shapes = []
    for centre in canvas.centres:
        shapes.append(line(axis[0], axis[1], centre, centre, palette["faint"], 1))
        for at in range(int(axis[0]), int(axis[1]) + 1, 10):
            half = 6 if at in {axis[0], sum(axis) / 2, axis[1]} else 3.5
            shapes.append(line(at, at, centre - half, centre + half, palette["faint"], 1))
    return shapes


def _marks(
    found: Sequence[tuple[float | None, Sequence[float] | None, float, str]], colour: str, marker: Figure
) -> Figure:
    seen = [(at, interval or (at, at), y, code) for at, interval, y, code in found if at is not None]
    return {
        "type": "scatter",
        "mode": "markers",
        "x": [at for at, _, _, _ in seen],
        "y": [y for _, _, y, _ in seen],
        "customdata": [code for _, _, _, code in seen],
        "error_x": {
            "type": "data",
            "symmetric": False,
            "array": [round(ends[1] - at, 1) for at, ends, _, _ in seen],
            "arrayminus": [round(at - ends[0], 1) for at, ends, _, _ in seen],
            "color": colour,
            "thickness": 3,
            "width": 0,
        },
        "marker": {**marker, "opacity": 1, "line": {"color": colour, "width": 1.6}},
        "cliponaxis": False,
    }


def _row(result: Row, guesses: Sequence[float], *, revealed: bool) -> dict[str, Any]:
    enough = len(guesses) >= FEWEST_GUESSES
    lower, median, upper = (
        (float(value) for value in np.quantile(np.asarray(guesses, dtype=np.float64), [0.25, 0.5, 0.75]))
        if enough
        else (None, None, None)
    )
    return {
        "code": result["code"],
        "guesses": len(guesses) if enough else None,
        "forecast": median,
        "middle": [lower, upper] if enough else None,
        "score": result["score"] if revealed else None,
        "interval": result["interval"] if revealed else None,
    }


def _as_told(row: Row) -> dict[str, Any]:
    told: dict[str, Any] = dict(row)
    for key in ("forecast", "score"):
        told[key] = None if row[key] is None else float(round_score(row[key]))
    for key in ("middle", "interval"):
        told[key] = None if row[key] is None else [float(round_score(end)) for end in row[key]]
    return told
