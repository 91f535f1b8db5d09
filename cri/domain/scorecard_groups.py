"""Units, profile options, early and late respondents, and agreement in a scorecard."""

from collections.abc import Mapping, Sequence
from itertools import count

import numpy as np
import numpy.typing as npt

from cri.domain.agreement import icc
from cri.domain.histograms import joined
from cri.domain.instrument import Instrument, Scale
from cri.domain.release import FactorRelease, ReleasePlan
from cri.domain.scorecard_factors import agreement_of
from cri.domain.scorecard_figures import Document, Floats, figures_of, group_document
from cri.domain.scoring import FactorSums, WaveSums
from cri.domain.sheet import Unit

Parents = npt.NDArray[np.int32]
Sums = npt.NDArray[np.int64] | npt.NDArray[np.object_]


def unit_documents(units: Sequence[Unit], sums: WaveSums, scale: Scale, plan: ReleasePlan) -> list[Document]:
    """Every unit with its factors. A hidden unit is named, and nothing of it told, not even its size."""
    if not units:
        return []
    people = np.array([float("nan") if unit.headcount is None else unit.headcount for unit in units])
    factors = [
        _factor_in_units(factor, scale, people, release, plan.minimum)
        for factor, release in zip(sums.factors, plan.factors, strict=True)
    ]
    codes = [factor.code for factor in sums.factors]
    every = zip(units, plan.groups.units, sums.units.tolist(), zip(*factors, strict=True), strict=True)
    return [
        {
            "code": unit.code,
            "name": unit.name,
            "parent": unit.parent,
            "n": None if hidden else count,
            "suppressed": hidden,
            "factors": None if hidden else dict(zip(codes, documents, strict=True)),
        }
        for unit, hidden, count, documents in every
    ]


def _factor_in_units(
    factor: FactorSums, scale: Scale, people: Floats, release: FactorRelease, minimum: int
) -> list[Document]:
    """One factor in each unit. `people`: float64 (units,), everybody in it, NaN where it is not known."""
    figures = figures_of(factor.units, scale, people)
    agreement = agreement_of(factor.item_units, scale, minimum)
    documents = []
    for place, (reason, spread) in enumerate(zip(release.groups.units, release.unit_spreads, strict=True)):
        told = spread and not reason
        document = group_document(figures, place, reason)
        document["rwg_j"] = agreement.rwg_j[place] if told else None
        document["ad_m"] = agreement.ad_m[place] if told else None
        document["mixed_views"] = agreement.mixed_views[place] if told else None
        documents.append(document)
    return documents


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
    every = [(question.code, option) for question in instrument.profile for option in question.options]
    people = np.array([float(headcounts.get(code, {}).get(option, "nan")) for code, option in every])
    figures = [figures_of(joined(factor.options), instrument.scale, people) for factor in sums.factors]
    documents, places = [], count()  # of all questions' options one after the other
    for place, (question, counts) in enumerate(zip(instrument.profile, sums.options, strict=True)):
        options = []
        for option, code in enumerate(question.options):
            here = next(places)
            hidden = plan.groups.options[place][option]
            factors = {
                factor.code: group_document(found, here, release.groups.options[place][option])
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


def agreement_document(sums: WaveSums, plan: ReleasePlan, parents: Parents) -> Document | None:
    """ICC(1) and ICC(2) of each factor over units; None without units.

    People count in the lowest shown unit around them, so that the figure is made of shown groups only: over
    all units it would give away the mean of a hidden one. parents: int32 (units,), -1 at the top.
    """
    if not len(sums.units):
        return None
    found = {
        factor.code: icc(*_in_shown_units(factor.own.sums, release, parents).T)
        if release.groups.whole is None
        else None
        for factor, release in zip(sums.factors, plan.factors, strict=True)
    }
    return {
        "icc1": {code: None if value is None else value.icc1 for code, value in found.items()},
        "icc2": {code: None if value is None else value.icc2 for code, value in found.items()},
    }


def _in_shown_units(own: Sums, release: FactorRelease, parents: Parents) -> Sums:
    """Sums (units, ...) of those directly in each unit, moved up into the lowest shown one."""
    lowest = release.groups.lowest_shown(parents)
    pooled: Sums = np.zeros_like(own)
    np.add.at(pooled, lowest[lowest >= 0], own[lowest >= 0])
    return pooled
