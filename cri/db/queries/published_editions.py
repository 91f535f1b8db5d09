"""Published editions for agencies: documents alone, never contributions, members or the ledger."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cri.db.models import Edition


@dataclass(frozen=True)
class Listed:
    """An edition as a list tells of it, without its cells."""

    number: str
    method: str
    instrument_sha256: str
    imported: bool


def listed_editions(
    session: Session, instrument_code: str, instrument_version: str, *, synthetic: bool
) -> list[Listed]:
    """Editions of an instrument's version, as real or as synthetic as asked, the newest first."""
    document = Edition.document
    rows = session.execute(
        select(
            Edition.number,
            document["method"].astext,
            document["instrument"]["sha256"].astext,
            Edition.origin == "imported",
        ).where(
            Edition.instrument_code == instrument_code,
            Edition.instrument_version == instrument_version,
            Edition.synthetic.is_(synthetic),
        )
    )
    return sorted((Listed(*row) for row in rows), key=lambda one: _order(one.number), reverse=True)


def edition_document(session: Session, number: str, instrument_code: str) -> dict[str, Any] | None:
    """The document of an edition, or None."""
    return session.scalar(
        select(Edition.document).where(Edition.number == number, Edition.instrument_code == instrument_code)
    )


def _order(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split(".") if part.isdigit())
