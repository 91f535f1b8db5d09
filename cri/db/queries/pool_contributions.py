"""Contributions as they stand: held, decided, withdrawn. Imported by few use cases, as pyproject says."""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, func, select, text
from sqlalchemy.orm import Session

from cri.db.models import Contribution, ContributionFlag, Decision, Withdrawal
from cri.domain.quarantine import Rule

_DECIDING = 7_241_004

IN, HELD, REFUSED, WITHDRAWN = "in", "held", "refused", "withdrawn"


@dataclass(frozen=True)
class Entry:
    """A contribution with all that is known of it. decisions: the oldest first; the last one counts."""

    contribution: Contribution
    rules: tuple[Rule, ...]
    decisions: tuple[Decision, ...]
    withdrawn_at: datetime | None

    @property
    def state(self) -> str:
        """Whether it may enter an edition: "in"; else "held", "refused" or "withdrawn"."""
        if self.withdrawn_at is not None:
            return WITHDRAWN
        if self.decisions:
            return IN if self.decisions[-1].verdict == "accepted" else REFUSED
        return HELD if self.rules else IN


def entries_of(
    session: Session, instrument_code: str, instrument_version: str, *, synthetic: bool
) -> list[Entry]:
    """All contributions of an instrument's version, as real or as synthetic as asked, in a fixed order."""
    chosen = select(Contribution).where(
        Contribution.instrument_code == instrument_code,
        Contribution.instrument_version == instrument_version,
        Contribution.synthetic.is_(synthetic),
    )
    return _entries(session, chosen)


def wait_to_decide(session: Session, contribution_id: uuid.UUID) -> None:
    """Hold all decisions on a contribution until this transaction ends, once nobody else does."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(:lock, hashtext(:id))"),
        {"lock": _DECIDING, "id": str(contribution_id)},
    )


def find_entry(session: Session, contribution_id: uuid.UUID) -> Entry | None:
    """One contribution, or None."""
    return next(iter(_entries(session, select(Contribution).where(Contribution.id == contribution_id))), None)


def pseudonyms_like(session: Session, code: str) -> list[tuple[str, str]]:
    """(agency, owner), as pseudonyms, of agencies whose pseudonym begins so; at most two agencies' worth.

    code: hexadecimal. Of an agency that has changed its owner each owner.
    """
    pairs = select(Contribution.pseudonym, Contribution.owner_pseudonym).distinct()
    begins = Contribution.pseudonym.startswith(code, autoescape=True)
    found = session.execute(pairs.where(begins).order_by(Contribution.pseudonym))
    return [(agency, owner) for agency, owner in found]


def find_given(session: Session, pseudonym: str, sheet_sha256: str) -> Entry | None:
    """What an agency gave of one answer sheet, or None."""
    chosen = select(Contribution).where(
        Contribution.pseudonym == pseudonym, Contribution.sheet_sha256 == sheet_sha256
    )
    return next(iter(_entries(session, chosen)), None)


def instruments_given(session: Session) -> list[tuple[str, str, bool, int]]:
    """(code, version, synthetic, contributions) of every instrument that there are contributions of."""
    kind = (Contribution.instrument_code, Contribution.instrument_version, Contribution.synthetic)
    rows = session.execute(select(*kind, func.count()).group_by(*kind).order_by(*kind))
    return [(code, version, synthetic, number) for code, version, synthetic, number in rows]


def add_contribution(session: Session, contribution: Contribution, rules: Iterable[Rule]) -> None:
    """Store a contribution and what is odd about it."""
    session.add(contribution)
    session.flush()
    session.add_all(ContributionFlag(contribution_id=contribution.id, rule=rule) for rule in rules)
    session.flush()


def add_withdrawal(session: Session, contribution_id: uuid.UUID, now: datetime) -> None:
    """Take a contribution out of all new editions."""
    session.add(Withdrawal(contribution_id=contribution_id, withdrawn_at=now))
    session.flush()


def _entries(session: Session, chosen: Select[Contribution]) -> list[Entry]:
    found = list(session.scalars(chosen.order_by(Contribution.id)))
    # one question each, whatever their number: a list of a hundred thousand ids is no question
    ids = chosen.with_only_columns(Contribution.id)
    rules: dict[uuid.UUID, set[str]] = {}
    for flag in session.scalars(select(ContributionFlag).where(ContributionFlag.contribution_id.in_(ids))):
        rules.setdefault(flag.contribution_id, set()).add(flag.rule)
    decisions: dict[uuid.UUID, list[Decision]] = {}
    decided = select(Decision).where(Decision.contribution_id.in_(ids)).order_by(Decision.number)
    for decision in session.scalars(decided):
        decisions.setdefault(decision.contribution_id, []).append(decision)
    gone = {
        one.contribution_id: one.withdrawn_at
        for one in session.scalars(select(Withdrawal).where(Withdrawal.contribution_id.in_(ids)))
    }
    return [
        Entry(
            contribution=one,
            rules=tuple(rule for rule in Rule if rule in rules.get(one.id, ())),
            decisions=tuple(decisions.get(one.id, ())),
            withdrawn_at=gone.get(one.id),
        )
        for one in found
    ]


def newest_of_each(entries: Sequence[Entry]) -> list[Entry]:
    """Of each agency the newest of these, by its month and its place among the agency's waves."""
    newest: dict[str, Entry] = {}
    for entry in sorted(entries, key=_age):
        newest[entry.contribution.pseudonym] = entry
    return list(newest.values())


def _age(entry: Entry) -> tuple[str, int]:
    wave = entry.contribution.aggregates["wave"]
    return wave["closed"] or "", wave["ordinal"]
