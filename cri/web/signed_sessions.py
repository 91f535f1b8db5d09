"""Flask's sessions in signed cookies, with the signer made once rather than two times a request."""

import hmac
from functools import cached_property
from typing import Final

from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from itsdangerous import Signer, TimestampSigner, URLSafeTimedSerializer
from itsdangerous.signer import SigningAlgorithm

_DIGEST: Final = "sha1"
"""Flask's own, so that nobody is signed out when the service is brought up to date."""


class _OneShot(SigningAlgorithm):
    """itsdangerous' HMAC in one call."""

    def get_signature(self, key: bytes, value: bytes) -> bytes:
        return hmac.digest(key, value, _DIGEST)


class _KeptSigner(TimestampSigner):
    """Derives the key from the secret once."""

    @cached_property
    def _derived(self) -> bytes:
        return super().derive_key()

    def derive_key(self, secret_key: str | bytes | None = None) -> bytes:
        if secret_key is None or secret_key == self.secret_keys[-1]:
            return self._derived
        return super().derive_key(secret_key)


class _KeptSerializer(URLSafeTimedSerializer):
    """One signer for all: it holds nothing of what it signs."""

    @cached_property
    def _signer(self) -> TimestampSigner:
        return _KeptSigner(
            self.secret_keys,
            salt=self.salt,
            key_derivation="hmac",
            digest_method=SecureCookieSessionInterface.digest_method,
            algorithm=_OneShot(),
        )

    def make_signer(self, salt: str | bytes | None = None) -> Signer:
        return self._signer if salt in (None, self.salt) else super().make_signer(salt)


class SignedSessions(SecureCookieSessionInterface):
    """The cookies are those of Flask, to the byte."""

    def __init__(self, app: Flask) -> None:
        self._serializer = _KeptSerializer(
            str(app.secret_key),
            salt=self.salt,
            serializer=self.serializer,
            signer_kwargs={"key_derivation": self.key_derivation, "digest_method": self.digest_method},
        )

    def get_signing_serializer(self, app: Flask) -> URLSafeTimedSerializer:  # noqa: ARG002 - Flask's signature
        """The one that was made for this application."""
        return self._serializer
