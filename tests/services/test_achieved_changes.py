"""Achieved changes on their way through the pool: frozen, in the ledger, answered for; none of who left."""

import uuid
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import psycopg
import pytest

from cri.db.models import Withdrawal
from cri.db.queries import benchmark_pool
from cri.domain.eligibility import Member
from cri.domain.errors import InputError
from cri.domain.ledger import CHANGES
from cri.services.benchmarks import LedgerError, publish_edition
from cri.services.context import Parts
from cri.services.contributions import contribution_of
from cri.services.editions import (
    Steward,
    approve_draft,
    load_draft,
    load_edition,
    preview_draft,
    publish_draft,
)
from tests.pool_examples import sheet_digest
from tests.services.pool_service import ledger_of, members, new_instrument
from tests.services.test_editions import NOW, drafted, published

SCORES = [(40.0 + n, 45.0 + 7 * n % 24) for n in range(24)]
LESS = "UPDATE pool.ledger_cell SET weights = NULL"


@pytest.fixture
def ana() -> Steward:
    return Steward(uuid.uuid4(), NOW)


@pytest.fixture
def ben() -> Steward:
    return Steward(uuid.uuid4(), NOW)


def pairs(instrument: dict[str, Any], *, synthetic: bool = False) -> list[Member]:
    """Agencies with a wave and the one before it, in which each had a little less."""
    now = members(SCORES, instrument, synthetic=synthetic)
    before = members(
        [(a - n % 5, b - n % 7) for n, (a, b) in enumerate(SCORES)], instrument, synthetic=synthetic
    )
    return [
        replace(one, previous={**old.scorecard, "sheet_sha256": sheet_digest(f"{one.agency} before")})
        for one, old in zip(now, before, strict=True)
    ]


def give(parts: Parts, pool: Sequence[Member]) -> None:
    with parts.pool_sessions.begin() as session:
        session.add_all(contribution_of(parts.secrets.pseudonym, one) for one in pool)


def test_an_edition_holds_them_and_the_ledger_who_is_in_their_groups(
    parts: Parts, ana: Steward, ben: Steward
) -> None:
    instrument = new_instrument()
    pool = pairs(instrument)
    give(parts, pool)
    document = published(parts, instrument, "2026.1", ana, ben)
    assert {cell["factor"] for cell in document["changes"]["cells"]} == {"index", "insight", "foresight"}
    written = {
        cell.factor: cell for cell in ledger_of(parts, instrument, synthetic=False) if cell.peers == CHANGES
    }
    both = {sheet for one in pool for sheet in (one.sheet, (one.previous or {})["sheet_sha256"])}
    for cell in document["changes"]["cells"]:
        found = written[cell["factor"]]
        assert [len(group) for group in found.groups] == [2 * group["size"] for group in cell["groups"]]
        assert {sheet for group in found.groups for sheet in group} <= both
        assert found.weights is not None
        assert {weight == 1 or -1 < weight < 0 for group in found.weights for weight in group} == {True}


def test_the_next_edition_answers_for_them(parts: Parts, ana: Steward, ben: Steward) -> None:
    instrument = new_instrument()
    give(parts, pairs(instrument))
    first = published(parts, instrument, "2026.1", ana, ben)
    preview = load_draft(parts, drafted(parts, instrument, "2026.2", ana)).preview
    assert preview is not None
    assert preview.document is not None
    told = preview.document["changes"]
    figures = sum(len(cell["groups"]) for cell in first["cells"] if cell["item"] is None)
    assert told["certificate"]["figures"] >= figures + sum(
        len(one["groups"]) for one in first["changes"]["cells"]
    )
    assert told["certificate"]["contributions"] == 2 * len(SCORES)
    assert {one["factor"] for one in told["cells"]} | {one["factor"] for one in told["refused"]} == {
        "index",
        "insight",
        "foresight",
    }


def test_no_change_is_counted_from_a_wave_that_was_withdrawn(parts: Parts, ana: Steward) -> None:
    """The later wave carries the earlier one's scores; its own consent went with the earlier contribution."""
    instrument = new_instrument()
    pool = pairs(instrument)
    earlier = [
        replace(one, scorecard={**(one.previous or {}), "wave": {"closed": "2025-03-31"}}, previous=None)
        for one in pool[:5]
    ]
    give(parts, [*pool, *earlier])
    told = _changes(parts, instrument, "2026.1", ana)
    assert {cell["pairs"] for cell in told["cells"]} == {24}

    with parts.pool_sessions.begin() as session:
        made = benchmark_pool.contributions_with_sheets(session, [one.sheet for one in earlier])
        assert len(made) == 5
        session.add_all(Withdrawal(contribution_id=one.id, withdrawn_at=NOW) for one in made)
    told = _changes(parts, instrument, "2026.2", ana, drop_first=True)
    assert told["cells"] == []
    assert {one["reason"] for one in told["refused"]} == {"too few pairs"}


def test_a_draft_is_not_published_once_a_wave_before_is_withdrawn(
    parts: Parts, ana: Steward, ben: Steward
) -> None:
    instrument = new_instrument()
    pool = pairs(instrument)
    before = replace(
        pool[0], scorecard={**(pool[0].previous or {}), "wave": {"closed": "2025-03-31"}}, previous=None
    )
    give(parts, [*pool, before])
    draft_id = drafted(parts, instrument, "2026.1", ana)
    preview_draft(parts, draft_id, ana)
    approve_draft(parts, draft_id, ben)
    with parts.pool_sessions.begin() as session:
        (made,) = benchmark_pool.contributions_with_sheets(session, [before.sheet])
        session.add(Withdrawal(contribution_id=made.id, withdrawn_at=NOW))
    with pytest.raises(InputError, match="withdrew, or are held, since the draft was made: 1"):
        publish_draft(parts, draft_id, ana)
    assert load_edition(parts, instrument["code"], "2026.1") is None


def _changes(
    parts: Parts, instrument: dict[str, Any], number: str, ana: Steward, *, drop_first: bool = False
) -> dict[str, Any]:
    from cri.services.editions import drop_draft, list_drafts

    if drop_first:
        for draft in list_drafts(parts):
            if draft.kind[0] == instrument["code"]:
                drop_draft(parts, draft.id, ana)
    preview = load_draft(parts, drafted(parts, instrument, number, ana)).preview
    assert preview is not None
    assert preview.document is not None
    return dict(preview.document["changes"])


@pytest.mark.parametrize("lost", ["the cell", "its weights"])
def test_without_the_ledgers_page_nothing_more_is_published(
    parts: Parts, superuser: psycopg.Connection, lost: str
) -> None:
    instrument = new_instrument()
    publish_edition(parts, pairs(instrument, synthetic=True), "2026.1", ((),))
    where = "WHERE instrument_code = %s AND peers = %s AND factor = 'insight'"
    change = (
        "DELETE FROM pool.ledger_cell" if lost == "the cell" else "UPDATE pool.ledger_cell SET weights = NULL"
    )
    superuser.execute(f"{change} {where}", [instrument["code"], CHANGES])
    with pytest.raises(LedgerError, match="insight of changes"):
        publish_edition(parts, pairs(instrument, synthetic=True), "2026.2", ((),))
