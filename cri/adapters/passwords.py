"""Password hashes, exactly as Flask-Security makes and checks them, for accounts made outside a request."""

import base64
import hashlib
import hmac
import unicodedata

from argon2 import PasswordHasher

_HASHER = PasswordHasher()


def hash_password(pepper: bytes, password: str) -> str:
    """argon2id over an HMAC of the password: without the installation's pepper a stolen hash cannot be tried.

    `pepper`: the installation's `password` secret, whose hex the web application has as its salt.
    """
    normal = unicodedata.normalize("NFKD", password)
    keyed = hmac.new(pepper.hex().encode(), normal.encode(), hashlib.sha512).digest()
    return _HASHER.hash(base64.b64encode(keyed))
