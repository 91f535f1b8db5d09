"""Messages that are shown instead of sent: a folder, one file a message. For the demonstration only.

A file is named by its message's id and appears whole or not at all, so handing over twice is once.
"""

import hashlib
import os
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path

from cri.adapters.mail import Mail
from cri.adapters.smtp import Claim, Handover, Outcome

_NAME = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True)
class Catcher:
    """Stands where a mail server would. sender: as of a mail server; nothing ever comes back to it."""

    folder: Path
    sender: str = "surveys@example.org"
    per_minute: int = 0


@dataclass(frozen=True)
class CaughtMail:
    """One caught message. name: of its file, and of its page."""

    name: str
    to: str
    sender: str
    subject: str
    text: str
    headers: tuple[tuple[str, str], ...]


class CatcherPost:
    """Hands messages of one agency to the catcher."""

    def __init__(self, catcher: Catcher, agency_id: uuid.UUID) -> None:
        self.catcher = catcher
        self._folder = _folder(catcher, agency_id)

    def hand_over(self, mail: Mail, sender: str, claim: Claim) -> Handover:  # noqa: ARG002  # as a server's
        """Keep one message."""
        if not claim():
            return Handover(Outcome.NOT_CLAIMED)
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / _file_name(mail.message_id)
        draft = path.with_suffix(".new")
        draft.write_bytes(mail.data)
        draft.replace(path)
        return Handover(Outcome.ACCEPTED, "250 caught")

    def close(self) -> None:
        """Nothing is open."""


def caught_count(catcher: Catcher, agency_id: uuid.UUID) -> int:
    """How many messages of an agency were caught."""
    return len(_names(catcher, agency_id, lambda _: 0.0))


def caught(catcher: Catcher, agency_id: uuid.UUID, *, skip: int, most: int) -> list[CaughtMail]:
    """The agency's messages, the newest first."""
    names = _names(catcher, agency_id, lambda entry: -entry.stat().st_mtime_ns)
    return [read_caught(catcher, agency_id, name) for name in names[skip : skip + most]]


def read_caught(catcher: Catcher, agency_id: uuid.UUID, name: str) -> CaughtMail:
    """One message. Raises FileNotFoundError where the agency has none of that name."""
    message = BytesParser(policy=default).parsebytes(caught_bytes(catcher, agency_id, name))
    assert isinstance(message, EmailMessage)
    text = message.get_body(("plain",))
    return CaughtMail(
        name=name,
        to=str(message["To"]),
        sender=str(message["From"]),
        subject=str(message["Subject"]),
        text=text.get_content() if text is not None else "",
        headers=tuple(
            (header, str(message[header]))
            for header in ("Message-ID", "List-Unsubscribe", "List-Unsubscribe-Post", "Auto-Submitted")
            if message[header] is not None
        ),
    )


def caught_bytes(catcher: Catcher, agency_id: uuid.UUID, name: str) -> bytes:
    """One message as it would have travelled. Raises FileNotFoundError."""
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    return (_folder(catcher, agency_id) / f"{name}.eml").read_bytes()


def _folder(catcher: Catcher, agency_id: uuid.UUID) -> Path:
    return catcher.folder / str(agency_id)


def _file_name(message_id: str) -> str:
    return f"{hashlib.sha256(message_id.encode()).hexdigest()[:32]}.eml"


def _names(catcher: Catcher, agency_id: uuid.UUID, key: Callable[[os.DirEntry[str]], float]) -> list[str]:
    try:
        with os.scandir(_folder(catcher, agency_id)) as entries:
            found = sorted((key(entry), entry.name) for entry in entries if entry.name.endswith(".eml"))
    except FileNotFoundError:
        return []
    return [name.removesuffix(".eml") for _, name in found]
