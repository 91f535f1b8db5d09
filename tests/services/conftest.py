"""A use case's surroundings, for tests of use cases."""

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session, sessionmaker

from cri.db.session import enter_agency
from cri.services.accounts import create_account
from cri.services.context import Actor, Context, Parts

NOW = datetime(2026, 11, 2, 9, tzinfo=UTC)
PASSWORD = "correct horse battery"


@pytest.fixture
def ctx(sessions: sessionmaker[Session], agency_id: uuid.UUID, parts: Parts) -> Iterator[Context]:
    """An administrator of the test's own agency, on a session that has entered it."""
    with sessions() as session:
        account_id = create_account(session, parts.secrets, f"{uuid.uuid4().hex}@example.org", PASSWORD)
        enter_agency(session, agency_id)
        yield Context(session, agency_id, Actor(account_id, "administrator"), NOW, parts)
