"""The only reads and writes that cross agencies: the pool's. Imported by few use cases, as pyproject says."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cri.db.models import Contribution, Edition, EditionMember, LedgerCell
from cri.domain.ledger import PublishedCell

_PUBLISHING = 7_241_003
MADE, IMPORTED = "made", "imported"


def wait_to_publish(session: Session, instrument_code: str) -> None:
    """Hold all publishing of an instrument until this transaction ends, once nobody else does.

    To be called before anything is read: each later statement then sees what was committed before.
    """
    session.execute(
        text("SELECT pg_advisory_xact_lock(:lock, hashtext(:code))"),
        {"lock": _PUBLISHING, "code": instrument_code},
    )


def editions(
    session: Session,
    instrument_code: str,
    instrument_version: str,
    *,
    synthetic: bool,
    origins: Sequence[str] = (MADE, IMPORTED),
) -> list[dict[str, Any]]:
    """Editions of an instrument's version, as real or as synthetic as asked, the oldest first."""
    documents = session.scalars(
        select(Edition.document).where(
            Edition.instrument_code == instrument_code,
            Edition.instrument_version == instrument_version,
            Edition.synthetic.is_(synthetic),
            Edition.origin.in_(origins),
        )
    )
    return sorted(documents, key=edition_order)


def all_editions(session: Session) -> list[Edition]:
    """Every edition there is: by instrument, then the newest first."""
    found = sorted(
        session.scalars(select(Edition)), key=lambda one: edition_order(one.document), reverse=True
    )
    return sorted(found, key=lambda one: (one.instrument_code, one.instrument_version))


def add_imported(session: Session, document: dict[str, Any]) -> None:
    """Store an edition that was published elsewhere: nobody here knows who is in its groups."""
    session.add(_edition(document, origin=IMPORTED))
    session.flush()


def members_of_edition(session: Session, number: str, instrument_code: str) -> set[uuid.UUID]:
    """The contributions an edition was made from."""
    return set(
        session.scalars(
            select(EditionMember.contribution_id).where(
                EditionMember.edition == number, EditionMember.instrument_code == instrument_code
            )
        )
    )


def newest_edition(
    session: Session, instrument_code: str, instrument_version: str, *, synthetic: bool
) -> dict[str, Any] | None:
    """The newest edition of an instrument's version, as real or as synthetic as asked; None without one."""
    found = editions(session, instrument_code, instrument_version, synthetic=synthetic)
    return found[-1] if found else None


def find_edition(session: Session, number: str, instrument_code: str) -> Edition | None:
    """An edition by its number, or None."""
    return session.get(Edition, (number, instrument_code))


def contributions_with_sheets(session: Session, sheets: Sequence[str]) -> list[Contribution]:
    """Contributions made from these answer sheets; of copies of one sheet the first."""
    originals = select(Contribution).where(Contribution.copy_of.is_(None))
    return list(session.scalars(originals.where(Contribution.sheet_sha256.in_(sheets))))


def all_owned(session: Session) -> list[tuple[str, str]]:
    """(agency, owner), as pseudonyms, of every contribution ever made."""
    rows = session.execute(select(Contribution.pseudonym, Contribution.owner_pseudonym).distinct())
    return [(agency, owner) for agency, owner in rows]


def owners_of_sheets(
    session: Session, instrument_code: str, instrument_version: str, *, synthetic: bool
) -> dict[str, str]:
    """Owner by digest of the answer sheet, of every contribution and of the wave before it."""
    earlier = Contribution.aggregates["previous"]["sheet_sha256"].astext
    rows = session.execute(
        select(Contribution.sheet_sha256, earlier, Contribution.owner_pseudonym).where(
            Contribution.instrument_code == instrument_code,
            Contribution.instrument_version == instrument_version,
            Contribution.synthetic.is_(synthetic),
            Contribution.copy_of.is_(None),
        )
    ).all()
    found = {str(before): str(owner) for _sheet, before, owner in rows if before is not None}
    return found | {str(sheet): str(owner) for sheet, _before, owner in rows}


def ledger_cells(
    session: Session, instrument_code: str, instrument_version: str, *, synthetic: bool
) -> list[PublishedCell]:
    """Every cell ever published with new values, in a fixed order."""
    rows = session.scalars(
        select(LedgerCell)
        .join(
            Edition,
            (Edition.number == LedgerCell.edition) & (Edition.instrument_code == LedgerCell.instrument_code),
        )
        .where(
            Edition.instrument_code == instrument_code,
            Edition.instrument_version == instrument_version,
            Edition.synthetic.is_(synthetic),
        )
        .order_by(LedgerCell.edition, LedgerCell.factor, LedgerCell.item, LedgerCell.peers)
    )
    return [
        PublishedCell(
            row.edition,
            row.factor,
            row.item or None,
            row.peers,
            tuple(tuple(group) for group in row.groups),
            None if row.weights is None else tuple(tuple(group) for group in row.weights),
        )
        for row in rows
    ]


def add_edition(
    session: Session,
    document: dict[str, Any],
    contributions: Sequence[Contribution],
    cells: Sequence[PublishedCell],
    draft_id: uuid.UUID | None = None,
) -> None:
    """Store a published edition with the contributions it was made from and its pages of the ledger.

    The database refuses a contribution that is synthetic in an edition that is not, and the reverse, and one
    of another version of the instrument, and a real edition without an approved draft
    (sqlalchemy.exc.IntegrityError).
    """
    number, instrument = document["edition"], document["instrument"]
    session.add_all(contributions)
    session.add(_edition(document, origin=MADE, draft_id=draft_id))
    session.flush()
    session.add_all(
        EditionMember(
            edition=number,
            instrument_code=instrument["code"],
            instrument_version=contribution.instrument_version,
            contribution_id=contribution.id,
            synthetic=contribution.synthetic,
        )
        for contribution in contributions
    )
    write_ledger(session, instrument["code"], cells)


def write_ledger(session: Session, instrument_code: str, cells: Sequence[PublishedCell]) -> None:
    """Write down who is in the groups of published cells."""
    session.add_all(
        LedgerCell(
            edition=cell.edition,
            instrument_code=instrument_code,
            factor=cell.factor,
            item=cell.item or "",
            peers=cell.peers,
            groups=[list(group) for group in cell.groups],
            weights=None if cell.weights is None else [list(group) for group in cell.weights],
        )
        for cell in cells
    )
    session.flush()


def edition_order(document: dict[str, Any]) -> tuple[int, ...]:
    """Sorts editions by number: 2026.10 after 2026.9."""
    return tuple(int(part) for part in document["edition"].split(".") if part.isdigit())


def _edition(document: dict[str, Any], *, origin: str, draft_id: uuid.UUID | None = None) -> Edition:
    return Edition(
        number=document["edition"],
        instrument_code=document["instrument"]["code"],
        instrument_version=document["instrument"]["version"],
        synthetic=document["synthetic"],
        sha256=document["sha256"],
        document=document,
        origin=origin,
        draft_id=draft_id,
        approval=None if draft_id is None else "approved",
    )
