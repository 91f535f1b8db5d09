"""Distributions of achieved changes beside editions: the attacker of the pool gets nobody's score."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from cri.adapters.document_schemas import validate
from cri.domain import achieved_changes, audit_work, change_audit
from cri.domain.achieved_changes import ChangesDraft, corrected_change, draft_changes, with_changes
from cri.domain.edition_draft import Draft, draft_edition
from cri.domain.eligibility import Member
from cri.domain.ledger import CHANGES, Ledger, PublishedCell
from cri.domain.norms import cell_of, check_edition
from cri.domain.publishers_audit import AuditedPool, Figure, exposed_owners
from cri.domain.publishing import LargePublisher, audited_parts
from tests.pool_examples import FACTORS, member, sheet_digest
from tests.properties.pool_attacker import Row, exposed, rank_of, rows_of, weighted_row

PRECISE = 10**6


def rows_from(cells: Sequence[PublishedCell]) -> list[Row]:
    """The attacker's equations; weights to six decimals, which is as good as knowing them."""
    rows: list[Row] = []
    for cell in cells:
        if cell.weights is None:
            rows += rows_of([(cell.factor, cell.groups)], FACTORS)
        else:
            for group, weights in zip(cell.groups, cell.weights, strict=True):
                whole = [round(PRECISE * one) for one in weights]
                rows.append(weighted_row(cell.factor, dict(zip(group, whole, strict=True)), FACTORS))
    return rows


def waves(
    seed: int, agencies: int = 24, shared: float = 0.1, size: int | None = None
) -> tuple[list[Member], list[Member]]:
    """A first and a second wave of the same agencies; some have an owner in common with another.

    size: respondents of every wave; each its own number without it.
    """
    draws = np.random.default_rng(seed)
    first, second = [], []
    for number in range(agencies):
        name = f"a{number}"
        owner = name if draws.random() > shared else f"o{draws.integers(2)}"
        truth = 55 + draws.normal(0, 9, 2)
        sizes = [size or int(draws.integers(60, 400)) for _ in range(2)]
        both = [
            member(
                name,
                tuple(truth + draws.normal(move, 2, 2)),
                {"owner": owner},
                sheet_sha256=sheet_digest(f"{name}-{wave}"),
                n=size,
            )
            for wave, (move, size) in enumerate(zip((0.0, 2.0), sizes, strict=True))
        ]
        first.append(both[0])
        second.append(replace(both[1], previous=both[0].scorecard))
    return first, second


def ledger_after(*drafts: tuple[Draft | ChangesDraft, Sequence[Member]]) -> Ledger:
    cells = tuple(cell for draft, _ in drafts for cell in draft.cells)
    owners = {one.sheet: one.owner for _, members in drafts for one in members}
    return Ledger(cells, owners, None)


@pytest.mark.parametrize("before", [False, True], ids=["first edition", "after an edition of first waves"])
@pytest.mark.parametrize("seed", range(2))
def test_editions_and_changes_together_expose_nobody(seed: int, before: bool) -> None:
    first, second = waves(seed)
    history: list[tuple[Draft | ChangesDraft, Sequence[Member]]] = []
    if before:
        history.append((draft_edition(first, "2026.1"), first))
    edition = draft_edition(second, "2026.2", ledger_after(*history) if history else None)
    history.append((edition, second))
    changes = draft_changes(second, edition.document, ledger_after(*history))
    validate({**edition.document, "changes": changes.document}, "edition")
    cells = [cell for draft, _ in history for cell in draft.cells] + list(changes.cells)
    owner_of = {one.sheet: one.owner for one in (*first, *second)}
    assert exposed(rows_from(cells), owner_of) is None
    if not before:
        assert changes.cells


def test_some_distribution_can_be_had_even_after_an_edition_of_the_first_waves() -> None:
    """Safety must not mean that nothing is ever published."""
    first, second = waves(1, agencies=60, shared=0.0)
    one = draft_edition(first, "2026.1")
    two = draft_edition(second, "2026.2", ledger_after((one, first)))
    changes = draft_changes(second, two.document, ledger_after((one, first), (two, second)))
    assert [cell["factor"] for cell in changes.document["cells"]]
    assert exposed_together(changes, one, two) is None


def exposed_together(changes: ChangesDraft, *editions: Draft) -> tuple[int, ...] | None:
    """By the audit: the attacker of the other tests is too slow for sixty agencies."""
    cells = [cell for draft in (*editions, changes) for cell in draft.cells]
    sheets = sorted({sheet for cell in cells for group in cell.groups for sheet in group})
    place = {sheet: number for number, sheet in enumerate(sheets)}
    agency = {
        sheet_digest(f"a{number}-{wave}"): number for number in range(60) for wave in range(2)
    }  # each its own owner
    pool = AuditedPool(
        np.array([agency[sheet] for sheet in sheets]),
        audited_parts(FACTORS),
    )
    return exposed_owners(pool, [figure for cell in cells for figure in cell.figures(place)])


def unaudited(self: change_audit.ChangeAudit, figures: Sequence[Figure]) -> bool:
    """Naive: full groups of four owners, whatever else was published."""
    return True


@pytest.mark.parametrize("naive", [False, True], ids=["audited", "naive"])
def test_a_newcomer_is_not_what_the_changes_leave_over(naive: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twenty with two waves and one newcomer: the second edition less the changes and the first is theirs."""
    if naive:
        monkeypatch.setattr(change_audit.ChangeAudit, "_passes", unaudited)
    first, second = waves(3, agencies=20, shared=0.0, size=200)
    second.append(member("newcomer", (48.0, 61.0), n=200))
    one = draft_edition(first, "2026.1")
    two = draft_edition(second, "2026.2", ledger_after((one, first)))
    changes = draft_changes(second, two.document, ledger_after((one, first), (two, second)))
    cells = [*one.cells, *two.cells, *changes.cells]
    found = exposed(rows_from(cells), {sheet.sheet: sheet.owner for sheet in (*first, *second)})
    assert found == (("newcomer",) if naive else None)


def test_the_order_of_members_does_not_matter() -> None:
    _, second = waves(4)
    edition = draft_edition(second, "2026.1")
    ledger = ledger_after((edition, second))
    assert draft_changes(second, edition.document, ledger) == draft_changes(
        second[::-1], edition.document, ledger
    )


def test_under_twenty_owners_there_is_no_distribution() -> None:
    _, second = waves(5, agencies=30, shared=0.0)
    alone = [replace(one, previous=None) if number > 18 else one for number, one in enumerate(second)]
    edition = draft_edition(alone, "2026.1")
    changes = draft_changes(alone, edition.document, ledger_after((edition, alone)))
    assert changes.document["cells"] == []
    assert {one["reason"] for one in changes.document["refused"]} == {"too few pairs"}
    validate({**edition.document, "changes": changes.document}, "edition")


def test_waves_that_do_not_compare_make_no_pair() -> None:
    _, second = waves(6, agencies=24, shared=0.0)
    other = {"code": "cri", "version": "0.9.0", "sha256": "1" * 64}
    for spoil in (
        {"instrument": other},
        {"population": {"usable": 20, "response_rate": 0.3}},
        {"sheet_sha256": None},
    ):
        spoilt = [replace(one, previous={**(one.previous or {}), **spoil}) for one in second]
        edition = draft_edition(spoilt, "2026.1")
        changes = draft_changes(spoilt, edition.document, ledger_after((edition, spoilt)))
        assert {one["reason"] for one in changes.document["refused"]} == {"too few pairs"}


def test_agencies_that_cannot_be_told_apart_have_no_corrected_change() -> None:
    pool = [replace(member(f"a{n}", 50.0), previous=member(f"b{n}", 50.0 + n).scorecard) for n in range(24)]
    edition = draft_edition(pool, "2026.1")
    changes = draft_changes(pool, edition.document, ledger_after((edition, pool)))
    assert {one["reason"] for one in changes.document["refused"]} == {"no spread"}


def test_regression_to_the_mean_is_taken_out() -> None:
    """Nobody changes: raw changes of the lowest are up and of the highest down, corrected ones are level."""
    draws = np.random.default_rng(7)
    truth, error = draws.normal(50, 6, 4000), 4.0
    first, second = (truth + draws.normal(0, error, 4000) for _ in range(2))
    trust = 6**2 / (6**2 + error**2)
    corrected = np.array(
        [corrected_change(one, two, trust, 50.0) for one, two in zip(first, second, strict=True)]
    )
    low, high = first < 43, first > 57
    raw = second - first
    assert raw[low].mean() > 2
    assert raw[high].mean() < -2
    assert abs(corrected[low].mean()) < 0.4
    assert abs(corrected[high].mean()) < 0.4


def test_beyond_the_exact_audit_each_group_has_earlier_waves_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The sufficient rule, and the next edition made by it: the exact audit finds nobody exposed."""
    monkeypatch.setattr(audit_work, "EXACT_UP_TO", 10)
    monkeypatch.setattr(achieved_changes, "FEWEST_PAIRS", 20)
    _, second = waves(8, agencies=240, shared=0.0)
    edition = draft_edition(second, "2026.1", peers=((),))
    changes = draft_changes(second, edition.document, ledger_after((edition, second)))
    assert changes.document["certificate"]["test"] == "sufficient"
    assert len(changes.cells) == 3
    earlier = [sheet for cell in changes.cells for group in cell.groups for sheet in group[len(group) // 2 :]]
    assert len(earlier) == len(set(earlier))
    cells = [*edition.cells, *changes.cells]
    sheets = sorted({sheet for cell in cells for group in cell.groups for sheet in group})
    place = {sheet: number for number, sheet in enumerate(sheets)}
    owner = {sheet_digest(f"a{number}-{wave}"): number for number in range(240) for wave in range(2)}
    pool = AuditedPool(
        np.array([owner[sheet] for sheet in sheets]),
        audited_parts(FACTORS),
    )
    figures = [figure for cell in cells for figure in cell.figures(place)]
    assert exposed_owners(pool, figures) is None

    after = LargePublisher(pool, figures)
    held = [place[sheet] for sheet in earlier]
    assert after.tainted[held].all()  # they enter no new cell
    later = [place[one.sheet] for one in second if one.sheet in place]
    assert not after.tainted[later].all()


def test_earlier_waves_do_not_carry_a_pool_over_the_exact_audit(monkeypatch: pytest.MonkeyPatch) -> None:
    """They count as sheets: without this rule the next edition of a thousand agencies lost half its cells."""
    _, second = waves(3)
    edition = draft_edition(second, "2026.1")
    ledger = ledger_after((edition, second))
    assert draft_changes(second, edition.document, ledger).cells  # the control: there is room
    monkeypatch.setattr(change_audit, "MOST_SHEETS", 2 * len(second) - 1)
    crowded = draft_changes(second, edition.document, ledger)
    assert crowded.cells == ()
    assert {one["reason"] for one in crowded.document["refused"]} == {achieved_changes.THE_AUDIT}


def test_a_weighted_figure_without_owners_of_its_own_taints_who_is_in_it() -> None:
    pool = AuditedPool(np.tile(np.arange(8), 2), audited_parts(FACTORS))
    weights = np.concatenate([np.ones(4), np.full(4, -0.5)])
    change = Figure("insight", np.array([0, 1, 2, 3, 8, 9, 10, 11]), weights)
    before = Figure("insight", np.arange(8, 16))
    assert set(np.flatnonzero(LargePublisher(pool, [change, before]).tainted)) == {0, 1, 2, 3}  # kept apart
    now = Figure("insight", np.arange(8))
    assert LargePublisher(pool, [change, before, now]).tainted.all()


def test_what_the_edition_of_changes_says_of_itself() -> None:
    _, second = waves(9, shared=0.0)
    edition = draft_edition(second, "2026.1")
    changes = draft_changes(second, edition.document, ledger_after((edition, second)))
    whole = with_changes(edition, second)
    assert whole.document["changes"] == changes.document
    assert whole.cells == (*edition.cells, *changes.cells)
    check_edition(whole.document, "the edition")
    assert whole.document["sha256"] != edition.document["sha256"]  # a changed change would be noticed
    assert all(cell.peers == CHANGES for cell in changes.cells)
    for cell, told in zip(changes.cells, changes.document["cells"], strict=True):
        assert [len(group) // 2 for group in cell.groups] == [group["size"] for group in told["groups"]]
        assert [group["mean"] for group in told["groups"]] == sorted(
            group["mean"] for group in told["groups"]
        )
        norm = cell_of(edition.document, told["factor"])
        assert norm is not None


def test_what_the_audit_refuses_is_kept_from_the_last_edition_while_everybody_stays() -> None:
    """One pair more cuts the groups anew: old and new ones together would give single changes away."""
    _, second = waves(3, agencies=20, shared=0.0, size=200)
    one = with_changes(draft_edition(second, "2026.1"), second)
    told = {cell["factor"]: cell for cell in one.document["changes"]["cells"]}
    assert told
    newcomer = member("newcomer", (48.0, 61.0), n=200)
    later = [*second, replace(newcomer, previous=member("newcomer before", (50.0, 55.0), n=200).scorecard)]
    ledger = Ledger(one.cells, _owners(second), one.document)
    two = with_changes(draft_edition(later, "2026.2", ledger), later, ledger)
    kept = {cell["factor"]: cell for cell in two.document["changes"]["cells"] if cell["kept_from"]}
    assert kept
    for code, cell in kept.items():
        assert cell == {**told[code], "kept_from": "2026.1"}
    assert all(cell.key[0] not in kept for cell in two.cells if cell.peers == CHANGES)
    validate(two.document, "edition")

    without = later[1:]
    three = with_changes(draft_edition(without, "2026.3", ledger), without, ledger)
    assert not any(cell["kept_from"] for cell in three.document["changes"]["cells"])


def _owners(members: Sequence[Member]) -> dict[str, str]:
    """Owner of each wave, earlier ones too, as the pool knows them."""
    found = {one.sheet: one.owner for one in members}
    return found | {str(one.previous["sheet_sha256"]): one.owner for one in members if one.previous}


def with_centre(changes: PublishedCell, whole: PublishedCell) -> list[Row]:
    """The changes' sums with the centre of the pool in them, which a kept cell has of its own edition.

    Times the number of members, so that all weights are whole.
    """
    members = [sheet for group in whole.groups for sheet in group]
    rows: list[Row] = []
    for group, weights in zip(changes.groups, changes.weights or (), strict=True):
        told = [round(PRECISE * one) for one in weights]
        row = {sheet: weight * len(members) for sheet, weight in zip(group, told, strict=True)}
        for (
            sheet
        ) in members:  # the later waves' weights are 1, the earlier ones' minus lambda: 1 - lambda each
            row[sheet] = row.get(sheet, 0) - sum(told)
        told_of = {one: weight for one, weight in row.items() if weight}
        rows.append(weighted_row(changes.factor, told_of, FACTORS))
    return rows


def test_kept_changes_give_nothing_away_by_their_centre(monkeypatch: pytest.MonkeyPatch) -> None:
    """Old groups as they were; and centres, old or new, are sums of what was published."""
    first, second = waves(11, agencies=24, shared=0.0)
    old = with_changes(draft_edition(second[:22], "2026.1"), second[:22])
    ledger = ledger_after((old, second[:22]), (old, first))
    ledger = replace(ledger, last=old.document)
    monkeypatch.setattr(change_audit.ChangeAudit, "_passes", lambda _self, _figures: False)
    new = with_changes(draft_edition(second, "2026.2", ledger), second, ledger)
    before, now = (one.document["changes"]["cells"] for one in (old, new))
    assert len(before) == 3
    assert now == [{**cell, "kept_from": "2026.1"} for cell in before]
    cells = [*old.cells, *new.cells]
    published = rows_from(cells)
    whole = {(one.edition, one.factor): one for one in cells if one.peers == "all"}
    kept = [one for one in cells if one.peers == CHANGES]
    centred = [
        row
        for one in kept
        for number in ("2026.1", "2026.2")
        if (number, one.factor) in whole
        for row in with_centre(one, whole[number, one.factor])
    ]
    assert len(centred) >= 15
    assert rank_of([*published, *centred], set()) == rank_of(published, set())
    single: Row = {(second[0].sheet, FACTORS[0]): 1}
    assert rank_of([*published, single], set()) > rank_of(published, set())  # what is new is seen
