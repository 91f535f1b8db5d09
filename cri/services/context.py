"""What every use case is given: the session, whose it is, the time, and the parts outside the process."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session, sessionmaker

from cri.adapters.blobs import BlobStore
from cri.adapters.mail_routes import MailRoute
from cri.adapters.secret_files import Secrets, WaveKeys

Defer = Callable[[Session, str, uuid.UUID, uuid.UUID], None]


@dataclass(frozen=True)
class Parts:
    """What is wired once when the process starts.

    `defer(session, task, agency_id, wave_id)` asks for a job on the session's own connection: the job
    exists if and only if the session's transaction commits. `mail`: where messages go, None for nowhere.
    """

    secrets: Secrets
    wave_keys: WaveKeys
    blobs: BlobStore
    pool_sessions: sessionmaker[Session]
    defer: Defer
    external_url: str
    var: Path
    mail: MailRoute | None = None


@dataclass(frozen=True)
class Actor:
    """Who asks: an account and its role in the agency, or a job (no account)."""

    account_id: uuid.UUID | None
    role: str


@dataclass(frozen=True)
class Context:
    """One use case's surroundings. The session has entered `agency_id` already."""

    session: Session
    agency_id: uuid.UUID
    actor: Actor
    now: datetime
    parts: Parts
