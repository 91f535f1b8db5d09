"""Which factors go with each outcome item, in a scorecard. Same people, same day: correlation, not cause."""

import hashlib

import numpy as np
import numpy.typing as npt

from cri.domain.drivers import driver_analysis
from cri.domain.factor_values import FactorValues
from cri.domain.instrument import Instrument
from cri.domain.release import ReleasePlan
from cri.domain.scorecard_figures import Document
from cri.domain.scoring import WaveSums
from cri.domain.sheet import AnswerSheet

Int8 = npt.NDArray[np.int8]
Int64 = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

_LARGEST_KEY = 1 << 62


def driver_documents(
    instrument: Instrument, sheet: AnswerSheet, sums: WaveSums, plan: ReleasePlan
) -> list[Document] | None:
    """Relative weights for each outcome item that has them; None where no outcome was asked.

    Nothing while a factor's score is hidden. Not weighted: it is about the people who answered.
    """
    if sheet.outcomes is None:
        return None
    if any(release.groups.whole for release in plan.factors):
        return []
    documents = []
    for item, answers in zip(instrument.outcomes, sheet.outcomes.T, strict=True):
        order = _content_order(sums.values, answers)
        scores = np.stack([_whole_scores(value, order) for value in sums.values], axis=1)
        outcome = np.where(answers[order] >= 0, answers[order], np.nan)
        found = driver_analysis(scores, outcome, _seed(instrument, item.code))
        if found is None:
            continue
        shares = zip(instrument.factors, found.shares, found.intervals, strict=True)
        documents.append(
            {
                "outcome": item.code,
                "n": found.n,
                "r2": found.r2,
                "weights": [
                    {"factor": factor.code, "share": share, "interval": list(interval)}
                    for factor, share, interval in shares
                ],
            }
        )
    return documents


def _whole_scores(value: FactorValues, order: Int64) -> Floats:
    """Scores in whole numbers, NaN for none, of some respondents in an order."""
    table = np.array([np.nan if part < 0 else float(part) for part in value.values])
    return table[value.codes[order]]


def _content_order(values: tuple[FactorValues, ...], outcome: Int8) -> Int64:
    """int64: those with every factor and the outcome, by what they answered.

    Where not all are drawn from, which ones are must not hang on the order of the rows.
    """
    complete = outcome >= 0
    for value in values:
        complete &= value.scored
    rows = np.flatnonzero(complete)
    key, size = outcome[rows].astype(np.int64), int(outcome.max(initial=0)) + 1
    for value in values:
        if size * len(value.values) >= _LARGEST_KEY:
            key = np.unique(key, return_inverse=True)[1].astype(np.int64)
            size = len(rows)
        key *= len(value.values)
        key += value.codes[rows]
        size *= len(value.values)
    return rows[np.argsort(key, kind="stable")]


def _seed(instrument: Instrument, outcome: str) -> int:
    """The same for every wave of an instrument: a sample that nobody chose."""
    named = f"{instrument.code} {instrument.version} {outcome}".encode()
    return int.from_bytes(hashlib.sha256(named).digest()[:4], "big")
