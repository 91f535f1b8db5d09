"""An audit that is not done is not passed: ended by its bound, or too large to begin, it exposes nobody."""

import json
from collections.abc import Sequence

import numpy as np
import pytest

from cri.adapters.document_schemas import validate
from cri.domain import audit_work, edition_pool, publishing
from cri.domain.achieved_changes import with_changes
from cri.domain.audit_work import Allowance, WorkUsedUpError
from cri.domain.edition_draft import Draft, draft_edition
from cri.domain.eligibility import Member
from cri.domain.history_classes import HistoryClasses
from cri.domain.ledger import Ledger, PublishedCell
from cri.domain.publishers_audit import Figure, Knowledge
from tests.pool_examples import FACTORS, member
from tests.properties.pool_attacker import exposed, rows_of
from tests.properties.test_achieved_changes import waves
from tests.properties.test_publishers_audit import audited, years

ENOUGH = 10**12
SOME = 6e5


def facetted(agencies: int, seed: int = 3) -> list[Member]:
    """A pool that its peer groups cut through."""
    draws = np.random.default_rng(seed)
    return [
        member(
            f"a{number}",
            tuple(55 + draws.normal(0, 9, len(FACTORS))),
            {"sector": str(draws.choice(["water", "tax"])), "country": str(draws.choice(["SE", "NO"]))},
        )
        for number in range(agencies)
    ]


def steps_of(pool: Sequence[Member], monkeypatch: pytest.MonkeyPatch) -> float:
    """What the whole audit of the pool takes."""
    made: list[Allowance] = []

    def counted() -> Allowance:
        made.append(Allowance(ENOUGH))
        return made[-1]

    with monkeypatch.context() as patch:
        patch.setattr(publishing, "Allowance", counted)
        assert not draft_edition(pool, "2026.1").unfinished
    return ENOUGH - made[0].left


def found_out(draft: Draft, pool: Sequence[Member]) -> tuple[str, ...] | None:
    rows = rows_of([(cell.factor, cell.groups) for cell in draft.cells], FACTORS)
    return exposed(rows, {one.sheet: one.owner for one in pool})


def test_steps_are_taken_until_there_are_none_and_never_again() -> None:
    allowance = Allowance(10)
    allowance.spend(10)
    assert not allowance.used_up
    for _ in range(2):
        with pytest.raises(WorkUsedUpError):
            allowance.spend(1)
    assert allowance.used_up


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8])
def test_where_the_work_ends_so_does_the_edition(share: float, monkeypatch: pytest.MonkeyPatch) -> None:
    """The cells before are those of the whole audit; what came later is not shown, and is told."""
    pool = facetted(18)
    whole = draft_edition(pool, "2026.1")
    monkeypatch.setattr(audit_work, "AUDIT_WORK", share * steps_of(pool, monkeypatch))
    ended = draft_edition(pool, "2026.1")
    assert 0 < len(ended.document["cells"]) < len(whole.document["cells"])
    assert ended.document["cells"] == whole.document["cells"][: len(ended.document["cells"])]
    assert set(ended.unfinished) <= set(ended.refused)
    told = ended.document["certificate"]
    assert (told["test"], told["unfinished"]) == ("exact", len(ended.unfinished))
    assert told["unfinished"] > 0
    validate(json.loads(json.dumps(ended.document)), "edition")
    assert draft_edition(pool[::-1], "2026.1") == ended
    assert found_out(ended, pool) is None


def test_without_any_work_nothing_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit_work, "AUDIT_WORK", 0)
    draft = draft_edition(facetted(18), "2026.1")
    assert draft.document["cells"] == []
    assert draft.document["certificate"]["unfinished"] == len(draft.refused) > 0


def _passed_unseen(
    self: publishing.Publisher, known: Knowledge, figures: Sequence[Figure]
) -> Knowledge | None:
    """Naive: what there was no work left to look through is taken to be safe."""
    after = known.learn(figures)
    try:
        return after if after.exposed(allowance=self.allowance) is None else None
    except WorkUsedUpError:
        return after


@pytest.mark.parametrize("naive", [False, True], ids=["refused", "taken for safe"])
@pytest.mark.parametrize("seed", range(3))
def test_over_years_of_audits_that_were_ended(
    seed: int, naive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each of three editions is ended within the whole pool's cells, or soon after."""
    monkeypatch.setattr(audit_work, "AUDIT_WORK", SOME)
    if naive:
        monkeypatch.setattr(publishing.Publisher, "_passed", _passed_unseen)
    history = years(seed, audited, churn=0.1)
    assert history.cells
    assert (history.exposed() is not None) == naive


def test_changes_that_were_not_looked_through_are_refused_and_that_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _, second = waves(4)
    edition = draft_edition(second, "2026.1")
    assert with_changes(edition, second).document["changes"]["certificate"]["unfinished"] == 0
    monkeypatch.setattr(audit_work, "AUDIT_WORK", 1)
    ended = with_changes(edition, second).document["changes"]
    assert ended["cells"] == []
    assert ended["certificate"]["unfinished"] == 3
    assert len(ended["refused"]) == 3


def test_an_ended_edition_does_not_stop_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = facetted(16)
    with monkeypatch.context() as patch:
        patch.setattr(audit_work, "AUDIT_WORK", 0.5 * steps_of(pool, monkeypatch))
        first = draft_edition(pool, "2026.1")
    ledger = Ledger(first.cells, {one.sheet: one.owner for one in pool}, first.document)
    second = draft_edition(pool, "2026.2", ledger)
    assert set(first.unfinished) & {(cell.factor, cell.peers) for cell in second.cells}
    rows = rows_of([(cell.factor, cell.groups) for cell in (*first.cells, *second.cells)], FACTORS)
    assert exposed(rows, {one.sheet: one.owner for one in pool}) is None


def by_classes(members: Sequence[Member], edition: str, ledger: Ledger) -> Sequence[PublishedCell]:
    """The whole pool's cells, by the sufficient test."""
    draft = draft_edition(members, edition, ledger, peers=((),))
    told = draft.document["certificate"]
    assert (told["test"], told["unfinished"]) == ("sufficient", 0)
    return draft.cells


@pytest.mark.parametrize("naive", [False, True], ids=["classes", "no classes"])
@pytest.mark.parametrize("seed", [1, 3])
def test_too_many_unknowns_are_audited_by_classes(
    seed: int, naive: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Few contributions of too many factors. One lane and small classes: few agencies make several groups."""
    monkeypatch.setattr(audit_work, "MOST_UNKNOWNS", 12 * len(FACTORS) - 1)
    monkeypatch.setattr(edition_pool, "LANES", 1)
    monkeypatch.setattr(edition_pool, "OWNERS_OF_A_CLASS", 4)
    if naive:
        monkeypatch.setattr(HistoryClasses, "admit", lambda _self, _component, groups: groups)
    history = years(seed, by_classes, churn=0.1)
    assert history.cells
    assert (history.exposed() is not None) == naive


def test_just_as_many_unknowns_as_may_be_are_audited_exactly(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = facetted(12)
    for most, test in ((12 * len(FACTORS), "exact"), (12 * len(FACTORS) - 1, "sufficient")):
        monkeypatch.setattr(audit_work, "MOST_UNKNOWNS", most)
        assert draft_edition(pool, "2026.1").document["certificate"]["test"] == test
