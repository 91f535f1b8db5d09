"""A weighted mean as a full double tells the total of a handful of people; in whole points it does not.

Respondents of one crossing of the margins have one weight, and whoever has the head-counts and knows who
answered knows these weights. A weighted total is then a sum of whole numbers, one for each crossing, with
known factors that have nothing in common: the digits of a double are enough to tell every one of them. The
release audit cannot see this: to it, such a sum holds everybody.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from cri.domain.instrument import Instrument, ProfileQuestion
from cri.domain.released_scorecard import released_scorecard
from cri.domain.scorecard import WaveFacts, build_scorecard
from cri.domain.scorecard_weights import weigh
from cri.domain.sheet import AnswerSheet, Unit
from tests.engine_examples import make_instrument

SIZES = (60, 4, 30, 40)
"""People of unit a at the front and at the back, and of unit b: four people are a crossing of their own."""
HEADS = {"unit": {"a": 150, "b": 250}, "work": {"front": 190, "back": 210}}
ITEMS = 3


def wave(seed: int) -> tuple[Instrument, AnswerSheet]:
    instrument = make_instrument([f"x{place}" for place in range(ITEMS)])
    draws = np.random.default_rng(seed)
    kind = np.repeat(np.arange(4), SIZES)
    near = draws.normal(4.4, 1.0, (sum(SIZES), 1)) + draws.normal(0, 1.2, (sum(SIZES), ITEMS))
    sheet = AnswerSheet(
        np.clip(np.rint(near), 1, 7).astype(np.int8),
        (kind // 2).astype(np.int32),
        (Unit("a", None, "A"), Unit("b", None, "B")),
        profile=(kind % 2).astype(np.int8)[:, None],
    )
    return replace(instrument, profile=(ProfileQuestion("work", ("front", "back")),)), sheet


def weights_of(instrument: Instrument, sheet: AnswerSheet) -> np.ndarray:
    """The weight of each crossing, which anybody can work out who has the head-counts and the four sizes."""
    weighted = weigh(instrument, sheet, np.ones(sheet.respondents, dtype=bool), HEADS)
    assert weighted is not None
    return np.array([weighted.values[start] for start in np.cumsum((0, *SIZES[:-1]))])


def totals_told(document: dict[str, Any], weight: np.ndarray) -> list[tuple[np.ndarray, float, float]]:
    """(what each crossing's answers count, their total by a told score, a point of score in it)."""
    factor, units = document["factors"][0], document["units"]
    groups = [*units, *document["profile"][0]["options"]]
    scores = [group["factors"]["f0"]["score"] for group in groups]
    scores += [factor["score"], (factor["unweighted"] or {}).get("score")]
    members = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1], [1, 1, 1, 1]])
    counts = [*(members * weight), np.ones(4)]
    everything = [float(count @ SIZES) * ITEMS for count in counts]
    return [
        (count, (1 + score * 6 / 100) * whole, whole * 6 / 100)
        for count, score, whole in zip(counts, scores, everything, strict=True)
        if score is not None
    ]


def possible_totals(document: dict[str, Any], weight: np.ndarray, off: Sequence[float]) -> set[int]:
    """Totals of the four people's answers with which whole numbers for all crossings give the scores told.

    `off`: by how many points a told score of a group, and of the wave, may be wrong.
    """
    told = totals_told(document, weight)
    least, most = ITEMS * np.array(SIZES), 7 * ITEMS * np.array(SIZES)
    found = np.zeros((most[1] - least[1] + 1, 4))
    found[:, 1] = np.arange(least[1], most[1] + 1)
    # From the four to each other crossing, by the score of a unit or an option that holds both.
    for number, known, at in ((0, 1, 0), (3, 1, 3), (2, 0, 2)):
        count, total, point = told[number]
        ends = [
            (total + side * off[0] * point - count[known] * found[:, known]) / count[at] for side in (-1, 1)
        ]
        first = np.maximum(np.ceil(ends[0] - 1e-9), least[at]).astype(np.int64)
        last = np.minimum(np.floor(ends[1] + 1e-9), most[at]).astype(np.int64)
        found = np.repeat(found, np.maximum(last - first + 1, 0), axis=0)
        found[:, at] = np.concatenate(
            [np.arange(one, other + 1) for one, other in zip(first, last, strict=True)]
        )
    for number, (count, total, point) in enumerate(told):
        found = found[np.abs(found @ count - total) <= off[number > 3] * point + 1e-6]
    return {int(total) for total in found[:, 1]}


@pytest.mark.parametrize("seed", range(6))
def test_the_total_of_four_people_is_told_by_full_doubles_only(seed: int) -> None:
    instrument, sheet = wave(seed)
    document = build_scorecard(instrument, sheet, WaveFacts(weights="rake", headcounts=HEADS))
    weight = weights_of(instrument, sheet)
    theirs = int(sheet.answers[60:64].sum())
    assert possible_totals(document, weight, (1e-9, 1e-9)) == {theirs}  # the control: read off exactly
    left = possible_totals(released_scorecard(document), weight, (0.5, 0.05))
    assert len(left) == 6 * ITEMS * SIZES[1] + 1  # every total that there can be
