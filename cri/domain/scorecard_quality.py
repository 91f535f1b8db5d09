"""What a scorecard says about the quality of the answers: screening, and early against late respondents."""

from typing import Any

import numpy as np

from cri.domain.histograms import GroupSums
from cri.domain.instrument import Instrument, Scale
from cri.domain.release import ReleasePlan
from cri.domain.scorecard_factors import without_n_eff
from cri.domain.scorecard_figures import Document, figures_of, group_document
from cri.domain.scoring import WaveSums, score_everybody
from cri.domain.screening import Screening
from cri.domain.sheet import NO_UNIT, AnswerSheet

Bool = np.ndarray[Any, np.dtype[np.bool_]]


def quality_document(
    instrument: Instrument, sheet: AnswerSheet, screening: Screening, sums: WaveSums, plan: ReleasePlan
) -> Document:
    """Who was left out, whether that mattered, and early beside late respondents."""
    counts = screening.counts
    excluded = counts.pop("excluded")
    return {
        "screening": {"screened": sheet.respondents, "excluded": excluded, "flags": counts},
        "with_excluded": _with_excluded(instrument, sheet, screening.excluded, sums, plan),
        "early_late": _early_late(sums, instrument.scale, plan),
    }


def _early_late(sums: WaveSums, scale: Scale, plan: ReleasePlan) -> Document | None:
    """Early beside late respondents, for each factor; None where it was not collected.

    Those who answer late are the most like those who never did: where the two differ, so may those.
    """
    if sums.halves is None:
        return None
    hidden = plan.groups.halves
    names = ("early", "late")
    factors: dict[str, dict[str, Document]] = {name: {} for name in names}
    for factor, release in zip(sums.factors, plan.factors, strict=True):
        assert factor.halves is not None
        figures = figures_of(factor.halves, scale)
        for place, name in enumerate(names):
            factors[name][factor.code] = group_document(figures, place, release.groups.halves)
    return {
        name: {
            "n": None if hidden else int(sums.halves[place]),
            "suppressed": hidden,
            "factors": None if hidden else factors[name],
        }
        for place, name in enumerate(names)
    }


def _with_excluded(
    instrument: Instrument, sheet: AnswerSheet, excluded: Bool, sums: WaveSums, plan: ReleasePlan
) -> Document | None:
    """Unweighted scores with those left out as careless beside those without; None if 1 to 9 were.

    The difference of the two is otherwise these people's mean.
    """
    count = int(np.count_nonzero(excluded))
    if 0 < count < plan.minimum:
        return None
    nowhere = np.full(count, NO_UNIT, dtype=np.int32)
    careless = score_everybody(
        instrument, AnswerSheet(sheet.answers.T[:, np.flatnonzero(excluded)].T, nowhere)
    )
    return {
        "factors": {
            factor.code: None
            if release.with_excluded
            else {
                "without": _plain(factor.whole.unweighted(), instrument.scale),
                "with": _plain(_together(factor.whole.unweighted(), other), instrument.scale),
            }
            for factor, other, release in zip(sums.factors, careless, plan.factors, strict=True)
        }
    }


def _together(one: GroupSums, other: GroupSums) -> GroupSums:
    return GroupSums(one.sums + other.sums, one.parts)


def _plain(sums: GroupSums, scale: Scale) -> Document:
    figures = figures_of(sums, scale)
    return {"n": figures.n[0], **without_n_eff(figures)}
