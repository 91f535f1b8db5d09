"""Which factors go with each outcome item, in a scorecard. Same people, same day: correlation, not cause."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from cri.domain.drivers import Drivers, OutcomeSums, drivers_of, sampling_step
from cri.domain.factor_values import FactorValues, all_scored
from cri.domain.histograms import Codes
from cri.domain.instrument import Instrument
from cri.domain.release import ReleasePlan
from cri.domain.scorecard_figures import Document
from cri.domain.scoring import WaveSums
from cri.domain.sheet import AnswerSheet
from cri.domain.side_by_side import STAYS_IN_CACHE, WORKERS, row_parts, side_by_side

Bool = npt.NDArray[np.bool_]
Int8 = npt.NDArray[np.int8]
Floats = npt.NDArray[np.float64]
Int64 = npt.NDArray[np.int64]

_MOST_JOINED = 1 << 16
_ROWS_AT_ONCE = 1 << 15
_FEW = 1 << 14


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
    scored = all_scored(sums.values)
    everybody = _sums_of_each(sums.values, outcomes, scored)

    def one(place: int) -> Document | None:
        item, answers = instrument.outcomes[place], outcomes[:, place]
        sample = _sample(sums.values, answers, scored & (answers >= 0))
        found = drivers_of(everybody[place], sample, _seed(instrument, item.code))
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


def _sums_of_each(values: tuple[FactorValues, ...], outcomes: Int8, scored: Bool) -> list[OutcomeSums]:
    """For each outcome the sums over those who are scored on every factor and answered it.

    In whole numbers: exact, whatever the order of rows. So everybody is summed up once, and the few who did
    not answer an outcome are taken away again.
    """
    everybody, found = _products(values, outcomes, scored), []
    for place, answers in enumerate(outcomes.T):
        others = np.flatnonzero(scored & (answers < 0))
        theirs = tuple(replace(value, codes=value.codes[others]) for value in values)
        total = everybody - _products(theirs, outcomes[others], np.ones(len(others), dtype=bool))
        kept = [*range(1, len(values) + 1), len(values) + 1 + place]
        found.append(OutcomeSums(int(total[0, 0]), total[0, kept], total[np.ix_(kept, kept)]))
    return found


def _products(values: tuple[FactorValues, ...], outcomes: Int8, chosen: Bool) -> Floats:
    """float64 (1 + factors + outcomes, the same): sums of products of 1, scores and outcomes of those chosen.

    An outcome that is not answered counts 0.
    """
    tables = [np.maximum(value.values, 0).astype(np.float64) for value in values]
    size = 1 + len(values) + outcomes.shape[1]

    def between(first: int, last: int) -> Floats:
        buffer = np.empty((size, _ROWS_AT_ONCE))
        total = np.zeros((size, size))
        for start in range(first, last, _ROWS_AT_ONCE):
            part = slice(start, min(start + _ROWS_AT_ONCE, last))
            some, here = chosen[part], buffer[:, : part.stop - start]
            here[0] = some
            for place, (table, value) in enumerate(zip(tables, values, strict=True), start=1):
                table.take(value.codes[part] * some, out=here[place], mode="clip")  # code 0 is no score
            answers = outcomes[part].T
            here[1 + len(values) :] = answers * ((answers >= 0) & some)
            for piece in row_parts(here.shape[1], max(1, STAYS_IN_CACHE // size**2)):
                # Not the whole by itself: numpy does that in another way, which takes twice as long.
                total[1:] += here[1:, piece] @ here[:, piece].T
        total[0] = total[:, 0]
        total[0, 0] = np.count_nonzero(chosen[first:last])
        return total

    ends = [len(chosen) * place // WORKERS for place in range(WORKERS + 1)]
    return np.asarray(sum(side_by_side(lambda part: between(*part), pairwise(ends), len(chosen))))


def _sample(values: tuple[FactorValues, ...], outcome: Int8, complete: Bool) -> Floats:
    """float64 (respondents, factors + 1): evenly spaced complete respondents in the order of their answers.

    The order of the rows must not decide who is drawn from; who answered alike may stand for each other.
    """
    columns = [(value.codes, len(value.values)) for value in values]
    columns.append((outcome * (outcome >= 0), int(outcome.max(initial=0)) + 1))
    step = sampling_step(int(np.count_nonzero(complete)))
    drawn = np.flatnonzero(complete) if step == 1 else _evenly_spaced(complete, columns, step)
    scores = [np.array(value.values, dtype=np.float64)[value.codes[drawn]] for value in values]
    return np.stack([*scores, outcome[drawn].astype(np.float64)], axis=1)


def _evenly_spaced(complete: Bool, columns: Sequence[tuple[Codes, int]], step: int) -> Int64:
    """Every `step`-th of the complete in the order of their codes; `columns`: codes, and how many there are.

    Sorting a million takes longer than all else here. Instead they are counted column by column: the counts
    tell in which bin each wanted rank lies, and once few share a bin with somebody wanted, these are sorted.
    """
    (codes, count), *others = _joined(columns)
    beyond = ~complete * codes.dtype.type(count)  # a bin after all others, for who is not complete
    places = np.arange(0, np.count_nonzero(complete), step)
    rows = np.arange(len(complete))
    bins, size, places = _numbered(np.maximum(codes, beyond), count + 1, places)
    while True:
        near = np.flatnonzero(bins > 0)
        if 2 * len(near) < len(rows):  # otherwise it is quicker to go on with everybody
            places = places - (len(rows) - len(near))
            rows, bins = rows.take(near), bins.take(near)
        if not others or len(rows) <= _FEW:
            break
        (codes, count), *others = others
        joint = bins * np.uint32(count) + (codes if len(rows) == len(codes) else codes.take(rows))
        bins, size, places = _numbered(joint, size * count, places)
    order = np.lexsort([*(codes.take(rows) for codes, _ in reversed(others)), bins])
    return np.asarray(rows[order[places]])


def _numbered(bins: Codes, size: int, places: Int64) -> tuple[Codes, int, Int64]:
    """(bins, how many, places): the bins with somebody wanted numbered from 1, all others joined into bin 0.

    `places`: int64 (wanted,), where the wanted are if all stand in the order of their bins, before and after.
    `bins`: (people,), below `size`.
    """
    counts = np.bincount(bins, minlength=size)
    ends = np.cumsum(counts)
    hit, wanted = np.unique(np.searchsorted(ends, places, side="right"), return_inverse=True)
    number = np.zeros(size, dtype=np.uint32)
    number[hit] = np.arange(1, len(hit) + 1)
    moved = len(bins) - np.sum(counts[hit]) + np.cumsum(counts[hit]) - ends[hit]
    return number.take(bins, mode="clip"), len(hit) + 1, places + moved[wanted]


def _joined(columns: Sequence[tuple[Codes, int]]) -> list[tuple[Codes, int]]:
    """The columns with the first ones joined into one, so that fewer passes are over everybody."""
    (joined, count), *others = columns
    while others and count * others[0][1] < _MOST_JOINED:
        codes, more = others.pop(0)
        joined = joined * np.uint16(more) + codes.astype(np.uint16)
        count *= more
    return [(joined, count), *others]


def _seed(instrument: Instrument, outcome: str) -> int:
    """The same for every wave of an instrument: a sample that nobody chose."""
    named = f"{instrument.code} {instrument.version} {outcome}".encode()
    return int.from_bytes(hashlib.sha256(named).digest()[:4], "big")
