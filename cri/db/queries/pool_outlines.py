"""What stewards' pages read of the pool: counts and one page at a time, never every document."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, select, text, union
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
from cri.domain.peers import MEDIUM_UP_TO, SIZES, SMALL_UP_TO, size_band

_KIND = (Contribution.instrument_code, Contribution.instrument_version, Contribution.synthetic)
FACETS = ("sector", "size", "country", "relationship")


@dataclass(frozen=True)
class PoolCounts:
    """A pool in numbers. states: contributions by state. facets: by facet and value, of those in the pool."""

    kind: Kind
    agencies: int
    states: dict[str, int]
    facets: dict[str, dict[str | None, int]]


@dataclass(frozen=True)
class ContributionOutline:
    """A contribution without its figures.

    facets: those that count; told: sector, country and relationship as the agency told them. rules: of the
    quarantine, that it breaks.
    """

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
    told: tuple[str | None, str | None, str | None]


def counts_of(session: Session, kind: Kind) -> PoolCounts:
    """A pool in numbers.

    Everybody is counted from an index; whoever may not enter an edition, or is vouched for, is then taken
    out or put right one by one: these are few, and asking of each contribution would take seconds.
    """
    told = {name: Counter[str | None]() for name in FACETS}
    columns = (Contribution.sector, _size(), Contribution.country, Contribution.relationship)
    total = 0
    for *values, count in session.execute(select(*columns, func.count()).where(_is(kind)).group_by(*columns)):
        total += count
        for name, value in zip(FACETS, values, strict=True):
            told[name][value] += count
    everyone = select(Contribution.pseudonym).where(_is(kind)).distinct()
    agencies = session.scalar(select(func.count()).select_from(everyone.subquery())) or 0
    states = Counter({IN: total})
    gone: set[str] = set()
    some = (_outlines(session, and_(_is(kind), chosen)) for chosen in (_has_record(), _is_vouched()))
    special = {one.id: one for found in some for one in found}.values()
    for one in special:
        states[IN] -= 1
        states[one.state] += 1
        size = size_band(one.headcount)
        for name, value in zip(FACETS, _told_of(one, size), strict=True):
            told[name][value] -= 1
        if one.state == IN:
            for name, value in {**one.facets, "size": size}.items():
                told[name][value] += 1
        else:
            gone.add(one.pseudonym)
    agencies -= _without_any_left(session, kind, gone, [one.id for one in special if one.state != IN])
    facets = {name: {value: n for value, n in counts.items() if n} for name, counts in told.items()}
    return PoolCounts(kind, agencies, {state: n for state, n in states.items() if n}, facets)


def _told_of(one: ContributionOutline, size: str | None) -> tuple[str | None, ...]:
    return one.told[0], size, one.told[1], one.told[2]


def _without_any_left(session: Session, kind: Kind, agencies: set[str], out: list[uuid.UUID]) -> int:
    """How many of these agencies have no contribution besides these."""
    left = session.execute(
        select(Contribution.pseudonym).where(
            _is(kind),
            Contribution.pseudonym == func.any(list(agencies)),
            Contribution.id != func.all(out),
        )
    )
    return len(agencies - {pseudonym for (pseudonym,) in left})


def change_mark(session: Session) -> tuple[int, tuple[int, ...]]:
    """About how many contributions there are, and figures that change once anything is added to the pool.

    From the database's own statistics, which are a second or so behind: for what may be that old.
    """
    about = "SELECT reltuples::bigint FROM pg_class WHERE oid = 'pool.contribution'::regclass"
    added = (
        "SELECT n_tup_ins FROM pg_stat_user_tables WHERE schemaname = 'pool' AND relname IN "
        "('contribution', 'contribution_flag', 'decision', 'withdrawal', 'vouching') ORDER BY relname"
    )
    mark = tuple(int(row[0]) for row in session.execute(text(added)))
    return int(session.scalar(text(about)) or 0), mark


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
            told=(row[7], row[8], row[9]),
        )
        for row in rows
    ]


def _last_vouchings() -> Subquery:
    """The last vouching of each agency."""
    later = aliased(Vouching)
    newer = exists().where(later.pseudonym == Vouching.pseudonym, later.number > Vouching.number)
    return select(Vouching.pseudonym, Vouching.number, Vouching.facets).where(~newer).subquery()


def _size() -> ColumnElement[str | None]:
    return case(
        (Contribution.headcount.is_(None), None),
        (Contribution.headcount <= SMALL_UP_TO, SIZES[0]),
        (Contribution.headcount <= MEDIUM_UP_TO, SIZES[1]),
        else_=SIZES[2],
    )


def _has_record() -> ColumnElement[bool]:
    """Whether it was ever flagged, decided on or withdrawn: all others may enter an edition."""
    tables = (ContributionFlag, Decision, Withdrawal)
    return Contribution.id.in_(union(*(select(table.contribution_id) for table in tables)))


def _is_vouched() -> ColumnElement[bool]:
    return Contribution.pseudonym.in_(select(Vouching.pseudonym))
