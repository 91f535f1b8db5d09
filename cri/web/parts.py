"""How views reach what create_app wired together."""

import uuid
from datetime import UTC, datetime
from typing import cast

from flask import current_app

from cri.services.context import Actor, Context, Parts
from cri.web.database import db

EXTENSION = "cri"


def parts() -> Parts:
    """The process's parts."""
    return cast("Parts", current_app.extensions[EXTENSION])


def now() -> datetime:
    """The time, aware. The edge's only clock."""
    return datetime.now(UTC)


def context_for(agency_id: uuid.UUID, actor: Actor) -> Context:
    """A use case's surroundings on the request's own session. The session must have entered the agency."""
    return Context(session=db.session, agency_id=agency_id, actor=actor, now=now(), parts=parts())
