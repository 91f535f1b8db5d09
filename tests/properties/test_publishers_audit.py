"""Nobody's score can be had from editions, over years; and the naive rules that this very attack beats."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from cri.domain.edition_draft import Draft, draft_edition
from cri.domain.eligibility import Member
from cri.domain.history_classes import HistoryClasses, owners_in
from cri.domain.ledger import Ledger, PublishedCell
from cri.domain.microaggregation import microaggregate
from cri.domain.norms import figures_of
from cri.domain.publishers_audit import AuditedPool, Figure, Knowledge, exposed_owners
from cri.domain.publishing import audited_parts
from tests.pool_examples import FACTORS, member, pool_of, sheet_digest
from tests.properties.pool_attacker import Row, exposed, rows_of, weighted_row

Drafting = Callable[[Sequence[Member], str, Ledger], Sequence[PublishedCell]]


@dataclass
class History:
    """Agencies that join, survey again, leave, over some editions of one way of drafting."""

    draft: Drafting
    cells: list[PublishedCell] = field(default_factory=list)
    owner_of: dict[str, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)

    def publish(self, members: Sequence[Member], edition: str) -> None:
        added = self.draft(members, edition, self.ledger)
        self.cells += added
        self.owner_of |= {one.sheet: one.owner for one in members}
        self.ledger = Ledger(tuple(self.cells), dict(self.owner_of), self.ledger.last)

    def exposed(self) -> tuple[str, ...] | None:
        return exposed(rows_of([(cell.factor, cell.groups) for cell in self.cells], FACTORS), self.owner_of)


def audited(members: Sequence[Member], edition: str, ledger: Ledger) -> Sequence[PublishedCell]:
    return draft_edition(members, edition, ledger).cells


def forgetful(members: Sequence[Member], edition: str, ledger: Ledger) -> Sequence[PublishedCell]:
    """Naive: each edition audited by itself alone."""
    return draft_edition(members, edition).cells


def unaudited(members: Sequence[Member], edition: str, ledger: Ledger) -> Sequence[PublishedCell]:
    """Naive: every cell of eight owners in full groups of four, without any audit."""
    cells = []
    for attribute in (None, "sector", "country"):
        for value in {one.facets[attribute] if attribute else None for one in members}:
            inside = [one for one in members if not attribute or one.facets[attribute] == value]
            if len({one.owner for one in inside}) < 8:
                continue
            for code in ("index", *FACTORS):
                scores = np.array([figures_of(one.scorecard)[code]["score"] for one in inside])
                names = sorted({one.owner for one in inside})
                owners = np.array([names.index(one.owner) for one in inside])
                ends = np.cumsum([group.size for group in microaggregate(scores, owners)])
                runs = np.split(np.argsort(scores, kind="stable"), ends[:-1])
                groups = tuple(tuple(inside[place].sheet for place in run) for run in runs)
                cells.append(PublishedCell(edition, code, None, f"{attribute}={value}", groups))
    return cells


def years(seed: int, draft: Drafting, *, churn: float = 0.4) -> History:
    """Three editions of a small pool: agencies join, leave and survey again; some have an owner in common."""
    draws = np.random.default_rng(seed)
    history, current, waves = History(draft), {}, 0
    agencies = [f"a{number}" for number in range(16)]
    owner = {one: one if draws.random() < 0.75 else f"o{draws.integers(2)}" for one in agencies}
    facets = {
        one: {"sector": str(draws.choice(["w", "r"])), "country": str(draws.choice(["SE", "NO"]))}
        for one in agencies
    }
    for edition in range(3):
        for one in agencies[: 12 + 2 * edition]:
            if one not in current or draws.random() < churn:
                waves += 1
                scores = tuple(50 + draws.normal(0, 10, 2))
                current[one] = member(
                    one,
                    scores,
                    {"owner": owner[one], **facets[one]},
                    sheet_sha256=sheet_digest(f"{one}{waves}"),
                )
            elif draws.random() < 0.15:
                del current[one]
        history.publish(list(current.values()), f"2026.{edition + 1}")
    return history


@pytest.mark.parametrize("seed", range(5))
def test_over_years_nobody_is_exposed(seed: int) -> None:
    history = years(seed, audited)
    assert history.cells
    assert history.exposed() is None


@pytest.mark.parametrize("naive", [forgetful, unaudited])
def test_naive_rules_are_beaten_by_the_same_attack(naive: Drafting) -> None:
    assert all(years(seed, naive, churn=0.1).exposed() for seed in range(3))


def test_republishing_when_one_agency_joins_gives_it_away() -> None:
    pool = [member(f"a{n}", (40 + n, 60 - n)) for n in range(14)]
    for draft, beaten in ((forgetful, True), (audited, False)):
        history = History(draft)
        history.publish(pool[:13], "2026.1")
        history.publish(pool, "2026.2")
        assert (history.exposed() is not None) == beaten
    assert {cell.edition for cell in history.cells} == {"2026.1"}  # nothing new could be said


def test_exact_quantiles_and_a_literal_best_are_beaten() -> None:
    sheets = [f"s{number}" for number in range(20)]
    owner_of = dict(zip(sheets, sheets, strict=True))
    # quantiles of type 7 at each 1/19 of twenty agencies are the order statistics themselves
    quantiles: list[Row] = [{(one, "insight"): 1} for one in sheets]
    best: list[Row] = [{(one, "insight"): 1 for one in sheets}, {(sheets[-1], "insight"): 1}]
    three: list[Row] = [{(one, "insight"): 1 for one in sheets[-3:]}]
    four: list[Row] = [{(one, "insight"): 1 for one in sheets[-4:]}]
    assert exposed(quantiles, owner_of) is not None
    assert exposed(best, owner_of) is not None
    assert exposed(three, owner_of) is not None
    assert exposed(four, owner_of) is None


@pytest.mark.parametrize("seed", range(60))
def test_the_audit_and_the_attacker_agree_on_any_figures(seed: int) -> None:
    """Random figures, audited or not: the audit says "exposed" exactly when the attacker finds somebody."""
    draws = np.random.default_rng(seed)
    total = int(draws.integers(5, 11))
    owners = draws.integers(0, total, total) if seed % 2 else np.arange(total)
    pool = AuditedPool(owners, audited_parts(FACTORS))
    figures = []
    for component in (*FACTORS, "index")[: 2 + seed % 2] * int(draws.integers(1, 3)):
        inside = draws.permutation(np.flatnonzero(draws.random(total) < 0.9))
        parts = np.array_split(inside, int(draws.integers(1, 3)))
        figures += [Figure(component, part) for part in parts if len(part)]
    rows = rows_of([(one.component, [[str(c) for c in one.contributions]]) for one in figures], FACTORS)
    owner_of: Mapping[str, str] = {str(number): str(owner) for number, owner in enumerate(owners)}
    assert (exposed_owners(pool, figures) is None) == (exposed(rows, owner_of) is None)


@pytest.mark.parametrize("seed", range(60))
def test_the_audit_and_the_attacker_agree_on_weighted_figures(seed: int) -> None:
    """The same for sums in which contributions count differently, as in changes from wave to wave."""
    draws = np.random.default_rng(seed)
    agencies = int(draws.integers(6, 14))
    owners = np.tile(np.arange(agencies) // (1 + seed % 2), 2)  # the later wave of each, then the earlier
    pool = AuditedPool(owners, audited_parts(FACTORS))
    figures, rows = [], []
    for component in (*FACTORS, "index")[: 1 + seed % 3] * 2:
        inside = draws.permutation(np.flatnonzero(draws.random(agencies) < 0.95))
        for part in np.array_split(inside, int(draws.integers(1, 3))):
            changes = bool(draws.random() < 0.6)
            both = np.concatenate([part, part + agencies]) if changes else part
            own = draws.choice([20, 40, 60], len(part)) if draws.random() < 0.5 else np.full(len(part), 50)
            weights = np.concatenate([np.full(len(part), 100), -own]) if changes else np.ones(len(part))
            if len(part):
                figures.append(Figure(component, both, weights.astype(float) if changes else None))
                told = {str(one): int(weight) for one, weight in zip(both, weights, strict=True)}
                rows.append(weighted_row(component, told, FACTORS))
    owner_of: Mapping[str, str] = {str(number): str(owner) for number, owner in enumerate(owners)}
    assert (exposed_owners(pool, figures) is None) == (exposed(rows, owner_of) is None)


def test_weights_are_what_the_audit_goes_by() -> None:
    """Two sums of the same five: alike they tell one thing; weighed, their difference is of two owners."""
    five, weights = np.arange(5), np.array([1.0, 1.0, 1.0, 2.0, 0.5])
    pool = AuditedPool(five, {})
    once, again = Figure("index", five), Figure("index", five, weights)
    assert exposed_owners(pool, [once, Figure("index", five)]) is None
    assert exposed_owners(pool, [once, again]) == (3, 4)


@pytest.mark.parametrize("seed", range(5))
def test_in_a_large_pool_every_class_of_one_history_holds_four_owners(seed: int) -> None:
    draws = np.random.default_rng(seed)
    owners = draws.integers(0, 200, 240)
    pool = AuditedPool(owners, audited_parts(FACTORS))
    classes, published = HistoryClasses(pool), []
    for component in (*FACTORS, "index", *FACTORS):
        wished = draws.integers(0, 9, 240)
        kept = classes.admit(component, wished)
        assert set(np.unique(kept[kept != wished])) <= {0}
        published += [
            Figure(component, np.flatnonzero(kept == group)) for group in range(1, 9) if (kept == group).any()
        ]
    assert len(published) > 20
    for code in FACTORS:
        inside = classes.published[code]
        assert owners_in(classes.labels[code], owners)[classes.labels[code]][inside].min() >= 4
    assert exposed_owners(pool, published) is None


def test_a_withdrawn_agency_is_in_no_new_value_and_in_no_kept_one() -> None:
    pool = pool_of([40.0 + n for n in range(24)])
    first = draft_edition(pool, "2026.1")
    ledger = Ledger(first.cells, {one.sheet: one.owner for one in pool}, first.document)
    same = draft_edition(pool, "2026.2", ledger)
    assert kept(same) == {"2026.1"} or not kept(same)
    gone = draft_edition(pool[1:], "2026.2", ledger)
    assert all(cell["kept_from"] is None for cell in gone.document["cells"])
    withdrawn = pool[0].sheet
    assert not any(withdrawn in group for cell in gone.cells for group in cell.groups)


def kept(draft: Draft) -> set[str]:
    return {cell["kept_from"] for cell in draft.document["cells"] if cell["kept_from"]}


def test_what_was_published_again_and_again_is_known_once() -> None:
    """Errors must not grow: a factor once had nothing more shown, since its projector was none any longer."""
    draws = np.random.default_rng(1)
    knowledge = Knowledge.of_nothing(AuditedPool(np.arange(40), {}), ("insight",))
    for _ in range(60):
        cut = np.array_split(draws.permutation(40)[: draws.integers(30, 41)], 2)
        for part in cut:
            knowledge = knowledge.learn([Figure("insight", part)])
            assert np.abs(knowledge.free @ knowledge.free - knowledge.free).max() < 1e-9
            assert np.abs(knowledge.free - knowledge.free.T).max() < 1e-12
    assert np.trace(knowledge.free) == pytest.approx(0, abs=1e-6)


def test_a_second_edition_shows_every_factor_again() -> None:
    """Other waves of the same agencies: nothing that was published is about them."""
    pool = [member(f"a{n}", (40 + n % 17, 60 - n % 11), {"sector": "wr"[n % 2]}) for n in range(32)]
    later = [
        member(
            one.agency, (45 + n % 13, 58 - n % 7), {"sector": "wr"[n % 2]}, sheet_sha256=sheet_digest(f"{n}")
        )
        for n, one in enumerate(pool)
    ]
    first = draft_edition(pool, "2026.1")
    ledger = Ledger(first.cells, {one.sheet: one.owner for one in pool}, first.document)
    alone, second = draft_edition(later, "2026.2"), draft_edition(later, "2026.2", ledger)
    assert second.document["cells"] == alone.document["cells"]
