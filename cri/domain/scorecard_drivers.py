"""Which factors go with each outcome item, in a scorecard. Same people, same day: correlation, not cause."""

import hashlib

import numpy as np
import numpy.typing as npt

from cri.domain.drivers import Drivers, OutcomeSums, drivers_of, sampling_step
from cri.domain.factor_values import FactorValues
from cri.domain.histograms import Codes
from cri.domain.instrument import Instrument
from cri.domain.release import ReleasePlan
from cri.domain.scorecard_figures import Document
from cri.domain.scoring import WaveSums
from cri.domain.sheet import AnswerSheet
from cri.domain.side_by_side import side_by_side

Bool = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

_WITHOUT_THREADS = 1 << 18  # multiplications in one product: BLAS does not share these out


def driver_documents(
    instrument: Instrument, sheet: AnswerSheet, sums: WaveSums, plan: ReleasePlan
) -> list[Document] | None:
    """Relative weights for each outcome item that has them; None where no outcome was asked.

    Nothing while a factor's score is hidden. Not weighted: it is about the people who answered.
    """
    outcomes = sheet.outcomes
    if outcomes is None:
        return None
    if any(release.groups.whole for release in plan.factors):
        return []
    scored = np.logical_and.reduce([value.scored for value in sums.values])

    def one(place: int) -> Document | None:
        item, answers = instrument.outcomes[place], outcomes[:, place]
        complete = scored & (answers >= 0)
        sample = _sample(sums.values, answers, complete)
        found = drivers_of(_sums(sums.values, answers, complete), sample, _seed(instrument, item.code))
        return None if found is None else _document(item.code, [f.code for f in instrument.factors], found)

    found = side_by_side(one, range(outcomes.shape[1]), sheet.respondents)
    return [document for document in found if document is not None]


def _document(outcome: str, factors: list[str], found: Drivers) -> Document:
    return {
        "outcome": outcome,
        "n": found.n,
        "r2": found.r2,
        "weights": [
            {"factor": factor, "share": share, "interval": list(interval)}
            for factor, share, interval in zip(factors, found.shares, found.intervals, strict=True)
        ],
    }


def _sums(values: tuple[FactorValues, ...], outcome: Int8, complete: Bool) -> OutcomeSums:
    """Sums over complete respondents of scores in whole numbers: exact, whatever the order of rows."""
    columns = [(np.maximum(value.values, 0).astype(np.float64), value.codes) for value in values]
    rows = max(1, _WITHOUT_THREADS // (len(columns) + 2) ** 2)
    part = np.empty((len(columns) + 2, min(rows, max(1, len(complete)))))
    total = np.zeros((len(part), len(part)))
    for start in range(0, len(complete), rows):
        kept = complete[start : start + rows]
        here = part[:, : len(kept)]
        here[0], here[-1] = 1.0, outcome[start : start + rows]
        for place, (table, codes) in enumerate(columns, start=1):
            here[place] = table.take(codes[start : start + rows])
        here *= kept
        total += here @ here.T
    return OutcomeSums(int(total[0, 0]), total[0, 1:], total[1:, 1:])


def _sample(values: tuple[FactorValues, ...], outcome: Int8, complete: Bool) -> Floats:
    """float64 (respondents, factors + 1): evenly spaced complete respondents in the order of their answers.

    The order of the rows must not decide who is drawn from; who answered alike may stand for each other.
    """
    rows = np.flatnonzero(complete)
    columns = [(value.codes, len(value.values)) for value in values]
    columns.append((np.maximum(outcome, 0), int(outcome.max(initial=0)) + 1))
    step = sampling_step(len(rows))
    drawn = rows if step == 1 else _evenly_spaced(rows, columns, step)
    scores = [np.array(value.values, dtype=np.float64)[value.codes[drawn]] for value in values]
    return np.stack([*scores, outcome[drawn].astype(np.float64)], axis=1)


def _evenly_spaced(rows: Int64, columns: list[tuple[Codes, int]], step: int) -> Int64:
    """Every `step`-th of `rows` in the order of their codes; `columns`: codes, and how many there are.

    Sorting a million takes longer than all else here. Instead they are counted column by column: the counts
    tell in which bin each wanted rank lies, and only who is in one of these bins is looked at further.
    """
    ranks = np.arange(0, len(rows), step)
    wanted = np.zeros(len(ranks), dtype=np.int64)  # the bin of each wanted one, in which it has that rank
    near, bins, size = rows, np.zeros(len(rows), dtype=np.int64), 1
    for codes, count in columns:
        bins *= count
        bins += codes[near]
        counts = np.bincount(bins, minlength=size * count)
        ends = np.cumsum(counts)
        begins = ends - counts
        places = begins[wanted * count] + ranks
        found = np.searchsorted(ends, places, side="right")
        ranks = places - begins[found]
        number = np.full(size * count, -1, dtype=np.int64)
        hit = np.unique(found)
        number[hit] = np.arange(len(hit))
        bins, wanted, size = number[bins], number[found], len(hit)
        kept = bins >= 0
        near, bins = near[kept], bins[kept]
    # Who is left in a bin gave the very same answers.
    someone = np.empty(size, dtype=np.int64)
    someone[bins] = near
    return np.asarray(someone[wanted])


def _seed(instrument: Instrument, outcome: str) -> int:
    """The same for every wave of an instrument: a sample that nobody chose."""
    named = f"{instrument.code} {instrument.version} {outcome}".encode()
    return int.from_bytes(hashlib.sha256(named).digest()[:4], "big")
