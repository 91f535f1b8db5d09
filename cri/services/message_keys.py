"""Names of messages, of the page that stops them and of that for staff: derived, so nothing is looked up.

Each holds what it names and a keyed proof that this installation made it.
"""

import base64
import binascii
import hashlib
import hmac
import uuid
from dataclasses import dataclass

from cri.adapters.secret_files import Secrets
from cri.domain.message_plan import Kind

PROOF_BYTES = 10
_KINDS = tuple(Kind)


@dataclass(frozen=True, slots=True)
class MessageKey:
    """Which message: of which invitation, of which kind."""

    agency_id: uuid.UUID
    invitation_id: uuid.UUID
    kind: Kind


@dataclass(frozen=True, slots=True)
class Recipient:
    """Who gets messages."""

    agency_id: uuid.UUID
    person_id: uuid.UUID


def message_id(secrets: Secrets, key: MessageKey, domain: str) -> str:
    """The id in a message's header, the same whenever it is made: a server may drop a second one by it."""
    name = key.agency_id.bytes + key.invitation_id.bytes + bytes([_KINDS.index(key.kind)])
    return f"{_sign(secrets, b'message', name)}@{domain}"


def read_message_id(secrets: Secrets, given: str) -> MessageKey | None:
    """What a message's id names; None for one that this installation did not make."""
    name = _check(secrets, b"message", given.strip().strip("<>").partition("@")[0])
    if name is None or len(name) != 33 or name[32] >= len(_KINDS):
        return None
    return MessageKey(uuid.UUID(bytes=name[:16]), uuid.UUID(bytes=name[16:32]), _KINDS[name[32]])


def stop_token(secrets: Secrets, agency_id: uuid.UUID, person_id: uuid.UUID) -> str:
    """The token of the page on which somebody stops messages to them."""
    return _sign(secrets, b"stop", agency_id.bytes + person_id.bytes)


def read_stop_token(secrets: Secrets, given: str) -> Recipient | None:
    """Whose messages a token stops; None for one that this installation did not make."""
    name = _check(secrets, b"stop", given)
    if name is None or len(name) != 32:
        return None
    return Recipient(uuid.UUID(bytes=name[:16]), uuid.UUID(bytes=name[16:]))


@dataclass(frozen=True, slots=True)
class StaffPageKey:
    """Which page of results for staff: of which wave."""

    agency_id: uuid.UUID
    wave_id: uuid.UUID


def staff_token(secrets: Secrets, agency_id: uuid.UUID, wave_id: uuid.UUID) -> str:
    """The token of the page on which staff read a wave's results, once leaders show it."""
    return _sign(secrets, b"staff page", agency_id.bytes + wave_id.bytes)


def read_staff_token(secrets: Secrets, given: str) -> StaffPageKey | None:
    """Which page a token names; None for one that this installation did not make."""
    name = _check(secrets, b"staff page", given)
    if name is None or len(name) != 32:
        return None
    return StaffPageKey(uuid.UUID(bytes=name[:16]), uuid.UUID(bytes=name[16:]))


def stop_url(external_url: str, token: str) -> str:
    """The address of that page."""
    return f"{external_url}/stop/{token}"


def _sign(secrets: Secrets, use: bytes, name: bytes) -> str:
    return _spelled(name + _proof(secrets, use, name))


def _spelled(whole: bytes) -> str:
    return base64.b32encode(whole).decode().rstrip("=").lower()


def _check(secrets: Secrets, use: bytes, given: str) -> bytes | None:
    if len(given) > 200 or not given.isascii():
        return None
    try:
        whole = base64.b32decode(given.upper() + "=" * (-len(given) % 8))
    except binascii.Error:
        return None
    name, proof = whole[:-PROOF_BYTES], whole[-PROOF_BYTES:]
    if _spelled(whole) != given.lower():  # the last letter has room for more than was written
        return None
    return name if hmac.compare_digest(proof, _proof(secrets, use, name)) else None


def _proof(secrets: Secrets, use: bytes, name: bytes) -> bytes:
    return hmac.new(secrets.token, use + b" proof" + name, hashlib.sha256).digest()[:PROOF_BYTES]
