"""A placement as it leaves the service: with the digits that a page would show, and no more.

A placement holds the agency's own score, and what follows from it: docs/decisions/released-numbers.md.
"""

from collections.abc import Mapping
from typing import Any

from cri.domain.rounding import round_coefficient, round_rank, round_score

_RANKS = frozenset({"percentile", "interval80"})
_SHARES = frozenset({"probability"})


def released_placement(placement: Mapping[str, Any]) -> dict[str, Any]:
    """The document with points to one decimal, percentiles whole, probabilities to two decimals."""
    return {name: _on_grid(name, value) for name, value in placement.items()}


def _on_grid(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _on_grid(key, one) for key, one in value.items()}
    if isinstance(value, list):
        return [_on_grid(name, one) for one in value]
    if not isinstance(value, float):
        return value
    if name in _RANKS:
        return round_rank(value)
    return float(round_coefficient(value) if name in _SHARES else round_score(value))
