"""What the pool keeps of a wave: aggregates in the shape of a scorecard, no name, no answer, no day.

A contribution is a projection of the scorecard: it has the fields that eligibility, quarantine and editions
read, under the names they have there, so that an edition can be made from the pool alone. Method section 5.
"""

from collections.abc import Mapping
from typing import Any

Document = Mapping[str, Any]

FACETS = ("sector", "country", "relationship")
"""What a contribution tells of its agency besides its size."""

_FIGURE = ("n", "n_eff", "score", "sd")
_ITEM = ("code", "n", "n_eff", "mean", "sd")
_POPULATION = ("usable", "response_rate", "headcount")
_WEIGHTS = ("method", "design_effect", "n_eff")


def aggregates_of(
    scorecard: Document,
    facets: Mapping[str, str | None],
    ordinal: int = 0,
    previous: Document | None = None,
) -> dict[str, Any]:
    """The projection of a scorecard that the pool keeps.

    facets: sector, country and relationship, as far as known. ordinal: how many waves of the instrument the
    agency had before this one; it tells which of two waves of one month is the newer. previous: the scorecard
    of the agency's wave before this one, of the same version of the instrument; kept without its items.
    """
    return {
        "method": scorecard["method"],
        "instrument": {key: scorecard["instrument"][key] for key in ("code", "version", "sha256")},
        "synthetic": scorecard["synthetic"],
        "wave": {"closed": _month(scorecard), "ordinal": ordinal},
        "sheet_sha256": scorecard["sheet_sha256"],
        "facets": {key: facets.get(key) or None for key in FACETS},
        "population": _population(scorecard["population"]),
        "index": _figure(scorecard["index"]),
        "factors": [
            {
                "code": factor["code"],
                **_figure(factor),
                "items": [{key: item.get(key) for key in _ITEM} for item in factor.get("items") or ()],
            }
            for factor in scorecard["factors"]
        ],
        "previous": _before(previous) if previous else None,
    }


def figures_alone(aggregates: Document) -> list[Any]:
    """All numbers of a contribution and nothing that names a sheet: equal for two copies of one sheet."""
    factors = [
        [_figure(factor), [{key: item.get(key) for key in _ITEM} for item in factor["items"]]]
        for factor in aggregates["factors"]
    ]
    return [_figure(aggregates["index"]), factors]


def _before(scorecard: Document) -> dict[str, Any]:
    return {
        "wave": {"closed": _month(scorecard)},
        "sheet_sha256": scorecard["sheet_sha256"],
        "population": _population(scorecard["population"]),
        "index": _figure(scorecard["index"]),
        "factors": [{"code": factor["code"], **_figure(factor)} for factor in scorecard["factors"]],
    }


def _figure(figure: Document) -> dict[str, Any]:
    return {key: figure.get(key) for key in _FIGURE}


def _population(population: Document) -> dict[str, Any]:
    weights = population.get("weights")
    return {key: population.get(key) for key in _POPULATION} | {
        "weights": {key: weights.get(key) for key in _WEIGHTS} if weights else None
    }


def _month(scorecard: Document) -> str | None:
    """The month in which the wave closed: a day would point at one agency."""
    return str(scorecard["wave"].get("closed") or "")[:7] or None
