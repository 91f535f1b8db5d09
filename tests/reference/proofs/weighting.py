"""Raking of schools to the known make-up of all schools."""

from collections.abc import Iterator, Sequence

import numpy as np

from cri.domain.errors import InputError
from cri.domain.weighting import NO_LEVEL, Weights, design_effect, effective_n, rake
from tests.reference.catalogue import Case, rows
from tests.reference.checking import RAKING, Check


def raked(case: Case) -> Iterator[Check]:
    """Weights, their spread and what they do to a mean; the reference's add up to the population."""
    yield from _weights(case, _raked(case, list(case.input["margins"])))


def one_margin(case: Case) -> Iterator[Check]:
    """Post-stratification is raking to one margin."""
    yield from _weights(case, _raked(case, ["stype"]))


def against_the_truth(case: Case) -> Iterator[Check]:
    """The same, where the whole population is known: its mean, and that of those who answered."""
    yield from raked(case)
    answered, everybody = (
        np.array([float(row["api00"]) for row in table]) for table in (case.rows(), rows("api/apipop.csv"))
    )
    yield Check("unweighted_mean", answered.mean(), case.value["unweighted_mean"])
    yield Check("true_population_mean", everybody.mean(), case.value["true_population_mean"])


def nobody_in_a_level(case: Case) -> Iterator[Check]:
    """A level of the population that nobody who answered has: an error, as in the reference."""
    margins = {**case.input["margins"], "stype": {**case.input["margins"]["stype"], "nobody": 100}}
    try:
        _rake(case, margins)
    except InputError:
        yield Check("value", case.value, case.value)
    else:
        yield Check("value", "weights", case.value)


def _raked(case: Case, names: Sequence[str]) -> Weights:
    assert len({row.get("pw") for row in case.rows()}) == 1, "ours start from equal weights"
    return _rake(case, {name: case.input["margins"][name] for name in names})


def _rake(case: Case, margins: dict[str, dict[str, int]]) -> Weights:
    levels = np.full((len(case.rows()), len(margins)), NO_LEVEL)
    for column, (name, headcounts) in enumerate(margins.items()):
        place = {level: index for index, level in enumerate(headcounts)}
        levels[:, column] = [place[row[name]] for row in case.rows()]
    return rake(levels, [list(headcounts.values()) for headcounts in margins.values()])


def _weights(case: Case, found: Weights) -> Iterator[Check]:
    value = case.value
    people = len(found.values)
    assert found.converged
    assert not found.trimmed, "the reference does not trim here"
    ours = found.values * (value["sum"] / people)
    points = np.array([float(row["api00"]) for row in case.rows()])
    yield Check("n", people, value["n"])
    yield Check("sum", ours.sum(), value["sum"], RAKING)
    yield Check("min", ours.min(), value["min"], RAKING)
    yield Check("max", ours.max(), value["max"], RAKING)
    yield Check("weights", ours, value["weights"], RAKING)
    yield Check("kish_neff", [found.n_eff, effective_n(ours)], [value["kish_neff"]] * 2, RAKING)
    effects = [found.design_effect, design_effect(ours)]
    yield Check("cv2", [effect - 1 for effect in effects], [value["cv2"]] * 2, RAKING)
    yield Check("mean_api00", ours @ points / ours.sum(), value["mean_api00"], RAKING)
