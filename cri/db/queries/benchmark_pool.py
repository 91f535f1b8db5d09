"""The only reads and writes that cross agencies: the pool's. Imported by services.benchmarks alone."""

from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cri.db.models import Contribution, Edition, EditionMember


def newest_edition(
    session: Session, instrument_code: str, instrument_version: str, *, synthetic: bool
) -> dict[str, Any] | None:
    """The newest edition of an instrument's version, as real or as synthetic as asked; None without one."""
    documents = session.scalars(
        select(Edition.document).where(
            Edition.instrument_code == instrument_code,
            Edition.synthetic.is_(synthetic),
            Edition.document["instrument"]["version"].astext == instrument_version,
        )
    ).all()
    return max(documents, key=_number, default=None)


def add_edition(session: Session, document: dict[str, Any], contributions: list[Contribution]) -> None:
    """Store a published edition with the contributions it was made from.

    The database refuses a contribution that is synthetic in an edition that is not, and the reverse
    (sqlalchemy.exc.IntegrityError).
    """
    number, instrument = document["edition"], document["instrument"]["code"]
    session.add_all(contributions)
    session.add(
        Edition(
            number=number,
            instrument_code=instrument,
            synthetic=document["synthetic"],
            sha256=document["sha256"],
            document=document,
        )
    )
    session.flush()
    session.add_all(
        EditionMember(
            edition=number,
            instrument_code=instrument,
            contribution_id=contribution.id,
            synthetic=contribution.synthetic,
        )
        for contribution in contributions
    )
    session.flush()


def _number(document: dict[str, Any]) -> tuple[int, ...]:
    return tuple(int(part) for part in document["edition"].split(".") if part.isdigit())
