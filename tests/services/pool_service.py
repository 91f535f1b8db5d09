"""A pool of a test's own, in the database: the instrument's code keeps it apart from other tests' pools."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cri.domain.eligibility import Member
from cri.domain.ledger import PublishedCell
from cri.services.benchmarks import load_ledger
from cri.services.context import Parts
from tests.pool_examples import FACTORS, INSTRUMENT, member, sheet_digest
from tests.properties.pool_attacker import exposed, rows_of


def new_instrument() -> dict[str, Any]:
    """An instrument that nobody else's test uses."""
    return {**INSTRUMENT, "code": f"t{uuid.uuid4().hex[:12]}"}


def members(
    scores: Sequence[float | Sequence[float]],
    instrument: Mapping[str, Any],
    facets: Mapping[str, str] | None = None,
    *,
    synthetic: bool = True,
    **changes: Any,
) -> list[Member]:
    """A member for each score; names and sheets are the instrument's own."""
    code = str(instrument["code"])
    return [
        member(
            f"{code} {number}",
            score,
            facets,
            instrument=dict(instrument),
            synthetic=synthetic,
            sheet_sha256=sheet_digest(f"{code} {number}"),
            **changes,
        )
        for number, score in enumerate(scores)
    ]


def ledger_of(
    parts: Parts, instrument: Mapping[str, Any], *, synthetic: bool = True
) -> tuple[PublishedCell, ...]:
    """What is written down of the instrument's editions."""
    like = {"instrument": instrument, "synthetic": synthetic, "method": "1.0"}
    from cri.db.queries.benchmark_pool import all_owned
    from cri.domain.ownership import joined_owners

    with parts.pool_sessions() as session:
        return load_ledger(session, like, joined_owners(all_owned(session))).cells


def found_out(cells: Iterable[PublishedCell], owner_of: Mapping[str, str]) -> tuple[str, ...] | None:
    """Whom the attacker, who is written apart from the audit, singles out from these cells."""
    rows = rows_of([(cell.factor, cell.groups) for cell in cells if cell.item is None], FACTORS)
    return exposed(rows, owner_of)
