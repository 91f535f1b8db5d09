"""Editions of a made-up pool for the examples' agency, put there for one test and taken away."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
import psycopg

from cri.db.models import Edition
from cri.domain.achieved_changes import with_changes
from cri.domain.edition_draft import draft_edition
from cri.domain.eligibility import Member
from cri.services.context import Parts
from tests.pool_examples import sheet_digest
from tests.reports.documents import scorecard

CODES = ("insight", "foresight", "peripheral", "empowerment", "collaboration", "alignment")
PEERS = ((), ("sector",), ("size",), ("sector", "country"))
NEWCOMERS = 4
"""Agencies besides the examples' own without a wave before: changes of all but three would tell of these."""
FACETS = {"sector": "water", "country": "SE", "relationship_type": "customer"}
"""What the examples' agency tells of itself."""


def own() -> dict[str, Any]:
    """The examples' agency's scorecard."""
    return scorecard()


def _figures(levels: Sequence[float]) -> dict[str, Any]:
    def figure(score: float) -> dict[str, Any]:
        return {"n": 150, "n_eff": 150.0, "score": float(score), "sd": 16.0, "interval": None}

    factors = [{"code": code, **figure(one)} for code, one in zip(CODES, levels, strict=True)]
    return {"index": figure(float(np.mean(levels))), "factors": factors}


@cache
def members(agencies: int, *, before: bool = True) -> tuple[Member, ...]:
    """The examples' agency and others around the middle of the scale, most of them with a wave before."""
    draws = np.random.default_rng(7)
    like = own()
    found = [Member(like, "Northbank", "Northbank", "water", "SE", "customer")]
    for number in range(1, agencies):
        levels = np.clip(58 + draws.normal(0, 7) + draws.normal(0, 4, 6), 5, 95)
        earlier = np.clip(levels - 2 - draws.normal(0, 3, 6), 5, 95)
        card = {
            **{key: like[key] for key in ("schema", "method", "instrument", "synthetic")},
            "wave": {"closed": "2026-02-28"},
            "sheet_sha256": sheet_digest(f"agency {number}"),
            "population": {"usable": 150, "response_rate": 0.7, "headcount": 214, "weights": None},
            **_figures(levels),
        }
        previous = {**card, "sheet_sha256": sheet_digest(f"agency {number} before"), **_figures(earlier)}
        sector = "water" if number % 2 else "health"
        country = "SE" if number % 4 == 1 else "NO"
        found.append(
            Member(
                card,
                f"agency {number}",
                f"owner {number}",
                sector,
                country,
                "customer",
                previous if before and number > NEWCOMERS else None,
            )
        )
    return tuple(found)


@cache
def edition(number: str, agencies: int, *, before: bool = True) -> dict[str, Any]:
    """An edition of so many of the made-up agencies."""
    pool = members(agencies, before=before)
    return with_changes(draft_edition(pool, number, peers=PEERS), pool).document


@contextmanager
def published(parts: Parts, superuser: psycopg.Connection, *documents: dict[str, Any]) -> Iterator[None]:
    """The editions are in the pool meanwhile; nothing of them is left behind."""
    with parts.pool_sessions.begin() as session:
        for document in documents:
            session.add(
                Edition(
                    number=document["edition"],
                    instrument_code=document["instrument"]["code"],
                    instrument_version=document["instrument"]["version"],
                    synthetic=document["synthetic"],
                    sha256=document["sha256"],
                    document=document,
                    origin="made",
                )
            )
    try:
        yield
    finally:
        for document in documents:
            superuser.execute(
                "DELETE FROM pool.edition WHERE number = %s AND instrument_code = %s",
                [document["edition"], document["instrument"]["code"]],
            )
