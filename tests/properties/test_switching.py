"""Switching peer groups and editions tells an agency no more than each published edition tells by itself.

Two worlds in which the same documents were published and other agencies have other scores: whatever an agency
asks for, with whatever score of its own, it sees the same in both. The control places it among the pool's raw
scores, itself left out, and differs.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from cri.domain.achieved_changes import with_changes
from cri.domain.comparing import moves_between, offers_of, own_facets
from cri.domain.edition_draft import draft_edition
from cri.domain.eligibility import Member
from cri.domain.norms import INDEX
from cri.domain.placing import place
from cri.domain.reference_norms import percentile_among
from cri.domain.strip import strip_of
from cri.domain.targets import targets_of
from tests.pool_examples import FACTORS, member

Document = Mapping[str, Any]
Pool = Sequence[Member]
View = Callable[[Document, Pool, str], Any]
AGENCIES, POINT = 24, 0.75
OWN = "a0"


def world(seed: int, *, moved: bool) -> list[Member]:
    """A pool; moved: two others of each run of neighbours stand nearer to or further from each other.

    Both factors move alike and the index with them, so that sizes and means of all groups of all cells stay.
    """
    draws = np.random.default_rng(seed)
    scores = np.sort(draws.uniform(35, 75, AGENCIES))
    scores += np.arange(AGENCIES) * 4 * POINT  # so far apart that nobody changes place
    scores -= scores.mean() - 55
    found = []
    for number, score in enumerate(scores):
        step = {1: -POINT, 2: POINT}.get(number % 4, 0.0) if moved else 0.0
        facets = {"sector": "water" if number < AGENCIES // 2 else "health"}
        found.append(member(f"a{number}", (score + step, score + step), facets))
    return found


def published(pool: Pool, number: str) -> dict[str, Any]:
    """An edition as anybody holds it: a file."""
    made = draft_edition(pool, number, peers=((), ("sector",)))
    document: dict[str, Any] = json.loads(json.dumps(with_changes(made, pool).document))
    return document


def from_documents(edition: Document, _pool: Pool, peers: str) -> Any:
    """What the pages show: from the edition and the agency's own scorecard."""
    own = member(OWN, (50.0, 50.0), {"sector": "water"})
    strips = [strip_of(edition, code, peers) for code in (INDEX, *FACTORS)]
    shown = []
    for score in (30.0, 45.0, 50.0, 55.5, 61.25, 80.0):
        card = {**member(OWN, (score, score + 3)).scorecard, "sheet_sha256": own.sheet}
        placed = place(card, edition, peers, own.facets)
        shown.append((placed, targets_of(card, placed, edition)))
    return strips, shown


def from_the_pool(_edition: Document, pool: Pool, peers: str) -> Any:
    """Naive: exact ranks and distances among the raw scores of the others in the group."""
    own = pool[0].scorecard["factors"][0]["score"]
    sector = peers.partition("=")[2]
    others = [one.scorecard["factors"][0]["score"] for one in pool[1:] if not sector or one.sector == sector]
    return [percentile_among(own + step, others) for step in np.arange(-40, 40, 0.5)]


def views(pool: Pool, documents: Sequence[Document], look: View) -> list[Any]:
    """Everything that the agency can ask for: each edition, each peer group that it states to be in."""
    facets = own_facets(pool[0].scorecard, {"sector": pool[0].sector})
    return [look(edition, pool, offer.peers) for edition in documents for offer in offers_of(edition, facets)]


@pytest.mark.parametrize(("look", "tells"), [(from_documents, False), (from_the_pool, True)])
@pytest.mark.parametrize("seed", range(3))
def test_what_an_agency_is_shown_does_not_depend_on_what_no_edition_tells(
    seed: int, look: View, tells: bool
) -> None:
    seen = []
    for moved in (False, True):
        pool = world(seed, moved=moved)
        first = published(pool[:20], "2025.2")
        seen.append(views(pool, [*map(_without_noise, [first, published(pool, "2026.1")])], look))
    assert (seen[0] != seen[1]) == tells


def _without_noise(edition: dict[str, Any]) -> dict[str, Any]:
    """Means to nine decimals: adding in another order leaves rounding behind, in a world as in the other."""
    cells = [
        {**cell, "groups": [{**group, "mean": round(group["mean"], 9)} for group in cell["groups"]]}
        for cell in edition["cells"]
    ]
    return {**edition, "cells": cells, "sha256": "0" * 64}


@pytest.mark.parametrize("seed", range(3))
def test_both_worlds_published_the_same_documents(seed: int) -> None:
    """What the test above stands on, and that the worlds do differ in raw scores."""
    pools = [world(seed, moved=moved) for moved in (False, True)]
    assert [one.scorecard["index"] for one in pools[0]] != [one.scorecard["index"] for one in pools[1]]
    documents = [_without_noise(published(pool, "2026.1")) for pool in pools]
    assert len(documents[0]["cells"]) >= 6
    for name in ("cells", "members", "within", "lanes", "window"):
        assert documents[0][name] == documents[1][name]


def test_what_an_edition_moved_is_the_difference_of_what_each_tells_alone() -> None:
    """No figure of the comparison of two editions needs both: each side is what its own edition says."""
    pool = world(1, moved=False)
    older, newer = published(pool[:20], "2025.2"), published(pool, "2026.1")
    own = pool[0].scorecard
    facets = own_facets(own, {"sector": "water"})
    both = moves_between(own, older, newer, "sector=water", facets)
    alone = [moves_between(own, one, one, "sector=water", facets) for one in (older, newer)]
    assert [(one.before, one.now) for one in both] == [
        (before.before, now.now) for before, now in zip(*alone, strict=True)
    ]
