"""What stewards' pages read of the pool: counts and one page at a time, never every document."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.orm import Session, aliased

from cri.db.models import (
    Contribution,
    ContributionFlag,
    Decision,
    Vouching,
    Withdrawal,
)
from cri.db.queries.edition_outlines import Kind
from cri.db.queries.pool_contributions import HELD, IN, REFUSED, WITHDRAWN
from cri.domain.peers import MEDIUM_UP_TO, SMALL_UP_TO

_KIND = (Contribution.instrument_code, Contribution.instrument_version, Contribution.synthetic)
FACETS = ("sector", "size", "country", "relationship")


@dataclass(frozen=True)
class ContributionOutline:
    """A contribution without its figures. facets: those that count. rules: of the quarantine, broken."""

    id: uuid.UUID
    kind: Kind
    pseudonym: str
    state: str
    month: str | None
    facets: dict[str, str | None]
    headcount: int | None
    respondents: int
    rules: tuple[str, ...]
    vouched: bool


def counts_of(session: Session, kind: Kind) -> tuple[dict[str, int], int]:
    """Contributions of a kind by state, and the agencies of those that may enter an edition."""
    state = _state().label("state")
    rows = session.execute(
        select(state, func.count()).select_from(Contribution).where(_is(kind)).group_by(state)
    )
    counts = {str(name): int(count) for name, count in rows}
    agencies = select(Contribution.pseudonym).where(_is(kind), _state() == IN).distinct().subquery()
    return counts, session.scalar(select(func.count()).select_from(agencies)) or 0


def facet_counts(session: Session, kind: Kind) -> dict[str, dict[str | None, int]]:
    """For each facet how many contributions that may enter an edition have each value."""
    last = _last_vouchings()
    told = {name: _facet(name, last.c.facets) for name in ("sector", "country", "relationship")}
    size = case(
        (Contribution.headcount.is_(None), None),
        (Contribution.headcount <= SMALL_UP_TO, "small"),
        (Contribution.headcount <= MEDIUM_UP_TO, "medium"),
        else_="large",
    )
    inside = (
        select(
            told["sector"].label("sector"),
            size.label("size"),
            told["country"].label("country"),
            told["relationship"].label("relationship"),
        )
        .select_from(Contribution)
        .join(last, last.c.pseudonym == Contribution.pseudonym, isouter=True)
        .where(_is(kind), _state() == IN)
        .subquery()
    )
    columns = [inside.c[name] for name in FACETS]
    # by all four at once, then added up here: one pass over the pool
    rows = session.execute(select(*columns, func.count()).group_by(*columns)).all()
    found: dict[str, dict[str | None, int]] = {name: {} for name in FACETS}
    for *values, count in rows:
        for name, value in zip(FACETS, values, strict=True):
            found[name][value] = found[name].get(value, 0) + count
    return found


def contributions_page(session: Session, first: int, most: int) -> list[ContributionOutline]:
    """Contributions from number `first` on, the newest month first."""
    order = (Contribution.month.desc().nulls_last(), Contribution.id)
    ids = session.scalars(select(Contribution.id).order_by(*order).offset(first).limit(most)).all()
    found = {one.id: one for one in _outlines(session, Contribution.id.in_(ids))}
    return [found[one] for one in ids]


def flagged_page(session: Session, *, held: bool, first: int, most: int) -> list[ContributionOutline]:
    """What is held; else what was held and is decided; the newest month first."""
    flagged = exists().where(ContributionFlag.contribution_id == Contribution.id)
    decided = exists().where(Decision.contribution_id == Contribution.id)
    chosen = and_(flagged, _state() == HELD) if held else and_(flagged, decided)
    order = (Contribution.month.desc().nulls_last(), Contribution.id)
    statement = select(Contribution.id).where(chosen).order_by(*order).offset(first).limit(most)
    ids = session.scalars(statement).all()
    found = {one.id: one for one in _outlines(session, Contribution.id.in_(ids))}
    return [found[one] for one in ids]


def find_outline(session: Session, contribution_id: uuid.UUID) -> ContributionOutline | None:
    """One contribution, or None."""
    return next(iter(_outlines(session, Contribution.id == contribution_id)), None)


def contributions_in_all(session: Session) -> int:
    """How many contributions there are, of every kind and state."""
    return session.scalar(select(func.count()).select_from(Contribution)) or 0


def decisions_on(session: Session, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Decision]]:
    """Decisions by contribution, the oldest first."""
    found: dict[uuid.UUID, list[Decision]] = {}
    statement = select(Decision).where(Decision.contribution_id.in_(ids)).order_by(Decision.number)
    for one in session.scalars(statement):
        found.setdefault(one.contribution_id, []).append(one)
    return found


def _is(kind: Kind) -> ColumnElement[bool]:
    code, version, synthetic = kind
    return and_(
        Contribution.instrument_code == code,
        Contribution.instrument_version == version,
        Contribution.synthetic.is_(synthetic),
    )


def _state() -> ColumnElement[str]:
    """The state of a contribution, as `pool_contributions.Entry.state` tells it."""
    verdict = (
        select(Decision.verdict)
        .where(Decision.contribution_id == Contribution.id)
        .order_by(Decision.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    flagged = exists().where(ContributionFlag.contribution_id == Contribution.id)
    return case(
        (exists().where(Withdrawal.contribution_id == Contribution.id), WITHDRAWN),
        (verdict == "accepted", IN),
        (verdict == "refused", REFUSED),
        (flagged, HELD),
        else_=IN,
    )


def _outlines(session: Session, chosen: ColumnElement[bool]) -> list[ContributionOutline]:
    last = _last_vouchings()
    rules = (
        select(func.array_agg(aggregate_order_by(ContributionFlag.rule, ContributionFlag.rule)))
        .where(ContributionFlag.contribution_id == Contribution.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(
            Contribution.id,
            *_KIND,
            Contribution.pseudonym,
            _state(),
            Contribution.month,
            Contribution.sector,
            Contribution.country,
            Contribution.relationship,
            Contribution.headcount,
            Contribution.respondents,
            rules,
            last.c.number.is_not(None),
            last.c.facets,
        )
        .select_from(Contribution)
        .join(last, last.c.pseudonym == Contribution.pseudonym, isouter=True)
        .where(chosen)
    )
    return [
        ContributionOutline(
            id=row[0],
            kind=(row[1], row[2], row[3]),
            pseudonym=row[4],
            state=row[5],
            month=row[6],
            facets={"sector": row[7], "country": row[8], "relationship": row[9], **(row[14] or {})},
            headcount=row[10],
            respondents=row[11] or 0,
            rules=tuple(row[12] or ()),
            vouched=row[13],
        )
        for row in rows
    ]


def _last_vouchings() -> Subquery:
    """The last vouching of each agency."""
    later = aliased(Vouching)
    newer = exists().where(later.pseudonym == Vouching.pseudonym, later.number > Vouching.number)
    return select(Vouching.pseudonym, Vouching.number, Vouching.facets).where(~newer).subquery()


def _facet(name: str, vouched: ColumnElement[Any]) -> ColumnElement[Any]:
    """A facet as it counts: what was found out of it, if anything, else what the agency told."""
    told = getattr(Contribution, name)
    return case((vouched.has_key(name), vouched[name].astext), else_=told)
