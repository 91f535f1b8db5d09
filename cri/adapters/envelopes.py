"""Encryption of drafts and of submitted answers, by libsodium.

A draft opens only with the resume code, which the server does not keep. Submitted answers are sealed
to the wave's public key; the private half lies outside the database and is destroyed at sealing.
All plaintexts of one wave are padded to one length: a length must not tell a long comment from none.
"""

import hmac
import json
import secrets
from typing import Any

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import Aead

from cri.domain.crockford import read_code, write_code

RESUME_SYMBOLS = 16  # 80 bits


def make_resume_code() -> str:
    """A new code: 16 symbols of Crockford's base 32 (80 random bits) and a check symbol."""
    code = None
    while code is None:
        code = write_code(secrets.randbits(5 * RESUME_SYMBOLS), RESUME_SYMBOLS)
    return code


def read_resume_code(typed: str) -> str | None:
    """The code as it was made, however it was typed; None for a slip of the finger."""
    return read_code(typed, RESUME_SYMBOLS)


def draft_key(secret: bytes, code: str, wave: bytes) -> tuple[bytes, bytes]:
    """(encryption key, stored digest), 32 bytes each; neither gives away the code or the other."""
    key = hmac.digest(secret, b"draft key" + wave + code.encode(), "sha256")
    digest = hmac.digest(secret, b"draft digest" + wave + code.encode(), "sha256")
    return key, digest


def pad(document: dict[str, Any], length: int) -> bytes:
    """Compact JSON, a newline, and spaces up to `length` bytes. Raises ValueError when it does not fit."""
    data = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    if len(data) > length:
        raise ValueError(f"{len(data)} bytes do not fit an envelope of {length}")
    return data + b" " * (length - len(data))


def close_draft(key: bytes, document: dict[str, Any], length: int) -> bytes:
    """The draft's ciphertext, of one length for the whole wave."""
    return bytes(Aead(key).encrypt(pad(document, length)))


def open_draft(key: bytes, ciphertext: bytes) -> dict[str, Any] | None:
    """The draft, or None when the key is not the one it was closed with."""
    try:
        document: dict[str, Any] = json.loads(Aead(key).decrypt(ciphertext))
    except CryptoError:
        return None
    return document


def writing_of(ciphertext: bytes) -> bytes:
    """What tells one writing of a draft from every other: its nonce, 24 random bytes."""
    return ciphertext[: Aead.NONCE_SIZE]


def seal_answers(public_key: bytes, document: dict[str, Any], length: int) -> bytes:
    """The mailbox ciphertext: anyone may write it, only the wave's private key reads it."""
    return bytes(SealedBox(PublicKey(public_key)).encrypt(pad(document, length)))


def unseal_answers(private_key: PrivateKey, ciphertext: bytes) -> dict[str, Any]:
    """What was sealed. Raises nacl.exceptions.CryptoError when it was not for this key."""
    document: dict[str, Any] = json.loads(SealedBox(private_key).decrypt(ciphertext))
    return document


def reseal_answers(private_key: PrivateKey, public_key: bytes, ciphertext: bytes) -> bytes:
    """The same answers in a new envelope of the same length: nothing in it matches the old one."""
    return bytes(SealedBox(PublicKey(public_key)).encrypt(SealedBox(private_key).decrypt(ciphertext)))
