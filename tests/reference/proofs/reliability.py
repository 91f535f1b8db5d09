"""Alpha, Feldt's interval, items, and respondents' scores, from the answers themselves."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from cri.domain.instrument import Instrument, Scale
from cri.domain.reliability import (
    FEWEST_FOR_ALPHA,
    Omega,
    cronbach_alpha,
    feldt_interval,
    item_rest,
    mean_inter_item_r,
    one_factor_omega,
    pairwise_covariances,
)
from cri.domain.scoring import factor_totals, keyed, respondent_scores, sum_wave
from cri.domain.sheet import UNANSWERED, AnswerSheet
from cri.domain.statistics import Moments
from tests.engine_examples import make_instrument, make_sheet
from tests.reference.catalogue import Case
from tests.reference.checking import CLOSED_FORM, LIKELIHOOD, Check

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
    covariances = covariances_of(case)
    yield Check("raw_alpha", cronbach_alpha(covariances), case.value["raw_alpha"])
    yield Check("average_r", mean_inter_item_r(covariances), case.value["average_r"])


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
    yield Check("r_item_rest", item_rest(covariances_of(case)), case.value["r_item_rest"])


def rest(case: Case) -> Iterator[Check]:
    """Correlation of each item with the sum of the others, by a second implementation."""
    yield Check("item", case.input["items"], case.value["item"])
    yield Check("r_item_rest", item_rest(covariances_of(case)), case.value["r_item_rest"])


def omega(case: Case) -> Iterator[Check]:
    """Omega total of a one-factor model by maximum likelihood, and the model itself."""
    people = case.input["n_rows_used"]
    fitted = _fitted(covariances_of(case), people)
    yield Check("omega_model_implied", fitted.value, case.value["omega_model_implied"], LIKELIHOOD)
    loadings, uniquenesses = _divided_by_n(fitted, people)
    loadings = loadings * np.sign(loadings @ np.array(case.value["lambda"]))  # a factor's sign is free
    yield Check("lambda", loadings, case.value["lambda"], LIKELIHOOD)
    yield Check("theta", uniquenesses, case.value["theta"], LIKELIHOOD)
    standardised = loadings / np.sqrt(loadings**2 + uniquenesses)
    yield Check("lambda_std", standardised, case.value["lambda_std"], LIKELIHOOD)


def model(case: Case) -> Iterator[Check]:
    """The one-factor model as a table of parameters: the first loading 1, the factor's variance free."""
    yield from model_fit(case)
    answers = model_answers(case)
    loadings, uniquenesses = _divided_by_n(_fitted(np.cov(answers.T), len(answers)), len(answers))
    parameters = case.value["parameters"]
    told = [*(loadings / loadings[0]), *uniquenesses, loadings[0] ** 2]
    yield Check("parameters.est", told, parameters["est"], LIKELIHOOD)
    standardised = loadings / np.sqrt(loadings**2 + uniquenesses)
    told = [*standardised, *(1 - standardised**2), 1.0]
    yield Check("parameters.std_all", told, parameters["std_all"], LIKELIHOOD)


def model_fit(case: Case) -> Iterator[Check]:
    """How far our one-factor model is from the covariances: chi-square, which the best one has least."""
    answers = model_answers(case)
    covariances = np.cov(answers.T, bias=True)
    loadings, uniquenesses = _divided_by_n(_fitted(np.cov(answers.T), len(answers)), len(answers))
    implied = np.outer(loadings, loadings) + np.diag(uniquenesses)
    misfit = np.trace(np.linalg.solve(implied, covariances)) - len(loadings)
    misfit += np.linalg.slogdet(implied)[1] - np.linalg.slogdet(covariances)[1]
    chi_square = len(answers) * float(misfit)
    assert chi_square <= case.value["fit"]["chisq"] * (1 + CLOSED_FORM)
    yield Check("fit.chisq", chi_square, case.value["fit"]["chisq"], LIKELIHOOD)
    yield Check("fit.ntotal", len(answers), case.value["fit"]["ntotal"])


def loadings(case: Case) -> Iterator[Check]:
    """Loadings and uniquenesses of the one-factor model of correlations."""
    answers = model_answers(case)
    correlations = np.asarray(np.corrcoef(answers.T), dtype=np.float64)
    fitted = _fitted(correlations, len(answers))
    yield Check("loadings", fitted.loadings, case.value["loadings"], LIKELIHOOD)
    yield Check("uniqueness", fitted.uniquenesses, case.value["uniqueness"], LIKELIHOOD)


def model_answers(case: Case) -> Float64:
    """float64 (respondents, items) of a model case, none missing."""
    parameters = case.value.get("parameters")
    names = case.input.get("items") or [
        name for name, op in zip(parameters["rhs"], parameters["op"], strict=True) if op == "=~"
    ]
    return np.array([[float(row[name]) for name in names] for row in case.rows()])


def _fitted(covariances: Float64, people: int) -> Omega:
    """The engine's model; some of the reference's groups have fewer people than a scorecard asks for."""
    fitted = one_factor_omega(covariances, max(people, FEWEST_FOR_ALPHA))
    assert fitted is not None
    return fitted


def _divided_by_n(fitted: Omega, people: int) -> tuple[Float64, Float64]:
    """Loadings and uniquenesses of covariances with divisor n, the reference's; ours have n - 1."""
    smaller = (people - 1) / people
    return np.sqrt(smaller) * np.array(fitted.loadings), smaller * np.array(fitted.uniquenesses)


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
