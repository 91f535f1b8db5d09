"""An agency's consents to the pool."""

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from cri.db.models import PoolConsent


def standing_consent(session: Session, agency_id: uuid.UUID) -> PoolConsent | None:
    """The consent that has not been revoked, or None."""
    return session.scalars(
        select(PoolConsent).where(PoolConsent.agency_id == agency_id, PoolConsent.revoked_at.is_(None))
    ).one_or_none()


def consents(session: Session, agency_id: uuid.UUID) -> list[PoolConsent]:
    """Every consent there was, the newest first."""
    return list(
        session.scalars(
            select(PoolConsent)
            .where(PoolConsent.agency_id == agency_id)
            .order_by(PoolConsent.given_at.desc(), PoolConsent.id)
        )
    )
