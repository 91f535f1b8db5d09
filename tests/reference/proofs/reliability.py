"""Alpha, Feldt's interval, items, and respondents' scores, from the answers themselves."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cri.domain.instrument import Instrument, Scale
from cri.domain.reliability import cronbach_alpha, feldt_interval, pairwise_covariances
from cri.domain.scoring import factor_totals, keyed, respondent_scores, sum_wave
from cri.domain.sheet import UNANSWERED, AnswerSheet
from cri.domain.statistics import Moments
from tests.engine_examples import make_instrument, make_sheet
from tests.reference.catalogue import Case
from tests.reference.checking import Check

Float64 = npt.NDArray[np.float64]

_FINE = 10**12  # parts of a point: answers that are no whole numbers have nine decimals


def alpha(case: Case) -> Iterator[Check]:
    """Cronbach's alpha from covariances; the mean and spread of respondents' own means."""
    if not isinstance(case.value, dict):
        yield Check("value", cronbach_alpha(covariances_of(case)), case.value)
        return
    yield from alpha_pairwise(case)
    people = _person_means(case)
    yield Check("mean_of_person_means", people.mean, case.value["mean_of_person_means"])
    yield Check("sd_of_person_means", people.sd, case.value["sd_of_person_means"])


def alpha_pairwise(case: Case) -> Iterator[Check]:
    """Cronbach's alpha, each covariance over those who answered both items."""
    yield Check("raw_alpha", cronbach_alpha(covariances_of(case)), case.value["raw_alpha"])


def feldt(case: Case) -> Iterator[Check]:
    """Feldt's interval round our own alpha."""
    inputs, value = case.input, case.value
    ours = cronbach_alpha(covariances_of(case))
    low, high = feldt_interval(ours, len(inputs["items"]), inputs["n_rows_used"], value["level"])
    yield Check("lower", low, value["lower"])
    yield Check("upper", high, value["upper"])
    yield Check("level", 0.95 if "ci95" in case.id else 0.90, value["level"])


def items(case: Case) -> Iterator[Check]:
    """Means and standard deviations of items, on the response scale, keyed."""
    yield Check("item", case.input["items"], case.value["item"])
    moments = _item_moments(case)
    yield Check("n", [item.n for item in moments], case.value["n"])
    yield Check("mean", [item.mean for item in moments], case.value["mean"])
    yield Check("sd", [item.sd for item in moments], case.value["sd"])


def respondents(case: Case) -> Iterator[Check]:
    """Scores of single respondents; theirs are given from one answer on, ours from two thirds."""
    by_id = {row["id"]: row for row in case.rows()}
    value = case.value
    for factor, keys in case.input["keys"].items():
        asked = make_instrument(keys, scale=Scale(1, 6, 2)).factors[0]
        answers = np.array(
            [
                [int(by_id[str(person)][item.code] or UNANSWERED) for item in asked.items]
                for person in value["id"]
            ],
            dtype=np.int8,
        )
        answered, _ = factor_totals(answers, asked, Scale(1, 6, 2))
        yield Check(f"{factor}_n_answered", answered, value[f"{factor}_n_answered"])
        theirs = [
            100 * (score - 1) / 5 if count >= asked.needed else None
            for score, count in zip(value[factor], answered, strict=True)
        ]
        yield Check(factor, respondent_scores(answers, asked, Scale(1, 6, 2)), theirs)


def covariances_of(case: Case) -> Float64:
    """Covariances of the case's items, keyed: the engine's own, of whole numbers; numpy's of others."""
    if not _whole(case):
        return np.cov(answers_of(case).T)
    instrument = one_factor(case)
    answers = keyed(sheet_of(case).answers, instrument.factors[0], instrument.scale)
    covariances = pairwise_covariances(answers)
    assert covariances is not None
    return covariances


def answers_of(case: Case) -> Float64:
    """float64 (respondents, items) as the case says; NaN for a missing answer, whole rows if listwise."""
    inputs = case.input
    table = np.array([[float(row[item] or "nan") for item in inputs["items"]] for row in _people(case)])
    used = table[~np.isnan(table).any(axis=1)] if inputs["missing"] == "listwise" else table
    assert len(used) == inputs["n_rows_used"], case.id
    return used


def one_factor(case: Case) -> Instrument:
    """The case's items as an instrument of one factor."""
    inputs = case.input
    codes = [f"-{item}" if item in inputs["reversed"] else item for item in inputs["items"]]
    return make_instrument(codes, scale=Scale(inputs["scale_min"] or 1, inputs["scale_max"] or 6, 2))


def sheet_of(case: Case) -> AnswerSheet:
    """The case's answers, raw, -1 where missing."""
    return make_sheet(np.nan_to_num(answers_of(case), nan=UNANSWERED))


def _people(case: Case) -> list[dict[str, str]]:
    """The rows it is about: ids are like bhr2000.lead11.grp10.alpha or hs1939.x1to9.Pasteur.alpha."""
    people, part = case.rows(), case.id.split(".")[2]
    if part.startswith("grp"):
        people = [row for row in people if row["GRP"] == part.removeprefix("grp")]
    if part in ("Pasteur", "Grant-White"):
        people = [row for row in people if row["school"] == part]
    return people


def _whole(case: Case) -> bool:
    return not case.file.endswith("hs1939")


def _person_means(case: Case) -> Moments:
    if _whole(case):
        return sum_wave(one_factor(case), sheet_of(case)).factors[0].everybody
    answers = answers_of(case)
    return _moments(answers.sum(axis=1), _FINE * answers.shape[1])


def _item_moments(case: Case) -> list[Moments]:
    if _whole(case):
        return [item.moments for item in sum_wave(one_factor(case), sheet_of(case)).factors[0].items]
    return [_moments(column, _FINE) for column in answers_of(case).T]


def _moments(values: Any, parts: int) -> Moments:
    """The engine's exact sums of numbers with decimals: `values` in units of _FINE."""
    whole = [round(float(value) * _FINE) for value in values]
    return Moments(len(whole), sum(whole), sum(part * part for part in whole), parts)
