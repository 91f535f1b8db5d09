"""The scorecard: all results of one wave as one document. Method section 7.

Numbers are full doubles; rounding happens once, at display. Fields of later versions of the method are
present and null.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from cri.domain.disclosure import MINIMUM, Bands, Gateway, Suppressed
from cri.domain.errors import InputError, InputProblem
from cri.domain.instrument import Factor, Instrument, Item, Scale
from cri.domain.reliability import factor_alpha
from cri.domain.scoring import FactorSums, ItemCounts, WaveSums, sum_wave
from cri.domain.sheet import AnswerSheet, unit_parents
from cri.domain.statistics import Moments, standard_error, t_interval

SCHEMA = "cri.scorecard/1"
METHOD = "1.0"
BANDS = ("unfavourable", "neutral", "favourable")

Document = dict[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class WaveFacts:
    """What is known of a wave besides its answers.

    `opened`, `closed`: a date or an aware time. `headcount`: everybody who could have answered, if known.
    `minimum`: people behind any figure, at least 10. `facets`: sector, country, relationship.
    `headcounts`: for `weights` "rake", by margin ("unit", with codes of top units, or a profile question's
    code) and level, how many people there are. `previous`: an earlier scorecard to compare with.
    """

    agency: str | None = None
    wave_id: str | None = None
    label: str | None = None
    opened: date | None = None
    closed: date | None = None
    headcount: int | None = None
    synthetic: bool = False
    minimum: int = MINIMUM
    sheet_sha256: str | None = None
    facets: Mapping[str, str] | None = None
    headcounts: Mapping[str, Mapping[str, int]] | None = None
    weights: Literal["none", "rake"] = "none"
    previous: Mapping[str, Any] | None = None


def build_scorecard(instrument: Instrument, sheet: AnswerSheet, facts: WaveFacts) -> Document:
    """Score a wave. Figures with too few people behind them are null; a wave of nobody is all null.

    Raises InputError if the population is smaller than the number of answers, ValueError if the sheet is
    not of this instrument or the minimum is below the method's.
    """
    if facts.headcount is not None and facts.headcount < sheet.respondents:
        what = f"{facts.headcount} people gave {sheet.respondents} answers"
        expected = f"at least {sheet.respondents}, or nothing if it is not known"
        raise InputError([InputProblem(what, "population", expected)])
    gateway = Gateway(facts.minimum)
    sums = sum_wave(instrument, sheet)
    factors = [
        _factor(instrument, factor, sheet, factor_sums, facts.headcount, gateway)
        for factor, factor_sums in zip(instrument.factors, sums.factors, strict=True)
    ]
    return {
        "schema": SCHEMA,
        "method": METHOD,
        "instrument": {
            "code": instrument.code,
            "version": instrument.version,
            "sha256": instrument.sha256,
        },
        "synthetic": facts.synthetic,
        "agency": facts.agency,
        "facets": dict(facts.facets) if facts.facets is not None else None,
        "wave": {
            "id": facts.wave_id,
            "label": facts.label,
            "opened": facts.opened.isoformat() if facts.opened else None,
            "closed": facts.closed.isoformat() if facts.closed else None,
            "minimum": facts.minimum,
        },
        "sheet_sha256": facts.sheet_sha256,
        "population": _population(sums, facts.headcount),
        "index": _index(sums, factors, instrument.scale, facts.headcount, gateway),
        "factors": factors,
        "units": _units(instrument, sheet, sums, gateway),
        "agreement": None,
        "quality": None,
        "profile": None,
        "claims": [],
    }


def _population(sums: WaveSums, headcount: int | None) -> Document:
    return {
        "headcount": headcount,
        "responses": sums.responses,
        "usable": sums.usable,
        "response_rate": sums.responses / headcount if headcount else None,
        "excluded": 0,
        "weights": None,
    }


def _index(
    sums: WaveSums, factors: list[Document], scale: Scale, headcount: int | None, gateway: Gateway
) -> Document:
    """Mean of the factor scores; its standard error over respondents who have every factor."""
    scores = [factor["score"] for factor in factors]
    shown = None not in scores and gateway.shows(sums.index.n)
    if not shown:
        return {"n": sums.index.n, "score": None, "sd": None, "se": None, "interval": None}
    return {
        "n": sums.index.n,
        **_score(sums.index, scale, headcount, centre=sum(scores) / len(scores)),
    }


def _score(
    moments: Moments, scale: Scale, population: int | None, centre: float | None = None
) -> dict[str, Any]:
    """Score, sd, se and interval on 0-100 of values on the response scale; `centre` replaces their mean."""
    stretch = 100 / (scale.maximum - scale.minimum)
    score = (moments.mean - scale.minimum) * stretch if centre is None else centre
    sd = moments.sd * stretch
    se = standard_error(sd, moments.n, population)
    return {"score": score, "sd": sd, "se": se, "interval": list(t_interval(score, se, moments.n))}


def _factor(
    instrument: Instrument,
    factor: Factor,
    sheet: AnswerSheet,
    sums: FactorSums,
    headcount: int | None,
    gateway: Gateway,
) -> Document:
    n = sums.everybody.n
    items = [
        _item(item, counts, instrument.scale, gateway)
        for item, counts in zip(factor.items, sums.items, strict=True)
    ]
    if gateway.shows(n):
        figures = _score(sums.everybody, instrument.scale, headcount)
        alpha = factor_alpha(instrument, factor, sheet, n, gateway.minimum)
    else:
        figures, alpha = {"score": None, "sd": None, "se": None, "interval": None}, None
    return {
        "code": factor.code,
        "n": n,
        **figures,
        "favourable": _factor_favourable(sums, gateway),
        "alpha": {"value": alpha.value, "interval": list(alpha.interval)} if alpha else None,
        "omega": None,
        "mean_inter_item_r": None,
        "rwg_j": None,
        "ad_m": None,
        "items": items,
    }


def _factor_favourable(sums: FactorSums, gateway: Gateway) -> float | None:
    """Share of all answers to the factor's items that are favourable.

    Hidden as soon as one item's share is: the others would give it away.
    """
    bands = [_bands(counts) for counts in sums.items]
    if not gateway.shows(sums.everybody.n) or not all(map(gateway.shows_shares, bands)):
        return None
    return sum(favourable for _, _, favourable in bands) / sum(map(sum, bands))


def _item(item: Item, counts: ItemCounts, scale: Scale, gateway: Gateway) -> Document:
    n = counts.moments.n
    bands = _bands(counts)
    favourable, limit = gateway.share(counts.favourable, bands)
    points = [str(point) for point in range(scale.minimum, scale.maximum + 1)]
    cells = gateway.distribution(counts.counts, points, bands, BANDS)
    return {
        "code": item.code,
        "reversed": item.reversed,
        "n": n,
        "dont_know": counts.dont_know,
        "mean": counts.moments.mean if gateway.shows(n) else None,
        "sd": counts.moments.sd if gateway.shows(n) else None,
        "distribution": None
        if cells is None
        else {
            "kind": "points" if gateway.full(n) else "bands",
            "cells": [{"code": cell.code, "share": cell.share, "limit": cell.limit} for cell in cells],
        },
        "favourable": favourable,
        "favourable_limit": limit,
        "item_rest_r": None,
    }


def _bands(counts: ItemCounts) -> Bands:
    neutral = counts.moments.n - counts.favourable - counts.unfavourable
    return counts.unfavourable, neutral, counts.favourable


def _units(instrument: Instrument, sheet: AnswerSheet, sums: WaveSums, gateway: Gateway) -> list[Document]:
    parents = [int(parent) for parent in unit_parents(sheet.units)]
    hidden = gateway.groups(sums.usable, sums.units, parents)
    by_factor: list[tuple[Suppressed | None, ...]] = [
        gateway.groups(factor.everybody.n, [unit.n for unit in factor.units], parents, hidden)
        for factor in sums.factors
    ]
    return [
        {
            "code": unit.code,
            "name": unit.name,
            "parent": unit.parent,
            # How many answered in a group too small to show is itself not shown.
            "n": sums.units[place] if hidden[place] is None else None,
            "suppressed": hidden[place],
            "factors": None
            if hidden[place]
            else {
                factor.code: _unit_factor(
                    factor.units[place], status[place], instrument.scale, unit.headcount
                )
                for factor, status in zip(sums.factors, by_factor, strict=True)
            },
        }
        for place, unit in enumerate(sheet.units)
    ]


def _unit_factor(
    moments: Moments, suppressed: Suppressed | None, scale: Scale, headcount: int | None
) -> Document:
    later = {"rwg_j": None, "ad_m": None}
    if suppressed:
        return {"n": None, "suppressed": suppressed, "score": None, "se": None, "interval": None, **later}
    figures = _score(moments, scale, headcount)
    return {
        "n": moments.n,
        "suppressed": None,
        "score": figures["score"],
        "se": figures["se"],
        "interval": figures["interval"],
        **later,
    }
