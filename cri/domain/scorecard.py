"""The scorecard: all results of one wave as one document. Method section 7.

Numbers are full doubles; rounding happens once, at display. What cannot be said or shown is null.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import numpy as np

from cri.domain.answer_columns import by_columns, who_answered
from cri.domain.disclosure import MINIMUM, Gateway
from cri.domain.disclosure_cells import release_cells
from cri.domain.errors import InputError, InputProblem
from cri.domain.instrument import Instrument, Scale
from cri.domain.item_counts import ItemCounts
from cri.domain.lineage import History
from cri.domain.release import ReleasePlan, plan_release
from cri.domain.release_items import Withheld
from cri.domain.scorecard_change import change_document, check_previous
from cri.domain.scorecard_drivers import driver_documents
from cri.domain.scorecard_factors import factor_document, item_document, without_n_eff
from cri.domain.scorecard_figures import NO_FIGURES, Document, figures_of
from cri.domain.scorecard_groups import agreement_document, profile_documents, unit_documents
from cri.domain.scorecard_hidden import hide_more, is_worth
from cri.domain.scorecard_quality import quality_document
from cri.domain.scorecard_weights import Weighted, weigh
from cri.domain.scoring import WaveSums, sum_wave
from cri.domain.screening import Screening, screen
from cri.domain.sheet import AnswerSheet, unit_parents
from cri.domain.side_by_side import blas_in_one_thread
from cri.domain.wave_claims import claims_of

SCHEMA = "cri.scorecard/1"
METHOD = "1.0"


@dataclass(frozen=True, kw_only=True, slots=True)
class WaveFacts:
    """What is known of a wave besides its answers.

    `opened`, `closed`: a date or an aware time. `headcount`: everybody who could have answered, if known.
    `minimum`: people behind any figure, at least 10. `facets`: sector, country, relationship.
    `headcounts`: for `weights` "rake", by margin ("unit", with codes of top units, or a profile question's
    code) and level, how many people there are. `previous`: an earlier scorecard to compare with; `lineage`:
    what each unit of this wave can be compared with in it, None: with the unit of the same code. `collected`:
    "elsewhere" for answers that were brought as a sheet.
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
    lineage: Mapping[str, History] | None = None
    collected: Literal["elsewhere"] | None = None


def build_scorecard(instrument: Instrument, sheet: AnswerSheet, facts: WaveFacts) -> Document:
    """Score a wave. Figures with too few people behind them are null; a wave of nobody is all null.

    In this order: screen, weigh, sum up, plan what may be released, write down. Raises InputError if the
    population is smaller than the number of answers or head-counts do not fit, ValueError if the sheet is not
    of this instrument or the minimum is below the method's.
    """
    with blas_in_one_thread():
        return _build(instrument, sheet, facts)


def _build(instrument: Instrument, sheet: AnswerSheet, facts: WaveFacts) -> Document:
    _check_population(sheet, facts)
    head = _head(instrument, facts)
    if facts.previous is not None:
        check_previous(head, facts.previous)
    gateway = Gateway(facts.minimum)
    sheet = by_columns(sheet)
    screening = screen(instrument, sheet)
    weighted = _weigh(instrument, sheet, screening, facts)
    sums = sum_wave(instrument, sheet, screening.excluded, weighted.whole if weighted else None)
    scale = instrument.scale
    plan = hide_more(sheet, sums, scale, _plan(instrument, sheet, sums, screening, weighted, gateway))
    factors = [
        factor_document(factor, factor_sums, scale, facts.headcount, release, gateway)
        for factor, factor_sums, release in zip(instrument.factors, sums.factors, plan.factors, strict=True)
    ]
    document = {
        **head,
        "population": _population(sums, facts.headcount, weighted),
        "index": _index(sums, factors, scale, facts.headcount, plan),
        "factors": factors,
        "units": unit_documents(sheet.units, sums, scale, plan),
        "agreement": agreement_document(sums, plan, unit_parents(sheet.units)),
        "quality": quality_document(instrument, sheet, screening, sums, plan),
        "profile": profile_documents(instrument, sums, plan, facts.headcounts or {}),
        "outcomes": _outcomes(instrument, sums, gateway),
        "change": None,
        "drivers": driver_documents(instrument, sheet, sums, plan),
        "disclosure": plan.certificate,
        "claims": [],
    }
    if facts.previous is not None:
        document["change"] = change_document(instrument, document, facts.previous, facts.lineage)
    document["claims"] = claims_of(document)
    return document


def _check_population(sheet: AnswerSheet, facts: WaveFacts) -> None:
    if facts.headcount is not None and facts.headcount < sheet.respondents:
        what = f"{facts.headcount} people gave {sheet.respondents} answers"
        expected = f"at least {sheet.respondents}, or nothing if it is not known"
        raise InputError([InputProblem(what, "population", expected)])


def _weigh(
    instrument: Instrument, sheet: AnswerSheet, screening: Screening, facts: WaveFacts
) -> Weighted | None:
    if facts.weights == "none":
        return None
    return weigh(instrument, sheet, who_answered(sheet) & ~screening.excluded, facts.headcounts)


def _plan(
    instrument: Instrument,
    sheet: AnswerSheet,
    sums: WaveSums,
    screening: Screening,
    weighted: Weighted | None,
    gateway: Gateway,
) -> ReleasePlan:
    alike = [_alike(item, gateway) for factor in sums.factors for item in factor.items]
    # Who is left out has no weight; to the audit they are a cell of their own whatever it is.
    weights = None if weighted is None else np.where(weighted.values > 0, weighted.values, 1.0)
    cells = release_cells(instrument, sheet, excluded=screening.excluded, weights=weights)
    return plan_release(cells, unit_parents(sheet.units), gateway.minimum, alike=np.array(alike, dtype=bool))


def _alike(item: ItemCounts, gateway: Gateway) -> bool:
    """Whether enough people answered an item, all in one band."""
    return gateway.shows(item.moments.n) and not gateway.shows_shares(item.bands)


def _outcomes(instrument: Instrument, sums: WaveSums, gateway: Gateway) -> list[Document] | None:
    """Items that belong to no factor: released for the whole wave only."""
    if not sums.outcomes:
        return None
    return [
        item_document(item, counts, instrument.scale, gateway, _outcome_withheld(counts, gateway))
        for item, counts in zip(instrument.outcomes, sums.outcomes, strict=True)
    ]


def _outcome_withheld(item: ItemCounts, gateway: Gateway) -> Withheld | None:
    if _alike(item, gateway):
        return "alike"
    return None if is_worth(item.sums, gateway.minimum)[0] else "small"


def _head(instrument: Instrument, facts: WaveFacts) -> Document:
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
            **({"collected": facts.collected} if facts.collected else {}),
        },
        "sheet_sha256": facts.sheet_sha256,
    }


def _population(sums: WaveSums, headcount: int | None, weighted: Weighted | None) -> Document:
    return {
        "headcount": headcount,
        "responses": sums.responses,
        "usable": sums.usable,
        "response_rate": sums.responses / headcount if headcount else None,
        "excluded": sums.excluded,
        "weights": None if weighted is None else weighted.document(),
    }


def _index(
    sums: WaveSums, factors: list[Document], scale: Scale, headcount: int | None, plan: ReleasePlan
) -> Document:
    """Mean of the factor scores; its standard error over respondents who have every factor."""
    n = int(sums.index.n[0])
    scores = [factor["score"] for factor in factors]
    if not plan.index or None in scores:
        return {"n": n, "n_eff": None, **NO_FIGURES, "unweighted": None}
    people = None if headcount is None else np.array([float(headcount)])
    figures = figures_of(sums.index, scale, people, np.array([sum(scores) / len(scores)]))
    document = {"n": n, **figures.document(0), "unweighted": None}
    plain = [factor["unweighted"] for factor in factors]
    if None not in plain:
        centre = np.array([sum(factor["score"] for factor in plain) / len(plain)])
        document["unweighted"] = without_n_eff(figures_of(sums.index.unweighted(), scale, people, centre))
    return document
