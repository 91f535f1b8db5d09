"""Encryption of drafts and of submitted answers, by libsodium.

A draft opens only with the resume code, which the server does not keep. Submitted answers are sealed
to the wave's public key; the private half lies outside the database and is destroyed at sealing.
All plaintexts of one wave are padded to one length: a length must not tell a long comment from none.
"""

import hashlib
import hmac
import json
import secrets
from typing import Any
from unicodedata import decimal

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.secret import Aead

CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RESUME_SYMBOLS = 16  # 80 bits
_LOOK_ALIKES = str.maketrans("OIL", "011")


def make_resume_code() -> str:
    """A new code: 16 symbols of Crockford's base 32 (80 random bits) and a check symbol.

    Codes whose check symbol would be one of *~$=U are left out: they are hard to find on a phone.
    """
    value = secrets.randbits(5 * RESUME_SYMBOLS)
    while value % 37 >= len(CROCKFORD):
        value = secrets.randbits(5 * RESUME_SYMBOLS)
    symbols = [CROCKFORD[value >> 5 * place & 31] for place in reversed(range(RESUME_SYMBOLS))]
    return "".join(symbols) + CROCKFORD[value % 37]


def read_resume_code(typed: str) -> str | None:
    """The code as it was made, whatever spaces, dashes, case, look-alike letters or other digits were typed.

    None when it is not a code or its check symbol does not fit: a slip of the finger.
    """
    symbols = (str(decimal(symbol, symbol)) for symbol in typed if symbol.isalnum())
    code = "".join(symbols).upper().translate(_LOOK_ALIKES)
    if len(code) != RESUME_SYMBOLS + 1 or any(symbol not in CROCKFORD for symbol in code):
        return None
    value = 0
    for symbol in code[:-1]:
        value = value << 5 | CROCKFORD.index(symbol)
    return code if value % 37 == CROCKFORD.index(code[-1]) else None


def show_resume_code(code: str) -> str:
    """The code in groups that can be read aloud: XXXX-XXXX-XXXX-XXXX-X."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def draft_key(secret: bytes, code: str, wave: bytes) -> tuple[bytes, bytes]:
    """(encryption key, stored digest), 32 bytes each; neither gives away the code or the other."""
    key = hmac.new(secret, b"draft key" + wave + code.encode(), hashlib.sha256).digest()
    digest = hmac.new(secret, b"draft digest" + wave + code.encode(), hashlib.sha256).digest()
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
