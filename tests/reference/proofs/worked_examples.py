"""The publishers' own worked examples: margins of error, indices, rounding."""

import math
from collections.abc import Iterator

import numpy as np

from cri.domain.instrument import Scale
from cri.domain.rounding import round_rank, round_share
from cri.domain.scoring import respondent_scores, sum_wave
from cri.domain.statistics import Moments, standard_error
from tests.engine_examples import make_instrument, make_sheet
from tests.reference.catalogue import Case
from tests.reference.checking import Check

FIVE = Scale(1, 5, 2)
NORMAL = 1.959963984540054
ANSWERS = {"strongly agree": 5, "agree": 4, "neither": 3, "disagree": 2, "strongly disagree": 1}


def margin_of_error(case: Case) -> Iterator[Check]:
    """Half-width of a percentage with the finite-population factor, and as the publisher rounds it."""
    n, population, share = (case.input[key] for key in ("n", "N", "p"))
    sd = 100 * math.sqrt(share * (1 - share) * n / (n - 1))
    margin = NORMAL * standard_error(sd, n, population)
    (name,) = (key for key in case.value["unrounded"] if "survey::svymean" in key)
    yield Check(f"unrounded.{name}", margin, case.value["unrounded"][name])
    yield Check("published_points", round_rank(margin), case.value["published_points"])


def engagement(case: Case) -> Iterator[Check]:
    """One respondent's score from five answers; a group's from its respondents'."""
    if "answers" in case.input:
        answers = [ANSWERS[word] for word in case.input["answers"]]
        yield Check("value", _one_respondent(answers), case.value)
    else:
        yield from group_mean(case)


def group_mean(case: Case) -> Iterator[Check]:
    """A group's index is the mean of its respondents'."""
    moments = _moments(case.input["scores"])
    yield Check("sum", moments.total / moments.parts, case.value["sum"])
    yield Check("index", moments.mean, case.value["index"])


def from_scores(case: Case) -> Iterator[Check]:
    """One respondent whose answers stand at 0, 25, 50, 75 or 100."""
    scores = case.input["scores"]
    yield Check("sum", sum(scores), case.value["sum"])
    yield Check("index", _one_respondent([1 + score // 25 for score in scores]), case.value["index"])


def turned(case: Case) -> Iterator[Check]:
    """The same, every item reverse-keyed; rounded once, at the end."""
    scores = case.input["scores"]
    answers = [1 + score // 25 for score in scores]
    index = _one_respondent(answers, turned=True)
    yield Check("sum", sum(scores), case.value["sum"])
    yield Check("mean", _one_respondent(answers), case.value["mean"])
    yield Check("index_unrounded", index, case.value["index_unrounded"])
    yield Check("index_displayed", round_rank(index), case.value["index_displayed"])


def shares(case: Case) -> Iterator[Check]:
    """An index and a favourable share from how many chose each point, most favourable first."""
    people = case.input["shares"]
    answers = np.repeat([5, 4, 3, 2, 1], people)[:, None]
    (item,) = sum_wave(make_instrument(["a"], scale=FIVE), make_sheet(answers)).factors[0].items
    yield Check("percent_positive", 100 * item.favourable / item.moments.n, case.value["percent_positive"])
    yield Check("index", 25 * (item.moments.mean - 1), case.value["index"])


def table_of_counts(case: Case) -> Iterator[Check]:
    """Each share rounded by itself, and a sum of shares from counts, not from rounded shares."""
    counts, value = case.input["counts"], case.value
    answers = np.repeat([5, 4, 3, 2, 1], counts)[:, None]
    (item,) = sum_wave(make_instrument(["a"], scale=FIVE), make_sheet(answers)).factors[0].items
    n = item.moments.n
    displayed = [round_share(count / n) for count in reversed(item.counts)]
    yield Check("n", n, value["n"])
    yield Check("percent", [100 * c / n for c in reversed(item.counts)], value["percent"], absolute=0.005)
    yield Check("displayed", displayed, value["displayed"])
    yield Check("displayed_sum", sum(displayed), value["displayed_sum"])
    yield Check("positive", item.favourable, value["positive"])
    yield Check("positive_percent", 100 * item.favourable / n, value["positive_percent"], absolute=0.005)
    yield Check("positive_displayed", round_share(item.favourable / n), value["positive_displayed"])


def difference(case: Case) -> Iterator[Check]:
    """A difference is taken before rounding."""
    group, benchmark = case.input["group"], case.input["benchmark"]
    yield Check("displayed", [round_rank(group), round_rank(benchmark)], case.value["displayed"])
    yield Check("difference", group - benchmark, case.value["difference"])
    yield Check("difference_displayed", round_rank(group - benchmark), case.value["difference_displayed"])


def halves(case: Case) -> Iterator[Check]:
    """Halves go away from zero."""
    yield Check("value", [round_rank(value) for value in case.input["values"]], case.value)


def _one_respondent(answers: list[int], *, turned: bool = False) -> float:
    codes = [f"{'-' if turned else ''}i{place}" for place in range(len(answers))]
    factor = make_instrument(codes, scale=FIVE).factors[0]
    return float(respondent_scores(np.array([answers], dtype=np.int8), factor, FIVE)[0])


def _moments(scores: list[float]) -> Moments:
    """Scores in quarters of a point, which all of the examples are."""
    whole = [round(4 * score) for score in scores]
    return Moments(len(whole), sum(whole), sum(part * part for part in whole), 4)
