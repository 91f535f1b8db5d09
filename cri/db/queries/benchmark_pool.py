"""The only reads and writes that cross agencies: the pool's. Imported by few use cases, as pyproject says."""

import uuid
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from cri.db.models import Contribution, Edition, EditionImport, EditionMember, LedgerCell, Vouching
from cri.domain.ledger import PublishedCell

_PUBLISHING, _VOUCHING = 7_241_003, 7_241_006
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


def add_imported(session: Session, document: dict[str, Any], record: EditionImport) -> None:
    """Store an edition that was published elsewhere: nobody here knows who is in its groups."""
    session.add(_edition(document, origin=IMPORTED))
    session.flush()
    session.add(record)
    session.flush()


def find_import(session: Session, number: str, instrument_code: str) -> EditionImport | None:
    """Who took an edition in from a file, or None."""
    return session.get(EditionImport, (number, instrument_code))


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
    """The newest edition made here of an instrument's version, as real or as synthetic as asked, or None."""
    return edition_below(session, (instrument_code, instrument_version, synthetic))


def edition_below(
    session: Session, kind: tuple[str, str, bool], number: str | None = None
) -> dict[str, Any] | None:
    """The newest edition of a kind that was made here, or the newest before edition `number`; None without.

    Never an imported one: for that no second steward was needed, and whoever has its number at will could
    replace the norm of every agency.
    """
    code, version, synthetic = kind
    numbers = session.scalars(
        select(Edition.number).where(
            Edition.instrument_code == code,
            Edition.instrument_version == version,
            Edition.synthetic.is_(synthetic),
            Edition.origin == MADE,
        )
    )
    end = None if number is None else number_order(number)
    earlier = [one for one in numbers if end is None or number_order(one) < end]
    newest = max(earlier, key=number_order, default=None)
    return None if newest is None else session.get_one(Edition, (newest, code)).document


def find_edition(session: Session, number: str, instrument_code: str) -> Edition | None:
    """An edition by its number, or None."""
    return session.get(Edition, (number, instrument_code))


def contributions_with_sheets(session: Session, sheets: Sequence[str]) -> list[Contribution]:
    """Contributions made from these answer sheets; of copies of one sheet the first."""
    originals = select(Contribution).where(Contribution.copy_of.is_(None))
    return list(session.scalars(originals.where(Contribution.sheet_sha256.in_(sheets))))


def all_owned(session: Session) -> list[tuple[str, str]]:
    """(agency, owner), as pseudonyms, of every contribution ever made and of what was found out since."""
    told = select(Contribution.pseudonym, Contribution.owner_pseudonym)
    found = select(Vouching.pseudonym, Vouching.owner_pseudonym).where(Vouching.owner_pseudonym.is_not(None))
    pairs: set[tuple[str, str]] = set()
    for some in (told.distinct(), found.distinct()):
        pairs |= {(agency, str(owner)) for agency, owner in session.execute(some)}
    return sorted(pairs)


def vouched_facets(session: Session) -> dict[str, dict[str, str | None]]:
    """Facets that count instead of what an agency told, by its pseudonym."""
    rows = session.scalars(select(Vouching).order_by(Vouching.pseudonym, Vouching.number))
    return {one.pseudonym: one.facets for one in rows}


def vouchings_of(session: Session, code: str) -> list[Vouching]:
    """What was found out of an agency, the oldest first. code: its pseudonym."""
    return list(session.scalars(select(Vouching).where(Vouching.pseudonym == code).order_by(Vouching.number)))


def wait_to_vouch(session: Session, code: str) -> None:
    """Hold all that is put on record of an agency until this transaction ends, once nobody else does."""
    session.execute(
        text("SELECT pg_advisory_xact_lock(:lock, hashtext(:code))"), {"lock": _VOUCHING, "code": code}
    )


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
    return number_order(document["edition"])


def number_order(number: str) -> tuple[int, ...]:
    """Sorts numbers of editions: 2026.10 after 2026.9."""
    return tuple(int(part) for part in number.split(".") if part.isdigit())


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
