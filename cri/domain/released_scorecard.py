"""A scorecard as it leaves the service: with the numbers that a page would show, and no more digits.

The stored document keeps full doubles, since what may be shown was decided from them and packs are made from
it. But a full double of a mean is an exact fraction: with its n, and the sum of squares that the standard
deviation is, it can have so few whole-number solutions that one person's answers follow from a unit's
score. On the display grid it has very many. docs/decisions/released-numbers.md.
"""

from collections.abc import Callable, Mapping
from typing import Any

from cri.domain.rounding import round_coefficient, round_group, round_point, round_score

_POINTS = frozenset({"score", "sd", "se", "interval", "mean", "difference", "detectable"})
_SIZES = frozenset({"n_eff"})
_OWN_INTERVALS = frozenset({"alpha", "weights"})
_ABOUT_GROUPS = ("units.", "early_late.")


def released_scorecard(scorecard: Mapping[str, Any]) -> dict[str, Any]:
    """A stored scorecard as it may leave the service; the stored one is not touched.

    Sizes of units, profile options, and early and late respondents to the nearest 5; points (0-100 or of the
    response scale) to one decimal, those of groups of a weighted wave whole (`with_whole_points`), shares and
    coefficients to two, effective sizes whole. Claims are as on the page.
    """
    released = _of_groups(with_whole_points(scorecard), _round_sizes)
    return {name: _on_grid(name, value) for name, value in released.items()}


def with_whole_points(scorecard: Mapping[str, Any]) -> dict[str, Any]:
    """The scorecard with the groups of a weighted wave in whole points; another wave's as it is.

    So are the changes of groups since a weighted wave.

    People of one crossing of the margins have one weight, and the weights can be worked out. A weighted total
    is then a sum of whole numbers with known factors that have nothing in common, one for each crossing: four
    scores with one decimal left a crossing of four people a fifth of its totals, in whole points all of them
    (`tests/properties/test_weighted_digits.py`).
    """
    weighted = bool(scorecard.get("population", {}).get("weights"))
    told = _of_groups(scorecard, _in_whole_points) if weighted else dict(scorecard)
    if weighted and "claims" in told:
        told["claims"] = [_whole_claim(claim) for claim in told["claims"]]
    change = told.get("change")
    # A change since a weighted wave, and this wave's score, tell that wave's.
    if change and (weighted or change["previous"].get("weighted")):
        told["change"] = {**change, "units": [_with_coarse_change(unit) for unit in change["units"]]}
    return told


def _in_whole_points(group: Mapping[str, Any]) -> dict[str, Any]:
    factors = group["factors"]
    if factors is None:
        return dict(group)
    return {**group, "factors": {code: _whole(figure) for code, figure in factors.items()}}


def _whole(figure: Mapping[str, Any]) -> dict[str, Any]:
    """Points without decimals; what says no points is left."""
    return {
        name: _rounded(value, round_point) if name in _POINTS else value for name, value in figure.items()
    }


def _whole_claim(claim: Mapping[str, Any]) -> dict[str, Any]:
    """A claim about groups, with the points that their figures have."""
    if not claim["text_key"].startswith(_ABOUT_GROUPS):
        return dict(claim)
    values = {
        name: {**one, "value": _rounded(one["value"], round_point)} if one["kind"] in _POINTS else one
        for name, one in claim["values"].items()
    }
    return {**claim, "values": values}


def _with_coarse_change(unit: Mapping[str, Any]) -> dict[str, Any]:
    """A unit's changes in whole points, and what follows from them (p, d) to one decimal."""
    changes = unit["factors"].items()
    coarse = {
        code: change and {name: _rounded(value, round_score) for name, value in _whole(change).items()}
        for code, change in changes
    }
    return {**unit, "factors": coarse}


def _rounded(value: Any, to: Callable[[float], Any]) -> Any:
    if isinstance(value, list):
        return [_rounded(one, to) for one in value]
    return float(to(value)) if isinstance(value, float) else value


def _on_grid(name: str, value: Any) -> Any:
    """A value on the display grid, by the name it stands under."""
    if isinstance(value, Mapping):
        return {key: _on_grid(_named(name, key, value), one) for key, one in value.items()}
    if isinstance(value, list):
        return [_on_grid(name, one) for one in value]
    if not isinstance(value, float):
        return value
    return float(round(value)) if name in _SIZES else _in_digits(name, value)


def _named(outer: str, key: str, within: Mapping[str, Any]) -> str:
    """What a number is: by its own name, but for claims by their kind, and in alpha and drivers by theirs."""
    if key == "value":
        return str(within.get("kind", outer))
    return outer if key == "interval" and outer in _OWN_INTERVALS else key


def _in_digits(name: str, value: float) -> float:
    return float(round_score(value) if name in _POINTS else round_coefficient(value))


def _of_groups(scorecard: Mapping[str, Any], told: Callable[[Mapping[str, Any]], Any]) -> dict[str, Any]:
    """The scorecard with its groups as told: units, profile options, and early and late respondents."""
    released = {**scorecard, "units": [told(unit) for unit in scorecard["units"]]}
    if scorecard.get("profile"):
        released["profile"] = [
            {**question, "options": [told(option) for option in question["options"]]}
            for question in scorecard["profile"]
        ]
    quality = scorecard.get("quality")
    if quality and quality["early_late"]:
        halves = {name: told(half) for name, half in quality["early_late"].items()}
        released["quality"] = {**quality, "early_late": halves}
    return released


def _round_sizes(group: Mapping[str, Any]) -> dict[str, Any]:
    factors = group["factors"]
    if factors is not None:
        factors = {code: _round_figure(figure) for code, figure in factors.items()}
    return {**group, "n": _round_count(group["n"]), "factors": factors}


def _round_figure(figure: Mapping[str, Any]) -> dict[str, Any]:
    """Round n, and n_eff with it: of people who are not weighted it is the same number."""
    rounded_sizes = {name: _round_count(figure[name]) for name in ("n", "n_eff") if name in figure}
    return {**figure, **rounded_sizes}


def _round_count(count: float | None) -> int | None:
    return None if count is None else round_group(count)
