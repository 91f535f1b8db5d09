"""Personal and open links: made again whenever needed, stored only as keyed digests."""

import base64
import hmac
import uuid

from cri.adapters.secret_files import Secrets

TOKEN_SYMBOLS = 26  # 128 bits in base 32


def personal_token(secrets: Secrets, invitation_id: uuid.UUID) -> str:
    """The token of an invitation's link: derived, so that a reminder can carry it again."""
    return _token(secrets, b"personal" + invitation_id.bytes)


def open_token(secrets: Secrets, wave_id: uuid.UUID, unit_code: str | None = None) -> str:
    """The token of the open link of a wave, or of one of its units, for a poster."""
    return _token(secrets, b"open" + wave_id.bytes + (unit_code or "").encode())


def digest_of_token(secrets: Secrets, token: str) -> bytes:
    """What the database keeps of a token (32 bytes); useless to somebody who reads only the database."""
    return hmac.digest(secrets.token, b"digest" + token.encode(), "sha256")


def link_url(external_url: str, token: str) -> str:
    """The address that goes into a message."""
    return f"{external_url}/s/{token}"


def _token(secrets: Secrets, name: bytes) -> str:
    derived = hmac.digest(secrets.token, b"link" + name, "sha256")[:16]
    return base64.b32encode(derived).decode().rstrip("=").lower()
