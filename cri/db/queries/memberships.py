"""Where an account belongs: the one question about accounts that crosses agencies."""

import uuid

from sqlalchemy import text
from sqlalchemy.orm import Session

from cri.domain.access import Belonging, Role

_MEMBERSHIPS = text("SELECT agency_id, agency_name, role FROM lookup.memberships(:account)")


def belongings_of(session: Session, account_id: uuid.UUID) -> tuple[Belonging, ...]:
    """The account's agencies by name. The database answers about this account only."""
    rows = session.execute(_MEMBERSHIPS, {"account": account_id})
    return tuple(Belonging(row.agency_id, row.agency_name, Role(row.role)) for row in rows)
