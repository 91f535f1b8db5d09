"""Units, profile options, early and late respondents, and agreement in a scorecard."""

from collections.abc import Mapping, Sequence

import numpy as np

from cri.domain.agreement import icc
from cri.domain.instrument import Instrument, Scale
from cri.domain.release import ReleasePlan
from cri.domain.scorecard_factors import Agreement, agreement_of
from cri.domain.scorecard_figures import Document, Figures, figures_of, group_document
from cri.domain.scoring import WaveSums
from cri.domain.sheet import Unit

NO_AGREEMENT: Document = {"rwg_j": None, "ad_m": None, "mixed_views": None}


def unit_documents(units: Sequence[Unit], sums: WaveSums, scale: Scale, plan: ReleasePlan) -> list[Document]:
    """Every unit with its factors. A hidden unit is named, and nothing of it told, not even its size."""
    if not units:
        return []
    people = np.array([float("nan") if unit.headcount is None else unit.headcount for unit in units])
    figures = [figures_of(factor.units, scale, people) for factor in sums.factors]
    agreement = [agreement_of(factor.item_units, scale, plan.minimum) for factor in sums.factors]
    reasons = list(zip(*(release.groups.units for release in plan.factors), strict=True))
    codes = [factor.code for factor in sums.factors]
    counts = sums.units.tolist()
    return [
        {
            "code": unit.code,
            "name": unit.name,
            "parent": unit.parent,
            "n": None if hidden else counts[place],
            "suppressed": hidden,
            "factors": None
            if hidden
            else {
                code: _unit_factor(found, views, place, reason)
                for code, found, views, reason in zip(codes, figures, agreement, reasons[place], strict=True)
            },
        }
        for place, (unit, hidden) in enumerate(zip(units, plan.groups.units, strict=True))
    ]


def _unit_factor(figures: Figures, agreement: Agreement, place: int, reason: str | None) -> Document:
    document = group_document(figures, place, reason)
    if reason:
        return {**document, **NO_AGREEMENT}
    document["rwg_j"] = agreement.rwg_j[place]
    document["ad_m"] = agreement.ad_m[place]
    document["mixed_views"] = agreement.mixed_views[place]
    return document


def profile_documents(
    instrument: Instrument,
    sums: WaveSums,
    plan: ReleasePlan,
    headcounts: Mapping[str, Mapping[str, int]],
) -> list[Document] | None:
    """Each profile question by itself, never crossed; None where no profile was asked.

    `headcounts`: by question and option, how many people there are, where known.
    """
    if not sums.options:
        return None
    documents = []
    for place, (question, counts) in enumerate(zip(instrument.profile, sums.options, strict=True)):
        known = headcounts.get(question.code, {})
        people = np.array([float(known.get(option, "nan")) for option in question.options])
        figures = [figures_of(factor.options[place], instrument.scale, people) for factor in sums.factors]
        options = []
        for option, code in enumerate(question.options):
            hidden = plan.groups.options[place][option]
            factors = {
                factor.code: group_document(found, option, release.groups.options[place][option])
                for factor, found, release in zip(sums.factors, figures, plan.factors, strict=True)
            }
            options.append(
                {
                    "code": code,
                    "n": None if hidden else int(counts[option]),
                    "suppressed": hidden,
                    "factors": None if hidden else factors,
                }
            )
        documents.append({"code": question.code, "options": options})
    return documents


def agreement_document(sums: WaveSums, plan: ReleasePlan) -> Document | None:
    """ICC(1) and ICC(2) of each factor over the units that people are in; None without units.

    People in no unit are in neither, so that the minimum holds for those who are in one.
    """
    if not len(sums.units):
        return None
    found = {
        factor.code: icc(*factor.own.sums.T)
        if release.groups.whole is None and factor.own.sums[:, 0].sum() >= plan.minimum
        else None
        for factor, release in zip(sums.factors, plan.factors, strict=True)
    }
    return {
        "icc1": {code: None if value is None else value.icc1 for code, value in found.items()},
        "icc2": {code: None if value is None else value.icc2 for code, value in found.items()},
    }
