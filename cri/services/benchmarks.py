"""What an agency is compared with: editions, each published together with its pages of the ledger."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from sqlalchemy.orm import Session

from cri.db.models import Contribution
from cri.db.queries import benchmark_pool as pool
from cri.domain.achieved_changes import with_changes
from cri.domain.edition_draft import Draft, Tell, draft_edition
from cri.domain.eligibility import Admission, Member, admit
from cri.domain.errors import CriError, InputError
from cri.domain.ledger import CHANGES, Ledger, PublishedCell
from cri.domain.norms import member_digest
from cri.domain.ownership import joined_owners
from cri.domain.peers import PEER_GROUPS
from cri.domain.pool_problems import pool_problem
from cri.services.context import Parts
from cri.services.contributions import contribution_of

Document = Mapping[str, Any]


class LedgerError(CriError):
    """The ledger does not tell who is in every published group; nothing more can be audited with it."""


def edition_for(parts: Parts, scorecard: dict[str, Any]) -> dict[str, Any] | None:
    """The newest edition made here that a scorecard may be placed in: a synthetic one for synthetic data.

    An imported one is never chosen unasked.
    """
    instrument = scorecard["instrument"]
    return edition_for_instrument(
        parts, instrument["code"], instrument["version"], synthetic=scorecard["synthetic"]
    )


def edition_for_instrument(
    parts: Parts, code: str, version: str, *, synthetic: bool
) -> dict[str, Any] | None:
    """The newest edition made here of an instrument's version, as real or as synthetic as asked."""
    with parts.pool_sessions() as session:
        return pool.newest_edition(session, code, version, synthetic=synthetic)


def publish_edition(
    parts: Parts,
    members: Sequence[Member],
    number: str,
    peers: Sequence[tuple[str, ...]] = PEER_GROUPS,
) -> dict[str, Any]:
    """Make edition `number` from members given by their scorecards and freeze it. Returns its document.

    All in one transaction that no other publishing of the instrument overlaps: killed at any instant it
    leaves nothing. Raises InputError for members that cannot be pooled and for a number that is taken or
    older than the newest, LedgerError when earlier editions cannot be audited with this one.
    """
    given = [contribution_of(parts.secrets.pseudonym, member) for member in members]
    codes = sorted({contribution.instrument_code for contribution in given})
    with parts.pool_sessions.begin() as session:
        for code in codes:
            pool.wait_to_publish(session, code)
        session.add_all(_not_there_yet(session, given))
        session.flush()
        sheets = [contribution.sheet_sha256 for contribution in given]
        return _publish(session, pool.contributions_with_sheets(session, sheets), number, peers)


def members_of(
    contributions: Sequence[Contribution],
    owners: Mapping[str, str],
    vouched: Mapping[str, Mapping[str, str | None]] = MappingProxyType({}),
) -> list[Member]:
    """Members as the domain knows them, from the pool alone.

    owners: under whom each owner counts. vouched: by agency, facets that count instead of what it told.
    """
    return [
        Member(
            scorecard=one.aggregates,
            agency=one.pseudonym,
            owner=owners[one.owner_pseudonym],
            source=f"contribution {one.id}",
            **{**one.aggregates["facets"], **vouched.get(one.pseudonym, {})},
        )
        for one in contributions
    ]


def draft_with_changes(
    admission: Admission,
    number: str,
    ledger: Ledger,
    barred: Collection[str] = (),
    peers: Sequence[tuple[str, ...]] = PEER_GROUPS,
    tell: Tell | None = None,
) -> Draft:
    """Draft an edition together with what its agencies achieved since their wave before.

    barred: digests of sheets that were withdrawn, are held or were refused; no change is counted from one.
    Raises InputError as `draft_edition` does.
    """
    members = [_without_earlier(member, barred) for member in admission.members]
    return with_changes(draft_edition(admission, number, ledger, peers, tell), members, ledger)


def _without_earlier(member: Member, barred: Collection[str]) -> Member:
    before = member.scorecard.get("previous")
    if before is None or before["sheet_sha256"] not in barred:
        return member
    return replace(member, scorecard={**member.scorecard, "previous": None})


def load_ledger(session: Session, like: Document, owners: Mapping[str, str]) -> Ledger:
    """Everything published so far of the instrument's version that the scorecard `like` is of.

    Waves of different versions are never in one edition (the database sees to it), so that their figures
    have no unknown in common, and no combination of both involves fewer owners than one of either.
    Raises LedgerError for an edition whose groups are not all written down.
    """
    instrument, synthetic = like["instrument"], bool(like["synthetic"])
    of = (session, instrument["code"], instrument["version"])
    cells = pool.ledger_cells(*of, synthetic=synthetic)
    documents = pool.editions(*of, synthetic=synthetic, origins=(pool.MADE,))
    sheets = {sheet for cell in cells for group in cell.groups for sheet in group}
    known = pool.owners_of_sheets(*of, synthetic=synthetic)
    for document in documents:
        _check_ledger(document, cells, known)
    comparable = [one for one in documents if _kind(one) == _kind(like)]
    return Ledger(
        cells=tuple(cells),
        owners={sheet: owners[known[sheet]] for sheet in sorted(sheets)},
        last=comparable[-1] if comparable else None,
    )


def check_number(session: Session, number: str, like: Document) -> None:
    """Refuse an edition's number that is taken, or not later than that of the newest made here.

    Raises InputError. An imported edition holds its own number and no other: it must not stop publishing.

    like: a scorecard of the kind that the edition is made from.
    """
    where, instrument = f"edition {number}", like["instrument"]
    code, version = instrument["code"], instrument["version"]
    if pool.find_edition(session, number, code) is not None:
        raise InputError([pool_problem("number_taken", where)])
    newest = pool.newest_edition(session, code, version, synthetic=bool(like["synthetic"]))
    if newest and pool.number_order(number) <= pool.edition_order(newest):
        raise InputError([pool_problem("number_not_later", where, newest=newest["edition"])])


def _publish(
    session: Session, contributions: Sequence[Contribution], number: str, peers: Sequence[tuple[str, ...]]
) -> dict[str, Any]:
    owners = joined_owners(pool.all_owned(session))
    members = members_of(contributions, owners)
    ledger = Ledger()
    if members:
        like = members[0].scorecard
        check_number(session, number, like)
        ledger = load_ledger(session, like, owners)
    draft = draft_with_changes(admit(members), number, ledger, peers=peers)
    pool.add_edition(session, draft.document, members_in(draft.document, contributions), draft.cells)
    return draft.document


def members_in(document: Document, contributions: Sequence[Contribution]) -> list[Contribution]:
    """The contributions that an edition was made from, of those it was offered."""
    digests = set(document["members"])
    return [one for one in contributions if member_digest(document["edition"], one.aggregates) in digests]


def _not_there_yet(session: Session, given: Sequence[Contribution]) -> list[Contribution]:
    found = pool.contributions_with_sheets(session, [one.sheet_sha256 for one in given])
    there = {one.sheet_sha256 for one in found}
    return [one for one in given if one.sheet_sha256 not in there]


def _check_ledger(document: Document, cells: Sequence[PublishedCell], known: Collection[str]) -> None:
    """Refuse to go on with an edition of which some group is not written down, or not as it was published."""
    edition = document["edition"]
    written = {
        cell.key: [len(group) for group in cell.groups]
        for cell in cells
        if cell.edition == edition
        and all(sheet in known for group in cell.groups for sheet in group)
        and (cell.peers != CHANGES or cell.weights is not None)
    }
    for (factor, peers), sizes in _sizes(document).items():
        if written.get((factor, None, peers)) != sizes:
            raise LedgerError(
                f"edition {edition}, {factor} of {peers}: the ledger does not say who is in its groups; "
                "nothing can be published"
            )


def _sizes(document: Document) -> dict[tuple[str, str], list[int]]:
    """How many waves are in each group of the cells that an edition gave new values.

    An item's cell is its factor's, and a kept one is an earlier edition's. A change is of two waves.
    """
    shown = [(cell, cell["peers"], 1) for cell in document["cells"] if cell["item"] is None]
    changes = (document.get("changes") or {"cells": ()})["cells"]
    shown += [(cell, CHANGES, 2) for cell in changes]
    return {
        (cell["factor"], peers): [waves * group["size"] for group in cell["groups"]]
        for cell, peers, waves in shown
        if cell["kept_from"] is None
    }


def _kind(document: Document) -> tuple[str, str]:
    return str(document["method"]), str(document["instrument"]["sha256"])
