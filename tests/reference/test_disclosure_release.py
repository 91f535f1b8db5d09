"""The release plan on real groups: 5,400 soldiers in 99 companies, their working hours, help with religion.

The attacker of one breakdown beside the companies is an exact one, and another than the audit's: whoever is
added and subtracted with two partitions is a cut of the graph whose edges join a company and an answer, so
the fewest people that anybody can isolate are a smallest cut (scipy's maximum flow).
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components, maximum_flow

from cri.domain.disclosure import MINIMUM
from cri.domain.disclosure_cells import release_cells
from cri.domain.instrument import ProfileQuestion
from cri.domain.release import GroupRelease, plan_release
from cri.domain.sheet import AnswerSheet, Unit
from tests.engine_examples import make_instrument

Rows = list[dict[str, str]]
FACTORS = (["AF06", "AF07", "AP12", "AP17"], ["AP33", "AP34", "AS14", "AS15"], ["AS16", "AS17", "AS28"])
HOURS = (9, 11, 13)
"""Upper ends of the first three bands of hours a day."""


def army(people: Rows, questions: Sequence[str]) -> tuple[AnswerSheet, ...]:
    """The sheet; a third of the companies have a brigade above them, so the tree has two levels."""
    companies = sorted({row["GRP"] for row in people}, key=int)
    units = tuple(Unit(f"b{place}", None, "Brigade") for place in range(5))
    units += tuple(Unit(f"c{code}", f"b{int(code) % 5}", "Company") for code in companies)
    place = {code: number + 5 for number, code in enumerate(companies)}
    answers = np.array([[int(row[item]) for factor in FACTORS for item in factor] for row in people], np.int8)
    answered = {
        "hours": [int(np.searchsorted(HOURS, int(row["HRS"]))) for row in people],
        "help": [int(row["RELIG"]) - 1 for row in people],
    }
    profile = np.array([answered[question] for question in questions], dtype=np.int8).T.copy()
    unit = np.array([place[row["GRP"]] for row in people], dtype=np.int32)
    return (AnswerSheet(answers, unit, units, profile=profile),)


def fewest(sheet: AnswerSheet, groups: GroupRelease) -> int:
    """People in the smallest set that sums of shown companies, brigades and options isolate."""
    parents = [-1] * 5 + [int(unit.parent[1:]) for unit in sheet.units[5:] if unit.parent]
    around = []
    for start in sheet.unit:
        unit = int(start)
        while unit >= 0 and groups.units[unit] is not None:
            unit = parents[unit]
        around.append(unit + 1)
    assert sheet.profile is not None
    chosen = sheet.profile[:, 0]
    shown = np.array([reason is None for reason in groups.options[0]])
    answer = np.where(shown[chosen], chosen + 1, 0) + len(sheet.units) + 1
    edges = np.column_stack([around, answer])
    pairs, people = np.unique(edges, axis=0, return_counts=True)
    size = len(sheet.units) + 2 + len(shown)
    both = np.concatenate([pairs, pairs[:, ::-1]])
    graph = coo_array((np.tile(people, 2).astype(np.int32), both.T), shape=(size, size)).tocsr()
    _, part = connected_components(graph)
    found = len(sheet.unit)
    for first in np.unique(part):
        nodes = np.flatnonzero(part == first)
        found = min([found, *(maximum_flow(graph, nodes[0], node).flow_value for node in nodes[1:])])
    return found


@pytest.mark.parametrize("question", ["hours", "help"])
def test_the_smallest_cut_of_what_is_shown_is_ten_or_more(question: str, rows: Callable[[str], Rows]) -> None:
    (sheet,) = army(rows("bhr2000/bhr2000.csv"), [question])
    instrument = make_instrument(*FACTORS)
    count = 4 if question == "hours" else 5
    instrument = replace(instrument, profile=(ProfileQuestion(question, tuple("abcde"[:count])),))
    parents = np.array([-1] * 5 + [int(unit.parent[1:]) for unit in sheet.units[5:] if unit.parent], np.int32)
    plan = plan_release(release_cells(instrument, sheet), parents)
    groups = plan.factors[0].groups
    assert fewest(sheet, groups) >= MINIMUM
    # The control: showing whatever has ten people gives away the eight of one company.
    large = replace(groups, units=tuple(None if why == "complementary" else why for why in groups.units))
    assert fewest(sheet, large) == 8
    assert [why for why in groups.units if why] == ["complementary", "small"]
    assert plan.index
    assert all(set(factor.items) == {None} for factor in plan.factors)


def test_all_of_it_is_audited_within_seconds(rows: Callable[[str], Rows]) -> None:
    (sheet,) = army(rows("bhr2000/bhr2000.csv"), ["hours", "help"])
    questions = (ProfileQuestion("hours", tuple("abcd")), ProfileQuestion("help", tuple("abcde")))
    instrument = replace(make_instrument(*FACTORS), profile=questions)
    parents = np.array([-1] * 5 + [int(unit.parent[1:]) for unit in sheet.units[5:] if unit.parent], np.int32)
    cells = release_cells(instrument, sheet)
    start = time.process_time()
    plan = plan_release(cells, parents)
    assert time.process_time() - start < 30
    assert plan.certificate["result"] == "passed"
    assert plan.certificate["share_hidden"] < 0.02
    for entry in plan.certificate["figures"]:
        assert entry["searches_given_up"] == 0
        assert entry["groups_shown"] >= 105
